import { UnsubscriptionError, type ObservableInput, type Subscriber } from 'rxjs';
import type { ItemContext, ItemOutcome } from '../config.js';
import { Attempt, Delay } from './attempt.js';
import { Deadlines, type Limit } from './deadlines.js';
import { reportError, timeoutError } from './errors.js';
import { failureOf, type Failure } from './failures.js';
import { Item, type Running } from './item.js';
import { handleRejection } from './promises.js';
import { Queue } from './queue.js';
import { ReorderQueue } from './reorderQueue.js';
import type { Settings } from './settings.js';
import type { Source } from './source.js';
import { Watch } from './watch.js';

export type Project<T, R> = (value: T, index: number, item: ItemContext) => ObservableInput<R>;

/**
 * One subscription: values wait, items are active or parked, and whatever happens to them is only recorded, after which
 * `advance` emits what is ready and starts what there is a place for. It alone emits what was parked, starts items and
 * completes. It does not emit while it emits, nor start while it starts: that keeps the order under re-entrancy, and the
 * stack flat. While it starts, it does emit: what has become the head need not wait for `subscribe` to return.
 */
export class EagerProcess<T, R> {
  private source: Source | undefined = undefined;
  private sourceEnded = false;
  waiting = new Queue<T>();
  readonly queue = new ReorderQueue<T, R>();
  /** How many values have been started, or dropped: the index of the first one that waits. */
  private started = 0;
  /** How many items may be active: none any more, once an error has its place in the order. */
  private places: number;
  active = 0;
  /** How many items have ended and are not yet fully emitted. */
  parked = 0;
  /** Active items whose next attempt, or whose fallback, is to be started. */
  private again = new Queue<Item<T, R>>();
  /** What the result ends with. An error that takes its place in the order is simply the end of the result. */
  private failures: Failure[] = [];
  private draining = false;
  private starting = false;
  private closed = false;
  readonly deadlines: Deadlines;
  readonly limits: Record<'first' | 'each' | 'total' | 'blocking' | 'delay', Limit | undefined>;
  readonly watch: Watch<T, R>;
  /** Whether anybody will ask for an item's value after `project` has had it. */
  readonly keepsValues: boolean;

  constructor(
    private readonly destination: Subscriber<R>,
    readonly project: Project<T, R>,
    readonly settings: Settings<T, R>,
  ) {
    const { retry, onError, monitor, limits } = settings;
    const deadlines = new Deadlines(settings.scheduler);
    this.places = settings.concurrent;
    this.deadlines = deadlines;
    this.limits = {
      first: deadlines.limit('first', limits.first),
      each: deadlines.limit('each', limits.each),
      total: deadlines.limit('total', limits.total),
      blocking: deadlines.limit('blocking', limits.blocking),
      delay: deadlines.limit('delay', retry.delay),
    };
    this.watch = new Watch(this, monitor);
    this.keepsValues = deadlines.limited || !!monitor || retry.count > 0 || typeof onError === 'function';
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
    handleRejection(value);
    this.waiting.push(value);
    this.watch.tellOf('received', this.started + this.waiting.length - 1, value);
    this.advance();
  }

