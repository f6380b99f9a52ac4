import { UnsubscriptionError, type ObservableInput, type Subscriber } from 'rxjs';
import type { ItemContext, ItemOutcome } from '../config.js';
import { Deadlines, type Limit } from './deadlines.js';
import { reportError, timeoutError } from './errors.js';
import { Failures } from './failures.js';
import { Item, type Activity } from './item.js';
import { createLimits, type Limits } from './limits.js';
import type { Settings } from './normalizeConfig.js';
import { handleRejection } from './promises.js';
import { Queue } from './queue.js';
import { ReorderQueue } from './reorderQueue.js';
import { startAttempt, startDelay, startFallback } from './runs.js';
import type { Source } from './source.js';
import { Watch, type Watched } from './watch.js';

export type Project<T, R> = (value: T, index: number, item: ItemContext) => ObservableInput<R>;

/**
 * One subscription: values wait, items are active or parked, and whatever happens to them is only recorded, after which
 * `advance` emits what is ready and starts what there is a place for. It alone emits what was parked, starts items and
 * completes. It does not emit while it emits, nor start while it starts: that keeps the order under re-entrancy, and the
 * stack flat. While it starts, it does emit: what has become the head need not wait for `subscribe` to return.
 */
export class EagerProcess<T, R> implements Watched<T, R> {
  private source: Source | undefined = undefined;
  private sourceEnded = false;
  private waiting = new Queue<T>();
  /** What waited and will not be started, until the monitor has been told. */
  private dropped = new Queue<T>();
  readonly queue = new ReorderQueue<T, R>();
  /** How many items have been started: the index of the first value that waits. */
  private started = 0;
  active = 0;
  /** How many items have ended and are not yet fully emitted. */
  parked = 0;
  /** Active items whose next attempt, or whose fallback, is to be started. */
  private again = new Queue<Item<T, R>>();
  private readonly failures = new Failures();
  private draining = false;
  private starting = false;
  private closed = false;
  readonly deadlines: Deadlines;
  readonly limits: Limits;
  readonly watch: Watch<T, R>;
  /** Whether anybody will ask for an item's value after `project` has had it. */
  private readonly keepsValues: boolean;

  constructor(
    private readonly destination: Subscriber<R>,
    readonly project: Project<T, R>,
    readonly settings: Settings<T, R>,
  ) {
    const { retry, onError, scheduler, monitor } = settings;
    this.deadlines = new Deadlines(scheduler);
    const { attempt, blocking } = (this.limits = createLimits(this.deadlines, settings));
    this.watch = new Watch(this, this.deadlines, blocking, monitor);
    this.keepsValues = [attempt, blocking, monitor].some(Boolean) || retry.count > 0 || typeof onError === 'function';
    destination.add(() => this.close());
  }

  /** Starts it, with a source that it asks for values or is told them by. */
  connect(source: Source): void {
    // Nobody may be there any more to hear of it.
    if (!this.closed) {
      this.source = source;
      source.start();
      this.advance();
    }
  }

  // What happens outside, and is recorded.

  receive(value: T): void {
    if (this.sourceEnded) {
      return handleRejection(value);
    }
    this.waiting.push(value);
    handleRejection(value);
    this.watch.value('received', this.started + this.waiting.length - 1, value, 0);
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
    // When the result fails at once, the monitor hears of it before all links are cut.
    if (this.closed) {
      return;
    }
    const { queue, settings } = this;
    item.emitted++;
    if (item === queue.head && item.parked === 0 && !settings.atomic) {
      // At once, also while `advance` runs: a head that emits synchronously without end would never let it go on.
      this.destination.next(value);
      return;
    }
    item.park(value);
    if (!settings.atomic) {
      queue.markReady(item);
      this.watch.head();
    }
  }

  itemCompleted(item: Item<T, R>): void {
    this.endItem(item, 'completed');
    this.advance();
  }

  attemptFailed(item: Item<T, R>, error: unknown, mayRetry = true): void {
    if (item.failure !== undefined) {
      // It was the fallback that failed.
      this.cut(item, error);
    } else {
      const { count, resetOnSuccess } = this.settings.retry;
      if (resetOnSuccess && item.emitted > item.emittedBefore) {
        item.retries = 0;
      }
      const willRetry = mayRetry && item.retries < count;
      this.watch.item('failed', item, { error, willRetry });
      // The monitor may have ended everything.
      if (!item.ended) {
        if (willRetry) {
          this.prepareRetry(item, error);
        } else {
          this.applyPolicy(item, error);
        }
      }
    }
    this.advance();
  }

  /** The item failed beyond any retry. */
  itemFailed(item: Item<T, R>, error: unknown): void {
    this.applyPolicy(item, error);
    this.advance();
  }

  /** The item's next attempt is due. */
  retryItem(item: Item<T, R>): void {
    this.again.push(item);
    this.advance();
  }

  limitPassed(item: Item<T, R>, limit: Limit, mayRetry = true): void {
    const error = timeoutError(item, limit);
    try {
      item.activity?.cancel(error);
    } catch (thrown) {
      reportError(thrown);
    }
    // A teardown may have ended everything.
    if (!item.ended) {
      this.attemptFailed(item, error, mayRetry);
    }
  }

