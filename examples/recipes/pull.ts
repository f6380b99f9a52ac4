import { of, type Observable, type ObservableInput } from 'rxjs';
import {
  concatEager,
  concatMapEager,
  type ItemContext,
} from 'rxjs-concat-map-eager';

/**
 * `concatMapEager` for values that are asked for: the next one is read when there is a place and room in the window.
 * So at most 64 of them are in memory, however many there are, and the cursor is closed when nobody wants more.
 */
export function concatMapPull<T, R>(
  values: Iterable<T> | AsyncIterable<T>,
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
): Observable<R> {
  async function* inputs() {
    let next = 0;
    for await (const value of values) {
      const index = next++;
      // An operator for one item gives `project` a signal.
      yield of(value).pipe(
        concatMapEager((_value, _index, item) => project(value, index, item), {
          timeout: 5_000,
          onError: 'in-order',
        }),
      );
    }
  }
  return concatEager(
    { [Symbol.asyncIterator]: inputs },
    { concurrent: 8, reorderWindow: 64, onError: 'skip' },
  );
}
