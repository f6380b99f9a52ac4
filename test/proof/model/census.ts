import type { Prediction, Run } from './predict.js';
import { burstsOf, throughOf, type PlannedConfig, type Scenario } from './scenario.js';

/** The least share of the scenarios in which each option, each pair and each event is to be. */
export const LEAST = { options: 0.02, pairs: 0.005, events: 0.005 };

/** How often each thing that a scenario may have was there: without it, many scenarios would prove little. */
export class Census {
  total = 0;
  /** Scenarios of which the contract does not say what happens; they are not counted otherwise. */
  ambiguous = 0;
  private readonly counts = new Map<string, number>();

  add(scenario: Scenario, prediction: Prediction): void {
    if (prediction.ambiguous) {
      this.ambiguous++;
      return;
    }
    this.total++;
    const options = optionsOf(scenario);
    const pairs = options.flatMap((one, index) => options.slice(index + 1).map((other) => pairOf(one, other)));
    for (const feature of [...options, ...pairs, ...eventsOf(scenario, prediction)]) {
      this.counts.set(feature, (this.counts.get(feature) ?? 0) + 1);
    }
  }

  /** What is in too few scenarios. */
  rare(): { readonly feature: string; readonly share: number }[] {
    const below = (features: readonly string[], least: number) =>
      this.shares(features).filter(({ share }) => share < least);
    return [...below(OPTIONS, LEAST.options), ...below(PAIRS, LEAST.pairs), ...below(EVENTS, LEAST.events)];
  }

  /** What share of the scenarios has each of these, those that none has included. */
  shares(features: readonly string[]): { readonly feature: string; readonly share: number }[] {
    return features.map((feature) => ({ feature, share: (this.counts.get(feature) ?? 0) / this.total }));
  }
}

type Option = readonly [name: string, isGiven: (config: PlannedConfig, scenario: Scenario) => boolean];

const LISTED: readonly Option[] = [
  ['concatEager', (_, { door }) => door === 'concatEager'],
  ['concatMapEagerFrom', (_, { door }) => door === 'concatMapEagerFrom'],
  ['a function that gives what is read', (_, { opens }) => opens === true],
  ['concurrent', ({ concurrent }) => concurrent !== undefined],
  ['concurrent: an Observable', ({ limits }) => limits !== undefined],
  ['concurrent: a shared limit', (config) => throughOf(config) === 'shared'],
  ['concurrent: an adaptive limit', (config) => throughOf(config) === 'adaptive'],
  ['reorderWindow', ({ reorderWindow }) => reorderWindow !== undefined],
  ['key', ({ keys }) => keys !== undefined],
  ['concurrentPerKey', ({ concurrentPerKey }) => concurrentPerKey !== undefined],
  ['order: key', ({ order }) => order === 'key'],
  ['maxWaiting', ({ maxWaiting }) => maxWaiting !== undefined],
  ['overflow: error', ({ maxWaiting, overflow = 'error' }) => maxWaiting !== undefined && overflow === 'error'],
  ['overflow: drop-oldest', ({ overflow }) => overflow === 'drop-oldest'],
  ['overflow: drop-newest', ({ overflow }) => overflow === 'drop-newest'],
  ['readAhead', ({ readAhead }) => readAhead !== undefined],
  ['until', ({ until }) => until !== undefined],
  ['a consumer that asks', (_, { asks }) => asks !== undefined],
  ['maxParked', ({ maxParked }) => maxParked !== undefined],
  ['timeout.first', ({ first }) => first !== undefined],
  ['timeout.each', ({ each }) => each !== undefined],
  ['timeout.total', ({ total }) => total !== undefined],
  ['timeout.blocking', ({ blocking }) => blocking !== undefined],
  ['retry', ({ retries }) => retries > 0],
  ['retry.delay: a number', ({ retries, delay }) => retries > 0 && typeof delay === 'number'],
  ['retry.delay: a function', ({ retries, delay }) => retries > 0 && delay === 'notifier'],
  ['retry.resetOnSuccess', ({ retries, resetOnSuccess }) => retries > 0 && resetOnSuccess],
  ['onError: in-order', ({ onError = 'in-order' }) => onError === 'in-order'],
  ['onError: immediate', ({ onError }) => onError === 'immediate'],
  ['onError: at-end', ({ onError }) => onError === 'at-end'],
  ['onError: skip', ({ onError }) => onError === 'skip'],
  ['onError: a function', ({ onError }) => onError === 'function'],
  ['atomic', ({ atomic }) => atomic],
  ['signal', ({ signal }) => signal !== undefined],
  ['monitor', ({ monitor }) => monitor],
];

