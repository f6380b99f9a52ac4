import {
  debounceTime,
  groupBy,
  pipe,
  ReplaySubject,
  type GroupedObservable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

/**
 * Handles four groups at once, and emits the results group by group. The
 * `ReplaySubject` keeps what a group emits while it waits for a slot; without
 * it, those values are lost. A group ends after a second without a new value.
 */
export function mapGroups<T, K, R>(
  key: (value: T) => K,
  handle: (group: GroupedObservable<K, T>) => ObservableInput<R>,
): OperatorFunction<T, R> {
  return pipe(
    groupBy(key, {
      connector: () => new ReplaySubject<T>(),
      duration: (group) => group.pipe(debounceTime(1_000)),
    }),
    concatMapEager(handle, {
      concurrent: 4,
      timeout: { each: 30_000 },
      onError: 'skip',
    }),
  );
}
