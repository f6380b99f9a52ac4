import { UnsubscriptionError, type Observable } from 'rxjs';
import type { Concurrency } from '../config.js';
import { OverflowError } from '../overflowError.js';
import { Attempt } from './attempt.js';
import { FirstCome, type Backlog } from './backlog.js';
import { Blocking, type Demand } from './blocking.js';
import { cancelAfter, cancelWaiting, type Cancelled } from './cancel.js';
import { wantsContext } from './context.js';
import { Deadlines } from './deadlines.js';
import { Delay } from './delay.js';
import { Fallback } from './fallback.js';
import type { Item, Key } from './item.js';
import { KeyedBacklog } from './keys.js';
import { LiveSlots } from './liveSlots.js';
import { Monitor, type Counts, type Ending, type Told } from './monitor.js';
import { dropSurplus, type Overflowing } from './overflow.js';
import { failureOf, policyOf, type Consequences, type Failure, type Policy } from './policies.js';
import { Queue } from './queue.js';
import { handleRejection } from './rejections.js';
import { ReorderQueue } from './reorderQueue.js';
import { reportError } from './reportError.js';
import type { Durations, Host, Project, Run } from './run.js';
import { OPEN, windowFor, type Settings } from './settings.js';
import { FixedSlots, type ChangingSlots, type OpenLimit, type Slots, type Starter } from './slots.js';
import type { Intake, Source } from './source.js';

const COMPLETED: Ending = { outcome: 'completed' };
const RECOVERED: Ending = { outcome: 'completed', recovered: true };

