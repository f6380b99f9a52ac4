import {
  first,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Starts no attempt while the last value of `paused$`, a BehaviorSubject or
 * similar, is `true`. Attempts that have started go on. The limit is in the
 * inner operator, so that its clock starts when the attempt may start.
 */
export function pausable<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  paused$: Observable<boolean>,
): OperatorFunction<T, R> {
  return concatMapEager(
    (value, index, { attempt }) =>
      paused$.pipe(
        first((paused) => !paused),
        concatMapEager(
          (_open, _index, { signal }) =>
            project(value, index, { attempt, signal }),
          {
            timeout: 5_000,
            onError: 'in-order',
          },
        ),
      ),
    { concurrent: 8, retry: 2, onError: 'skip' },
  );
}
