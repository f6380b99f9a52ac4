/**
 * Streams that are asked for their values, by consumers that are slow, leave in the middle, and begin anew, for as long as the run
 * lasts. Their sources are opened by a function and have no end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { noop } from 'rxjs';
import {
  concatMapEagerFrom,
  type ConcatMapEagerConfig,
  type ItemContext,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';
import { CONSUMERS, type ConsumerName, type Consumption } from './consumers.js';
import { monitorOf } from './ears.js';
import { projectOf, type Part } from './inners.js';
import type { Lasting } from './lasting.js';
import { ledgerOf, type Account } from './ledger.js';
import type { Gate, LiveStream } from './live.js';
import { keyOf, makePlan, type Plan, type PlanOptions } from './plan.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

interface IteratedSpec {
  readonly name: string;
  readonly consumer: ConsumerName;
  readonly config: ConcatMapEagerConfig<Plan, Part>;
}

/** What is in trouble is skipped, or is cured by a retry. */
const plan: PlanOptions = {
  percent: 20,
  troubles: ['fails', 'hangs', 'late', 'throws', 'no input', 'no key'],
  curedAt: Infinity,
};
const unkeyed: PlanOptions = { ...plan, troubles: plan.troubles.filter((trouble) => trouble !== 'no key') };

const specsOf = (lasting: Lasting): IteratedSpec[] => [
  {
    name: 'for await, keys',
    consumer: 'for await',
    config: {
      ...{ concurrent: lasting.shared, key: keyOf, reorderWindow: 24, readAhead: 12, maxParked: 1, retry: 1 },
      ...{ timeout: { first: 40, each: 40, blocking: 60 }, onError: 'skip', signal: lasting.signal },
    },
  },
  {
    name: 'several next(), until',
    consumer: 'several next()',
    config: {
      ...{ concurrent: lasting.concurrent, readAhead: 3, maxParked: 2, retry: { count: 1, delay: 2 } },
      ...{ timeout: 50, onError: 'skip', until: lasting.until },
    },
  },
  {
    name: 'Readable.from, an order for each key',
    consumer: 'Readable.from',
    config: {
      ...{ concurrent: lasting.adaptive, key: keyOf, concurrentPerKey: 2, order: 'key', atomic: true },
      ...{ timeout: 50, onError: 'skip', until: lasting.until, signal: lasting.signal },
    },
  },
];

export const startIteratedStreams = (random: Random, tally: Tally, gate: Gate, lasting: Lasting): LiveStream[] =>
  specsOf(lasting).map((spec) => start(spec, random, tally, gate, lasting));

function start(spec: IteratedSpec, random: Random, tally: Tally, gate: Gate, lasting: Lasting): LiveStream {
  const { name, consumer, config } = spec;
  let isStopped = false;
  /** How many items it has. */
  let inside = 0;
  let consumption: Consumption;
  let ledger: Account;

  /** Gives plans, one at a time, while the gate is open. */
  function open({ signal }: { readonly signal: AbortSignal }): AsyncIterable<Plan> {
    let index = 0;
    signal.addEventListener('abort', () => tally.track('signals', signal), { once: true });
    lasting.hold('sources that are read', 1);
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          if (random.chance(0.1)) await sleep(1);
          await gate.opened;
          const made = makePlan(random, index++, config.key === undefined ? unkeyed : plan);
          return { done: false, value: tally.track('source values', made) };
        },
        return: () => {
          lasting.hold('sources that are read', -1);
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
  }

  async function once(): Promise<void> {
    const stream = { items: 0 };
    const account = ledgerOf(config.order, name, (text) => tally.problem(text), true);
    const hear = monitorOf(tally, account, true);
    const project = projectOf(tally);
    const result = concatMapEagerFrom(
      open,
      (value: Plan, index: number, item: ItemContext) => {
        stream.items++;
        return project(value, index, item);
      },
      {
        ...config,
        monitor: (event: MonitorEvent<Plan>) => {
          inside = event.waiting + event.active + event.parked;
          if (event.type === 'received') {
            tally.count('items');
            tally.count(`live: ${name}`);
            account.received(event.value);
          }
          hear(event);
        },
      },
    );
    ledger = account;
    consumption = CONSUMERS[consumer](result, {
      random,
      most: random.int(20, 2_000),
      slowness: 0.1,
      heard: (part) => {
        tally.count('values');
        account.heard(part);
      },
    });
    const [end, error] = await consumption.end;
    tally.count(`${consumer}: ${end}`);
    if (end === 'failed') tally.problem(`${name}: the live stream failed: ${String(error)}`);
    if (end === 'completed') account.completed();
    tally.track('streams', stream);
  }

  async function again(): Promise<void> {
    while (!isStopped) await once();
  }

  const ended = again();
  return {
    feed: noop,
    // What slow consumers wait for are timers, of which there are none at rest.
    get isAtRest() {
      return gate.isClosed && inside === 0;
    },
    settle: () => ledger.completed(),
    stop: () => {
      isStopped = true;
      consumption.leave();
      return ended;
    },
  };
}
