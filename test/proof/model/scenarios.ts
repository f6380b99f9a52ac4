import fc from 'fast-check';
import { POLICY_NAMES } from '../../../src/internal/policies.js';
import type {
  Answer,
  Asks,
  Deed,
  ItemPlan,
  KeyPlan,
  Limits,
  PlannedConfig,
  Play,
  Reaction,
  Scenario,
} from './scenario.js';

// Everything happens at multiples of ten milliseconds, and limits last some more: so it is rare that two things of which the
// contract does not say which comes first happen at one time.

/** Milliseconds before something: often none. */
const gap = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: tens(1, 5) });

const play = (end: fc.Arbitrary<Play['end']>, maxLength: number): fc.Arbitrary<Play> =>
  fc.record({ gaps: fc.array(gap, { maxLength }), last: gap, end });

const ends = fc.oneof(
  { weight: 6, arbitrary: fc.constant('complete' as const) },
  { weight: 4, arbitrary: fc.constant('error' as const) },
  { weight: 1, arbitrary: fc.constant('never' as const) },
);

/** Many values at once, so that some have to wait. */
const atOnce: fc.Arbitrary<Play> = fc
  .tuple(fc.integer({ min: 3, max: 7 }), gap, ends)
  .map(([length, last, end]) => ({ gaps: Array.from({ length }, () => 0), last, end }));

const answer: fc.Arbitrary<Answer> = fc
  .tuple(
    fc.oneof(
      { weight: 10, arbitrary: fc.constant('observable' as const) },
      { weight: 3, arbitrary: fc.constantFrom('array' as const, 'iterable' as const, 'thenable' as const) },
      { weight: 1, arbitrary: fc.constantFrom('throws' as const, 'invalid' as const) },
    ),
    play(ends, 3),
    fc.boolean(),
  )
  .map(([kind, { gaps, last, end }, signal]): Answer => {
    switch (kind) {
      case 'observable':
        return { kind, gaps, last, end, signal };
      case 'thenable':
        // Its value and its end are one.
        return end === 'complete'
          ? { kind, gaps: [last], last: 0, end, signal }
          : { kind, gaps: [], last, end, signal };
      case 'array':
      case 'iterable':
        return { kind, gaps: gaps.map(() => 0), last: 0, end: 'complete', signal };
      default:
        return { kind, gaps: [], last: 0, end: 'complete', signal };
    }
  });

const item: fc.Arbitrary<ItemPlan> = fc.record({
  attempts: fc.array(answer, { minLength: 1, maxLength: 4 }),
  fallback: answer,
  notifier: answer,
});

const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

/** Few keys, so that several values have the same. */
const keyPlan = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom<KeyPlan>('a', 'a', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom<KeyPlan>('throws', 'promise') },
);

const keyed: fc.Arbitrary<Pick<PlannedConfig, 'keys' | 'concurrentPerKey' | 'order'>> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ keys: undefined, concurrentPerKey: undefined, order: undefined }) },
  {
    weight: 1,
    arbitrary: fc.record({
      keys: fc.array(keyPlan, { minLength: 1, maxLength: 5 }),
      concurrentPerKey: maybe(fc.constantFrom(1, 2, 3, Infinity)),
      order: fc.constantFrom(undefined, 'source' as const, 'key' as const, 'key' as const),
    }),
  },
);

/** Limits that change, of which the first is often there at once. */
const limits: fc.Arbitrary<Limits> = fc
  .tuple(
    play(fc.constantFrom('complete', 'error', 'never', 'never'), 4),
    fc.array(fc.constantFrom(0, 0, 1, 1, 1, 2, 2, 3, Infinity, -1), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([played, numbers, atOnce]) => ({ ...played, gaps: atOnce ? [0, ...played.gaps] : played.gaps, numbers }));

const unkeyedConfig = fc.record({
  concurrent: maybe(fc.integer({ min: 1, max: 4 }), 3),
  limits: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: limits }),
  through: maybe(fc.constantFrom('shared' as const, 'adaptive' as const), 4),
  reorderWindow: maybe(fc.integer({ min: 1, max: 5 })),
  first: maybe(tens(0, 4, 1)),
  each: maybe(tens(0, 4, 2)),
  total: maybe(tens(0, 9, 4)),
  blocking: maybe(tens(0, 4, 6)),
  retries: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
  delay: maybe(fc.oneof(tens(0, 3, 7), fc.constant('notifier' as const)), 3),
  resetOnSuccess: fc.boolean(),
  onError: fc.constantFrom(undefined, ...POLICY_NAMES, 'function' as const),
  atomic: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  maxParked: maybe(fc.constantFrom(1, 1, 2, 3, Infinity)),
  signal: fc.oneof(
    { weight: 15, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: tens(0, 9, 8) },
    { weight: 1, arbitrary: fc.constant('never' as const) },
    { weight: 1, arbitrary: fc.constant('before' as const) },
  ),
  monitor: fc.boolean(),
});

