import {
  concatMap,
  from,
  ignoreElements,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/** Where dead letters are kept, for instance a table. */
export interface DeadLetters<T> {
  /** Whether there is a dead letter of the key. */
  has(key: string, signal: AbortSignal): PromiseLike<boolean>;
  /** Puts a value behind those of its key; `error` if it has failed itself. */
  add(
    key: string,
    value: T,
    signal: AbortSignal,
    error?: unknown,
  ): PromiseLike<unknown>;
}

/**
 * A value that has failed for good becomes a dead letter, and so does every
 * later value of its key for as long as there is one. So the dead letters of a
 * key are in order, and nothing passes them. If a letter cannot be kept, the
 * result fails.
 */
export function withDeadLettersPerKey<T, R>(
  key: (value: T) => string,
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  letters: DeadLetters<T>,
): OperatorFunction<T, R> {
  return concatMapEager(
    (value, index, item) =>
      from(letters.has(key(value), item.signal)).pipe(
        concatMap((isBehind) =>
          isBehind
            ? from(letters.add(key(value), value, item.signal)).pipe(
                ignoreElements(),
              )
            : project(value, index, item),
        ),
      ),
    {
      key,
      concurrent: 8,
      timeout: 5_000,
      retry: { count: 2, delay: 500 },
      onError: (error, { value, signal }) =>
        from(letters.add(key(value), value, signal, error)).pipe(
          ignoreElements(),
        ),
    },
  );
}
