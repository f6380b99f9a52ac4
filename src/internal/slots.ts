import type { Deadlines } from './deadlines.js';
import type { Told } from './monitor.js';
import type { OPEN } from './settings.js';

/** What an active item holds is a slot. They say whether one more item may be active. */
export interface Slots {
  /** How many items of this subscription are active. */
  readonly active: number;
  /** How many slots there are. */
  readonly limit: number;
  /** Whether there is a slot for one more item. It is for the next call of `take` only, before which nobody else is called. */
  mayTake(): boolean;
  take(): void;
  giveBack(): void;
}

/** So many slots as a number says. */
export class FixedSlots implements Slots {
  active = 0;

  constructor(public limit: number) {}

  mayTake(): boolean {
    return this.active < this.limit;
  }

  take(): void {
    this.active++;
  }

  giveBack(): void {
    this.active--;
  }
}

/** Slots whose number changes, or which others take too. */
export interface ChangingSlots extends Slots {
  /** The subscription begins. */
  open(): void;
  /** All that can be is emitted and started. */
  settle(): void;
  /** Serves those who wait for a slot before this one. */
  makeWay?(): void;
  /** Is told how attempts end, if the limit depends on that, and tells the monitor. */
  watch?<T, R>(monitor: Told<T, R> | undefined): Told<T, R>;
  /** The subscription has ended: nothing is held any more. */
  close(): void;
}

/** What slots that change need of the loop. */
export interface Starter {
  /** Whether it is emitting or starting: before that returns, it looks for slots by itself. */
  readonly isBusy: boolean;
  /** Whether something waits to be started or read, although there may be no room for it. */
  readonly hasToStart: boolean;
  /** Whether that may ever be so again. */
  readonly mayHaveToStart: boolean;
  /** From now on, so many may be active. */
  limitTo(limit: number): void;
  /** Emits and starts what can be. */
  advance(): void;
  /** Nothing more is started; the result fails with this error, as with the source's own, when what is active has ended. */
  stopStarting(error: unknown): void;
}

/** A limit that several subscriptions share: it opens the slots of each. */
export interface OpenLimit {
  [OPEN](starter: Starter, deadlines: Deadlines): ChangingSlots;
}
