import type { Observable, Subscription } from 'rxjs';
import { recordAt } from './record.js';
import { inVirtualTime as inTime, type VirtualTime as Time } from './virtualTime.js';

// What the tests of the recipes still say in words of their own.
export { randomFrom } from './random.js';
export { nameOf } from './record.js';

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
  const { heard, log, subscription } = recordAt(now, source, (value) => values.push(value));
  const last = () => (heard.length > values.length ? heard.at(-1) : undefined);
  return {
    values,
    log,
    subscription,
    get failure() {
      return last() === '|' ? undefined : (last() as { error: unknown } | undefined);
    },
    get completed() {
      return last() === '|';
    },
  };
}

export interface VirtualTime extends Time {
  observe<T>(source: Observable<T>): Observation<T>;
}

export function inVirtualTime(test: (time: VirtualTime) => void): void {
  inTime((time) => {
    test({ ...time, observe: (source) => observe(source, time.now) });
  });
}
