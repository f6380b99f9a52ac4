import { map, of, type OperatorFunction } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

export interface Token {
  readonly prompt: number;
  readonly text: string;
}

/**
 * Streams the answers in the order of the prompts. While one is streamed, the
 * next four are already being written. The limits are on silence: before the
 * first token, and between two tokens.
 */
export function streamAnswers(
  ask: (prompt: string, signal: AbortSignal) => AsyncIterable<string>,
): OperatorFunction<string, Token> {
  return concatMapEager(
    (prompt, index) =>
      of(prompt).pipe(
        // The operator gives a signal, and closes what is not read on.
        concatMapEager((_prompt, _index, { signal }) => ask(prompt, signal)),
        map((text): Token => ({ prompt: index, text })),
      ),
    {
      concurrent: 5,
      timeout: { first: 30_000, each: 10_000 },
      onError: (_error, { index, emitted }) =>
        of({
          prompt: index,
          text: emitted > 0 ? ' [broken off]' : '[no answer]',
        }),
    },
  );
}
