import { asapScheduler, from, of, range, scheduled, Subject } from 'rxjs';
import { drain } from '../check.js';
import type { Workload } from '../measure.js';
import { against } from '../operators.js';
import { count, atOnce } from '../words.js';

/** Inners that emit and complete later, one by one. */
export function asynchronous(items: number, concurrent: number): Workload {
  return {
    id: 'asynchronous',
    title: `${count(items)} asynchronous Observables (\`asapScheduler\`), ${atOnce(concurrent)}`,
    contestants: against(
      ['mergeMap', 'rxjs-etc'],
      ({ order, apply }) =>
        () =>
        () =>
          drain(range(0, items).pipe(apply((n) => scheduled([n], asapScheduler), concurrent)), items, order),
    ),
  };
}

/** Everything is active at once, and the last to start is the first to end. */
export function reverseSubjects(items: number): Workload {
  return {
    id: 'reverse-subjects',
    title: `${count(items)} Subjects that complete in reverse`,
    contestants: against(['mergeMap', 'rxjs-etc'], ({ order, apply }) => () => {
      const subjects = Array.from({ length: items }, () => new Subject<number>());
      return () =>
        drain(from(subjects).pipe(apply((subject) => subject)), items, order, () => {
          for (let n = items - 1; n >= 0; n--) {
            subjects[n]!.next(n);
            subjects[n]!.complete();
          }
        });
    }),
  };
}

/** The same with promises. */
export function reversePromises(items: number): Workload {
  return {
    id: 'reverse-promises',
    title: `${count(items)} promises that settle in reverse`,
    contestants: against(['mergeMap', 'rxjs-etc'], ({ order, apply }) => () => {
      const settle: ((n: number) => void)[] = [];
      const promises = Array.from({ length: items }, () => new Promise<number>((resolve) => settle.push(resolve)));
      return () =>
        drain(from(promises).pipe(apply((promise) => promise)), items, order, () => {
          for (let n = items - 1; n >= 0; n--) settle[n]!(n);
        });
    }),
  };
}

/** One item is late, and everything behind it is ready. */
export function stuckHead(items: number): Workload {
  return {
    id: 'stuck-head',
    title: `one stuck head, ${count(items)} items parked behind it`,
    contestants: against(['mergeMap', 'rxjs-etc'], ({ order, apply }) => () => {
      const head = new Subject<number>();
      return () =>
        drain(range(0, items + 1).pipe(apply((n) => (n === 0 ? head : of(n)))), items + 1, order, () => {
          head.next(0);
          head.complete();
        });
    }),
  };
}

/**
 * A source that is far quicker than the inners. These are promises because rxjs's operators start the next inner from the
 * completion of the one before: with synchronous inners, they would run out of stack.
 */
export function waiting(items: number, concurrent: number): Workload {
  return {
    id: 'waiting',
    title: `${count(items)} source values waiting, promises ${atOnce(concurrent)}`,
    contestants: against(
      ['mergeMap'],
      ({ order, apply }) =>
        () =>
        () =>
          drain(range(0, items).pipe(apply((n) => Promise.resolve(n), concurrent)), items, order),
    ),
  };
}
