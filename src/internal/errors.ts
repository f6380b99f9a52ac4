import { config, TimeoutError } from 'rxjs';
import type { LimitName, TimeoutMeta } from '../config.js';
import type { Limit } from './deadlines.js';
import type { Item } from './item.js';
import { show } from './show.js';

/**
 * Reports an error that nobody is there to receive as rxjs reports that of a throwing subscriber: to
 * `config.onUnhandledError`, or by throwing it in a task of its own.
 */
export function reportError(error: unknown): void {
  setTimeout(() => {
    const { onUnhandledError } = config;
    if (onUnhandledError) {
      onUnhandledError(error);
    } else {
      throw error;
    }
  });
}

/** rxjs's own `TimeoutError`, which says which limit of which item has passed. */
export function timeoutError<T>(item: Item<T, unknown>, { name, ms }: Limit): TimeoutError<unknown, TimeoutMeta<T>> {
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
  error.message = `Item ${index} passed its \`${name}\` limit of ${ms} ms`;
  return error;
}

/** For what a function of the user has returned: `name` is the option or argument that holds it. */
export function notObservableInput(
  input: unknown,
  name: string,
  { index, failure }: Pick<Item<unknown, unknown>, 'index' | 'failure'>,
): TypeError {
  const hint = failure && ', or `EMPTY` to skip the item';
  return new TypeError(
    `Expected \`${name}\` to return an ObservableInput (an Observable, promise, array, iterable, async iterable or ` +
      `ReadableStream) for item ${index}${hint ?? ''}, got ${show(input)}`,
    failure && { cause: failure.error },
  );
}
