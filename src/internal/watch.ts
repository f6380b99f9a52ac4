import type { ItemOutcome, MonitorEvent } from '../config.js';
import type { Clock, ClockOwner, Deadlines, Limit } from './deadlines.js';
import { reportError } from './errors.js';
import type { Item } from './item.js';
import type { ReorderQueue } from './reorderQueue.js';

/** What is watched: where values and items stand. */
export interface Watched<T, R> {
  readonly queue: ReorderQueue<T, R>;
  readonly waitingCount: number;
  readonly active: number;
  readonly parked: number;
  blockingPassed(item: Item<T, R>, limit: Limit): void;
}

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
    private readonly process: Watched<T, R>,
    private readonly deadlines: Deadlines,
    private readonly blocking: Limit | undefined,
    private readonly monitor: ((event: MonitorEvent<T>) => void) | undefined,
  ) {}

  /** To be called whenever something was parked, or the head may be another. */
  head(): void {
    if (this.blocking === undefined && this.monitor === undefined) {
      return;
    }
    const { queue } = this.process;
    const { head } = queue;
    const blocker = queue.ready > 0 && !head?.ended ? head : undefined;
    if (blocker !== this.blocker) {
      this.blocker = blocker;
      this.deadlines.stop(this.clock);
      if (blocker !== undefined) {
        this.blockedSince = this.deadlines.now();
        this.clock = this.blocking && this.deadlines.start(this.blocking, this);
      }
    }
  }

  passed(limit: Limit): void {
    const { blocker } = this;
    // If the item goes on, with a fallback, its clock starts anew.
    this.blocker = undefined;
    if (blocker !== undefined) {
      this.process.blockingPassed(blocker, limit);
    }
  }

  /** Tells the monitor what happened to an item. */
  item(type: MonitorEvent<T>['type'], item: Item<T, R>, details?: EventDetails): void {
    if (this.monitor !== undefined) {
      this.value(type, item.index, item.value as T, item.attempts, details);
    }
  }

  /** Tells the monitor what happened to a value, which may not be an item yet. */
  value(type: MonitorEvent<T>['type'], index: number, value: T, attempt: number, details?: EventDetails): void {
    if (this.monitor === undefined) {
      return;
    }
    this.head();
    const { waitingCount: waiting, active, parked } = this.process;
    const event = {
      type,
      index,
      value,
      attempt,
      time: this.deadlines.now(),
      waiting,
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
