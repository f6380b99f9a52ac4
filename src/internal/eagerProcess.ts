import { UnsubscriptionError, type ObservableInput, type Subscriber } from 'rxjs';
import type { FailedItem, ItemContext, ItemOutcome, MonitorEvent } from '../config.js';
import { Attempt, Delay, Notifier, type AttemptLimits } from './attempt.js';
import { Deadlines, type Clock, type Limit } from './deadlines.js';
import { notObservableInput, reportError, timeoutError } from './errors.js';
import { Failures } from './failures.js';
import { Item, type Activity } from './item.js';
import { listen, type Listener } from './listen.js';
import type { OnErrorFunction, Settings } from './normalizeConfig.js';
import { handleRejection } from './promises.js';
import { Queue } from './queue.js';
import { ReorderQueue } from './reorderQueue.js';
import type { Source } from './source.js';

export type Project<T, R> = (value: T, index: number, item: ItemContext) => ObservableInput<R>;

/**
 * One subscription: values wait, items are active or parked, and whatever happens to them is only recorded, after which
 * `advance` emits what is ready and starts what there is a place for. It alone emits parked values, starts items and
 * completes, and it does not call itself: that keeps the order under re-entrancy, and the stack flat.
 */
export class EagerProcess<T, R> {
  private source: Source | undefined = undefined;
  private sourceEnded = false;
  private waiting = new Queue<T>();
  private readonly queue = new ReorderQueue<T, R>();
  /** Active items whose next attempt, or whose fallback, is to be started. */
  private readonly again = new Queue<Item<T, R>>();
  private readonly failures = new Failures();
  /** How many items have been started: the index of the first value that waits. */
  private started = 0;
  private active = 0;
  private parked = 0;
  private advancing = false;
  private closed = false;

  private readonly deadlines: Deadlines;
  private readonly attemptLimits: AttemptLimits | undefined;
  private readonly delayLimit: Limit | undefined;
  private readonly blockingLimit: Limit | undefined;
  /** Whether anybody wants to know that the head holds up others: `blocking`, or the monitor. */
  private readonly watching: boolean;
  /** The head, while it holds up others, and since when. */
  private blocker: Item<T, R> | undefined = undefined;
  private blockedSince = 0;
  private blockingClock: Clock | undefined = undefined;
  private readonly keepsValues: boolean;

  constructor(
    private readonly destination: Subscriber<R>,
    private readonly project: Project<T, R>,
    private readonly settings: Settings<T, R>,
  ) {
    const { limits, retry, onError, scheduler, monitor } = settings;
    const deadlines = (this.deadlines = new Deadlines(scheduler));
    const limit = (name: string, ms: number | undefined) => (ms === undefined ? undefined : deadlines.limit(name, ms));
    const first = limit('first', limits.first);
    const each = limit('each', limits.each);
    const total = limit('total', limits.total);
    this.attemptLimits = first || each || total ? { first, each, total } : undefined;
    this.blockingLimit = limit('blocking', limits.blocking);
    this.delayLimit = limit('delay', typeof retry.delay === 'number' ? retry.delay : undefined);
    this.watching = this.blockingLimit !== undefined || monitor !== undefined;
    this.keepsValues =
      this.watching || this.attemptLimits !== undefined || retry.count > 0 || typeof onError === 'function';
    destination.add(() => this.close());
  }

  /** Starts it, with a source that it may ask for values or be told them by. */
  connect(source: Source): void {
    this.source = source;
    this.advance();
  }

  // What happens outside, and is recorded: a source's notifications, an item's.

  receive(value: T): void {
    if (this.sourceEnded) {
      return handleRejection(value);
    }
    this.waiting.push(value);
    if (typeof value === 'object') {
      handleRejection(value);
    }
    if (this.settings.monitor !== undefined) {
      this.report('received', this.started + this.waiting.length - 1, value, 0);
    }
    this.advance();
  }

  sourceCompleted(): void {
    this.sourceEnded = true;
    this.advance();
  }

  sourceFailed(error: unknown): void {
    this.sourceEnded = true;
    if (this.settings.onError === 'immediate') {
      this.fail(error);
    } else {
      this.failures.add(Infinity, error);
      this.advance();
    }
  }

  itemEmitted(item: Item<T, R>, value: R): void {
    const { queue, settings } = this;
    item.seen++;
    item.emitted++;
    if (settings.retry.resetOnSuccess) {
      item.retries = 0;
    }
    if (item === queue.head && !settings.atomic && !item.hasParked) {
      // At once, also while `advance` runs: a head that emits synchronously without end would never let it go on.
      this.destination.next(value);
      return;
    }
    item.park(value);
    if (!settings.atomic) {
      queue.markReady(item);
      if (item === queue.head) {
        this.advance();
      } else {
        this.watch();
      }
    }
  }

  itemCompleted(item: Item<T, R>): void {
    this.endItem(item, 'completed');
    this.advance();
  }

