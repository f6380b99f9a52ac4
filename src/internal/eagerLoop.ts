import { UnsubscriptionError, type Subscriber } from 'rxjs';
import { Attempt } from './attempt.js';
import { Backlog } from './backlog.js';
import { Blocking } from './blocking.js';
import { wantsContext } from './context.js';
import { Deadlines } from './deadlines.js';
import { Delay } from './delay.js';
import { Fallback } from './fallback.js';
import type { Item, Running } from './item.js';
import { Monitor, type Counts, type Ending } from './monitor.js';
import { failureOf, policyOf, type Consequences, type Failure, type Policy } from './policies.js';
import { Queue } from './queue.js';
import { handleRejection } from './rejections.js';
import { ReorderQueue } from './reorderQueue.js';
import { reportError } from './reportError.js';
import type { Durations, Host, Project, Run } from './run.js';
import type { Settings } from './settings.js';
import { Slots } from './slots.js';
import type { Intake, Source } from './source.js';

const COMPLETED: Ending = { outcome: 'completed' };
const RECOVERED: Ending = { outcome: 'completed', recovered: true };
const DROPPED = { dropped: true } as const;
const CANCELLED: Ending = { outcome: 'cancelled' };

/**
 * One subscription: values wait, items are active or parked, and whatever happens to them is only recorded, after which
 * `advance` emits what is ready and starts what there is a slot for. It alone emits what was parked, starts items and
 * completes. It does not emit while it emits, nor start while it starts: that keeps the order under re-entrancy, and the
 * stack flat. While it starts, it does emit: what has become the head need not wait for `subscribe` to return.
 *
 * Foreign code, which may push, end an inner or unsubscribe before it returns, is called in a dozen places: the destination's
 * `next`, `error` and `complete`; `source.start` and `pull`; `run.start`, in which are `project`, `onError`, a retry's delay and
 * whatever subscribes; `run.cancel` and `source.cancel`, in which are teardowns and abort listeners; the monitor; and the
 * scheduler. After each of them `closed`, or the item's `ended`, is looked at again.
 */
export class EagerLoop<T, R> implements Host<T, R>, Intake<T>, Counts, Consequences<Item<T, R>> {
  private source: Source | undefined = undefined;
  private sourceEnded = false;
  /** Whether waiting values may be started: not any more, once an error has its turn in the output. */
  private mayStart = true;
  private readonly slots: Slots;
  private readonly backlog = new Backlog<T, R>();
  private readonly lane = new ReorderQueue<T, R>();
  /** How many items are started and not yet flushed. */
  private unflushed = 0;
  parked = 0;
  /** The next runs of active items: they have their slots, and need not wait. */
  private restarts = new Queue<Run<T, R, unknown>>();
  /** Whether the consumer wants a value. A subscriber always does. */
  private wanted = true;
  /** Which item has read an iterator or a stream last: of interest only where a further run may read it again. */
  private readonly readBy: WeakMap<object, number> | undefined;
  /** What the result ends with. An error that takes its item's turn is simply the end of the result. */
  private failures: Failure[] = [];
  private readonly policy: Policy;
  private draining = false;
  private starting = false;
  private closed = false;
  readonly deadlines: Deadlines;
  readonly durations: Durations;
  private readonly blocking: Blocking<T, R> | undefined;
  readonly monitor: Monitor<T> | undefined;
  readonly keepsValues: boolean;
  readonly showsContext: boolean;

  constructor(
    private readonly destination: Subscriber<R>,
    readonly project: Project<T, R>,
    readonly settings: Settings<T, R>,
  ) {
    const { retry, onError, monitor, limits } = settings;
    const deadlines = new Deadlines(settings.scheduler);
    const { first, each, total, blocking } = limits;
    this.slots = new Slots(settings.concurrent);
    this.policy = policyOf(onError);
    this.deadlines = deadlines;
    this.durations = {
      first: deadlines.add('first', first),
      each: deadlines.add('each', each),
      total: deadlines.add('total', total),
      blocking: deadlines.add('blocking', blocking),
      delay: deadlines.add('delay', retry.delay),
    };
    // Always assigned, in the same order: so all loops have one shape.
    this.blocking =
      blocking === undefined && monitor === undefined
        ? undefined
        : new Blocking(this.lane, deadlines, this.durations.blocking);
    this.monitor = monitor && new Monitor(monitor, this, this.blocking!, deadlines);
    this.showsContext = wantsContext(project);
    this.readBy = retry.count > 0 || typeof onError === 'function' ? new WeakMap() : undefined;
    this.keepsValues = Object.keys(limits).length > 0 || !!monitor || retry.count > 0 || typeof onError === 'function';
    destination.add(() => this.close());
  }

