import { of, type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Two seconds for an attempt, five for the item with all its attempts. The
 * retries are in an inner operator that runs one item. Whichever limit is
 * exceeded, the signal that `project` got aborts.
 */
export function limitAllAttempts<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return concatMapEager(
    (value, index) =>
      of(value).pipe(
        concatMapEager((_value, _index, item) => project(value, index, item), {
          timeout: 2_000,
          retry: { count: 3, delay: 200 },
          onError: 'in-order',
        }),
      ),
    { concurrent: 8, timeout: 5_000, onError: 'skip' },
  );
}

/** The same for a function that takes a value and a signal. */
export function limitAllCalls<T, R>(
  call: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return limitAllAttempts((value, _index, { signal }) => call(value, signal));
}