  attemptFailed(item: Item<T, R>, error: unknown, mayRetry = true): void {
    const { retry } = this.settings;
    if (item.failure !== undefined) {
      // It was the fallback that failed.
      this.cut(item, error);
    } else {
      const willRetry = mayRetry && item.retries < retry.count;
      this.reportItem('failed', item, { error, willRetry });
      if (item.ended) {
        return;
      }
      if (willRetry) {
        this.retryAfterDelay(item, error);
      } else {
        this.applyPolicy(item, error);
      }
    }
    this.advance();
  }

  /** The item failed, beyond any retry. */
  itemFailed(item: Item<T, R>, error: unknown): void {
    this.applyPolicy(item, error);
    this.advance();
  }

  retryItem(item: Item<T, R>): void {
    this.again.push(item);
    this.advance();
  }

  limitPassed(item: Item<T, R>, limit: Limit): void {
    const error = timeoutError(item, limit);
    item.activity?.cancel(error);
    // A teardown may have ended the item.
    if (!item.ended) {
      this.attemptFailed(item, error);
    }
  }

  // The loop.

  private advance(): void {
    if (this.advancing || this.closed) {
      return;
    }
    this.advancing = true;
    try {
      do {
        this.drain();
      } while (!this.closed && this.startNext());
      if (!this.closed && this.sourceEnded && this.queue.size === 0 && this.waiting.length === 0) {
        this.finish();
      }
    } finally {
      this.advancing = false;
    }
    this.watch();
  }

  /** Emits all that the head, and the items behind it that have ended, allow. */
  private drain(): void {
    const { queue, destination } = this;
    const { atomic } = this.settings;
    let head: Item<T, R> | undefined;
    while ((head = queue.head) !== undefined && (head.ended || !atomic)) {
      while (head.hasParked) {
        destination.next(head.takeParked());
        if (this.closed) {
          return;
        }
      }
      if (!head.ended) {
        return;
      }
      queue.shift();
      this.parked--;
      this.reportItem('flushed', head);
      if (this.closed) {
        return;
      }
    }
  }

  /** Starts one attempt, if there is one to start and a place for it. */
  private startNext(): boolean {
    const { again, waiting, queue } = this;
    if (again.length > 0) {
      const item = again.shift();
      if (!item.ended) {
        if (item.failure === undefined) {
          this.startAttempt(item, item.value as T);
        } else {
          this.startFallback(item, item.failure.error);
        }
      }
      return true;
    }
    if (this.active >= this.settings.concurrent || queue.size >= this.settings.reorderWindow) {
      return false;
    }
    if (waiting.length === 0) {
      this.source?.pull();
      if (this.closed || waiting.length === 0) {
        return false;
      }
    }
    const value = waiting.shift();
    const item = new Item<T, R>(this.started++, this.keepsValues ? value : undefined);
    queue.push(item);
    this.active++;
    this.startAttempt(item, value);
    return true;
  }

  private startAttempt(item: Item<T, R>, value: T): void {
    item.attempts++;
    item.seen = 0;
    const attempt = new Attempt(item, this);
    if (this.settings.monitor !== undefined) {
      this.reportItem('started', item);
      if (attempt.closed) {
        return;
      }
    }
    let input: ObservableInput<R>;
    try {
      input = this.project(value, item.index, attempt);
    } catch (error) {
      return failUnlessClosed(attempt, error);
    }
    if (attempt.closed) {
      return handleRejection(input);
    }
    if (this.attemptLimits !== undefined) {
      attempt.startClocks(this.deadlines, this.attemptLimits);
    }
    listenTo(input, attempt, 'project', item.index);
  }

  private startFallback(item: Item<T, R>, error: unknown): void {
    const fallback = new Attempt(item, this);
    const failed: FailedItem<T> = {
      value: item.value as T,
      index: item.index,
      attempt: item.attempts,
      emitted: item.emitted,
      get signal() {
        return fallback.signal;
      },
    };
    item.seen = 0;
    let input: ObservableInput<R>;
    try {
      input = (this.settings.onError as OnErrorFunction<T, R>)(error, failed);
    } catch (thrown) {
      return failUnlessClosed(fallback, thrown);
    }
    if (fallback.closed) {
      return handleRejection(input);
    }
    listenTo(input, fallback, 'onError', item.index, error);
  }

