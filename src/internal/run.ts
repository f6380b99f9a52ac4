import type { ObservableInput } from 'rxjs';
import type { ItemContext } from '../config.js';
import { presentContext, runIn, type AsyncContext } from './asyncContext.js';
import { AttemptContext } from './context.js';
import type { Clock, ClockOwner, Deadlines, Duration } from './deadlines.js';
import type { Item, Running } from './item.js';
import { alreadyRead, timeoutError } from './itemErrors.js';
import type { Told } from './monitor.js';
import { InputObserver, observeInput } from './observeInput.js';
import { lookAfter } from './rejections.js';
import { reportError } from './reportError.js';
import type { Settings } from './settings.js';

export type Project<T, R> = (value: T, index: number, item: ItemContext) => ObservableInput<R>;

/** The durations that a subscription has clocks for, by the option's name. */
export type Durations = Readonly<Record<'first' | 'each' | 'total' | 'blocking' | 'delay', Duration | undefined>>;

/** What a run needs of the loop: it says what has happened, and the loop what that leads to. */
export interface Host<T, R> {
  readonly project: Project<T, R>;
  readonly settings: Settings<T, R>;
  readonly deadlines: Deadlines;
  readonly durations: Durations;
  readonly monitor: Told<T, R> | undefined;
  /** Whether `project` is shown a context. */
  readonly showsContext: boolean;
  /** Whether anybody will ask for an item's value after `project` has had it. */
  readonly keepsValues: boolean;
  /** How many values an item keeps before its inner is not read on. */
  readonly maxParked: number;
  emitted(item: Item<T, R>, value: R): void;
  /** It has emitted its last value, with which it has completed. */
  emittedLast(item: Item<T, R>, value: R, recovered?: true): void;
  /** It has completed; `recovered`, if that was its fallback. */
  completed(item: Item<T, R>, recovered?: true): void;
  attemptFailed(item: Item<T, R>, error: unknown, mayRetry: boolean): void;
  fallbackFailed(item: Item<T, R>, error: unknown): void;
  /** The item failed beyond any retry. */
  failedForGood(item: Item<T, R>, error: unknown): void;
  /** @returns whether no earlier run of the item has read that iterator or stream */
  readsFirst(item: Item<T, R>, opened: object): boolean;
  /** The item's next run may be started. */
  ready(run: Run<T, R, unknown>): void;
}

/**
 * What runs for an item: it calls a function of the user, and observes what that returns. A producer may hold it for as long as
 * it likes, as a promise that never settles does: once closed, it leads neither to the item nor to the loop.
 */
export abstract class Run<T, R, V> extends InputObserver<V> implements ClockOwner, Running {
  protected item: Item<T, R>;
  protected host: Host<T, R>;
  protected clock: Clock | undefined = undefined;
  /** In which it goes on when a clock has passed: all clocks share one timer, which fires in that of whoever has set it. */
  protected context: AsyncContext | undefined = undefined;

  constructor(item: Item<T, R>, host: Host<T, R>) {
    super();
    this.item = item;
    this.host = host;
    item.run = this;
  }

  /** What is wrong with the function, or with what it returns, is the item's failure. */
  start(): void {
    const { item, host } = this;
    if (host.durations.blocking !== undefined) {
      // Its clock is started for whatever item is the head, in the context of another.
      this.keepContext(host.deadlines.now());
    }
    try {
      const input = this.call(item, host);
      if (this.closed) {
        lookAfter(input);
      } else if (!observeInput(input, this)) {
        this.error(this.mistake(input, item));
      }
    } catch (error) {
      if (!this.closed) {
        this.error(error);
      }
    }
  }

  /** Starts it in the context that it has kept, unless it has been closed meanwhile. */
  restart(): void {
    if (!this.closed) {
      runIn(this.context, () => this.start());
    }
  }

  /** Keeps the present context: that in which it goes on when a clock has passed, or is restarted. */
  keepContext(now: number): void {
    this.context ??= presentContext(now);
  }

  error(error: unknown): void {
    const { item, host } = this;
    this.ended();
    this.failed(item, host, error);
  }

  complete(): void {
    const { item, host } = this;
    this.ended();
    host.completed(item);
  }

  passed(limit: Duration): void {
    this.timeOut(limit, true);
  }

  timeOut(limit: Duration, mayRetry: boolean): void {
    runIn(this.context, () => this.failByLimit(limit, mayRetry));
  }

  override close(): void {
    this.closed = true;
    this.clock?.stop();
    this.item.run = undefined;
    this.item = this.host = this.clock = this.context = undefined as never;
  }

  /** Starts a clock of that duration, if there is one. */
  protected startClock(duration: Duration | undefined): Clock | undefined {
    const clock = duration && this.host.deadlines.start(duration, this);
    if (clock !== undefined) {
      this.keepContext(clock.since);
    }
    return clock;
  }

  /** Calls the function. */
  protected abstract call(item: Item<T, R>, host: Host<T, R>): ObservableInput<V>;

  /** The error for what the function has returned, where that is not an ObservableInput. */
  protected abstract mistake(input: unknown, item: Item<T, R>): TypeError;

  protected abstract failed(item: Item<T, R>, host: Host<T, R>, error: unknown): void;

  /** The run failed by a limit, or because what it returned has been read before. */
  protected failedBy(item: Item<T, R>, host: Host<T, R>, error: unknown, mayRetry: boolean): void {
    host.attemptFailed(item, error, mayRetry);
  }

  private failByLimit(limit: Duration, mayRetry: boolean): void {
    const { item, host } = this;
    const error = timeoutError(item, limit);
    try {
      (this as Running).cancel(error);
    } catch (thrown) {
      reportError(thrown);
    }
    // A teardown may have ended everything.
    if (!item.ended) {
      this.failedBy(item, host, error, mayRetry);
    }
  }
}

/** A run that emits for its item, and whose function is given a signal. */
export abstract class InnerRun<T, R> extends Run<T, R, R> {
  private shown: AttemptContext | undefined = undefined;

  override isFull(): boolean {
    return this.item.kept >= this.host.maxParked;
  }

  next(value: R): void {
    this.host.emitted(this.item, value);
  }

  /** Time that is not the inner's own does not count. */
  override pause(): (goOn: () => void) => void {
    const { deadlines } = this.host;
    this.keepContext(deadlines.now());
    const startClocks = this.pauseClocks(deadlines);
    return (goOn) => {
      startClocks();
      runIn(this.context, goOn);
    };
  }

  readOn(): void {
    this.teardown?.readOn?.();
  }

  /** It has ended before its last value goes out: whoever unsubscribes at that value cancels nothing. */
  override last(value: R): void {
    const { item, host } = this;
    this.ended();
    host.emittedLast(item, value);
  }

  /** It would find no more than an earlier run of the item has left: that is not to look like a shorter inner. */
  override opens(opened: object): boolean {
    const { item, host } = this;
    if (host.readsFirst(item, opened)) {
      return true;
    }
    this.ended();
    this.failedBy(item, host, alreadyRead(item.index), false);
    return false;
  }

  protected pauseClocks(deadlines: Deadlines): () => void {
    return deadlines.pause(this.clock);
  }

  override cancel(reason?: unknown): void {
    const { shown } = this;
    this.shown = undefined;
    try {
      super.cancel();
    } finally {
      shown?.abort(reason);
    }
  }

  protected override ended(): void {
    this.shown = undefined;
    super.ended();
  }

  /** Makes what its function is given of it. */
  protected show(attempt: number): AttemptContext {
    return (this.shown = new AttemptContext(attempt));
  }
}
