import type { ObservableInput } from 'rxjs';
import type { FailedItem } from '../config.js';
import { Attempt, Delay, Notifier } from './attempt.js';
import type { EagerProcess } from './eagerProcess.js';
import { notObservableInput } from './errors.js';
import type { Item } from './item.js';
import { listen, type Listener } from './listen.js';
import type { OnErrorFunction } from './normalizeConfig.js';
import { handleRejection } from './promises.js';

/** Calls `project` and listens to what it returns. */
export function startAttempt<T, R>(process: EagerProcess<T, R>, item: Item<T, R>, value: T): void {
  item.attempts++;
  item.emittedBefore = item.emitted;
  const attempt = new Attempt(item, process);
  process.watch.item('started', item);
  // The monitor may have ended everything.
  if (attempt.closed) {
    return;
  }
  let input: ObservableInput<R>;
  try {
    input = process.project(value, item.index, attempt);
  } catch (error) {
    return failUnlessClosed(attempt, error);
  }
  if (attempt.closed) {
    return handleRejection(input);
  }
  if (process.limits.attempt !== undefined) {
    attempt.startClocks(process.deadlines, process.limits.attempt);
  }
  listenTo(input, attempt, 'project', item.index);
}

/** Calls the `onError` function of an item that failed with `error`, and listens to what it returns. */
export function startFallback<T, R>(process: EagerProcess<T, R>, item: Item<T, R>, error: unknown): void {
  const fallback = new Attempt(item, process);
  const failed: FailedItem<T> = {
    value: item.value as T,
    index: item.index,
    attempt: item.attempts,
    emitted: item.emitted,
    get signal() {
      return fallback.signal;
    },
  };
  item.emittedBefore = item.emitted;
  let input: ObservableInput<R>;
  try {
    input = (process.settings.onError as OnErrorFunction<T, R>)(error, failed);
  } catch (thrown) {
    return failUnlessClosed(fallback, thrown);
  }
  if (fallback.closed) {
    return handleRejection(input);
  }
  listenTo(input, fallback, 'onError', item.index, error);
}

/** Waits for `retry.delay`, then has the process start the next attempt. */
export function startDelay<T, R>(process: EagerProcess<T, R>, item: Item<T, R>, error: unknown): void {
  const { delay } = process.settings.retry;
  if (process.limits.delay !== undefined) {
    new Delay(item, process, process.deadlines, process.limits.delay);
  } else if (typeof delay !== 'function') {
    process.retryItem(item);
  } else {
    const notifier = new Notifier(item, process);
    let input: ObservableInput<unknown>;
    try {
      input = delay(error, item.retries);
    } catch (thrown) {
      return failUnlessClosed(notifier, thrown);
    }
    if (notifier.closed) {
      return handleRejection(input);
    }
    listenTo(input, notifier, 'retry.delay', item.index);
  }
}

/** Has the listener hear what the function called `name` has returned. What is wrong with it is the item's failure. */
function listenTo<V>(
  input: ObservableInput<V>,
  listener: Listener<V>,
  name: string,
  index: number,
  cause?: unknown,
): void {
  try {
    if (!listen(input, listener)) {
      listener.error(notObservableInput(input, name, index, cause));
    }
  } catch (error) {
    failUnlessClosed(listener, error);
  }
}

function failUnlessClosed(listener: Listener<never>, error: unknown): void {
  if (!listener.closed) {
    listener.error(error);
  }
}