const bounded: fc.Arbitrary<Pick<PlannedConfig, 'maxWaiting' | 'overflow'>> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      maxWaiting: fc.constantFrom(0, 0, 1, 1, 2, 3, Infinity),
      overflow: fc.constantFrom(
        undefined,
        'error' as const,
        'drop-oldest' as const,
        'drop-oldest' as const,
        'drop-newest' as const,
        'drop-newest' as const,
      ),
    }),
  },
);

const config: fc.Arbitrary<PlannedConfig> = fc
  .tuple(unkeyedConfig, keyed)
  .map(([options, keys]) => ({ ...options, ...keys }));

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      to: fc.constant('source' as const),
      what: fc.constantFrom('next', 'next', 'complete', 'error'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      to: fc.constant('inner' as const),
      back: fc.nat(3),
      what: fc.constantFrom('next', 'next', 'complete', 'error'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ to: 'consumer', what: 'unsubscribe' } as const) },
  { weight: 2, arbitrary: fc.constant({ to: 'consumer', what: 'ask' } as const) },
  { weight: 2, arbitrary: fc.constant({ to: 'signal', what: 'abort' } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      to: fc.constantFrom('until' as const, 'limits' as const),
      what: fc.constantFrom('next', 'next', 'complete', 'error'),
    }),
  },
);

const reaction: fc.Arbitrary<Reaction> = fc.record({
  moment: fc.constantFrom(
    'next',
    'next',
    'next',
    'call',
    'key',
    'key',
    'subscribe',
    'teardown',
    'teardown',
    'abort',
    'monitor',
    'pull',
    'pull',
    'read',
  ),
  nth: fc.nat(3),
  times: fc.constantFrom(1, 2, 8),
  deed,
});

/** What ends the reading: often by an error, and seldom at once. */
const until: fc.Arbitrary<Answer> = fc.oneof(
  {
    weight: 4,
    arbitrary: play(fc.constantFrom('complete', 'error', 'error', 'never'), 1).map((played): Answer => {
      return { ...played, kind: 'observable', signal: false };
    }),
  },
  { weight: 1, arbitrary: answer.filter(({ kind }) => !['observable', 'throws', 'invalid'].includes(kind)) },
);

const reading: fc.Arbitrary<Pick<PlannedConfig, 'readAhead' | 'until'>> = fc.record({
  readAhead: maybe(fc.constantFrom(0, 1, 1, 2, 3, Infinity)),
  until: maybe(until),
});

/** Calls of `next()`: some at certain times, and perhaps one after each value, as by `for await`. */
const asks: fc.Arbitrary<Asks> = fc
  .record({
    gaps: fc.array(gap, { minLength: 1, maxLength: 5 }),
    again: fc.constantFrom(undefined, 0, 0, 10, 30),
  })
  .map(({ gaps, again }) => {
    let at = 0;
    return { at: gaps.map((each) => (at += each)), again };
  });

/** The doors, with the options that only they take. */
const entrance: fc.Arbitrary<Pick<Scenario, 'door' | 'opens' | 'asks'> & { readonly config: Partial<PlannedConfig> }> =
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ door: fc.constant('concatMapEager' as const), config: bounded }) },
    {
      weight: 3,
      arbitrary: fc.record({
        door: fc.constantFrom('concatEager' as const, 'concatMapEagerFrom' as const),
        opens: fc.constantFrom(true, false, false),
        asks: maybe(asks, 2),
        config: reading,
      }),
    },
  );

