import { AsyncLocalStorage } from 'node:async_hooks';
import {
  map,
  Observable,
  of,
  pipe,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Runs `project`, and what it returns, in the `AsyncLocalStorage` context in
 * which the source emitted the value, also if the value had to wait for a slot.
 */
export function inContextOfValue<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return pipe(
    map((value: T) => ({ value, run: AsyncLocalStorage.snapshot() })),
    concatMapEager(
      ({ value, run }, index, { attempt }) => {
        const inner = of(value).pipe(
          concatMapEager(
            (_value, _index, { signal }) =>
              project(value, index, { attempt, signal }),
            { timeout: 5_000, onError: 'in-order' },
          ),
        );
        return new Observable<R>((subscriber) =>
          run(() => inner.subscribe(subscriber)),
        );
      },
      { concurrent: 8, retry: 2, onError: 'skip' },
    ),
  );
}
