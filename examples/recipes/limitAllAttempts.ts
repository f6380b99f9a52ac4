import {
  defer,
  of,
  retry,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Two seconds for an attempt, five for the item: the retries are an operator for one item inside `project`.
 * Whichever limit passes, the signal that `project` gets aborts, and no retry follows the outer one.
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

/**
 * The same for promises, by signals alone. `AbortSignal.any` is in Node.js from 20.3 on.
 * An attempt whose `call` does not heed its signal is not limited; the item still is.
 */
export function limitAllCalls<T, R>(
  call: (value: T, signal: AbortSignal) => Promise<R>,
): OperatorFunction<T, R> {
  return concatMapEager(
    (value, _index, { signal }) =>
      defer(() =>
        call(value, AbortSignal.any([signal, AbortSignal.timeout(2_000)])),
      ).pipe(retry({ count: 3, delay: 200 })),
    { concurrent: 8, timeout: 5_000, onError: 'skip' },
  );
}
