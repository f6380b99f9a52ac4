import { Observable, range, VirtualTimeScheduler } from 'rxjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX, rules, type Controller } from '../../bench/adaptive/controllers.js';
import { compare, findBest, highest, recover, serviceOf, type Outcome } from '../../bench/adaptive/measure.js';
import { kinds, latencies, SIZES, TURN_KINDS, turns } from '../../bench/adaptive/scenes.js';
import { simulate, type Change, type Service } from '../../bench/adaptive/simulate.js';
import { makeRandom } from '../../bench/window/latencies.js';
import { adaptiveLimit, concatMapEager } from '../../src/index.js';
import { AdaptiveRule } from '../../src/internal/adaptiveRule.js';

const [ours, ...others] = rules;
const SEEDS = [11, 12, 13];

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** The simulation of `npm run bench:adaptive`, with fewer and shorter runs. */
describe('an adaptive limit, simulated', () => {
  const cases = kinds.flatMap((kind) =>
    latencies.flatMap(({ id }) =>
      SIZES.map((servers) => ({ kind, id, servers, service: serviceOf(kind, id, servers) })),
    ),
  );
  type Case = (typeof cases)[number];
  const bestsOf = ({ service }: Case) => SEEDS.map((seed) => findBest(service, 10_000, seed, [1, 1.05]));
  type Found = Case & { readonly bests: ReturnType<typeof bestsOf> };
  const outcomesOf = (rule: typeof ours, { service, bests }: Found) =>
    bests.map((best, i) => ({ best: best.limit, ...compare(service, rule!.create(), best, SEEDS[i]!) }));
  let outcomes: (Found & { readonly runs: ReturnType<typeof outcomesOf> })[];
  // Not while tests are collected: that is done for those that are left out as well.
  beforeAll(() => {
    const found = cases.map((each) => ({ ...each, bests: bestsOf(each) }));
    outcomes = found.map((each) => ({ ...each, runs: outcomesOf(ours, each) }));
  });

  const isHigh = ({ limit, best }: Outcome & { best: number }) => limit > highest(best);

  test.each(kinds.flatMap(({ id }) => SIZES.map((servers) => ({ kind: id, servers }))))(
    'at a service of $servers of the kind "$kind", does nine tenths of what can be done, with a low limit',
    ({ kind, servers }) => {
      const runs = outcomes
        .filter((each) => each.kind.id === kind && each.servers === servers)
        .flatMap((each) => each.runs);
      const shares = runs.map(({ steadyShare }) => steadyShare);
      expect(median(shares)).toBeGreaterThan(0.9);
      expect(Math.min(...shares)).toBeGreaterThan(0.85);
      expect(Math.max(...runs.map(({ refused }) => refused))).toBeLessThan(0.1);
      expect(median(runs.map(({ limit, best }) => limit / highest(best)))).toBeLessThan(1);
    },
  );

  test('does so in 19 of 20 runs', () => {
    const runs = outcomes.flatMap((each) => each.runs);
    expect(runs.filter(({ steadyShare }) => steadyShare < 0.9).length / runs.length).toBeLessThan(0.05);
    expect(runs.filter(isHigh).length / runs.length).toBeLessThan(0.05);
  });

  test('comes back from where its first climb has led, at a service whose queue is long', () => {
    const { latency } = serviceOf(kinds[0]!, 'uniform', 20);
    const limits = Array.from({ length: 20 }, (_, seed) => {
      const run = simulate({ servers: 20, latency, queue: 40 }, ours!.create(), 4_000, seed);
      return [run.limits[1_000]!, run.limits.slice(2_000).reduce((sum, limit) => sum + limit) / 2_000] as const;
    });
    expect(median(limits.map(([limit]) => limit))).toBeLessThan(highest(20));
    expect(limits.filter(([, limit]) => limit > highest(20)).length).toBeLessThan(2);
  });

  test('does not do less where one attempt in a hundred fails by chance', () => {
    const shareOf = (id: string) =>
      median(outcomes.filter(({ kind }) => kind.id === id).flatMap(({ runs }) => runs.map(({ share }) => share)));
    expect(Math.abs(shareOf('fails') - shareOf('queue'))).toBeLessThan(0.02);
  });

  test.each(turns.flatMap((turn) => [4, 20].map((servers) => ({ turn, servers, title: turn.title }))))(
    'is right within 300 attempts after a change at a service of $servers: $title',
    ({ turn, servers }) => {
      const recoveries = TURN_KINDS.flatMap((kind) =>
        latencies.flatMap(({ id }) =>
          SEEDS.map((seed) => recover(serviceOf(kind, id, servers), ours!.create(), turn, seed)),
        ),
      );
      expect(median(recoveries.map(({ attempts }) => attempts))).toBeLessThanOrEqual(300);
      expect(median(recoveries.map(({ share }) => share))).toBeGreaterThan(0.9);
    },
  );

  test.each(others)('does what $name does not', (rule) => {
    const failed = outcomes
      .filter(({ service, id }) => id === 'exponential' && service.servers <= 100)
      .flatMap((each) => outcomesOf(rule, each))
      .filter((run) => run.steadyShare < 0.8 || run.refused > 0.2 || isHigh(run));
    expect(failed.length).toBeGreaterThan(5);
  });
});

