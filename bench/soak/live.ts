/** Streams that go on for as long as the run does: one for each way in, and for each policy. */
import { setTimeout as sleep } from 'node:timers/promises';
import { noop, Observable, Subject, timer, type ObservableInput } from 'rxjs';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type FailedItem,
} from 'rxjs-concat-map-eager';
import { monitorOf, fallback, noteTimeout } from './ears.js';
import { makeInner, projectOf, type Part } from './inners.js';
import type { Lasting } from './lasting.js';
import { ledgerOf } from './ledger.js';
import { keyOf, makePlan, type Plan, type PlanOptions } from './plan.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

export interface LiveStream {
  /** Gives it some more items, if its source pushes. */
  feed(): void;
  /** Whether all that has gone in is accounted for. */
  readonly isAtRest: boolean;
  /** At rest, checks what has come out, where only that shows it. */
  settle?(): void;
  stop(): void | Promise<void>;
}

/** Keeps those that ask for their inputs from having more of them. */
export class Gate {
  private wait: Promise<void> | undefined = undefined;
  private letGo = noop;

  get isClosed(): boolean {
    return this.wait !== undefined;
  }

  get opened(): Promise<void> {
    return this.wait ?? Promise.resolve();
  }

  close(): void {
    this.wait = new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  open(): void {
    this.wait = undefined;
    this.letGo();
  }
}

type Config = ConcatMapEagerConfig<unknown, Part>;

interface LiveSpec {
  readonly name: string;
  readonly config: Config;
  readonly plan: PlanOptions;
  /** With a monitor it is known what has failed; without one, every item must come out, or its fallback. */
  readonly isMonitored: boolean;
  readonly way: 'concatMapEager' | 'concatAllEager' | 'generator' | 'async iterable';
}

/** With more than this many items in progress, a source that pushes gives no more. */
const MOST_OPEN = 150;

const anything = ['fails', 'hangs', 'late', 'throws', 'no input'] as const;
const givenInput = ['fails', 'hangs', 'late', 'no input'] as const;

/** Under these policies a failure ends the result: only one that a retry cures lets it go on. */
const cured: PlanOptions = { percent: 30, troubles: anything, curedAt: 3 };

const specsOf = (lasting: Lasting): LiveSpec[] => [
  {
    name: 'plain',
    way: 'concatMapEager',
    config: { concurrent: 8 },
    plan: { percent: 0, troubles: anything, curedAt: 1 },
    isMonitored: false,
  },
  {
    name: 'skip',
    way: 'concatMapEager',
    config: {
      concurrent: 16,
      reorderWindow: 64,
      timeout: { first: 40, each: 40, total: 80, blocking: 60 },
      retry: { count: 2, delay: 5 },
      onError: 'skip',
    },
    plan: { percent: 30, troubles: anything, curedAt: Infinity },
    isMonitored: true,
  },
  {
    name: 'a function',
    way: 'concatMapEager',
    config: { concurrent: 8, timeout: 50, retry: { count: 1, delay: () => timer(2) }, atomic: true },
    plan: { percent: 30, troubles: anything, curedAt: Infinity },
    isMonitored: false,
  },
  {
    name: 'in-order',
    way: 'concatMapEager',
    config: { timeout: { first: 40, each: 40 }, retry: { delay: 3 } },
    plan: cured,
    isMonitored: false,
  },
  {
    name: 'immediate',
    way: 'concatMapEager',
    config: { concurrent: 4, timeout: 60, retry: { resetOnSuccess: true }, atomic: true, onError: 'immediate' },
    plan: cured,
    isMonitored: true,
  },
  {
    // Errors that are kept for the end grow with their number, as they are to: here none is final.
    name: 'at-end',
    way: 'concatMapEager',
    config: {
      concurrent: 8,
      reorderWindow: 4,
      timeout: { each: 40 },
      retry: { delay: () => Promise.resolve() },
      onError: 'at-end',
    },
    plan: cured,
    isMonitored: false,
  },
  {
    name: 'concatAllEager',
    way: 'concatAllEager',
    config: { concurrent: 8, timeout: { total: 50, blocking: 40 }, onError: 'skip' },
    plan: { percent: 15, troubles: givenInput, curedAt: Infinity },
    isMonitored: true,
  },
  {
    name: 'concatEager, a generator',
    way: 'generator',
    config: { concurrent: 6, reorderWindow: 32, timeout: { first: 40 } },
    // Whatever else hangs would hang for ever: the only limit is `first`.
    plan: { percent: 15, troubles: givenInput, curedAt: Infinity, atStart: true },
    isMonitored: false,
  },
  {
    name: 'concatEager, an async iterable',
    way: 'async iterable',
    config: { concurrent: 6, reorderWindow: 32, timeout: { first: 40, total: 60, blocking: 50 }, onError: 'skip' },
    plan: { percent: 15, troubles: givenInput, curedAt: Infinity },
    isMonitored: true,
  },
  {
    name: 'keys, a shared limit',
    way: 'concatMapEager',
    config: {
      ...{ concurrent: lasting.shared, key: keyOf, reorderWindow: 48, signal: lasting.signal },
      ...{ timeout: { total: 60, blocking: 50 }, retry: 1, onError: 'skip' },
    },
    plan: { percent: 20, troubles: [...anything, 'no key'], curedAt: Infinity },
    isMonitored: true,
  },
  {
    name: 'an order for each key, a limit that changes',
    way: 'concatMapEager',
    config: {
      ...{ concurrent: lasting.concurrent, key: keyOf, concurrentPerKey: 2, order: 'key' },
      ...{ timeout: { first: 40, each: 40, blocking: 50 }, retry: { count: 1, delay: 3 }, onError: 'skip' },
    },
    plan: { percent: 20, troubles: [...anything, 'no key'], curedAt: Infinity },
    isMonitored: true,
  },
  {
    name: 'an adaptive limit, a bound on what waits',
    way: 'concatMapEager',
    config: {
      ...{ concurrent: lasting.adaptive, maxWaiting: 16, overflow: 'drop-oldest', maxParked: 2 },
      ...{ timeout: 50, onError: 'skip', signal: lasting.signal },
    },
    plan: { percent: 10, troubles: anything, curedAt: Infinity },
    isMonitored: true,
  },
];

export const startLiveStreams = (random: Random, tally: Tally, gate: Gate, lasting: Lasting): LiveStream[] =>
  specsOf(lasting).map((spec) => start(spec, random, tally, gate));

function start(spec: LiveSpec, random: Random, tally: Tally, gate: Gate): LiveStream {
  const { name, way, isMonitored } = spec;
  const ledger = ledgerOf(spec.config.order, name, (text) => tally.problem(text), true);
  const config: Config = { ...spec.config };
  if (isMonitored) config.monitor = monitorOf(tally, ledger, false);
  else config.onError ??= onErrorFor(spec);

  let index = 0;
  const plan = (): Plan => {
    tally.count('items');
    tally.count(`live: ${name}`);
    const made = makePlan(random, index++, spec.plan);
    ledger.received(made);
    return made;
  };
  const input = () => makeInner(plan(), { attempt: 1, tally });

  function onErrorFor({ plan: { curedAt } }: LiveSpec): Config['onError'] {
    if (curedAt < Infinity) return 'in-order';
    return (error: unknown, item: FailedItem<unknown>) => {
      noteTimeout(error, tally);
      ledger.failed(item.index, true);
      return fallback(item, random, tally);
    };
  }

  const project = projectOf(tally);
  const values = new Subject<Plan>();
  const inputs = new Subject<ObservableInput<Part>>();
  const ways: Record<LiveSpec['way'], () => [Observable<Part>, feed: () => void]> = {
    concatMapEager: () => [
      values.pipe(concatMapEager(project, config)),
      () => values.next(tally.track('source values', { ...plan() })),
    ],
    concatAllEager: () => [
      inputs.pipe(concatAllEager<ObservableInput<Part>, ObservableInput<Part>>(config)),
      () => inputs.next(input()),
    ],
    generator: () => [concatEager(generate(), config), noop],
    'async iterable': () => [concatEager(iterable, config), noop],
  };

  function* generate(): Generator<ObservableInput<Part>> {
    for (;;) yield gate.isClosed ? pause() : input();
  }

  /** A generator cannot wait: what it gives does, after a value that shows the limit that it is alive. */
  function pause(): Observable<Part> {
    const at = index++;
    ledger.received({
      ...{ index: at, key: 0, kind: 'Observable', parts: 1, trouble: 'none', after: 0 },
      ...{ curedAt: 1, ms: 0, readsSignal: false },
    });
    return new Observable((subscriber) => {
      subscriber.next({ index: at, attempt: 1, part: 0, text: 'a pause' });
      void gate.opened.then(() => subscriber.complete());
    });
  }

  // No async generator: it would wait for the promises that it yields.
  const iterable: AsyncIterable<ObservableInput<Part>> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        if (random.chance(0.1)) await sleep(1);
        await gate.opened;
        return { done: false, value: input() };
      },
    }),
  };

  const [result, feedOne] = ways[way]();
  const subscription = result.subscribe({
    next: (part) => {
      tally.count('values');
      ledger.heard(part);
    },
    error: (error: unknown) => tally.problem(`${name}: the live stream failed: ${String(error)}`),
    complete: () => tally.problem(`${name}: the live stream completed`),
  });

  return {
    feed: () => {
      for (let more = random.int(0, 12); more > 0 && ledger.open < MOST_OPEN; more--) feedOne();
    },
    get isAtRest() {
      if (way === 'generator') return gate.isClosed && ledger.open <= (config.concurrent as number);
      // Without a monitor, that the last item is complete shows only when the next one comes out.
      return ledger.open <= (isMonitored ? 0 : 1);
    },
    stop: () => subscription.unsubscribe(),
  };
}