  /** The source has completed, or failed. */
  endSource(failure?: { readonly error: unknown }): void {
    this.sourceEnded = true;
    if (failure !== undefined) {
      if (this.settings.onError === 'immediate') {
        return this.fail(failure.error);
      }
      this.failures.push({ index: Infinity, error: failure.error });
    }
    this.advance();
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
    const { count, resetOnSuccess } = this.settings.retry;
    if (item.failure !== undefined) {
      // It was the fallback that failed.
      this.cut(item, error);
    } else {
      if (resetOnSuccess && item.emitted > item.emittedBefore) {
        item.retries = 0;
      }
      const willRetry = mayRetry && item.retries < count;
      this.watch.tell('failed', item, { error, willRetry });
      // The monitor may have ended everything.
      if (!item.ended) {
        if (willRetry) {
          this.retryLater(item, error);
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

  limitPassed(item: Item<T, R>, limit: Limit): void {
    const error = timeoutError(item, limit);
    try {
      item.run?.cancel(error);
    } catch (thrown) {
      reportError(thrown);
    }
    // A teardown may have ended everything.
    if (!item.ended) {
      this.attemptFailed(item, error, limit !== this.limits.blocking);
    }
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
      // What a start leads to, nested calls emit. If nothing is unfinished after that, nothing waits either.
      while (!this.closed && this.startNext());
      if (!this.closed && this.sourceEnded && this.queue.size === 0) {
        this.finish();
      }
    } finally {
      this.starting = false;
    }
    this.watch.head();
  }

  /** Emits all that the head, and the items behind it that have ended, allow. */
  private drain(): void {
    const { queue, destination, settings } = this;
    this.draining = true;
    try {
      let head: Item<T, R> | undefined;
      while ((head = queue.head) !== undefined && (head.ended || !settings.atomic)) {
        while (head.parked > 0 && !this.closed) {
          destination.next(head.takeParked());
        }
        if (!head.ended || this.closed) {
          return;
        }
        queue.shift();
        this.parked--;
        this.watch.tell('flushed', head);
      }
    } finally {
      this.draining = false;
    }
  }

  /** Starts one thing that is to be started, if there is one and a place for it. */
  private startNext(): boolean {
    const { again, queue, waiting } = this;
    let item: Item<T, R>;
    if (again.length > 0) {
      item = again.shift();
    } else {
      if (this.active >= this.places || queue.size >= this.settings.reorderWindow) {
        return false;
      }
      if (waiting.length === 0) {
        this.source?.pull();
        if (this.closed || waiting.length === 0) {
          // Whoever was asked may have let an item fail that is tried again.
          return again.length > 0;
        }
      }
      item = new Item(this.started++, waiting.shift());
      queue.push(item);
      this.active++;
    }
    if (!item.ended) {
      new Attempt(item, this).start();
    }
    return true;
  }

  // How items, and the result, end.

  private retryLater(item: Item<T, R>, error: unknown): void {
    item.retries++;
    if (this.settings.atomic) {
      item.dropParked();
    }
    if (this.settings.retry.delay === undefined) {
      this.again.push(item);
    } else {
      new Delay(item, this, error).start();
    }
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
        this.failures.push({ index: item.index, error });
      }
      this.endItem(item, 'failed', error);
    }
  }

  /** The error takes the item's place in the order: what comes later can never be emitted, so it is cancelled. */
  private cut(item: Item<T, R>, error: unknown): void {
    if (this.settings.atomic) {
      item.dropParked();
    }
    this.failures = [{ index: item.index, error }];
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
      this.watch.tell('ended', item, outcome === 'failed' ? { outcome, error } : { outcome });
    }
  }

  /** All is emitted: the result ends. */
  private finish(): void {
    const failure = failureOf(this.failures);
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
    const errors: unknown[] = [];
    const cancel = (running: Running | Source | undefined) => {
      try {
        running?.cancel();
      } catch (error) {
        errors.push(error);
      }
    };
    const { source } = this;
    this.source = undefined;
    this.sourceEnded = true;
    this.places = 0;
    const cancelled = this.queue.removeAfter(item).flatMap((later): [Item<T, R>, Running | undefined][] => {
      const { run } = later;
      if (later.ended) {
        this.parked--;
        return [];
      }
      later.ended = true;
      run?.close();
      return [[later, run]];
    });
    cancel(source);
    for (const [later, run] of cancelled) {
      cancel(run);
      this.active--;
      this.watch.tell('ended', later, { outcome: 'cancelled' });
    }
    if (this.settings.monitor === undefined) {
      this.waiting = new Queue();
    }
    while (this.waiting.length > 0) {
      this.watch.tellOf('ended', this.started++, this.waiting.shift(), { outcome: 'cancelled' });
    }
    return errors;
  }
}