/** A service of Observables, as the simulated one: it draws the same times. */
class Servers {
  private readonly works: () => number;
  private readonly waiting: (() => void)[] = [];
  private busy = 0;
  private ended = 0;
  private weight = 1;
  private servers: number;

  constructor(
    private readonly service: Service,
    private readonly clock: VirtualTimeScheduler,
    seed: number,
    private readonly changes: readonly Change[],
  ) {
    this.works = makeRandom(seed);
    this.servers = service.servers;
  }

  call(): Observable<never> {
    return new Observable((subscriber) => {
      const { service, clock } = this;
      if (this.busy < this.servers) {
        this.serve(() => subscriber.complete());
      } else if (this.waiting.length < (service.queue ?? Infinity)) {
        this.waiting.push(() => this.serve(() => subscriber.complete()));
      } else {
        clock.schedule(() => {
          this.count();
          subscriber.error({ status: 429 });
        }, 2);
      }
    });
  }

  private serve(answer: () => void): void {
    const { service, clock } = this;
    this.busy++;
    const work = this.weight * service.latency.draw(this.works);
    clock.schedule(() => {
      this.busy--;
      clock.schedule(() => {
        this.count();
        answer();
      }, 2);
      this.next();
    }, work);
  }

  private next(): void {
    while (this.busy < this.servers && this.waiting.length > 0) this.waiting.shift()!();
  }

  private count(): void {
    this.ended++;
    const change = this.changes.find(({ after }) => after === this.ended);
    this.servers = change?.servers ?? this.servers;
    this.weight = change?.weight ?? this.weight;
    this.next();
  }
}

/** The rule as it is in an operator, with what it has changed, and when. */
class Rule implements Controller {
  limit = 4;
  readonly changes: [at: number, limit: number][] = [[0, 4]];
  private readonly rule = new AdaptiveRule(1, MAX, 4);
  private now = 0;

  constructor() {
    // The values come one by one: when the first has been started, slots are free, and nothing waits.
    this.rule.underused();
  }

  began(): number {
    return this.rule.began();
  }

  ended(begun: number, now: number, duration: number, isOverload: boolean): void {
    this.now = now;
    this.rule.ended(begun, duration, isOverload);
    this.follow();
  }

  private follow(): void {
    if (this.rule.limit === this.limit) return;
    this.limit = this.rule.limit;
    this.changes.push([this.now, this.limit]);
  }
}

describe('adaptiveLimit', () => {
  const ATTEMPTS = 6_000;

  test.each([
    ['a queue without bounds, and twice as many servers later', kinds[0]!, { after: 3_000, servers: 40 }],
    ['a queue without bounds, and work that becomes longer', kinds[0]!, { after: 3_000, weight: 4 }],
    ['refusals of all that would wait, and half as many servers later', kinds[2]!, { after: 3_000, servers: 10 }],
  ])('changes as in the simulation, at the same times: %s', (_, kind, change) => {
    const service = serviceOf(kind, 'exponential', 20);
    const simulated = new Rule();
    const { at } = simulate(service, simulated, ATTEMPTS, 5, [change]);

    const clock = new VirtualTimeScheduler();
    const servers = new Servers(service, clock, 5, [change]);
    const limit = adaptiveLimit({ max: MAX });
    const seen: [at: number, limit: number][] = [];
    limit.changes.subscribe((current) => seen.push([clock.now(), current]));
    let result = '';
    range(0, ATTEMPTS)
      .pipe(
        concatMapEager(() => servers.call(), {
          concurrent: limit,
          reorderWindow: Infinity,
          onError: 'skip',
          scheduler: clock,
        }),
      )
      .subscribe({ complete: () => (result = 'complete') });
    clock.flush();

    expect(result).toBe('complete');
    // At the end of the source, slots are free, and the rule does not learn any more.
    const until = simulated.changes.filter(([time]) => time < at[ATTEMPTS - 300]!);
    expect(seen.slice(0, until.length)).toEqual(until);
    expect(until.length).toBeGreaterThan(40);
  });
});
