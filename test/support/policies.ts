import { TimeoutError, type Observable, type Subscription } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { expect } from 'vitest';
import type { ConcatMapEagerConfig, MonitorEvent } from '../../src/index.js';

export interface Observation<T> {
  readonly values: T[];
  /** Each notification with the time at which it came, as in `7:a`, `9:#boom` and `9:|`. */
  readonly log: string[];
  readonly subscription: Subscription;
  /** The error it ended with, in a box since an error may be `undefined`. */
  readonly failure: { readonly error: unknown } | undefined;
  readonly completed: boolean;
}

/** Subscribes, and writes down everything that is heard. */
export function observe<T>(source: Observable<T>, now: () => number = () => 0): Observation<T> {
  const values: T[] = [];
  const log: string[] = [];
  const observation = { values, log, failure: undefined, completed: false } as unknown as {
    -readonly [K in keyof Observation<T>]: Observation<T>[K];
  };
  observation.subscription = source.subscribe({
    next: (value) => {
      values.push(value);
      log.push(`${now()}:${String(value)}`);
    },
    error: (error: unknown) => {
      observation.failure = { error };
      log.push(`${now()}:#${nameOf(error)}`);
    },
    complete: () => {
      observation.completed = true;
      log.push(`${now()}:|`);
    },
  });
  return observation;
}

/** A short name for an error: the limit of a `TimeoutError`, the members of an `AggregateError`, a message, a value. */
export function nameOf(error: unknown): string {
  if (error instanceof TimeoutError) {
    const meta = (error.info as { meta: { limit: string } }).meta;
    return meta.limit;
  }
  if (error instanceof AggregateError) {
    return `[${error.errors.map(nameOf).join(' ')}]`;
  }
  return error instanceof TypeError ? 'TypeError' : error instanceof Error ? error.message : String(error);
}

export interface VirtualTime extends RunHelpers {
  readonly scheduler: TestScheduler;
  now(): number;
  observe<T>(source: Observable<T>): Observation<T>;
}

/** Runs a test under a `TestScheduler`, in whose virtual time one frame is one millisecond. */
export function inVirtualTime(test: (time: VirtualTime) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  const now = () => scheduler.now();
  scheduler.run((helpers) => {
    test({ ...helpers, scheduler, now, observe: (source) => observe(source, now) });
  });
}

/** Runs what is given, in virtual time, until nothing is scheduled any more, and returns what was heard. */
export function heard<T>(build: (time: VirtualTime) => Observable<T>): string {
  let log: string[] = [];
  inVirtualTime((time) => {
    ({ log } = time.observe(build(time)));
    time.flush();
  });
  return log.join(' ');
}

/** What an untyped caller may pass: the checks are for those whom the compiler does not stop. */
export const untyped = (config: unknown) => config as ConcatMapEagerConfig<unknown>;

export type Events<T> = MonitorEvent<T>[];

/** A config with a monitor that collects its events. */
export function collect<T>(): { events: Events<T>; monitor: (event: MonitorEvent<T>) => void } {
  const events: Events<T> = [];
  return {
    events,
    monitor: (event) => {
      events.push(event);
    },
  };
}

/** What a function throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return expect.fail('It throws nothing');
}

/** A sequence of pseudo-random numbers from 0 to below 1 that is the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Lets everything that promises lead to happen. */
export const settled = () => new Promise<void>((resolve) => setTimeout(resolve));
