import {
  defer,
  finalize,
  of,
  ReplaySubject,
  takeUntil,
  timer,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Completes after `milliseconds` at the latest, with everything that is ready
 * by then, in order: what is parked comes out, what still runs is aborted and
 * left out, and what waits is not started.
 */
export function readyWithin<T, R>(
  milliseconds: number,
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      // A `ReplaySubject`, so that items that start later hear of it too.
      const over$ = new ReplaySubject<unknown>(1);
      const clock = timer(milliseconds).subscribe(over$);
      return source.pipe(
        takeUntil(over$),
        concatMapEager(
          (value, index) =>
            of(value).pipe(
              concatMapEager(
                (_value, _index, item) => project(value, index, item),
                { timeout: 5_000, retry: 2, onError: 'in-order' },
              ),
              takeUntil(over$),
            ),
          { concurrent: 8, onError: 'skip' },
        ),
        finalize(() => clock.unsubscribe()),
      );
    });
}
