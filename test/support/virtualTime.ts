import type { Observable } from 'rxjs';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { expect } from 'vitest';
import { recordAt, type Recording } from './record.js';

export interface VirtualTime extends RunHelpers {
  readonly scheduler: TestScheduler;
  now(): number;
  record<T>(observable: Observable<T>): Recording;
}

/** Runs a test in virtual time, in which a frame of rxjs's own marbles is a millisecond, to its end. */
export function inVirtualTime(test: (time: VirtualTime) => void): void {
  const scheduler = new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  });
  const now = () => scheduler.now();
  scheduler.run((helpers) => {
    test({ ...helpers, scheduler, now, record: (observable) => recordAt(now, observable) });
  });
}

/** What is heard of an Observable, and when, until nothing is scheduled any more: `1:a 4:#boom`. */
export function timed<T>(build: (time: VirtualTime) => Observable<T>): string {
  let log: string[] = [];
  inVirtualTime((time) => {
    ({ log } = time.record(build(time)));
    time.flush();
  });
  return log.join(' ');
}
