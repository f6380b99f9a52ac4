import { find, pipe, type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

/**
 * Asks up to four candidates at once. Emits the answer of the first one that
 * has an answer, first in the order of the candidates, or `undefined` if none
 * has. Then `find` unsubscribes, which aborts the requests that still run.
 */
export function firstHit<T, R>(
  ask: (candidate: T, signal: AbortSignal) => ObservableInput<R | undefined>,
): OperatorFunction<T, R | undefined> {
  return pipe(
    concatMapEager(
      (candidate: T, _index, { signal }) => ask(candidate, signal),
      {
        concurrent: 4,
        timeout: 2_000,
        onError: 'skip',
      },
    ),
    find((answer) => answer !== undefined),
  );
}