/** Who is given the values, and the end: a subscriber, or somebody who asks for each value. */
export interface Consumer<R> {
  next(value: R): void;
  error(error: unknown): void;
  complete(): void;
}

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
export class EagerLoop<T, R>
  implements
    Host<T, R>,
    Intake<T>,
    Counts,
    Demand,
    Starter,
    Cancelled<T, R>,
    Overflowing<T, R>,
    Consequences<Item<T, R>>
{
  private source: Source | undefined = undefined;
  private sourceEnded = false;
  /** Whether nothing more is started, since the limit has failed. */
  private hasStopped = false;
  readonly slots: Slots;
  /** The same, where it is not just a number that says how many there are. */
  private readonly changing: ChangingSlots | undefined;
  /** How many items may be started and not yet flushed, and the highest limit that this follows by default. */
  private window = 0;
  private highest = 0;
  /** How many values may wait for their keys before no more are read. */
  private mayWaitForKeys = 0;
  readonly backlog: Backlog<T, R>;
  /** The one lane of all items; `undefined` where each key has its own. */
  readonly lane: ReorderQueue<T, R> | undefined;
  /** The lanes of keys in which something may have to be emitted. */
  protected readonly touched = new Queue<ReorderQueue<T, R>>();
  /** How many items are started and not yet flushed. */
  unflushed = 0;
  parked = 0;
  /** The next runs of active items: they have their slots, and need not wait. */
  private restarts = new Queue<Run<T, R, unknown>>();
  /** Whether the consumer wants a value. A subscriber always does. */
  wanted = true;
  /** Which item has read an iterator or a stream last: of interest only where a further run may read it again. */
  private readonly readBy: WeakMap<object, number> | undefined;
  /** What the result ends with. An error that takes its item's turn is simply the end of the result. */
  private failures: Failure[] = [];
  private readonly policy: Policy;
  /** Whether values are read, and not pushed; and whether some may have to be dropped. */
  private readonly reads: boolean;
  private readonly drops: boolean;
  protected draining = false;
  private starting = false;
  closed = false;
  readonly deadlines: Deadlines;
  readonly durations: Durations;
  protected readonly blocking: Blocking<T, R> | undefined;
  readonly monitor: Told<T, R> | undefined;
  readonly keepsValues: boolean;
  readonly showsContext: boolean;
  readonly maxParked: number;

  /** @param asks - whether the consumer asks for each value */
  constructor(
    protected readonly destination: Consumer<R>,
    readonly project: Project<T, R>,
    readonly settings: Settings<T, R>,
    asks = false,
  ) {
    const { retry, onError, monitor, limits, key, concurrentPerKey, order, maxWaiting } = settings;
    const deadlines = new Deadlines(settings.scheduler);
    const { first, each, total, blocking } = limits;
    this.changing = limitOf(settings.concurrent, this, deadlines);
    this.slots = this.changing ?? new FixedSlots(settings.concurrent as number);
    this.limitTo(this.slots.limit);
    this.lane = order === 'source' ? new ReorderQueue() : undefined;
    this.backlog =
      key === undefined && maxWaiting === Infinity
        ? new FirstCome(this.lane!)
        : new KeyedBacklog(
            this.lane,
            key === undefined ? Infinity : concurrentPerKey,
            maxWaiting < Infinity && settings.overflow !== 'drop-oldest',
          );
    this.policy = policyOf(onError);
    this.reads = settings.reads;
    this.drops = maxWaiting < Infinity;
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
        : new Blocking(deadlines, this.durations.blocking, this, asks ? new Set() : undefined);
    const told = monitor && new Monitor(monitor, this, this.blocking!, deadlines);
    this.monitor = this.changing?.watch?.(told) ?? told;
    this.showsContext = wantsContext(project);
    this.readBy = retry.count > 0 || typeof onError === 'function' ? new WeakMap() : undefined;
    this.keepsValues = Object.keys(limits).length > 0 || !!monitor || retry.count > 0 || typeof onError === 'function';
    this.maxParked = settings.maxParked ?? (asks && !settings.atomic ? 1024 : Infinity);
  }

  /** Starts it, with a source that it asks for values or that pushes them. */
  connect(source: Source): void {
    const { signal } = this.settings;
    if (signal?.aborted) {
      this.failNow(signal.reason);
    }
    // Nobody may be there any more to hear of it.
    if (!this.closed) {
      signal?.addEventListener('abort', this.abort);
      this.source = source;
      // The limit comes before the source: nothing is read until that is there, with what ends it early.
      this.starting = true;
      this.changing?.open();
      this.starting = false;
    }
    if (!this.closed) {
      this.source?.start();
      this.advance();
    }
  }

  /** The consumer wants a value. */
  ask(): void {
    this.wanted = true;
    this.advance();
    this.blocking?.lookAtAll();
  }

  /** The item whose value may leave at once, where there is a single lane. */
  get readyHead(): Item<T, R> | undefined {
    const head = this.lane?.head;
    return head === undefined || head.kept === 0 || this.closed || (this.settings.atomic && !head.ended)
      ? undefined
      : head;
  }

  /** The consumer has taken a value of the ready head by itself. */
  taken(head: Item<T, R>): void {
    this.left(head);
    this.advance();
  }

  /** The consumer has been given all that it has asked for. */
  answered(): void {
    this.wanted = false;
    this.blocking?.lookAtAll();
  }

  get waiting(): number {
    return this.backlog.waiting;
  }

  get active(): number {
    return this.slots.active;
  }

  get limit(): number {
    return this.slots.limit;
  }

  get isBusy(): boolean {
    return this.draining || this.starting;
  }

  get hasToStart(): boolean {
    return this.waiting > 0 || (this.reads && !this.sourceEnded);
  }

  get mayHaveToStart(): boolean {
    return this.waiting > 0 || !this.sourceEnded;
  }

  // What happens outside, and is recorded.

  receive(value: T, key?: Key): void {
    handleRejection(value);
    const { backlog, monitor } = this;
    const index = backlog.add(value, key);
    monitor?.tellOf('received', index, value, backlog.laneOf(key), key);
    this.advance();
  }

  get receives(): boolean {
    return this.source !== undefined && !this.closed;
  }

  endSource(failure?: { readonly error: unknown }): void {
    if (this.source === undefined) {
      // It was left while it ended.
      return;
    }
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
    item.emitted++;
    if (item.lane.head === item && item.kept === 0 && this.wanted && !this.settings.atomic) {
      // At once, also while `advance` runs: a head that emits synchronously without end would never let it go on.
      this.destination.next(value);
    } else {
      this.keep(item, value);
    }
  }

  private keep(item: Item<T, R>, value: R): void {
    item.keep(value);
    if (!this.settings.atomic) {
      item.lane.markReady(item);
      this.blocking?.look(item.lane);
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

  limitTo(limit: number): void {
    const { reorderWindow, reads, readAhead, key } = this.settings;
    this.highest = limit < Infinity ? Math.max(this.highest, limit) : this.highest;
    this.window = reorderWindow ?? windowFor(limit < Infinity ? this.highest : limit, reads);
    this.mayWaitForKeys = readAhead ?? (key === undefined ? 0 : this.window < Infinity ? this.window : 1024);
  }

  stopStarting(error: unknown): void {
    // Once: while what waits is being cancelled, it still counts, and a teardown may lead here again.
    if (!this.closed && !this.hasStopped) {
      this.hasStopped = true;
      const { source, starting } = this;
      // A teardown may lead to the end of what is active: the result is not to end before the error counts.
      this.starting = true;
      cancelWaiting(this).forEach(reportError);
      this.starting = starting;
      // If the source was left before, there is an error that comes earlier.
      if (source !== undefined) {
        this.policy.ofSource(this, error);
      }
      this.advance();
    }
  }

  /** Fails with the reason of the option `signal`, and so does whatever runs. */
  private readonly abort = () => {
    const reason: unknown = this.settings.signal!.reason;
    this.failNow(reason, undefined, reason);
  };

  // The loop.

  advance(): void {
    if (this.draining || this.closed) {
      return;
    }
    this.drain();
    if (this.starting) {
      return;
    }
    this.starting = true;
    try {
      // Nested calls emit what a start leads to.
      while (!this.closed && (this.startNext() || (this.drops && dropSurplus(this))));
      if (!this.closed && this.unflushed === 0 && !this.mayHaveToStart) {
        this.finish();
      }
    } finally {
      this.starting = false;
    }
    if (this.lane !== undefined) {
      this.blocking?.look(this.lane);
    }
    this.changing?.settle();
  }

  /** Emits all that may be emitted. */
  drain(): void {
    const { lane, touched } = this;
    this.draining = true;
    try {
      if (lane !== undefined) {
        this.drainLane(lane);
      }
      while (touched.length > 0 && !this.closed) {
        this.drainLane(touched.shift());
      }
    } finally {
      this.draining = false;
    }
  }

  /** Emits all that the head, and the items behind it that have ended, allow. */
  private drainLane(lane: ReorderQueue<T, R>): void {
    const { atomic } = this.settings;
    let head: Item<T, R> | undefined;
    while ((head = lane.head) !== undefined && (head.ended || !atomic)) {
      this.emitKept(head);
      if (head.kept > 0 || !head.ended || this.closed) {
        break;
      }
      lane.shift();
      this.flushed(head);
    }
    if (lane !== this.lane && !this.closed) {
      if (head === undefined && lane.failure !== undefined) {
        this.failLane(lane.failure.error);
      } else {
        this.blocking?.look(lane);
      }
    }
  }

  /** All is emitted of a lane that ends with an error. */
  protected failLane(error: unknown): void {
    this.failNow(error);
  }

  /** Emits what the head of a lane keeps. */
  protected emitKept(head: Item<T, R>): void {
    while (head.kept > 0 && this.wanted && !this.closed) {
      this.emitOne(head);
    }
  }

  protected emitOne(head: Item<T, R>): void {
    this.destination.next(head.takeKept());
    this.left(head);
  }

  /** A value of the head has left. */
  private left(head: Item<T, R>): void {
    if (head.kept + 1 === this.maxParked) {
      head.run?.readOn?.();
    }
  }

  /** An item is not in its lane any more: all of it is emitted. */
  protected flushed(item: Item<T, R>): void {
    this.unflushed--;
    this.parked--;
    this.backlog.left(item);
    this.monitor?.tell('flushed', item);
  }

  /** Starts one thing that is to be started, if there is one and a slot for it. */
  private startNext(): boolean {
    const { restarts, backlog, slots } = this;
    if (restarts.length > 0) {
      restarts.shift().restart();
      return true;
    }
    if (this.unflushed >= this.window || !slots.mayTake()) {
      return this.reads && this.readAhead();
    }
    const item = backlog.take() ?? (this.reads ? this.pull() : undefined);
    if (item === undefined) {
      return this.reads && this.readAhead();
    }
    this.unflushed++;
    slots.take();
    this.startItem(item);
    return true;
  }

  /** Asks the source for values, until one may be started, or too many wait for their keys. */
  private pull(): Item<T, R> | undefined {
    const { backlog, slots } = this;
    let item, waiting;
    do {
      ({ waiting } = backlog);
      if (this.source === undefined || waiting > this.mayWaitForKeys) {
        return undefined;
      }
      this.source.pull!();
      // What was called may have taken the slot, where others take them too, or changed how many there are.
      if (this.closed || !slots.mayTake()) {
        return undefined;
      }
      item = backlog.take();
    } while (item === undefined && backlog.waiting > waiting);
    return item;
  }

  /** Reads a value that cannot be started yet, if one is to be. @returns whether it was there, or something may be started now */
  private readAhead(): boolean {
    const { restarts, backlog, slots, unflushed } = this;
    const { waiting } = backlog;
    const { active, limit } = slots;
    if (waiting < (this.settings.readAhead ?? 0)) {
      this.source?.pull!();
    }
    // While it was being read, the source may have made an item end or fail, or there may be more slots.
    return (
      backlog.waiting > waiting ||
      slots.active < active ||
      slots.limit > limit ||
      this.unflushed < unflushed ||
      restarts.length > 0
    );
  }

  /** Starts one thing more, if it can. Where others share the slots, whoever waits for one before this is served first. */
  startsMore(): boolean {
    this.changing?.makeWay?.();
    return !this.closed && this.startNext();
  }

  overflowed(index: number): void {
    try {
      this.leaveSource()?.cancel();
    } catch (error) {
      reportError(error);
    }
    this.policy.ofSource(this, new OverflowError(this.settings.maxWaiting, index));
  }

  leaveSource(): Source | undefined {
    const { source } = this;
    this.source = undefined;
    this.sourceEnded = true;
    return source;
  }

  private startItem(item: Item<T, R>): void {
    const { lock } = item;
    if (lock !== undefined && 'failure' in lock.of) {
      this.failedForGood(item, lock.of.failure.error);
    } else {
      new Attempt(item, this).start();
    }
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

  /** Queues a run. It starts in the context that is present now, even if the loop gets to it in that of another item. */
  private restart(run: Run<T, R, unknown>): void {
    run.keepContext(this.deadlines.now());
    this.restarts.push(run);
  }

  continueWithFallback(item: Item<T, R>, error: unknown): void {
    this.restart(new Fallback(item, this, { error }));
  }

  failInOrder(item: Item<T, R>, error: unknown): void {
    const { lane } = item;
    if (lane === this.lane) {
      this.failures = [{ index: item.index, error }];
    } else {
      lane.failure = { error };
    }
    cancelAfter(this, item).forEach(reportError);
    // What the head has held up until now is dropped, as the monitor sees it.
    this.blocking?.look(lane);
    if (!item.ended) {
      this.endFailed(item, error);
    }
  }

  failAtEnd(index: number, error: unknown): void {
    // The source fails once, whatever goes wrong with it besides.
    if (index < Infinity || this.failures.every((failure) => failure.index < Infinity)) {
      this.failures.push({ index, error });
    }
  }

  endFailed(item: Item<T, R>, error: unknown): void {
    this.endItem(item, { outcome: 'failed', error });
  }

  failNow(error: unknown, item?: Item<T, R>, reason?: unknown): void {
    if (this.closed) {
      return;
    }
    // Before anybody is told: nothing may be emitted ahead of the error any more.
    this.closed = true;
    try {
      if (item !== undefined) {
        this.endFailed(item, error);
      }
      this.release(reason);
    } finally {
      this.tellEnd({ error });
    }
  }

  /** What a failed attempt has emitted is as if it had never been, where items are kept whole. */
  private dropIfAtomic(item: Item<T, R>): void {
    if (this.settings.atomic) {
      item.dropKept();
    }
  }

  protected endItem(item: Item<T, R>, ending: Ending): void {
    const { lane } = item;
    item.ended = true;
    this.slots.giveBack();
    this.backlog.ended(item);
    this.parked++;
    lane.markReady(item);
    if (lane !== this.lane) {
      this.touched.push(lane);
    }
    if (this.settings.monitor === undefined) {
      item.value = undefined;
    }
    this.monitor?.tell('ended', item, ending);
  }

  /** All is emitted: the result ends. */
  protected finish(): void {
    const failure = failureOf(this.failures);
    this.closed = true;
    this.release();
    this.tellEnd(failure);
  }

  /** The slots go to others only when the consumer has been told. */
  private tellEnd(failure: { readonly error: unknown } | undefined): void {
    try {
      if (failure === undefined) {
        this.destination.complete();
      } else {
        this.destination.error(failure.error);
      }
    } finally {
      this.changing?.close();
    }
  }

  close(): void {
    if (!this.closed) {
      this.closed = true;
      try {
        this.release();
      } finally {
        this.changing?.close();
      }
    }
  }

  /** Cancels whatever runs, and keeps nothing. */
  private release(reason?: unknown): void {
    this.settings.signal?.removeEventListener('abort', this.abort);
    const errors = cancelAfter(this, undefined, reason);
    this.deadlines.close();
    this.restarts = new Queue();
    if (errors.length > 0) {
      // As `Subscription.unsubscribe` does, so that rxjs can merge it with what other teardowns have thrown.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      throw new UnsubscriptionError(errors);
    }
  }
}

/** Opens what says how many may be active, where that is not a number, for a subscription. */
function limitOf(concurrent: Concurrency, starter: Starter, deadlines: Deadlines): ChangingSlots | undefined {
  if (typeof concurrent === 'number') {
    return undefined;
  }
  return OPEN in concurrent
    ? (concurrent as unknown as OpenLimit)[OPEN](starter, deadlines)
    : new LiveSlots(concurrent as Observable<number>, starter, deadlines.now());
}
