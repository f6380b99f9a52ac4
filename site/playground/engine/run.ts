import type { ItemOutcome } from 'rxjs-concat-map-eager';
import type { Key } from './keys';
import type { Limit } from './limits';

/** What happened when an operator ran the items: in milliseconds of its clock. */
export interface Run {
  /** One of `OPERATORS`, or in a program of the reader's an operator of the package. */
  readonly operator: string;
  /** When it was subscribed to. */
  readonly start: number;
  /** By index; those that the source gave. */
  readonly items: readonly Item[];
  /** How the source's subscription ended. */
  readonly source: { readonly at: number; readonly how: 'complete' | 'cancelled' } | undefined;
  readonly output: readonly Emitted[];
  /** How the result ended; `undefined` if it never does. */
  readonly end: End | undefined;
  /** How many were waiting, active and parked, and from when on. */
  readonly counts: readonly Counts[];
  /** How many might be active at once, and from when on. */
  readonly limits: readonly Limit[];
  /** When an Observable of limits was unsubscribed. */
  readonly limitsLeft?: number | undefined;
  /** When the last thing happened. */
  readonly last: number;
}

export const OPERATORS = ['concatMap', 'mergeMap', 'concatMapEager'] as const;
export type OperatorName = (typeof OPERATORS)[number];

export interface Item {
  readonly index: number;
  readonly key: Key | undefined;
  readonly received: number;
  readonly legs: Leg[];
  /** Absent while it is waiting, active or in a retry delay, and where the result ended before the item did. */
  ended?: { readonly at: number; readonly outcome: ItemOutcome; readonly error?: unknown };
  flushed?: number;
  /** A time limit that has passed between two attempts, and why there is no other one. */
  interrupted?: { readonly at: number; readonly error: unknown };
}

interface Outcome {
  /** How what ran last for the item has ended. */
  readonly how: End['how'];
  /** Whether something of it may be parked from then on. */
  readonly parks: boolean;
  /** What its story says, unless that is said otherwise. */
  readonly said?: string;
}

/** All outcomes that the package knows: a new one is an error of types here, and nowhere else. */
export const OUTCOMES: Readonly<Record<ItemOutcome, Outcome>> = {
  completed: { how: 'complete', parks: true },
  failed: { how: 'error', parks: true, said: 'it has failed' },
  cancelled: { how: 'cancelled', parks: false, said: 'it is cancelled' },
  dropped: { how: 'cancelled', parks: false, said: 'it is dropped, since too many wait' },
};

/** Something that was subscribed on behalf of an item: an attempt, or its fallback. */
export interface Leg {
  readonly index: number;
  readonly kind: 'attempt' | 'fallback';
  /** From 1; 0 for the fallback. */
  readonly attempt: number;
  readonly start: number;
  readonly values: Value[];
  end?: { readonly at: number; readonly how: 'complete' | 'error' | 'cancelled' };
  /** What failed the attempt: its own error, or a `TimeoutError`. */
  error?: unknown;
}

/** What an inner emits. */
export interface Value {
  readonly leg: Leg;
  /** From 0. */
  readonly nth: number;
  readonly at: number;
}

/** What came out. */
export interface Emitted {
  readonly at: number;
  readonly value: Value;
}

export interface End {
  readonly at: number;
  /** `cancelled` if it was unsubscribed. */
  readonly how: 'complete' | 'error' | 'cancelled';
  readonly error?: unknown;
}

export interface Counts {
  readonly at: number;
  readonly waiting: number;
  readonly active: number;
  readonly parked: number;
}