  private retryAfterDelay(item: Item<T, R>, error: unknown): void {
    item.retries++;
    if (this.settings.atomic) {
      item.dropParked();
    }
    const { delay } = this.settings.retry;
    if (this.delayLimit !== undefined) {
      new Delay(item, this, this.deadlines, this.delayLimit);
    } else if (typeof delay !== 'function') {
      this.again.push(item);
    } else {
      const notifier = new Notifier(item, this);
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

  // How items, and the result, end.

  /** What a failed item does to the result. */
  private applyPolicy(item: Item<T, R>, error: unknown): void {
    const { onError, atomic } = this.settings;
    if (atomic) {
      item.dropParked();
    }
    if (typeof onError === 'function') {
      item.failure = { error };
      this.again.push(item);
    } else if (onError === 'in-order') {
      this.cut(item, error);
    } else {
      if (onError === 'at-end') {
        this.failures.add(item.index, error);
      }
      this.endItem(item, 'failed', error);
      if (onError === 'immediate') {
        this.fail(error);
      }
    }
  }

  /** The error takes the item's place in the order: what comes later can never be emitted, so it is cancelled. */
  private cut(item: Item<T, R>, error: unknown): void {
    if (this.settings.atomic) {
      item.dropParked();
    }
    this.failures.cut(item.index, error);
    this.cancelAfter(item).forEach(reportError);
    // A teardown may have ended everything, this item included.
    if (!item.ended) {
      this.endItem(item, 'failed', error);
    }
  }

  private endItem(item: Item<T, R>, outcome: ItemOutcome, error?: unknown): void {
    item.ended = true;
    item.failure = undefined;
    this.active--;
    this.parked++;
    this.queue.markReady(item);
    if (this.settings.monitor === undefined) {
      item.value = undefined;
    } else {
      this.reportItem('ended', item, outcome === 'failed' ? { outcome, error } : { outcome });
    }
  }

  /** All is emitted: the result ends. */
  private finish(): void {
    const failure = this.failures.result();
    this.close();
    if (failure === undefined) {
      this.destination.complete();
    } else {
      this.destination.error(failure.error);
    }
  }

  /** The result fails at once, ahead of what is still to come. */
  private fail(error: unknown): void {
    if (!this.closed) {
      try {
        this.close();
      } finally {
        this.destination.error(error);
      }
    }
  }

  /** Ends the subscription: whatever runs is cancelled, and nothing is kept. */
  private close(): void {
    if (!this.closed) {
      this.closed = true;
      const errors = this.cancelAfter(undefined);
      this.deadlines.close();
      this.again.clear();
      this.blocker = undefined;
      if (errors.length > 0) {
        throw new UnsubscriptionError(errors);
      }
    }
  }

  /**
   * Cancels the source, all items after this one (or all there are), and whatever waits. All links are cut before the first
   * teardown runs, so that none of them can set off anything in the others.
   *
   * @returns what teardowns have thrown
   */
  private cancelAfter(item: Item<T, R> | undefined): unknown[] {
    const { waiting } = this;
    const errors: unknown[] = [];
    const cancelled: [Item<T, R>, Activity | undefined][] = [];
    this.sourceEnded = true;
    this.waiting = new Queue();
    for (const later of this.queue.removeAfter(item)) {
      if (later.ended) {
        this.parked--;
      } else {
        later.ended = true;
        cancelled.push([later, later.activity]);
        later.activity?.close();
      }
    }
    const cancel = (running: Activity | Source | undefined) => {
      try {
        running?.cancel();
      } catch (error) {
        errors.push(error);
      }
    };
    cancel(this.source);
    for (const [later, activity] of cancelled) {
      cancel(activity);
      this.active--;
      this.reportItem('ended', later, { outcome: 'cancelled' });
    }
    if (this.settings.monitor !== undefined) {
      for (let index = this.started; waiting.length > 0; index++) {
        this.report('ended', index, waiting.shift(), 0, { outcome: 'cancelled' });
      }
    }
    return errors;
  }

  // What is seen from outside: how long the head holds up others, and the monitor.

  /** Notes whether the head holds up something that could be emitted, and since when. */
  private watch(): void {
    if (!this.watching) {
      return;
    }
    const blocker = this.queue.ready > 0 ? this.queue.head : undefined;
    if (blocker !== this.blocker) {
      this.blocker = blocker;
      this.deadlines.stop(this.blockingClock);
      if (blocker !== undefined) {
        this.blockedSince = this.deadlines.now();
        if (this.blockingLimit !== undefined) {
          this.blockingClock = this.deadlines.start(this.blockingLimit, {
            passed: (limit) => this.blockingPassed(blocker, limit),
          });
        }
      }
    }
  }

  private blockingPassed(item: Item<T, R>, limit: Limit): void {
    const error = timeoutError(item, limit);
    // If the item goes on with a fallback, its clock starts anew.
    this.blocker = undefined;
    item.activity?.cancel(error);
    if (!item.ended) {
      this.attemptFailed(item, error, false);
    }
  }

  private reportItem(type: MonitorEvent<T>['type'], item: Item<T, R>, details?: MonitorDetails): void {
    if (this.settings.monitor !== undefined) {
      this.report(type, item.index, item.value as T, item.attempts, details);
    }
  }

  private report(
    type: MonitorEvent<T>['type'],
    index: number,
    value: T,
    attempt: number,
    details?: MonitorDetails,
  ): void {
    this.watch();
    const { waiting, active, parked, blocker, blockedSince } = this;
    const event = {
      type,
      index,
      value,
      attempt,
      time: this.deadlines.now(),
      waiting: waiting.length,
      active,
      parked,
      ...(blocker && { blockedSince }),
      ...details,
    };
    try {
      this.settings.monitor?.(event as MonitorEvent<T>);
    } catch (error) {
      reportError(error);
    }
  }
}

type MonitorDetails =
  | { readonly outcome: ItemOutcome; readonly error?: unknown }
  | { readonly willRetry: boolean; readonly error: unknown };

function failUnlessClosed(listener: Listener<never>, error: unknown): void {
  if (!listener.closed) {
    listener.error(error);
  }
}

/** Has the listener hear what a function of the user has returned, or fail. */
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
