import type { Unsubscribable } from 'rxjs';
import type { ItemContext } from '../config.js';
import type { Clock, ClockOwner, Deadlines, Limit } from './deadlines.js';
import type { EagerProcess } from './eagerProcess.js';
import { reportError } from './errors.js';
import type { Activity, Item } from './item.js';
import { GapClocks, type AttemptLimits } from './limits.js';
import type { Listener } from './listen.js';

/**
 * What listens on behalf of an item. A producer may hold it for as long as it likes, as a promise that never settles does:
 * once closed, it leads neither to the item nor to the process.
 */
abstract class ItemListener<T, R, V> implements Listener<V>, Activity {
  closed = false;
  stop: Unsubscribable | undefined = undefined;
  protected item: Item<T, R>;
  protected process: EagerProcess<T, R>;

  constructor(item: Item<T, R>, process: EagerProcess<T, R>) {
    this.item = item;
    this.process = process;
    item.activity = this;
  }

  abstract next(value: V): void;
  abstract error(error: unknown): void;

  complete(): void {
    const { item, process } = this;
    this.end();
    process.itemCompleted(item);
  }

  close(): void {
    this.closed = true;
    this.item.activity = undefined;
    this.item = this.process = undefined as never;
  }

  cancel(): void {
    if (!this.closed) {
      this.close();
    }
    const { stop } = this;
    this.stop = undefined;
    stop?.unsubscribe();
  }

  /** What it listens to has ended by itself. */
  protected end(): void {
    this.close();
    this.stop = undefined;
  }
}

/**
 * One run of an item's inner: from the call of `project` (or, for a fallback, of `onError`) until it ends by itself or is
 * cancelled. It is what `project` gets as its third argument.
 */
export class Attempt<T, R> extends ItemListener<T, R, R> implements ItemContext, ClockOwner {
  readonly attempt: number;
  private total: Clock | undefined = undefined;
  private gaps: GapClocks | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private cancelled = false;
  private reason: unknown = undefined;

  constructor(item: Item<T, R>, process: EagerProcess<T, R>) {
    super(item, process);
    this.attempt = item.attempts;
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

  /** Starts the clocks: the inner is about to be subscribed. */
  startClocks(deadlines: Deadlines, limits: AttemptLimits): void {
    if (limits.first !== undefined || limits.each !== undefined) {
      this.gaps = new GapClocks(deadlines, limits, this);
    }
    if (limits.total !== undefined) {
      this.total = deadlines.start(limits.total, this);
    }
  }

  next(value: R): void {
    this.process.itemEmitted(this.item, value);
    this.gaps?.heard();
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
    if (this.total !== undefined) {
      this.process.deadlines.stop(this.total);
      this.total = undefined;
    }
    this.gaps?.stop();
    this.gaps = undefined;
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
}

/** Listens to a `retry.delay` notifier, as rxjs's `retry` does: its first value starts the next attempt. */
export class Notifier<T, R> extends ItemListener<T, R, unknown> {
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
}

/** A `retry.delay` in milliseconds. */
export class Delay<T, R> implements Activity, ClockOwner {
  private readonly clock: Clock;

  constructor(
    private readonly item: Item<T, R>,
    private readonly process: EagerProcess<T, R>,
    private readonly deadlines: Deadlines,
    limit: Limit,
  ) {
    item.activity = this;
    this.clock = deadlines.start(limit, this);
  }

  passed(): void {
    this.close();
    this.process.retryItem(this.item);
  }

  close(): void {
    this.item.activity = undefined;
    this.deadlines.stop(this.clock);
  }

  cancel(): void {
    this.close();
  }
}
