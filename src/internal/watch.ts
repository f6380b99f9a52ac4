import type { ItemOutcome, MonitorEvent } from '../config.js';
import type { Clock, ClockOwner, Limit } from './deadlines.js';
import type { EagerProcess } from './eagerProcess.js';
import { reportError } from './errors.js';
import type { Item } from './item.js';

type EventType = MonitorEvent<unknown>['type'];

type EventDetails =
  | { readonly willRetry: boolean; readonly error: unknown }
  | { readonly outcome: ItemOutcome; readonly error?: unknown };

/** Watches a process from outside: how long its head holds up others, and what there is to tell a monitor. */
export class Watch<T, R> implements ClockOwner {
  /** The head, while something behind it could be emitted, and since when. */
  private blocker: Item<T, R> | undefined = undefined;
  private blockedSince = 0;
  private clock: Clock | undefined = undefined;

  constructor(
    private readonly process: EagerProcess<T, R>,
    private readonly monitor: ((event: MonitorEvent<T>) => void) | undefined,
  ) {}

  /** To be called whenever something was parked, or the head may be another. */
  head(): void {
    const { queue, deadlines, limits } = this.process;
    if (limits.blocking === undefined && this.monitor === undefined) {
      return;
    }
    const { head } = queue;
    const blocker = queue.ready > 0 && !head?.ended ? head : undefined;
    if (blocker !== this.blocker) {
      this.blocker = blocker;
      this.clock?.stop();
      if (blocker !== undefined) {
        this.blockedSince = deadlines.now();
        this.clock = limits.blocking && deadlines.start(limits.blocking, this);
      }
    }
  }

  passed(limit: Limit): void {
    const blocker = this.blocker!;
    // If the item goes on, with a fallback, its clock starts anew.
    this.blocker = undefined;
    this.process.limitPassed(blocker, limit);
  }

  /** Tells the monitor what happened to an item. */
  tell(type: EventType, item: Item<T, R>, details?: EventDetails): void {
    if (this.monitor !== undefined) {
      this.tellOf(type, item.index, item.value as T, details, item.attempts);
    }
  }

  /** Tells the monitor what happened to a value, which may not be an item yet. */
  tellOf(type: EventType, index: number, value: T, details?: EventDetails, attempt = 0): void {
    if (this.monitor === undefined) {
      return;
    }
    this.head();
    const { waiting, active, parked, deadlines } = this.process;
    const event = {
      type,
      index,
      value,
      attempt,
      time: deadlines.now(),
      waiting: waiting.length,
      active,
      parked,
      ...(this.blocker && { blockedSince: this.blockedSince }),
      ...details,
    };
    try {
      this.monitor(event as MonitorEvent<T>);
    } catch (error) {
      reportError(error);
    }
  }
}
