// Whatever the pattern in which a consumer asks, it is given what a subscriber is, and no more is read than the window has room for.
import fc from 'fast-check';
import { Subject, tap } from 'rxjs';
import { expect, test, vi } from 'vitest';
import {
  concatMapEagerFrom,
  type ConcatMapEagerConfig,
  type MonitorEvent,
  type OnErrorPolicy,
} from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';
import { record } from '../support/record.js';

vi.setConfig({ testTimeout: 120_000 });

/** What happens, one thing after the other: an item emits or ends, or the consumer asks. */
type Step = { readonly item: number; readonly does: 'emits' | 'completes' | 'fails' } | 'asks';

interface Plan {
  readonly steps: readonly Step[];
  readonly config: ConcatMapEagerConfig<number>;
  readonly items: number;
  /** Is told of each value that an item emits. */
  readonly emits?: (item: number) => void;
}

const ITEMS = 6;

const plans = (config: fc.Arbitrary<ConcatMapEagerConfig<number>>): fc.Arbitrary<Plan> =>
  fc.record({
    items: fc.integer({ min: 1, max: ITEMS }),
    config,
    steps: fc.array(
      fc.oneof(
        { weight: 2, arbitrary: fc.constant('asks' as const) },
        {
          weight: 5,
          arbitrary: fc.record({
            item: fc.nat(ITEMS - 1),
            does: fc.oneof(
              { weight: 5, arbitrary: fc.constant('emits' as const) },
              { weight: 4, arbitrary: fc.constant('completes' as const) },
              { weight: 1, arbitrary: fc.constant('fails' as const) },
            ),
          }),
        },
      ),
      { maxLength: 60 },
    ),
  });

const onError = fc.constantFrom<OnErrorPolicy>(...POLICY_NAMES);

/** Plays a plan for whoever `consume` makes of the result. */
function play({ steps, config, items, emits }: Plan, ask?: () => void) {
  const inners = Array.from({ length: ITEMS }, () => new Subject<string>());
  const emitted = inners.map(() => 0);
  const values = Array.from({ length: items }, (_, n) => n);
  const inner = (n: number) => inners[n]!.pipe(tap(() => emits?.(n)));
  const result = concatMapEagerFrom(values, inner, config);
  const run = () => {
    for (const step of steps) {
      if (step === 'asks') {
        ask?.();
        continue;
      }
      const inner = inners[step.item]!;
      if (step.does === 'emits') inner.next(`${step.item}.${emitted[step.item]!++}`);
      else if (step.does === 'completes') inner.complete();
      else inner.error(`boom ${step.item}`);
    }
    inners.forEach((inner) => inner.complete());
  };
  return { result, run };
}

function heardBySubscriber(plan: Plan): unknown[] {
  const { result, run } = play(plan);
  const { heard } = record(result);
  run();
  return heard;
}

async function heardByAsking(plan: Plan): Promise<{ heard: unknown[] }> {
  const heard: unknown[] = [];
  const answers: Promise<void>[] = [];
  let [ended, asked] = [false, 0];
  const ask = () => {
    asked++;
    answers.push(
      iterator.next().then(
        ({ done, value }) => {
          if (!done) heard.push(value);
          else if (!ended) {
            ended = true;
            heard.push('|');
          }
        },
        (error: unknown) => {
          ended = true;
          heard.push({ error });
        },
      ),
    );
  };
  counts.asked = () => asked;
  const { result, run } = play(plan, ask);
  const iterator = result[Symbol.asyncIterator]();
  // It begins as a subscription does.
  ask();
  run();
  await turnOfPromises();
  while (!ended) {
    ask();
    await turnOfPromises();
  }
  await Promise.all(answers);
  return { heard };
}

/** How often it has been asked, in the run that goes on. */
const counts = { asked: () => 0 };

const turnOfPromises = () => Promise.resolve().then(() => Promise.resolve());

const same = (config: fc.Arbitrary<ConcatMapEagerConfig<number>>) =>
  fc.assert(
    fc.asyncProperty(plans(config), async (plan) => {
      const { heard } = await heardByAsking(plan);
      expect(heard).toEqual(heardBySubscriber(plan));
    }),
    { numRuns: 1_000 },
  );

// An error that comes at once may overtake what is ready and not taken. So `immediate` is not among these.
const orderly = onError.filter((policy) => policy !== 'immediate');

test('in the order of the source', async () => {
  await same(fc.record({ onError: orderly, atomic: fc.boolean() }));
});

test('in an order for each key', async () => {
  await same(
    fc.record({
      onError: orderly,
      atomic: fc.boolean(),
      key: fc.constant((n: number) => n % 2),
      order: fc.constant<'key'>('key'),
      concurrentPerKey: fc.constantFrom(1, 2, Infinity),
    }),
  );
});

test('an item is flushed when its last value was asked for, and no more are read and not flushed than the window has room for', async () => {
  await fc.assert(
    fc.asyncProperty(
      plans(
        fc.record({
          onError: fc.constant<OnErrorPolicy>('skip'),
          concurrent: fc.integer({ min: 1, max: 3 }),
          reorderWindow: fc.integer({ min: 1, max: 4 }),
        }),
      ),
      async (plan) => {
        let [unflushed, emitted] = [0, 0];
        const emittedOf = new Map<number, number>();
        const faults: string[] = [];
        const monitor = ({ type, index }: MonitorEvent<number>) => {
          if (type === 'received' && ++unflushed > plan.config.reorderWindow!) faults.push(`${index} is too many`);
          if (type === 'flushed') {
            unflushed--;
            emitted += emittedOf.get(index) ?? 0;
            if (emitted > counts.asked()) faults.push(`${index} is flushed too early`);
          }
        };
        const { heard } = await heardByAsking({
          ...plan,
          config: { ...plan.config, monitor },
          emits: (item) => emittedOf.set(item, (emittedOf.get(item) ?? 0) + 1),
        });
        expect(faults).toEqual([]);
        expect(heard).toEqual(heardBySubscriber(plan));
      },
    ),
    { numRuns: 500 },
  );
});
