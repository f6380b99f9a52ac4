// Limits that change and are shared: random streams that are fed, end in every way, and do so from within each other.
import fc from 'fast-check';
import { BehaviorSubject, Observable, Subject, type Subscription } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { concatMapEager, sharedLimit, type Concurrency, type ConcatMapEagerConfig } from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';

vi.setConfig({ testTimeout: 120_000 });

const numRuns = Number(process.env.LIMIT_RUNS ?? 1000);
const STREAMS = 3;

/** What is done to some stream, or to the limit. */
interface Step {
  readonly does: 'push' | 'complete' | 'fail' | 'emit' | 'unsubscribe' | 'abort' | 'endSource' | 'failSource' | 'limit';
  readonly stream: number;
  /** Which of the active items, or which limit. */
  readonly n: number;
}

interface Plan {
  readonly steps: readonly Step[];
  /** What is done, one after the other, while items are started, emit or are torn down. */
  readonly nested: readonly Step[];
  readonly configs: readonly ConcatMapEagerConfig<number>[];
}

const step = fc.record<Step>({
  does: fc.oneof(
    { weight: 16, arbitrary: fc.constant<Step['does']>('push') },
    { weight: 12, arbitrary: fc.constant<Step['does']>('complete') },
    { weight: 8, arbitrary: fc.constantFrom<Step['does']>('fail', 'emit', 'limit') },
    { weight: 1, arbitrary: fc.constantFrom<Step['does']>('unsubscribe', 'abort', 'endSource', 'failSource') },
  ),
  stream: fc.nat(STREAMS - 1),
  n: fc.nat(4),
});

const onError = fc.constantFrom(...POLICY_NAMES, () => []);

const anyConfig = fc.record<ConcatMapEagerConfig<number>>({
  onError,
  retry: fc.constantFrom(0, 1),
  atomic: fc.boolean(),
  reorderWindow: fc.constantFrom(1, 2, 50),
  key: fc.constantFrom(undefined, (n: number) => n % 2),
});

/** With it, whatever waits may be started as soon as there is a slot. */
const plainConfig = fc.record<ConcatMapEagerConfig<number>>({ onError, retry: fc.constantFrom(0, 1) });

const plans = (config: fc.Arbitrary<ConcatMapEagerConfig<number>>, maxNested: number): fc.Arbitrary<Plan> =>
  fc.record({
    steps: fc.array(step, { minLength: 10, maxLength: 80 }),
    nested: fc.array(step, { maxLength: maxNested }),
    configs: fc.array(config, { minLength: STREAMS, maxLength: STREAMS }),
  });

interface Stream {
  readonly source: Subject<number>;
  readonly controller: AbortController;
  readonly subscription: Subscription;
  readonly inners: Set<Subject<number>>;
  isOver: boolean;
  waiting: number;
  active: number;
  /** Who was served since it has begun to wait, or was served itself. */
  readonly servedSince: Set<Stream>;
}

class Play {
  readonly limits = new BehaviorSubject(1);
  readonly streams: Stream[];
  /** How often an item was started. */
  starts = 0;
  unfair = 0;
  /** How often one was started although as many were active as the limit allows. What is thrown there would be lost. */
  exceeded = 0;
  nested: Step[];
  private readonly concurrent: Concurrency;

  constructor({ configs, nested }: Plan, isShared: boolean) {
    this.concurrent = isShared ? sharedLimit(this.limits) : this.limits;
    this.nested = [...nested];
    this.streams = configs.slice(0, isShared ? STREAMS : 1).map((config) => this.open(config));
  }

  get active(): number {
    return this.streams.reduce((sum, { active }) => sum + active, 0);
  }

  get waiting(): number {
    return this.streams.reduce((sum, { waiting }) => sum + waiting, 0);
  }

  do({ does, stream: number, n }: Step): void {
    const stream = this.streams[number % this.streams.length]!;
    const inner = [...stream.inners][n % Math.max(1, stream.inners.size)];
    if (does === 'push') stream.source.next(n);
    else if (does === 'complete') inner?.complete();
    else if (does === 'fail') inner?.error(new Error('boom'));
    else if (does === 'emit') inner?.next(n);
    else if (does === 'limit') this.limits.next(n);
    else if (does === 'unsubscribe') stream.subscription.unsubscribe();
    else if (does === 'abort') stream.controller.abort();
    else if (does === 'endSource') stream.source.complete();
    else stream.source.error(new Error('source'));
  }