const anything: fc.Arbitrary<Scenario> = fc
  .record({
    entrance,
    source: fc.oneof({ weight: 2, arbitrary: play(ends, 7) }, { weight: 1, arbitrary: atOnce }),
    items: fc.array(item, { minLength: 1, maxLength: 5 }),
    config,
    unsubscribeAt: maybe(tens(0, 9, 5)),
    reactions: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(reaction, { minLength: 1, maxLength: 5 }) },
    ),
  })
  .map(({ entrance: { config: special, ...door }, config: options, ...others }) => ({
    ...others,
    ...door,
    config: {
      ...options,
      ...special,
      concurrent: options.limits === undefined ? options.concurrent : undefined,
      maxParked: options.atomic ? undefined : options.maxParked,
    },
  }));

const observable = (last: number, end: Play['end']): ItemPlan['attempts'] => [
  { kind: 'observable', gaps: [10], last, end, signal: false },
];

/** What is rare otherwise: when an error has its turn, an earlier item waits for its key. */
const failsLater = fc.tuple(anything, fc.constantFrom(20, 30, 40)).map(([scenario, last]): Scenario => {
  const { source, items, config: options, ...others } = scenario;
  const [item] = items as [ItemPlan];
  return {
    ...others,
    source: { ...source, gaps: [0, 0, 0, ...source.gaps] },
    items: [
      { ...item, attempts: observable(last, 'complete') },
      item,
      { ...item, attempts: observable(10, 'error') },
      ...items.slice(1),
    ],
    config: {
      ...options,
      concurrent: undefined,
      limits: undefined,
      reorderWindow: undefined,
      keys: ['a', 'a', 'b', ...(options.keys ?? [])],
      concurrentPerKey: undefined,
      order: 'source',
      maxWaiting: undefined,
      overflow: undefined,
      signal: undefined,
      readAhead: undefined,
      until: undefined,
      onError: 'in-order',
      first: undefined,
      each: undefined,
      total: undefined,
      retries: 0,
    },
  };
});

/** What is rare otherwise: the head waits, since the limit was lowered, and is dropped. */
const dropsHead = anything.map((scenario): Scenario => {
  const { source, items, config: options, ...others } = scenario;
  const [item] = items as [ItemPlan];
  return {
    ...others,
    door: 'concatMapEager',
    opens: false,
    asks: undefined,
    source: { ...source, gaps: [0, 0, 0, 40, ...source.gaps] },
    items: [
      { ...item, attempts: observable(20, 'complete') },
      item,
      { ...item, attempts: observable(40, 'complete') },
      item,
    ],
    config: {
      ...options,
      concurrent: undefined,
      limits: { gaps: [0, 20, 30], last: 0, end: 'never', numbers: [2, 0, 2] },
      reorderWindow: undefined,
      keys: ['a', 'a', 'b', 'c'],
      order: 'source',
      maxWaiting: 1,
      overflow: 'drop-oldest',
      readAhead: undefined,
      until: undefined,
      first: undefined,
      each: undefined,
      total: undefined,
    },
  };
});

/** What is rare otherwise: an inner that can be asked has more values than its item may keep. */
const keepsFew = fc
  .tuple(anything, fc.constantFrom('array' as const, 'iterable' as const), fc.constantFrom(1, 2))
  .map(([scenario, kind, maxParked]): Scenario => {
    const { source, items, config: options, ...others } = scenario;
    const [first, ...rest] = items as [ItemPlan, ...ItemPlan[]];
    const attempts: Answer[] = [{ kind, gaps: [0, 0, 0, 0], last: 0, end: 'complete', signal: true }];
    return {
      ...others,
      source: { ...source, gaps: [0, 0, ...source.gaps] },
      items: [first, { ...first, attempts }, ...rest],
      config: { ...options, maxParked, atomic: false },
    };
  });

/** Scenarios of all kinds. */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 24, arbitrary: anything },
  { weight: 1, arbitrary: failsLater },
  { weight: 2, arbitrary: keepsFew },
  { weight: 1, arbitrary: dropsHead },
);

/** Multiples of ten, and some more. */
function tens(min: number, max: number, more = 0): fc.Arbitrary<number> {
  return fc.integer({ min, max }).map((n) => 10 * n + more);
}
