import { Subject, TimeoutError, type Observable, type Subscription } from 'rxjs';
import { expect } from 'vitest';
import type { MonitorEvent } from '../../src/index.js';

/** How an error is written in what has been heard: in a box, so that it differs from the same thing as a value. */
export const failure = (error: unknown) => ({ error });

export interface Recording {
  /** Values, then `'|'` or a `failure`. It grows while the subscription lives. */
  readonly heard: unknown[];
  /** The same in words, each with the time at which it came: `7:a`, `9:#boom` or `9:|`. */
  readonly log: string[];
  readonly subscription: Subscription;
}

/** Subscribes, and notes all that is heard; `react` may react to a value. */
export const record = <T>(observable: Observable<T>, react?: (value: T) => void): Recording =>
  recordAt(() => 0, observable, react);

/** The same, by a clock. */
export function recordAt<T>(now: () => number, observable: Observable<T>, react?: (value: T) => void): Recording {
  const heard: unknown[] = [];
  const log: string[] = [];
  const note = (what: unknown, words: string) => {
    heard.push(what);
    log.push(`${now()}:${words}`);
  };
  const subscription = observable.subscribe({
    next: (value) => {
      note(value, String(value));
      react?.(value);
    },
    error: (error: unknown) => {
      note(failure(error), `#${nameOf(error)}`);
    },
    complete: () => {
      note('|', '|');
    },
  });
  return { heard, log, subscription };
}

/** A short name for an error: the limit of a `TimeoutError`, the members of an `AggregateError`, a message, a value. */
export function nameOf(error: unknown): string {
  if (error instanceof TimeoutError) {
    return (error.info as { meta: { limit: string } }).meta.limit;
  }
  if (error instanceof AggregateError) {
    return `[${error.errors.map(nameOf).join(' ')}]`;
  }
  return error instanceof TypeError ? 'TypeError' : error instanceof Error ? error.message : String(error);
}

/** A config with a monitor that collects its events. */
export function collect<T>(): { events: MonitorEvent<T>[]; monitor: (event: MonitorEvent<T>) => void } {
  const events: MonitorEvent<T>[] = [];
  return { events, monitor: (event) => void events.push(event) };
}

export const subjects = (count: number): Subject<string>[] =>
  Array.from({ length: count }, () => new Subject<string>());

/** What a function throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return expect.fail('It throws nothing');
}
