import { concatMap, Observable, type OperatorFunction, VirtualTimeScheduler } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { concatMapEager } from '../src/index.js';
import { seededRandom } from './support/flow.js';

// Much work, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** What a cold, finite Observable does: values with the milliseconds before each, then how and when it ends. */
interface Plan {
  readonly gaps: number[];
  readonly last: number;
  readonly fails: boolean;
}

interface Scenario {
  readonly source: Plan;
  readonly inners: Plan[];
  readonly concurrent: number;
  readonly reorderWindow: number;
}

interface Run {
  readonly heard: { readonly value: unknown; readonly at: number }[];
  mostActive: number;
  readonly started: number[];
}

function scenario(random: () => number): Scenario {
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  const plan = (values: number, longest: number, fails: boolean): Plan => ({
    // Often no time at all, so that much happens synchronously.
    gaps: Array.from({ length: upTo(values) }, () => (random() < 0.4 ? 0 : upTo(longest))),
    last: random() < 0.4 ? 0 : upTo(longest),
    fails,
  });
  const source = plan(12, 4, false);
  return {
    source,
    inners: source.gaps.map(() => plan(4, 12, random() < 0.05)),
    concurrent: random() < 0.2 ? Infinity : 1 + upTo(4),
    reorderWindow: random() < 0.2 ? Infinity : 1 + upTo(6),
  };
}

function play(plan: Plan, name: string, scheduler: VirtualTimeScheduler): Observable<string> {
  return new Observable((subscriber) => {
    const step = (i: number): void => {
      for (; i < plan.gaps.length && !subscriber.closed; i++) {
        subscriber.next(`${name}${i}`);
        const gap = plan.gaps[i + 1] ?? plan.last;
        if (gap > 0) {
          subscriber.add(scheduler.schedule(() => step(i + 1), gap));
          return;
        }
      }
      if (plan.fails) {
        subscriber.error(`${name} failed`);
      } else {
        subscriber.complete();
      }
    };
    const first = plan.gaps[0] ?? plan.last;
    if (first > 0) {
      subscriber.add(scheduler.schedule(() => step(0), first));
    } else {
      step(0);
    }
  });
}

function run(
  { source, inners }: Scenario,
  operator: (project: (value: string, index: number) => Observable<string>) => OperatorFunction<string, string>,
): Run {
  const scheduler = new VirtualTimeScheduler();
  const result: Run = { heard: [], mostActive: 0, started: [] };
  let active = 0;
  play(source, 's', scheduler)
    .pipe(
      operator((_, index) => {
        result.started.push(index);
        return new Observable((subscriber) => {
          result.mostActive = Math.max(result.mostActive, ++active);
          subscriber.add(() => active--);
          subscriber.add(play(inners[index]!, `${index}.`, scheduler).subscribe(subscriber));
        });
      }),
    )
    .subscribe({
      next: (value) => {
        result.heard.push({ value, at: scheduler.now() });
      },
      error: (error) => result.heard.push({ value: { error: String(error) }, at: scheduler.now() }),
      complete: () => result.heard.push({ value: '|', at: scheduler.now() }),
    });
  scheduler.flush();
  return result;
}

const values = ({ heard }: Run) => heard.map(({ value }) => value);

test('gives what concatMap gives, never later, in 500 random scenarios', () => {
  const random = seededRandom(20261123);
  let sooner = 0;
  let failed = 0;
  let raced = 0;
  for (let i = 0; i < 500; i++) {
    const drawn = scenario(random);
    const { concurrent, reorderWindow } = drawn;
    const expected = run(drawn, (project) => concatMap(project));
    const actual = run(drawn, (project) => concatMapEager(project, { concurrent, reorderWindow }));

    expect(values(actual), JSON.stringify(drawn)).toEqual(values(expected));
    expect(actual.started).toEqual(actual.started.map((_, index) => index));
    expect(actual.mostActive).toBeLessThanOrEqual(Math.min(concurrent, reorderWindow));
    for (const [position, { at }] of actual.heard.entries()) {
      expect(at, JSON.stringify(drawn)).toBeLessThanOrEqual(expected.heard[position]!.at);
    }
    sooner += actual.heard.at(-1)!.at < expected.heard.at(-1)!.at ? 1 : 0;
    failed += typeof values(actual).at(-1) === 'object' ? 1 : 0;
    raced += actual.mostActive > 1 ? 1 : 0;
  }

  // The scenarios are worth something: many run side by side, many end sooner, some fail.
  expect(sooner).toBeGreaterThan(200);
  expect(raced).toBeGreaterThan(200);
  expect(failed).toBeGreaterThan(50);
});

test('does what concatMap does at the same times with one at a time, in 200 random scenarios', () => {
  const random = seededRandom(7);
  for (let i = 0; i < 200; i++) {
    const drawn = scenario(random);

    expect(
      run(drawn, (project) => concatMapEager(project, { concurrent: 1, onError: 'immediate' })).heard,
      JSON.stringify(drawn),
    ).toEqual(run(drawn, (project) => concatMap(project)).heard);
  }
});
