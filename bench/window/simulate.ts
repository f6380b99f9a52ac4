import { Observable, range, VirtualTimeScheduler, type OperatorFunction } from 'rxjs';
import { Check, type Order } from '../check.js';

/** What the operator that is simulated gets: an inner for each number. */
export type Project = (n: number) => Observable<number>;

export interface Simulated {
  /** When the last value came out, in virtual ms. */
  readonly time: number;
  /** How many items had ended and not come out, at most. */
  readonly mostParked: number;
}

/**
 * Runs an operator in virtual time: item n emits once and completes after `latencies[n]`, and all source values are there
 * from the start, so that a slot is only ever idle because the window is full.
 */
export function simulate(
  operator: (project: Project) => OperatorFunction<number, number>,
  latencies: readonly number[],
  order: Order,
): Simulated {
  const clock = new VirtualTimeScheduler();
  const check = new Check(latencies.length, order);
  let ended = 0;
  let out = 0;
  let mostParked = 0;
  const project: Project = (n) =>
    new Observable((subscriber) =>
      clock.schedule(() => {
        ended++;
        subscriber.next(n);
        subscriber.complete();
        mostParked = Math.max(mostParked, ended - out);
      }, latencies[n]),
    );
  range(0, latencies.length)
    .pipe(operator(project))
    .subscribe((value) => {
      check.next(value);
      out++;
    });
  clock.flush();
  check.end();
  return { time: clock.now(), mostParked };
}
