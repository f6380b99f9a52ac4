import type { ItemOutcome, MonitorEvent } from '../config.js';
import type { Blocking } from './blocking.js';
import type { Deadlines } from './deadlines.js';
import { reportError } from './reportError.js';

/** What the monitor needs of the loop. */
export interface Counts {
  readonly waiting: number;
  readonly active: number;
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

/** Tells a user's function what happens to items. */
export class Monitor<T> {
  constructor(
    private readonly listener: (event: MonitorEvent<T>) => void,
    private readonly counts: Counts,
    private readonly blocking: Blocking<T, unknown>,
    private readonly deadlines: Deadlines,
  ) {}

  tell(
    type: EventType,
    item: { readonly index: number; readonly value: T | undefined; readonly attempts: number },
    details?: EventDetails,
  ): void {
    this.tellOf(type, item.index, item.value as T, details, item.attempts);
  }

  /** Tells what happened to a value, which may not have been started yet. */
  tellOf(type: EventType, index: number, value: T, details?: EventDetails, attempt = 0): void {
    const { listener, blocking, deadlines } = this;
    const { waiting, active, parked } = this.counts;
    blocking.look();
    const { since } = blocking;
    const event = {
      type,
      index,
      value,
      attempt,
      time: deadlines.now(),
      waiting,
      active,
      parked,
      ...(since !== undefined && { blockedSince: since }),
      ...details,
    };
    try {
      listener(event as MonitorEvent<T>);
    } catch (error) {
      reportError(error);
    }
  }
}