  /** Starts it, with a source that it asks for values or that pushes them. */
  connect(source: Source): void {
    // Nobody may be there any more to hear of it.
    if (!this.closed) {
      this.source = source;
      source.start();
      this.advance();
    }
  }

  get waiting(): number {
    return this.backlog.waiting;
  }

  get active(): number {
    return this.slots.active;
  }

  // What happens outside, and is recorded.

  receive(value: T): void {
    handleRejection(value);
    const index = this.backlog.add(value);
    this.monitor?.tellOf('received', index, value);
    this.advance();
  }

  endSource(failure?: { readonly error: unknown }): void {
    this.sourceEnded = true;
    if (failure !== undefined) {
      this.policy.ofSource(this, failure.error);
    }
    this.advance();
  }

  emitted(item: Item<T, R>, value: R): void {
    // When the result fails at once, the monitor hears of it before all links are cut.
    if (this.closed) {
      return;
    }
    const { lane } = item;
    const { atomic } = this.settings;
    item.emitted++;
    if (lane.head === item && item.kept === 0 && this.wanted && !atomic) {
      // At once, also while `advance` runs: a head that emits synchronously without end would never let it go on.
      this.destination.next(value);
      return;
    }
    item.keep(value);
    if (!atomic) {
      lane.markReady(item);
      this.blocking?.look();
    }
  }

  emittedLast(item: Item<T, R>, value: R, recovered?: true): void {
    if (!this.closed) {
      item.emitted++;
      item.keep(value);
      this.completed(item, recovered);
    }
  }

  completed(item: Item<T, R>, recovered?: true): void {
    this.endItem(item, recovered ? RECOVERED : COMPLETED);
    this.advance();
  }

  attemptFailed(item: Item<T, R>, error: unknown, mayRetry: boolean): void {
    const { count, resetOnSuccess } = this.settings.retry;
    if (resetOnSuccess && item.emitted > item.emittedBefore) {
      item.retries = 0;
    }
    const willRetry = mayRetry && item.retries < count;
    this.monitor?.tell('failed', item, { error, willRetry });
    if (!item.ended) {
      this.dropIfAtomic(item);
      if (willRetry) {
        this.retry(item, error);
      } else {
        this.policy.ofItem(this, item, error);
      }
    }
    this.advance();
  }

  fallbackFailed(item: Item<T, R>, error: unknown): void {
    this.dropIfAtomic(item);
    this.failInOrder(item, error);
    this.advance();
  }

  failedForGood(item: Item<T, R>, error: unknown): void {
    this.dropIfAtomic(item);
    this.policy.ofItem(this, item, error);
    this.advance();
  }

  readsFirst({ index }: Item<T, R>, opened: object): boolean {
    const isFirst = this.readBy?.get(opened) !== index;
    this.readBy?.set(opened, index);
    return isFirst;
  }

