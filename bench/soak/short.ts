/** Streams that come and go: any options, any way in, and every end, some of them in the middle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { concat, EMPTY, from, map, NEVER, Observable, of, take, throwError, timer, type ObservableInput } from 'rxjs';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  OverflowError,
  type ConcatMapEagerConfig,
  type Concurrency,
  type FailedItem,
  type IterableObservable,
  type OnErrorPolicy,
} from 'rxjs-concat-map-eager';
import { CONSUMER_NAMES, CONSUMERS, type End } from './consumers.js';
import { fallback, monitorOf, noteTimeout } from './ears.js';
import { makeInner, projectOf, type Part } from './inners.js';
import type { Lasting } from './lasting.js';
import { ledgerOf, type Account } from './ledger.js';
import { INNER_KINDS, keyOf, makePlan, type Plan, type PlanOptions, type Trouble } from './plan.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

type Config = ConcatMapEagerConfig<unknown, Part>;
type NoPromise = Exclude<ObservableInput<Part>, PromiseLike<Part>>;

const WAYS = [
  'concatMapEager',
  'concatAllEager',
  'array',
  'generator',
  'async generator',
  'concatMapEagerFrom',
] as const;
type Way = (typeof WAYS)[number];
/** Where a value may have been asked for, and come when no more is wanted. */
const READ_LATER: readonly Way[] = ['async generator', 'concatMapEagerFrom'];

/** Nobody waits for longer than this for a stream in which something hangs. */
const PATIENCE = 120;

const EMPTY_NOTIFIER = { count: 1, delay: () => EMPTY };
const RESETTING = { count: 2, resetOnSuccess: true };
const RETRIES: readonly NonNullable<Config['retry']>[] = [
  1,
  { count: 2, delay: 2 },
  { count: 2, delay: () => timer(1) },
  { count: 1, delay: () => Promise.resolve() },
  RESETTING,
  EMPTY_NOTIFIER,
];
const TIMEOUTS: readonly NonNullable<Config['timeout']>[] = [
  30,
  { first: 20 },
  { each: 20 },
  { total: 40, blocking: 20 },
  { first: 20, each: 20, total: 40, blocking: 30 },
  { total: 3_600_000 },
];
const POLICIES: readonly (OnErrorPolicy | 'a function')[] = ['in-order', 'immediate', 'at-end', 'skip', 'a function'];

const OVERFLOWS = ['error', 'drop-oldest', 'drop-newest'] as const;

const FAILING_LIMIT = (): Concurrency => concat(of(2), timer(5).pipe(map(() => -1)));
const LIMITS: readonly ((lasting: Lasting) => Concurrency)[] = [
  ({ concurrent }) => concurrent,
  ({ shared }) => shared,
  ({ adaptive }) => adaptive,
  // It pauses now and then.
  () => timer(0, 3).pipe(map((n) => (n * 7) % 5)),
  // Its last number stays.
  () => of(2),
  FAILING_LIMIT,
];
const UNTILS: readonly ((random: Random, lasting: Lasting) => ObservableInput<unknown>)[] = [
  (_, { until }) => until,
  (random) => timer(random.int(0, 20)),
  (random) => sleep(random.int(0, 20)),
  () => EMPTY,
  () => NEVER,
  (random) => timer(random.int(0, 20)).pipe(map(() => failUntil())),
];
function failUntil(): never {
  throw new Error('`until` fails');
}

const STOPPED = new Error('Stopped by the signal');