export const OPTIONS = LISTED.map(([name]) => name);

/** What only one kind of source has. */
const READS = /^(concatEager|concatMapEagerFrom|a function that|a consumer that|readAhead|until)/;
const PUSHED = /^(maxWaiting|overflow)/;

/** All pairs of options, except those of which one includes or excludes the other. */
export const PAIRS = OPTIONS.flatMap((one, index) =>
  OPTIONS.slice(index + 1)
    .filter((other) => !includes(one, other) && !exclude(one, other))
    .map((other) => pairOf(one, other)),
);

/** What may happen in a scenario. */
export const EVENTS = [
  'the consumer or another is re-entrant',
  ...['next', 'call', 'key', 'subscribe', 'teardown', 'abort', 'monitor', 'pull', 'read'].map(
    (moment) => `reaction to ${moment}`,
  ),
  'synchronous and asynchronous inners',
  ...['observable', 'array', 'iterable', 'thenable', 'throws', 'invalid'].map((kind) => `an inner that is: ${kind}`),
  ...['first', 'each', 'total', 'blocking', 'delay'].map((limit) => `${limit} passed`),
  'an item is retried',
  'an item fails after its retries',
  'a fallback is subscribed',
  'several errors come as one',
  'the source fails',
  'the consumer unsubscribes',
  'a value is parked',
  '`key` throws',
  '`key` returns a promise',
  'several items of a key are active',
  '`concurrentPerKey` is Infinity',
  'an item waits for its key',
  'an item starts before an earlier one',
  'an item that waited for its key is started after an error of a later one',
  'an error has its turn in the order of its key',
  'a value is read ahead',
  'the limit is raised',
  'the limit is lowered',
  'the limit is 0',
  'limits fail',
  'an inner is not read on',
  'a call of the consumer waits',
  'several calls of the consumer wait',
  'a value is taken that is there',
  'the consumer asks in the midst of a call',
  '`until` ends the reading',
  '`until` fails',
  'too many values wait',
  'the signal aborts',
  'the signal has aborted before',
  'the signal aborts in the midst of a call',
  'a value that waits is dropped: drop-oldest',
  'a value that waits is dropped: drop-newest',
  'a value of the source waits for its key to be asked for',
];

function includes(one: string, other: string): boolean {
  switch (one) {
    case 'key':
      return /PerKey|order/.test(other);
    case 'maxWaiting':
      return other.startsWith('overflow');
    default:
      return one === 'retry' && other.startsWith('retry.');
  }
}

function exclude(one: string, other: string): boolean {
  const [option, value] = one.split(': ');
  return (
    (one === 'concurrent' && other.startsWith('concurrent: ')) ||
    (value !== undefined && other.startsWith(`${option}: `)) ||
    (one === 'concatEager' && other === 'concatMapEagerFrom') ||
    (one === 'maxParked' && other === 'atomic') ||
    (READS.test(one) && PUSHED.test(other)) ||
    (PUSHED.test(one) && READS.test(other))
  );
}

function pairOf(one: string, other: string): string {
  return `${one} + ${other}`;
}

function optionsOf(scenario: Scenario): string[] {
  return LISTED.filter(([, isGiven]) => isGiven(scenario.config, scenario)).map(([name]) => name);
}

function eventsOf({ unsubscribeAt }: Scenario, { log, runs, happened }: Prediction): string[] {
  const attempts = runs.filter(
    ({ kind, answer, playing }) => kind === 'attempt' && (playing ?? /throws|invalid/.test(answer!.kind)),
  );
  const kinds = new Set(attempts.map(({ answer }) => answer!.kind));
  const isSynchronous = ({ answer }: Run) => answer!.end !== 'never' && burstsOf(answer!).length === 1;
  const ends = log.at(-1)?.split(' ') ?? [];
  const has = (event: string, is: boolean): string[] => (is ? [event] : []);
  return [
    ...happened,
    ...[...kinds].map((kind) => `an inner that is: ${kind}`),
    ...has('synchronous and asynchronous inners', attempts.some(isSynchronous) && !attempts.every(isSynchronous)),
    ...has(
      'a fallback is subscribed',
      runs.some(({ kind }) => kind === 'fallback'),
    ),
    ...has('several errors come as one', ends[1] === 'error' && ends[2]!.startsWith('[')),
    ...has('the source fails', runs[0]?.marks.at(-1)?.mark === 'error'),
    ...has(
      'the consumer unsubscribes',
      unsubscribeAt !== undefined &&
        runs.some(({ marks }) => marks.some(({ at, mark }) => at === unsubscribeAt && mark === '!')),
    ),
  ];
}