  open(config: ConcatMapEagerConfig<number>): Stream {
    const stream = {
      source: new Subject<number>(),
      controller: new AbortController(),
      inners: new Set<Subject<number>>(),
      isOver: false,
      waiting: 0,
      active: 0,
      servedSince: new Set<Stream>(),
    } as Omit<Stream, 'subscription'> as Stream;
    const inner = () =>
      new Observable<number>((subscriber) => {
        const subject = new Subject<number>();
        stream.inners.add(subject);
        subject.subscribe(subscriber);
        this.react();
        return () => {
          stream.inners.delete(subject);
          this.react();
        };
      });
    const subscription = stream.source
      .pipe(
        concatMapEager(inner, {
          ...config,
          concurrent: this.concurrent,
          signal: stream.controller.signal,
          monitor: ({ type, attempt, waiting, active }) => {
            if (stream.waiting === 0 && waiting > 0) stream.servedSince.clear();
            Object.assign(stream, { waiting, active });
            if (type === 'started' && attempt === 1) this.started(stream);
          },
        }),
      )
      .subscribe({
        next: () => this.react(),
        error: () => (stream.isOver = true),
        complete: () => (stream.isOver = true),
      });
    return Object.assign(stream, { subscription });
  }

  private started(stream: Stream): void {
    this.starts++;
    if (this.active > this.limits.value) this.exceeded++;
    for (const other of this.streams ?? []) {
      if (other !== stream && other.waiting > 0) {
        this.unfair += other.servedSince.has(stream) ? 1 : 0;
        other.servedSince.add(stream);
      }
    }
    stream.servedSince.clear();
  }

  private react(): void {
    const next = this.streams === undefined ? undefined : this.nested.shift();
    if (next !== undefined) this.do(next);
  }
}

describe.each([
  ['shared by several streams', true],
  ['of one stream', false],
])('a limit that changes, %s,', (_, isShared) => {
  test('is never exceeded at any start, and all slots are back after any end', () => {
    fc.assert(
      fc.property(plans(anyConfig, 8), (plan) => {
        const play = new Play(plan, isShared);
        plan.steps.forEach((each) => play.do(each));

        play.streams.forEach(({ subscription }) => subscription.unsubscribe());
        expect(play.exceeded).toBe(0);
        expect(play.active).toBe(0);
        play.nested = [];
        play.limits.next(3);
        const probe = play.open({});
        play.streams.splice(0, STREAMS, probe);
        for (let n = 0; n < 5; n++) probe.source.next(n);
        expect([probe.active, probe.waiting]).toEqual([3, 2]);
      }),
      { numRuns },
    );
  });

  test('leaves no slot free while something waits, whatever happens within what', () => {
    fc.assert(
      fc.property(plans(plainConfig, 8), (plan) => {
        const play = new Play(plan, isShared);
        for (const each of plan.steps) {
          play.do(each);
          expect(play.waiting === 0 || play.active >= play.limits.value).toBe(true);
        }
      }),
      { numRuns },
    );
  });

  test('cancels nothing when it is lowered', () => {
    fc.assert(
      fc.property(plans(plainConfig, 0), (plan) => {
        const play = new Play(plan, isShared);
        for (const each of plan.steps) {
          const { active } = play;
          play.do(each);
          if (each.does === 'limit') expect(play.active).toBeGreaterThanOrEqual(active);
        }
      }),
      { numRuns },
    );
  });
});

test('a shared limit serves no stream twice while another one waits', () => {
  let starts = 0;
  fc.assert(
    fc.property(plans(plainConfig, 0), (plan) => {
      const play = new Play(plan, true);
      plan.steps.forEach((each) => play.do(each));
      starts += play.starts;
      expect(play.unfair).toBe(0);
    }),
    { numRuns },
  );
  expect(starts).toBeGreaterThan(3 * numRuns);
});