/** Starts one, and calls `done` when it has ended. */
export function startShortStream(random: Random, tally: Tally, lasting: Lasting, done: () => void): void {
  const way = random.pick(WAYS);
  const isRead = way !== 'concatMapEager' && way !== 'concatAllEager';
  const isMapped = way === 'concatMapEager' || way === 'concatMapEagerFrom';
  const policy = random.pick(POLICIES);
  const isMonitored = random.chance(0.5);
  const consumer = isRead && random.chance(0.6) ? random.pick(CONSUMER_NAMES) : undefined;
  // An input that is given, and not made by `project`, is not another one in the next attempt.
  const retry = isMapped && random.chance(0.6) ? random.pick(RETRIES) : undefined;
  const order = isMapped && random.chance(0.4) ? random.pick(['source', 'key'] as const) : undefined;
  const limit = random.chance(0.5) ? random.pick(LIMITS) : undefined;
  const overflow = random.pick(OVERFLOWS);
  const maxWaiting = !isRead && random.chance(0.3) ? random.pick([0, 3, 10]) : undefined;
  const atomic = random.chance(0.3);
  const until = isRead && random.chance(0.3) ? random.pick(UNTILS)(random, lasting) : undefined;
  const stop = random.chance(0.3) ? random.pick([new AbortController(), undefined]) : undefined;
  const isTold =
    retry !== EMPTY_NOTIFIER &&
    limit !== FAILING_LIMIT &&
    policy !== 'at-end' &&
    (isMonitored || (policy !== 'skip' && (maxWaiting === undefined || overflow === 'error')));
  const name = `a short stream (${way}, ${policy})`;
  const ledger = ledgerOf(order, name, (text) => tally.problem(text), isTold);

  const config: Config = {
    concurrent: limit === undefined ? random.pick([1, 2, 4, 16, Infinity]) : limit(lasting),
    reorderWindow: random.pick([undefined, 1, 3, 64]),
    ...(order === undefined ? {} : { key: keyOf, order, concurrentPerKey: random.pick([undefined, 1, 2]) }),
    timeout: random.chance(0.7) ? random.pick(TIMEOUTS) : undefined,
    retry,
    atomic,
    maxParked: atomic ? undefined : random.pick([undefined, 1, 3]),
    ...(maxWaiting === undefined ? {} : { maxWaiting, overflow }),
    ...(isRead ? { readAhead: random.pick([undefined, 0, 2, 10]), until } : {}),
    signal: stop?.signal ?? (random.chance(0.3) ? lasting.signal : undefined),
    monitor: isMonitored ? monitorOf(tally, ledger, consumer !== undefined) : undefined,
    onError: policy === 'a function' ? onError : policy,
  };

  function onError(error: unknown, item: FailedItem<unknown>): ObservableInput<Part> {
    if (!isMonitored) noteTimeout(error, tally);
    if (random.chance(0.1)) throw error;
    ledger.failed(item.index, true);
    return fallback(item, random, tally);
  }

  const stream = { values: 0 };
  const told = [lasting.shared, lasting.adaptive].find((shared) => shared === config.concurrent);
  const changes = told?.changes.subscribe(() => tally.count('told by a limit to a short stream', stream.values && 1));
  const result = open(way, config, ledger, random, tally);
  const hear = (part: Part) => {
    tally.count('values');
    stream.values++;
    ledger.heard(part);
  };
  const end = (how: End, error?: unknown) => {
    clearTimeout(leaving);
    clearTimeout(stopping);
    changes?.unsubscribe();
    // All of an array has been made, and `until` may have left some of it unread.
    const isAllRead = until === undefined || way !== 'array';
    if (how === 'completed' && isAllRead) ledger.completed(until !== undefined && READ_LATER.includes(way));
    if (consumer !== undefined) tally.count(`${consumer}: ${how}`);
    if (error === STOPPED) tally.count('short: stopped by the signal');
    else if (error instanceof OverflowError) tally.count('short: overflowed');
    else tally.count(`short: ${how}`);
    tally.track('streams', stream);
    done();
  };

  const stopping = stop && setTimeout(() => stop.abort(STOPPED), random.int(0, 30));
  const patience = random.chance(0.4) ? random.int(0, 30) : PATIENCE;
  let leaving: NodeJS.Timeout | undefined = undefined;
  if (consumer === undefined) {
    const leave = subscribe(result, hear, end, random);
    if (leave !== undefined) leaving = setTimeout(leave, patience);
  } else {
    const most = random.chance(0.2) ? random.int(1, 5) : Infinity;
    const slowness = random.pick([0, 0.3]);
    const consumption = CONSUMERS[consumer](result as IterableObservable<Part>, {
      random,
      most,
      slowness,
      heard: hear,
    });
    leaving = setTimeout(() => consumption.leave(), patience);
    void consumption.end.then(([how, error]) => end(how, error));
  }
}

