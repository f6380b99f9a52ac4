import { of, type Observable, type ObservableInput } from 'rxjs';
import {
  concatEager,
  concatMapEager,
  type ItemContext,
} from 'rxjs-concat-map-eager';

/** What is left of these would be a result that is silently shorter. */
const opened = new WeakSet();

/**
 * `concatMapEager` for values that are read: the next one is read when there is
 * a free slot and room in the window. So at most 64 of them are in memory,
 * however many there are, and the cursor is closed when nobody wants more.
 */
export function concatMapPull<T, R>(
  values: Iterable<T> | AsyncIterable<T>,
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
): Observable<R> {
  // By hand: a generator that waits for a value cannot be closed meanwhile.
  function open(): AsyncIterator<Observable<R>> {
    const iterator =
      Symbol.asyncIterator in values
        ? values[Symbol.asyncIterator]()
        : values[Symbol.iterator]();
    if (opened.has(iterator)) {
      throw new TypeError('This iterator has been read: give an array, say');
    }
    opened.add(iterator);
    let count = 0;
    return {
      async next() {
        const read = await iterator.next();
        if (read.done) return { done: true, value: undefined };
        return { value: runOne(read.value, count++) };
      },
      async return() {
        // A Node.js stream that waits is closed by nothing else.
        (values as { destroy?: () => void }).destroy?.();
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  // An operator for one item gives `project` a signal.
  const runOne = (value: T, index: number) =>
    of(value).pipe(
      concatMapEager((_value, _index, item) => project(value, index, item), {
        timeout: 5_000,
        onError: 'in-order',
      }),
    );

  return concatEager(
    { [Symbol.asyncIterator]: open },
    { concurrent: 8, reorderWindow: 64, onError: 'skip' },
  );
}
