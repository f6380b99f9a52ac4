import { config, type Observable, Subject, type Subscription } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { expect } from 'vitest';

/** A test body that is drawn with rxjs's own marbles, in virtual time. */
export const marbles = (draw: (helpers: RunHelpers) => void) => () => {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(draw);
};

/** How an error is written in what has been heard: in a box, so that it differs from the same thing as a value. */
export const failure = (error: unknown) => ({ error });

export interface Recording {
  /** Values, then `'|'` or a `failure`. It grows while the subscription lives. */
  readonly heard: unknown[];
  readonly subscription: Subscription;
}

/** Subscribes, and notes all that is heard; `alsoOn` may react to a value. */
export function record<T>(observable: Observable<T>, alsoOn?: (value: T) => void): Recording {
  const heard: unknown[] = [];
  const subscription = observable.subscribe({
    next: (value) => {
      heard.push(value);
      alsoOn?.(value);
    },
    error: (error: unknown) => heard.push(failure(error)),
    complete: () => heard.push('|'),
  });
  return { heard, subscription };
}

export const subjects = (count: number): Subject<string>[] =>
  Array.from({ length: count }, () => new Subject<string>());

/** Lets everything happen that is only a matter of promises and of timers that are due. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** What becomes an unhandled rejection while `body` runs, and shortly after. */
export async function unhandledRejections(body: () => unknown): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    await body();
    await turn();
    await turn();
  } finally {
    process.off('unhandledRejection', note);
  }
  return unhandled;
}

/** What rxjs reports as unhandled (a throwing subscriber) while `body` runs, and shortly after. */
export async function reportedErrors(body: () => unknown): Promise<unknown[]> {
  const reported: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) => reported.push(error);
  try {
    await body();
    await turn();
    await turn();
  } finally {
    config.onUnhandledError = before;
  }
  return reported;
}

/** The same numbers from 0 up to 1 in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Whether garbage collection takes what `ref` points at. A deref keeps its target until the end of the task. */
export async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let i = 0; i < 8; i++) {
    await turn();
    globalThis.gc!();
    if (ref.deref() === undefined) {
      return true;
    }
  }
  return false;
}
