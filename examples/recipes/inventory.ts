import { defer, type ObservableInput, type OperatorFunction } from 'rxjs';
import {
  concatMapEager,
  type ItemContext,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';

export interface Listed<T> {
  readonly value: T;
  readonly state: 'waiting' | 'active' | 'parked';
  /** In milliseconds, as `Date.now()` gives them. */
  readonly since: number;
}

/**
 * Shows, after each change, every item that is in the operator, by its index in
 * the source. When the result has ended, in whatever way, the list is empty.
 */
export function withInventory<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  show: (items: ReadonlyMap<number, Listed<T>>) => void,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const items = new Map<number, Listed<T>>();
      const list = (
        { index, value, time: since }: MonitorEvent<T>,
        state: Listed<T>['state'],
      ) => items.set(index, { value, state, since });
      return source.pipe(
        concatMapEager(project, {
          concurrent: 8,
          timeout: 5_000,
          retry: 2,
          onError: 'skip',
          monitor: (event) => {
            if (event.type === 'received') list(event, 'waiting');
            if (event.type === 'started') list(event, 'active');
            if (event.type === 'ended') list(event, 'parked');
            if (isGone(event)) items.delete(event.index);
            show(items);
          },
        }),
      );
    });
}

/** An item that was cancelled has nothing to flush. */
const isGone = (event: MonitorEvent<unknown>) =>
  event.type === 'flushed' ||
  (event.type === 'ended' && event.outcome === 'cancelled');