/** @returns what leaves it, unless it has ended already */
function subscribe(
  result: Observable<Part>,
  next: (part: Part) => void,
  end: (how: End, error?: unknown) => void,
  random: Random,
): (() => void) | undefined {
  let how: End = 'left';
  let reason: unknown = undefined;
  const isWhole = random.chance(0.8);
  const chosen = isWhole ? result : result.pipe(take(random.int(1, 5)));
  const subscription = chosen.subscribe({
    next,
    error: (error: unknown) => {
      how = 'failed';
      reason = error;
    },
    complete: () => {
      // What `take` has not let through is not accounted for.
      if (isWhole) how = 'completed';
    },
  });
  subscription.add(() => end(how, reason));
  return subscription.closed ? undefined : () => subscription.unsubscribe();
}

function open(way: Way, config: Config, ledger: Account, random: Random, tally: Tally): Observable<Part> {
  const troubles: Trouble[] = ['fails', 'hangs', 'late', 'no input'];
  // What is given was made before, and cannot throw then.
  if (way === 'concatMapEager' || way === 'concatMapEagerFrom') troubles.push('throws');
  if (config.key !== undefined) troubles.push('no key');
  const options: PlanOptions = {
    percent: random.pick([0, 5, 30]),
    troubles,
    // What fails after a value, again and again, is tried again for ever where a value resets the count.
    curedAt: config.retry === RESETTING ? 3 : Infinity,
    // An async generator waits for the promises that it yields.
    kinds: way === 'async generator' ? INNER_KINDS.filter((kind) => !/promise|thenable/.test(kind)) : INNER_KINDS,
  };
  const plans = Array.from({ length: random.int(1, 30) }, (_, index) => {
    tally.count('items');
    return makePlan(random, index, options);
  });
  const input = (plan: Plan) => {
    ledger.received(plan);
    return makeInner(plan, { attempt: 1, tally });
  };
  const project = projectOf(tally);
  const hasPauses = random.chance(0.5);

  function* generate(): Generator<ObservableInput<Part>> {
    tally.count('opened');
    try {
      for (const plan of plans) yield input(plan);
    } finally {
      tally.count('closed');
    }
  }
  async function* generateLater<V>(give: (plan: Plan) => V, signal?: AbortSignal): AsyncGenerator<Awaited<V>> {
    tally.count('opened');
    try {
      for (const plan of plans) {
        if (hasPauses) await sleep(1, undefined, signal && { signal });
        yield await give(plan);
      }
    } finally {
      tally.count('closed');
    }
  }
  /** What `concatMapEagerFrom` opens for itself. */
  function openPlans({ signal }: { readonly signal: AbortSignal }) {
    tally.track('signals', signal);
    return generateLater((plan) => {
      ledger.received(plan);
      return tally.track('source values', { ...plan });
    }, signal);
  }
  /** Tells its values at once or one by one, and fails now and then. */
  function source(): Observable<Plan> {
    const told = new Observable<Plan>((subscriber) => {
      tally.count('opened');
      let next = 0;
      const tell = () => {
        do {
          const plan = plans[next++]!;
          ledger.received(plan);
          subscriber.next(tally.track('source values', { ...plan }));
        } while (!hasPauses && next < plans.length && !subscriber.closed);
        if (next === plans.length) subscriber.complete();
      };
      const timer = hasPauses ? setInterval(tell, 1) : undefined;
      subscriber.add(() => {
        clearInterval(timer);
        tally.count('closed');
      });
      if (!hasPauses) tell();
    });
    return random.chance(0.1)
      ? concat(
          told,
          throwError(() => tally.track('errors', new Error('The source fails'))),
        )
      : told;
  }

  switch (way) {
    case 'concatMapEager':
      return source().pipe(concatMapEager(project, config));
    case 'concatAllEager':
      return from(generate()).pipe(concatAllEager<ObservableInput<Part>, ObservableInput<Part>>(config));
    case 'array':
      return concatEager([...generate()], config);
    case 'generator':
      return concatEager(generate(), config);
    case 'async generator':
      return concatEager(
        generateLater((plan) => input(plan) as NoPromise),
        config,
      );
    case 'concatMapEagerFrom':
      return concatMapEagerFrom(openPlans, project, config);
  }
}
