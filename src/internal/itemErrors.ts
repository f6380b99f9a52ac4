import { TimeoutError } from 'rxjs';
import type { LimitName, TimeoutMeta } from '../config.js';
import type { Duration } from './deadlines.js';
import type { Item } from './item.js';

/** rxjs's own `TimeoutError`, which says which limit of which item has passed. */
export function timeoutError<T>(item: Item<T, unknown>, { name, ms }: Duration): TimeoutError<unknown, TimeoutMeta<T>> {
  const { index, attempts: attempt } = item;
  const meta: TimeoutMeta<T> = {
    value: item.value as T,
    index,
    attempt,
    limit: name as LimitName,
  };
  // Values that have been emitted are not kept, so there is no last one to name.
  // Users catch rxjs's own class; and there is no other way to make one.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const error = new TimeoutError({ meta, seen: item.emitted - item.emittedBefore, lastValue: null });
  error.message = `Item ${index} exceeded its time limit: \`${name}\` is ${ms} ms`;
  return error;
}

/** For an iterator or a stream that an earlier attempt, or fallback, of the item has read. */
export const alreadyRead = (index: number): TypeError =>
  new TypeError(
    `Expected a new iterator or stream for each attempt and fallback of item ${index}, got one that has been read: make it in ` +
      '`project`, or give an Observable that makes it, for example by `defer`',
  );
