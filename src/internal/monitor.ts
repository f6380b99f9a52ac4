import type { ItemOutcome, MonitorEvent } from '../config.js';
import type { Blocking } from './blocking.js';
import type { Deadlines } from './deadlines.js';
import type { Item, Key } from './item.js';
import type { ReorderQueue } from './reorderQueue.js';
import { reportError } from './reportError.js';

/** What the monitor needs of the loop. */
export interface Counts {
  readonly waiting: number;
  readonly active: number;
  /** How many may be. */
  readonly limit: number;
  /** How many items have ended and are not yet flushed. */
  readonly parked: number;
}

type EventType = MonitorEvent<unknown>['type'];

/** How an item has ended. */
export interface Ending {
  readonly outcome: ItemOutcome;
  readonly error?: unknown;
  readonly recovered?: true;
}

type EventDetails = { readonly willRetry: boolean; readonly error: unknown } | Ending | { readonly dropped: true };

/** Is told what happens to items. */
export interface Told<T, R> {
  tell(type: EventType, item: Item<T, R>, details?: EventDetails): void;
  /** The same of a value, which may not have been started yet. */
  tellOf(
    type: EventType,
    index: number,
    value: T,
    lane: ReorderQueue<T, R> | undefined,
    key?: Key,
    details?: EventDetails,
    attempt?: number,
  ): void;
}

/** Tells a user's function what happens to items. */
export class Monitor<T, R> implements Told<T, R> {
  constructor(
    private readonly listener: (event: MonitorEvent<T>) => void,
    private readonly counts: Counts,
    private readonly blocking: Blocking<T, R>,
    private readonly deadlines: Deadlines,
  ) {}

  tell(type: EventType, item: Item<T, R>, details?: EventDetails): void {
    this.tellOf(type, item.index, item.value as T, item.lane, item.lock?.of, details, item.attempts);
  }

  tellOf(
    type: EventType,
    index: number,
    value: T,
    lane: ReorderQueue<T, R> | undefined,
    key?: Key,
    details?: EventDetails,
    attempt = 0,
  ): void {
    const { listener, blocking, deadlines } = this;
    const { waiting, active, parked, limit } = this.counts;
    const blocker = lane && blocking.look(lane);
    const event = {
      type,
      index,
      value,
      attempt,
      time: deadlines.now(),
      waiting,
      active,
      parked,
      concurrent: limit,
      ...(blocker && { blockedSince: blocker.since }),
      ...(key && 'key' in key && { key: key.key }),
      ...details,
    };
    try {
      listener(event as MonitorEvent<T>);
    } catch (error) {
      reportError(error);
    }
  }
}
