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

/** For an iterator or a stream that an earlier attempt of the item has read. */
export const alreadyRead = (index: number): TypeError =>
  new TypeError(
    `Expected \`project\` to return a new iterator or stream for each attempt, got one that an earlier attempt of item ` +
      `${index} has read: make it in \`project\``,
  );
