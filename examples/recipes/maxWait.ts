import {
  asyncScheduler,
  map,
  pipe,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Calls `project` for a value that gets a slot within `maxWait` ms of its
 * arrival. For a value that waits longer, calls `tooLate` instead: return
 * `EMPTY` to drop it, or `of(x)` to answer in its turn.
 */
export function startWithin<T, R, L>(
  maxWait: number,
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  tooLate: (value: T) => ObservableInput<L>,
): OperatorFunction<T, R | L> {
  return pipe(
    map((value: T) => ({
      value,
      arrived: asyncScheduler.now(),
      isLate: false,
    })),
    concatMapEager(
      (row, index, item): ObservableInput<R | L> => {
        // Retries of what has started in time are not given up.
        if (item.attempt === 1) {
          row.isLate = asyncScheduler.now() - row.arrived > maxWait;
        }
        return row.isLate
          ? tooLate(row.value)
          : project(row.value, index, item);
      },
      { concurrent: 8, timeout: 5_000, retry: 2, onError: 'skip' },
    ),
  );
}
