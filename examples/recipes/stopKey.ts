import {
  from,
  map,
  of,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

/** What became of a value. */
export type Outcome<T, R> =
  | { readonly value: T; readonly state: 'done'; readonly result: R }
  | { readonly value: T; readonly state: 'failed'; readonly error: unknown }
  /** An earlier value of its key has failed: it was not handled. */
  | { readonly value: T; readonly state: 'held' };

/**
 * Handles the values of each key one after the other. When one has failed for
 * good, its key is in `stopped`, and no later value of that key is handled
 * until somebody deletes the key from the set.
 */
export function stopKey<T, R>(
  key: (value: T) => unknown,
  handle: (value: T, signal: AbortSignal) => ObservableInput<R>,
  stopped: Set<unknown>,
): OperatorFunction<T, Outcome<T, R>> {
  return concatMapEager(
    (value, _index, { signal }) =>
      stopped.has(key(value))
        ? of<Outcome<T, R>>({ value, state: 'held' })
        : from(handle(value, signal)).pipe(
            map((result): Outcome<T, R> => ({ value, state: 'done', result })),
          ),
    {
      // One at a time, or the next one would already be on its way.
      key,
      concurrent: 16,
      timeout: 5_000,
      retry: { count: 2, delay: 500 },
      onError: (error, { value, key }) => {
        stopped.add(key);
        return of<Outcome<T, R>>({ value, state: 'failed', error });
      },
    },
  );
}
