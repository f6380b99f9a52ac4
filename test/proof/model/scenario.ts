import type { OnErrorPolicy, OverflowPolicy } from '../../../src/index.js';

/** How what is played ends: by completing, with an error, or never. */
export type End = 'complete' | 'error' | 'never';

/** What an Observable, or something like it, does: values, then an end. */
export interface Play {
  /** Milliseconds before each value; with 0 it comes in the same call as what is before it. */
  readonly gaps: readonly number[];
  /** Milliseconds before the end. */
  readonly last: number;
  readonly end: End;
}

/**
 * What a function of the user (`project`, `onError`, `retry.delay`) does: it returns something that plays, or `'throws'`, or
 * returns what is `'invalid'`, no ObservableInput. A thenable has one value at most; an array and an iterable have no gaps, and
 * complete.
 */
export interface Answer extends Play {
  readonly kind: 'observable' | 'array' | 'iterable' | 'thenable' | 'throws' | 'invalid';
  /** Whether it listens to the signal it is given. */
  readonly signal: boolean;
}

/** What is done on behalf of one item. */
export interface ItemPlan {
  /** What `project` returns, attempt for attempt; one more than there are here completes at once. */
  readonly attempts: readonly Answer[];
  /** What the function `onError` returns. */
  readonly fallback: Answer;
  /** What the function `retry.delay` returns. */
  readonly notifier: Answer;
}

/** Where somebody reacts: to the nth of what is subscribed, torn down, called and so on, of whatever item. */
export type Moment = 'next' | 'call' | 'key' | 'subscribe' | 'teardown' | 'abort' | 'monitor' | 'pull' | 'read';

/**
 * What is done there: to the source, to the last of the inners that are subscribed, or to one before it; or the consumer leaves or asks, or
 * the option `signal` aborts, or `until` or the limits emit or end, where there are any.
 */
export type Deed =
  | { readonly to: 'source'; readonly what: Mark }
  | { readonly to: 'inner'; readonly back: number; readonly what: Mark }
  | { readonly to: 'consumer'; readonly what: 'unsubscribe' | 'ask' }
  | { readonly to: 'signal'; readonly what: 'abort' }
  | { readonly to: 'until' | 'limits'; readonly what: Mark };

export interface Reaction {
  readonly moment: Moment;
  readonly nth: number;
  /** How often, from then on. */
  readonly times: number;
  readonly deed: Deed;
}

/** What the function `key` does for a value: it returns one of a few keys, or throws, or returns a promise, which is no key. */
export type KeyPlan = KeyName | 'throws' | 'promise';

export type KeyName = 'a' | 'b' | 'c';

/** An Observable of numbers, taken in turn. One below 0 is wrong. */
export interface Limits extends Play {
  readonly numbers: readonly number[];
}

/** The options, with functions replaced by what they do. */
export interface PlannedConfig {
  readonly concurrent: number | undefined;
  /** What `concurrent` tells, where it is an Observable. */
  readonly limits?: Limits | undefined;
  /** Whether it is told by a limit that several subscriptions could share, or by one that finds itself and has found its highest. */
  readonly through?: 'shared' | 'adaptive' | undefined;
  readonly reorderWindow: number | undefined;
  /** What `key` does, taken in turn, by index. The two options after it are given together with it only. */
  readonly keys: readonly KeyPlan[] | undefined;
  readonly concurrentPerKey: number | undefined;
  readonly order: 'source' | 'key' | undefined;
  /** How many pushed values may wait, and what happens to one more. The latter is given together with the former only. */
  readonly maxWaiting?: number | undefined;
  readonly overflow?: OverflowPolicy | undefined;
  /** How many values are read ahead, and what ends the reading: where values are read. */
  readonly readAhead?: number | undefined;
  readonly until?: Answer | undefined;
  readonly first: number | undefined;
  readonly each: number | undefined;
  readonly total: number | undefined;
  readonly blocking: number | undefined;
  readonly retries: number;
  /** Milliseconds, or the items' notifiers. */
  readonly delay: number | 'notifier' | undefined;
  readonly resetOnSuccess: boolean;
  readonly onError: OnErrorPolicy | 'function' | undefined;
  readonly atomic: boolean;
  readonly maxParked?: number | undefined;
  /** When the signal aborts by itself: at a time, before the subscription, or never. */
  readonly signal?: number | 'before' | 'never' | undefined;
  readonly monitor: boolean;
}