  blockingPassed(item: Item<T, R>, limit: Limit): void {
    this.limitPassed(item, limit, false);
  }

  // The loop.

  private advance(): void {
    if (this.draining || this.closed) {
      return;
    }
    this.drain();
    if (this.starting) {
      return;
    }
    this.starting = true;
    try {
      // What a start leads to, nested calls emit.
      while (!this.closed && this.startNext());
      if (!this.closed && this.sourceEnded && this.queue.size === 0 && this.waiting.length === 0) {
        this.finish();
      }
    } finally {
      this.starting = false;
    }
    this.watch.head();
  }

  /** Emits all that the head, and the items behind it that have ended, allow. */
  private drain(): void {
    this.draining = true;
    try {
      while (this.flushHead());
    } finally {
      this.draining = false;
    }
  }

  /** Emits what the head has parked. Returns true if that was all of it, so that the next one has its turn. */
  private flushHead(): boolean {
    const { queue, destination } = this;
    const { head } = queue;
    if (head === undefined || (this.settings.atomic && !head.ended)) {
      return false;
    }
    while (head.parked > 0) {
      destination.next(head.takeParked());
      if (this.closed) {
        return false;
      }
    }
    if (!head.ended) {
      return false;
    }
    queue.shift();
    this.parked--;
    this.watch.item('flushed', head);
    return !this.closed;
  }

  /** Starts one thing that is to be started, if there is one and a place for it. */
  private startNext(): boolean {
    const { again, queue, settings } = this;
    if (again.length > 0) {
      const item = again.shift();
      if (!item.ended) {
        if (item.failure === undefined) {
          startAttempt(this, item, item.value as T);
        } else {
          startFallback(this, item, item.failure.error);
        }
      }
      return true;
    }
    if (this.active >= settings.concurrent || queue.size >= settings.reorderWindow) {
      return false;
    }
    if (this.waiting.length === 0) {
      this.source?.pull();
      if (this.closed || this.waiting.length === 0) {
        // Whoever was asked may have let an item fail that is tried again.
        return again.length > 0;
      }
    }
    const value = this.waiting.shift();
    const item = new Item<T, R>(this.started++, this.keepsValues ? value : undefined);
    queue.push(item);
    this.active++;
    startAttempt(this, item, value);
    return true;
  }

  // How items, and the result, end.

  private prepareRetry(item: Item<T, R>, error: unknown): void {
    item.retries++;
    if (this.settings.atomic) {
      item.dropParked();
    }
    startDelay(this, item, error);
  }

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
    } else if (onError === 'immediate') {
      this.fail(error, item);
    } else {
      if (onError === 'at-end') {
        this.failures.add(item.index, error);
      }
      this.endItem(item, 'failed', error);
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
      this.watch.item('ended', item, outcome === 'failed' ? { outcome, error } : { outcome });
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

  /** The result fails at once, by the item or by the source, ahead of what is still to come. */
  private fail(error: unknown, item?: Item<T, R>): void {
    if (this.closed) {
      return;
    }
    // Before anybody is told: nothing may be emitted ahead of the error any more.
    this.closed = true;
    try {
      if (item !== undefined) {
        this.endItem(item, 'failed', error);
      }
      this.release();
    } finally {
      this.destination.error(error);
    }
  }

  private close(): void {
    if (!this.closed) {
      this.closed = true;
      this.release();
    }
  }

  /** Cancels whatever runs, and keeps nothing. */
  private release(): void {
    const errors = this.cancelAfter(undefined);
    this.deadlines.close();
    this.again = new Queue();
    if (errors.length > 0) {
      // As `Subscription.unsubscribe` does, so that rxjs can merge it with what other teardowns have thrown.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      throw new UnsubscriptionError(errors);
    }
  }

  /**
   * Cancels the source, all items after this one (or all there are), and whatever waits. All links are cut before the first
   * teardown runs, so that none of them can set off anything in the others.
   *
   * @returns what teardowns have thrown
   */
  private cancelAfter(item: Item<T, R> | undefined): unknown[] {
    const { source } = this;
    const errors: unknown[] = [];
    const cancelled: [Item<T, R>, Activity | undefined][] = [];
    this.source = undefined;
    this.sourceEnded = true;
    // A monitor that is being told of what is dropped may unsubscribe.
    if (this.waiting.length > 0) {
      this.dropped = this.waiting;
      this.waiting = new Queue();
    }
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
    cancel(source);
    for (const [later, activity] of cancelled) {
      cancel(activity);
      this.active--;
      this.watch.item('ended', later, { outcome: 'cancelled' });
    }
    this.tellDropped();
    return errors;
  }

  /** Tells the monitor of the values that waited and are dropped. */
  private tellDropped(): void {
    const { dropped } = this;
    if (this.settings.monitor === undefined) {
      this.dropped = new Queue();
      return;
    }
    for (let index = this.started; dropped.length > 0; index++) {
      this.watch.value('ended', index, dropped.shift(), 0, { outcome: 'cancelled' });
    }
  }

  get waitingCount(): number {
    return this.waiting.length + this.dropped.length;
  }
}