  ready(run: Run<T, R, unknown>): void {
    this.restart(run);
    this.advance();
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
      // Nested calls emit what a start leads to. With no unflushed item nothing can be waiting, so an empty queue means done.
      while (!this.closed && this.startNext());
      if (!this.closed && this.sourceEnded && this.unflushed === 0) {
        this.finish();
      }
    } finally {
      this.starting = false;
    }
    this.blocking?.look();
  }

  /** Emits all that the head, and the items behind it that have ended, allow. */
  private drain(): void {
    const { lane, destination, settings } = this;
    this.draining = true;
    try {
      let head: Item<T, R> | undefined;
      while ((head = lane.head) !== undefined && (head.ended || !settings.atomic)) {
        while (head.kept > 0 && this.wanted && !this.closed) {
          destination.next(head.takeKept());
        }
        if (head.kept > 0 || !head.ended || this.closed) {
          return;
        }
        lane.shift();
        this.unflushed--;
        this.parked--;
        this.monitor?.tell('flushed', head);
      }
    } finally {
      this.draining = false;
    }
  }

  /** Starts one thing that is to be started, if there is one and a slot for it. */
  private startNext(): boolean {
    const { restarts, backlog, slots, lane } = this;
    if (restarts.length > 0) {
      restarts.shift().restart();
      return true;
    }
    if (!this.mayStart || !slots.areFree || this.unflushed >= this.settings.reorderWindow) {
      return false;
    }
    if (backlog.waiting === 0) {
      this.source?.pull();
      if (this.closed || backlog.waiting === 0) {
        // While it was being pulled, the source may have made an item fail and be queued for a retry.
        return restarts.length > 0;
      }
    }
    const item = backlog.take(lane);
    lane.push(item);
    this.unflushed++;
    slots.take();
    new Attempt(item, this).start();
    return true;
  }

  // How items, and the result, end.

  private retry(item: Item<T, R>, error: unknown): void {
    item.retries++;
    if (this.settings.retry.delay === undefined) {
      this.restart(new Attempt(item, this));
    } else {
      new Delay(item, this, error).start();
    }
  }

  /** Has it started in the present context, although another item's may be the one in which that happens. */
  private restart(run: Run<T, R, unknown>): void {
    run.keepContext(this.deadlines.now());
    this.restarts.push(run);
  }

  continueWithFallback(item: Item<T, R>, error: unknown): void {
    this.restart(new Fallback(item, this, { error }));
  }

  failInOrder(item: Item<T, R>, error: unknown): void {
    this.failures = [{ index: item.index, error }];
    this.cancelAfter(item).forEach(reportError);
    if (!item.ended) {
      this.endFailed(item, error);
    }
  }

  failAtEnd(index: number, error: unknown): void {
    this.failures.push({ index, error });
  }

  endFailed(item: Item<T, R>, error: unknown): void {
    this.endItem(item, { outcome: 'failed', error });
  }

  failNow(error: unknown, item?: Item<T, R>): void {
    if (this.closed) {
      return;
    }
    // Before anybody is told: nothing may be emitted ahead of the error any more.
    this.closed = true;
    try {
      if (item !== undefined) {
        this.endFailed(item, error);
      }
      this.release();
    } finally {
      this.destination.error(error);
    }
  }

  /** What a failed attempt has emitted is as if it had never been, where items are kept whole. */
  private dropIfAtomic(item: Item<T, R>): void {
    if (this.settings.atomic) {
      item.dropKept();
    }
  }

  private endItem(item: Item<T, R>, ending: Ending): void {
    item.ended = true;
    this.slots.giveBack();
    this.parked++;
    item.lane.markReady(item);
    if (this.monitor === undefined) {
      item.value = undefined;
    } else {
      this.monitor.tell('ended', item, ending);
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
    this.restarts = new Queue();
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
    const { source, monitor } = this;
    this.source = undefined;
    this.sourceEnded = true;
    this.mayStart = false;
    const later = this.lane.removeAfter(item);
    this.unflushed -= later.length;
    const states = later.map((each) => {
      const { run, ended } = each;
      each.ended = true;
      run?.close();
      return { each, run, ended };
    });
    cancel(source);
    for (const { each, run, ended } of states) {
      if (ended) {
        this.parked--;
        monitor?.tell('flushed', each, each.kept > 0 || each.emitted === 0 ? DROPPED : undefined);
      } else {
        cancel(run);
        this.slots.giveBack();
        monitor?.tell('ended', each, CANCELLED);
      }
    }
    this.backlog.drop(monitor && ((index, value) => monitor.tellOf('ended', index, value, CANCELLED)));
    return errors;
  }
}