/** What is somebody's cue when something happens for the nth time. */
export function deedsAt({ reactions }: Scenario, at: Moment, nth: number): Deed[] {
  const isCue = ({ moment, nth: first, times }: Reaction) => moment === at && nth >= first && nth < first + times;
  return reactions.filter(isCue).map(({ deed }) => deed);
}

/** Calls of `next()`: at certain times, and so many milliseconds after each value that it is given. */
export interface Asks {
  readonly at: readonly number[];
  readonly again: number | undefined;
}

/** All that happens to one subscription. Everything else follows. */
export interface Scenario {
  /** `concatMapEager`, with a push source; or `concatEager` or `concatMapEagerFrom`, with inputs or values that are read. */
  readonly door: 'concatMapEager' | 'concatEager' | 'concatMapEagerFrom';
  /** Whether a function gives what is read. */
  readonly opens?: boolean;
  readonly source: Play;
  /** Taken in turn, by index. */
  readonly items: readonly ItemPlan[];
  readonly config: PlannedConfig;
  /** Where the consumer iterates: when it asks for a value. Otherwise it subscribes. */
  readonly asks?: Asks | undefined;
  /** When the consumer unsubscribes, or returns. */
  readonly unsubscribeAt: number | undefined;
  readonly reactions: readonly Reaction[];
}

/** What an item does, from one attempt to the next. */
export function planOf({ items }: Scenario, index: number): ItemPlan {
  return items[index % items.length]!;
}

/** What `key` does for the value with that index, where there is a function `key`. */
/** What the limit goes through before the operator is given it. */
export function throughOf({ concurrent, limits, through }: PlannedConfig): PlannedConfig['through'] {
  if (limits !== undefined) {
    return through && 'shared';
  }
  return concurrent === undefined ? undefined : through;
}

export function keyPlanOf({ config: { keys } }: Scenario, index: number): KeyPlan | undefined {
  return keys?.[index % keys.length];
}

const DONE: Answer = { kind: 'observable', gaps: [], last: 0, end: 'complete', signal: false };

/** What is subscribed for an attempt of an item. Inputs that are read are there before their first attempt, and have no signal. */
export function attemptOf(scenario: Scenario, index: number, attempt: number): Answer {
  const { attempts } = planOf(scenario, index);
  const answer = attempts[attempt - 1] ?? DONE;
  const { kind } = attempts[0] ?? DONE;
  if (scenario.door !== 'concatEager') {
    return answer;
  }
  return kind === 'observable'
    ? { ...answer, kind, signal: false }
    : { ...attempts[0]!, kind: kind === 'throws' ? 'invalid' : kind, signal: false };
}

/** A value, or how it ends. */
export type Mark = 'next' | 'complete' | 'error';

/** What happens at one time, counted from the subscription. */
export interface Burst {
  readonly at: number;
  readonly marks: readonly Mark[];
}

/** The bursts of what is played; what is at 0 comes while it is being subscribed. */
export function burstsOf({ gaps, last, end }: Play): Burst[] {
  const bursts: { at: number; marks: Mark[] }[] = [{ at: 0, marks: [] }];
  const put = (gap: number, mark: Mark) => {
    const latest = bursts.at(-1)!;
    if (gap === 0) {
      latest.marks.push(mark);
    } else {
      bursts.push({ at: latest.at + gap, marks: [mark] });
    }
  };
  for (const gap of gaps) {
    put(gap, 'next');
  }
  if (end !== 'never') {
    put(last, end);
  }
  return bursts;
}
