import type { ObservableInput } from 'rxjs';
import type { ItemContext } from '../config.js';
import type { Clock, ClockOwner, Limit } from './deadlines.js';
import type { EagerProcess } from './eagerProcess.js';
import { notObservableInput, reportError } from './errors.js';
import type { Item } from './item.js';
import { listen, Listener } from './listen.js';
import { handleRejection } from './promises.js';
import type { OnErrorFunction, RetryDelay } from './settings.js';

/**
 * What runs on behalf of an item: it calls a function of the user, and listens to what that returns. A producer may hold it
 * for as long as it likes, as a promise that never settles does: once closed, it leads neither to the item nor to the process.
 */
abstract class Run<T, R, V> extends Listener<V> implements ClockOwner {
  protected item: Item<T, R>;
  protected process: EagerProcess<T, R>;
  protected clock: Clock | undefined = undefined;

  constructor(item: Item<T, R>, process: EagerProcess<T, R>) {
    super();
    this.item = item;
    this.process = process;
    item.run = this;
  }

  /** What is wrong with the function, or with what it returns, is the item's failure. */
  start(): void {
    const { item } = this;
    try {
      const input = this.call(item, this.process);
      if (this.closed) {
        handleRejection(input);
      } else if (!listen(input, this)) {
        this.error(notObservableInput(input, this.caller(item), item));
      }
    } catch (error) {
      if (!this.closed) {
        this.error(error);
      }
    }
  }

  complete(): void {
    const { item, process } = this;
    this.end();
    process.itemCompleted(item);
  }

  abstract passed(limit: Limit): void;

  override close(): void {
    this.closed = true;
    this.clock?.stop();
    this.item.run = undefined;
    this.item = this.process = this.clock = undefined as never;
  }

  /** Starts a clock of that limit, if there is one. */
  startClock(limit: Limit | undefined): Clock | undefined {
    return limit && this.process.deadlines.start(limit, this);
  }

  /** The option or argument that holds the function. */
  protected abstract caller(item: Item<T, R>): string;

  protected abstract call(item: Item<T, R>, process: EagerProcess<T, R>): ObservableInput<V>;
}

/**
 * One run of an item's inner: from the call of `project` (or, for a fallback, of `onError`) until it ends by itself or is
 * cancelled. It is what `project` gets as its third argument.
 */
export class Attempt<T, R> extends Run<T, R, R> implements ItemContext {
  readonly attempt: number;
  /** The clock of `first` or `each`; the other one is that of `total`. */
  private gap: Clock | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private cancelled = false;
  private reason: unknown = undefined;

  constructor(item: Item<T, R>, process: EagerProcess<T, R>) {
    super(item, process);
    this.attempt = item.failure === undefined ? ++item.attempts : item.attempts;
  }

  /** Made when it is first read, so that it costs nothing where it is not. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelled) {
        this.controller.abort(this.reason);
      }
    }
    return this.controller.signal;
  }

  next(value: R): void {
    this.process.itemEmitted(this.item, value);
    if (this.gap !== undefined) {
      this.heard(this.gap);
    }
  }

  error(error: unknown): void {
    const { item, process } = this;
    this.end();
    process.attemptFailed(item, error);
  }

  passed(limit: Limit): void {
    this.process.limitPassed(this.item, limit);
  }

  override close(): void {
    this.gap?.stop();
    this.gap = undefined;
    super.close();
  }

  override cancel(reason?: unknown): void {
    this.cancelled = true;
    this.reason = reason;
    try {
      super.cancel();
    } finally {
      this.controller?.abort(reason);
    }
  }

  protected caller({ failure }: Item<T, R>): string {
    return failure === undefined ? 'project' : 'onError';
  }

  protected call(item: Item<T, R>, process: EagerProcess<T, R>): ObservableInput<R> {
    const { value, index, attempts: attempt, emitted, failure } = item;
    item.emittedBefore = emitted;
    if (failure !== undefined) {
      const signal = () => this.signal;
      return (process.settings.onError as OnErrorFunction<T, R>)(failure.error, {
        value: value as T,
        index,
        attempt,
        emitted,
        get signal() {
          return signal();
        },
      });
    }
    process.watch.tell('started', item);
    // The monitor may have ended everything.
    if (this.closed) {
      return [];
    }
    if (!process.keepsValues) {
      item.value = undefined;
    }
    const input = process.project(value as T, index, this);
    if (!this.closed) {
      // The inner is about to be subscribed. The first gap is `first`'s, where there is one.
      const { first, each, total } = process.limits;
      this.gap = this.startClock(first ?? each);
      this.clock = this.startClock(total);
    }
    return input;
  }

  /** The inner has emitted a value, and the clock of the gap before it runs. */
  private heard(gap: Clock): void {
    const { deadlines, limits } = this.process;
    if (limits.each !== undefined) {
      deadlines.start(limits.each, this, gap);
    } else {
      gap.stop();
    }
  }
}

/**
 * The time between two attempts: that of a clock, or that of a `retry.delay` notifier, whose first value ends it, as with
 * rxjs's `retry`.
 */
export class Delay<T, R> extends Run<T, R, unknown> {
  constructor(
    item: Item<T, R>,
    process: EagerProcess<T, R>,
    private readonly failure: unknown,
  ) {
    super(item, process);
  }

  override start(): void {
    this.clock = this.startClock(this.process.limits.delay);
    if (this.clock === undefined) {
      super.start();
    }
  }

  next(): void {
    const { item, process } = this;
    try {
      this.cancel();
    } catch (thrown) {
      // Its teardown is nobody else's business who listens to the same notifier.
      reportError(thrown);
    }
    process.retryItem(item);
  }

  error(error: unknown): void {
    const { item, process } = this;
    this.end();
    process.itemFailed(item, error);
  }

  passed(): void {
    this.next();
  }

  protected caller(): string {
    return 'retry.delay';
  }

  protected call({ retries }: Item<T, R>, { settings }: EagerProcess<T, R>): ObservableInput<unknown> {
    return (settings.retry.delay as RetryDelay)(this.failure, retries);
  }
}
