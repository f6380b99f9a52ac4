/** Streams that come and go: any options, any way in, and every end, some of them in the middle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { concat, EMPTY, from, Observable, take, throwError, timer, type ObservableInput } from 'rxjs';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type FailedItem,
  type ItemContext,
  type OnErrorPolicy,
} from 'rxjs-concat-map-eager';
import { fallback, monitorOf, noteTimeout } from './ears.js';
import { makeInner, type Part } from './inners.js';
import { Ledger } from './ledger.js';
import { INNER_KINDS, makePlan, type Plan, type PlanOptions } from './plan.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

type Config = ConcatMapEagerConfig<unknown, Part>;
type NoPromise = Exclude<ObservableInput<Part>, PromiseLike<Part>>;

const WAYS = ['concatMapEager', 'concatAllEager', 'array', 'generator', 'async generator'] as const;
type Way = (typeof WAYS)[number];

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

/** Starts one, and calls `done` when it has ended. */
export function startShortStream(random: Random, tally: Tally, done: () => void): void {
  const way = random.pick(WAYS);
  const policy = random.pick(POLICIES);
  const isMonitored = random.chance(0.5);
  // An input that is given, and not made by `project`, is not another one in the next attempt.
  const retry = way === 'concatMapEager' && random.chance(0.6) ? random.pick(RETRIES) : undefined;
  const isTold = retry !== EMPTY_NOTIFIER && (isMonitored || policy !== 'skip') && policy !== 'at-end';
  const ledger = new Ledger(`a short stream (${way}, ${policy})`, (text) => tally.problem(text), isTold);

  const config: Config = {
    concurrent: random.pick([1, 2, 4, 16, Infinity]),
    reorderWindow: random.pick([undefined, 1, 3, 64]),
    timeout: random.chance(0.7) ? random.pick(TIMEOUTS) : undefined,
    retry,
    atomic: random.chance(0.3),
    monitor: isMonitored ? monitorOf(tally, ledger) : undefined,
    onError: policy === 'a function' ? onError : policy,
  };

  function onError(error: unknown, item: FailedItem<unknown>): ObservableInput<Part> {
    if (!isMonitored) noteTimeout(error, tally);
    if (random.chance(0.1)) throw error;
    ledger.failed(item.index, true);
    return fallback(item, random, tally);
  }

  const result = open(way, config, ledger, random, tally);
  const chosen = random.chance(0.2) ? result.pipe(take(random.int(1, 5))) : result;
  let leave: NodeJS.Timeout | undefined = undefined;
  let end = 'left';
  const subscription = chosen.subscribe({
    next: (part) => {
      tally.count('values');
      ledger.heard(part);
    },
    error: () => (end = 'failed'),
    complete: () => {
      end = 'completed';
      if (chosen === result) ledger.completed();
    },
  });
  subscription.add(() => {
    clearTimeout(leave);
    tally.count(`short: ${end}`);
    done();
  });
  if (!subscription.closed) {
    leave = setTimeout(() => subscription.unsubscribe(), random.chance(0.4) ? random.int(0, 30) : PATIENCE);
  }
}

function open(way: Way, config: Config, ledger: Ledger, random: Random, tally: Tally): Observable<Part> {
  const options: PlanOptions = {
    percent: random.pick([0, 5, 30]),
    // What is given was made before, and cannot throw then.
    troubles: ['fails', 'hangs', 'late', 'no input', ...(way === 'concatMapEager' ? (['throws'] as const) : [])],
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
  const project = (plan: Plan, _: number, item: ItemContext) => {
    const signal = plan.readsSignal ? tally.track('signals', item.signal) : undefined;
    signal?.addEventListener('abort', () => tally.count('signals aborted'), { once: true });
    return makeInner(plan, { attempt: item.attempt, signal, tally });
  };
  const hasPauses = random.chance(0.5);

  function* generate(): Generator<ObservableInput<Part>> {
    tally.count('opened');
    try {
      for (const plan of plans) yield input(plan);
    } finally {
      tally.count('closed');
    }
  }
  async function* generateLater(): AsyncGenerator<NoPromise> {
    tally.count('opened');
    try {
      for (const plan of plans) {
        if (hasPauses) await sleep(1);
        yield input(plan) as NoPromise;
      }
    } finally {
      tally.count('closed');
    }
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
      return concatEager(generateLater(), config);
  }
}
