import { Redis } from 'ioredis';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer } from '../src/demo/redis-server.js';
import {
  UpstreamServer,
  type Answer,
  type Asked,
} from '../src/demo/upstream-server.js';
import type { OrdersOptions } from '../src/orders/orders.options.js';
import { OrdersStream } from '../src/orders/orders.stream.js';
import type { Message, Outcome } from '../src/orders/outcome.js';
import { Gate } from './support/gate.js';
import { ServiceProcess, type Ending } from './support/service-process.js';
import { until } from './support/until.js';

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await RedisServer.start();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await redis.flushall();
});

const orderOf = ({ body }: Asked) => (body as { order: string }).order;
const shipped = async (asked: Asked): Promise<Answer> => ({
  body: { tracking: `T-${orderOf(asked)}` },
});
const rowAt = (line: string) => {
  const id = Number(line.split('/').at(-1));
  return { id, name: `row ${id}` };
};
const ordersUpTo = (last: number) =>
  Array.from({ length: last }, (_, index) => String(index + 1));

/** Adds messages to the stream: orders that were placed, and others as they are. */
async function add(
  ...messages: (string | Record<string, string>)[]
): Promise<void> {
  for (const message of messages) {
    const fields =
      typeof message === 'string'
        ? { type: 'placed', order: message }
        : message;
    await redis.xadd('orders', '*', ...Object.entries(fields).flat());
  }
}

/** An upstream that answers as it is told, and notes which orders it was asked to ship. */
async function startUpstream(answer: (asked: Asked) => Promise<Answer>) {
  const orders: string[] = [];
  const server = await UpstreamServer.start((asked) => {
    if (asked.line === 'POST /shipments') orders.push(orderOf(asked));
    return answer(asked);
  });
  closing.push(() => server.stop());
  return { server, orders };
}

async function startService(
  upstream: UpstreamServer,
  env: NodeJS.ProcessEnv = {},
): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({
    UPSTREAM_URL: upstream.url,
    REDIS_URL: server.url,
    CONSUMER: 'first',
    TIMEOUT: '60000',
    RETRY_DELAY: '1',
    PAUSE: '100',
    MAX_PAUSE: '400',
    SHUTDOWN_LIMIT: '60000',
    ...env,
  });
  closing.push(async () => {
    service.kill('SIGKILL');
    await service.ended;
  });
  return service;
}

/** The orders that were shipped, as the stream of results has them. */
const shippedOrders = async () =>
  (await redis.xrange('orders:shipped', '-', '+')).map(
    ([, fields]) => fields[3],
  );

const deadLetters = async () =>
  (await redis.xrange('orders:dead', '-', '+')).map(
    ([, [, letter]]) => JSON.parse(letter!) as object,
  );

/** The orders of the messages that were read and are not acknowledged. */
async function pendingOrders(): Promise<(string | undefined)[]> {
  const pending = (await redis.xpending(
    'orders',
    'shipping',
    '-',
    '+',
    1_000,
  )) as [id: string][];
  const messages = await Promise.all(
    pending.map(([id]) => redis.xrange('orders', id, id)),
  );
  return messages.map(([message]) => message?.[1][3]);
}

/** Waits until every message has been read and acknowledged. */
const settled = () =>
  until(async () => {
    const [group] = (await redis.xinfo('GROUPS', 'orders')) as [
      (string | number)[],
    ];
    const { pending, lag } = Object.fromEntries(
      Array.from({ length: group.length / 2 }, (_, at) => [
        group[2 * at],
        group[2 * at + 1],
      ]),
    ) as { pending: number; lag: number };
    expect({ pending, lag }).toEqual({ pending: 0, lag: 0 });
  });

interface Shipping {
  readonly account: string;
  readonly order: string;
}

/** What came to the upstream, and what became of it. */
interface Done extends Shipping {
  readonly what: 'begins' | 'ends' | 'is cut off';
}

/**
 * An upstream that writes down when a shipping begins and when it ends: all
 * that the handler does. It outlives the services that are killed.
 */
async function startJournal(work: (asked: Asked) => Promise<unknown>) {
  const journal: Done[] = [];
  const { server } = await startUpstream(async (asked) => {
    const { account, order } = asked.body as Shipping;
    const write = (what: Done['what']) =>
      journal.push({ account, order, what });
    write('begins');
    try {
      await work(asked);
      if (asked.signal.aborted) throw asked.signal.reason;
    } catch (error) {
      write('is cut off');
      throw error;
    }
    write('ends');
    return shipped(asked);
  });
  return { server, journal };
}

/** Of each account, what was done in its order: `1 begins`, `1 ends`, ... */
function byAccount(journal: readonly Done[]): Map<string, string[]> {
  const accounts = new Map<string, string[]>();
  for (const { account, order, what } of journal) {
    const done = accounts.get(account) ?? [];
    accounts.set(account, [...done, `${order} ${what}`]);
  }
  return accounts;
}

/** The orders of an account, one after the other. */
const oneByOne = (orders: readonly string[]) =>
  orders.flatMap((order) => [`${order} begins`, `${order} ends`]);

/**
 * Without what has to be done again: what was cut off, and what had ended when
 * its service was killed before it could remember that.
 */
const withoutRepetitions = (done: readonly string[]) =>
  done
    .join(', ')
    .replace(/(\S+) begins, \1 is cut off, (?=\1 begins)/g, '')
    .replace(/(\S+) begins, \1 ends, (?=\1 begins)/g, '')
    .split(', ');

const isGone = { code: null, signal: 'SIGKILL' } satisfies Ending;
const hasExited = { code: 0, signal: null } satisfies Ending;

describe('the consumer', () => {
  test('has metrics of its messages and of what it asks the upstream for', async () => {
    let failures = 0;
    const { server: upstream } = await startUpstream(async (asked) =>
      orderOf(asked) === '2' && failures++ === 0
        ? { status: 503, body: null }
        : shipped(asked),
    );
    await add('1', '2', '3');
    const { url } = await startService(upstream);
    await settled();
    const metrics = async () => (await fetch(`${url}/metrics`)).text();
    await until(async () =>
      expect((await metrics()).split('\n')).toEqual(
        expect.arrayContaining([
          'concat_map_eager_items_total{stream_name="messages",outcome="completed"} 3',
          'concat_map_eager_parked{stream_name="messages"} 0',
          'concat_map_eager_limit{stream_name="messages"} 8',
          'concat_map_eager_items_total{stream_name="shipments",outcome="completed"} 3',
          'concat_map_eager_attempt_duration_seconds_count{stream_name="shipments"} 4',
          'concat_map_eager_failed_attempts_total{stream_name="shipments",error_type="503"} 1',
        ]),
      ),
    );
  });

  test('works on eight messages at once, and acknowledges what has nothing undone before it', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      await gate.pass(orderOf(asked), asked.signal);
      return shipped(asked);
    });
    await add(...ordersUpTo(20));
    await startService(upstream.server);
    await until(() => expect(upstream.orders).toHaveLength(8));

    gate.let('2', '3', '5', '6', '7', '8');
    // A slot is free when a message has been worked on, although it waits for its turn.
    await until(() => expect(upstream.orders).toHaveLength(14));
    expect(await shippedOrders()).toEqual([]);

    gate.let('1');
    await until(async () =>
      expect(await shippedOrders()).toEqual(['1', '2', '3']),
    );
    expect((await pendingOrders())[0]).toBe('4');

    gate.let(...ordersUpTo(20));
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(20));
    expect(upstream.server.mostActive).toBe(8);
  });

  test('acknowledges past messages that are skipped, deleted or dead, and keeps the dead ones', async () => {
    const upstream = await startUpstream(async (asked) => {
      const order = orderOf(asked);
      if (order === 'refused') return { status: 422, body: {} };
      if (order === '2' && asked.times === 1) return { status: 500, body: {} };
      return shipped(asked);
    });
    await add(
      '1',
      { type: 'cancelled', order: '1' },
      'refused',
      { type: 'placed' },
      '2',
      { some: 'thing' },
    );
    // One is deleted after it has been read, by a consumer that died before it did anything.
    await redis.xgroup('CREATE', 'orders', 'shipping', '0');
    await redis.xreadgroup(
      'GROUP',
      'shipping',
      'first',
      'COUNT',
      1,
      'STREAMS',
      'orders',
      '>',
    );
    await redis.xdel(
      'orders',
      (await redis.xrange('orders', '-', '+', 'COUNT', 1))[0]![0],
    );

    await startService(upstream.server);
    await settled();
    expect(await shippedOrders()).toEqual(['2']);
    expect(await deadLetters()).toEqual([
      expect.objectContaining({
        error: 'the upstream answered 422',
        attempts: 1,
        fields: { type: 'placed', order: 'refused' },
      }),
      expect.objectContaining({
        error: 'the message has no field `order`',
        attempts: 1,
        fields: { type: 'placed' },
      }),
    ]);
  });

  test('begins again when the connection to Redis is lost, with nothing lost and nothing written down twice', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      if (orderOf(asked) === '5') await gate.pass('5', asked.signal);
      return shipped(asked);
    });
    await add(...ordersUpTo(40));
    await startService(upstream.server);
    await until(() => expect(upstream.orders).toHaveLength(40));
    // The one that reads and the one that acknowledges.
    expect(
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
    ).toBe(2);
    gate.let('5');
    await settled();
    await add('41');
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(41));
  });
});

test('the consumer begins again when its connections have broken without a word', async () => {
  const upstream = await startUpstream(shipped);
  // They stay, and nothing passes; new ones are as they should be.
  const broken = new Set<Socket>();
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const redis = connect(Number(new URL(server.url).port), '127.0.0.1');
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(from.on('error', () => {}));
      from.on('data', (data) => broken.has(from) || to.write(data));
      from.on('close', () => to.destroy());
    }
  }).listen(0, '127.0.0.1');
  closing.push(() => {
    proxy.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  await add(...ordersUpTo(10));
  const service = await startService(upstream.server, {
    REDIS_URL: `redis://127.0.0.1:${port}`,
    CLAIM_AFTER: '1000', // so it asks often, by both
  });
  await settled();
  for (const socket of sockets) broken.add(socket);
  await add('11', '12');
  await settled();
  expect(service.output).toMatch(/Socket timeout/);
  expect(await shippedOrders()).toEqual(ordersUpTo(12));
});

describe('an outage of the upstream', () => {
  test('makes no dead letters: all orders are shipped afterwards, in order', async () => {
    const upstream = await startUpstream(shipped);
    const port = Number(new URL(upstream.server.url).port);
    const service = await startService(upstream.server);
    await add('1');
    await settled();

    await upstream.server.stop();
    await add(...ordersUpTo(51).slice(1));
    const log = () => service.output.match(/pauses, and begins again/g) ?? [];
    await until(() => expect(log().length).toBeGreaterThan(4));
    expect(service.output).toMatch(
      /pauses, and begins again in 100 ms: \d+-\d+ failed at attempt 3: fetch failed: connect ECONNREFUSED/,
    );
    expect(service.output).toMatch(/begins again in 200 ms/);
    expect(service.output).not.toMatch(/begins again in 800 ms/);
    expect(service.output).not.toMatch(/item \d/i);
    expect(await shippedOrders()).toEqual(['1']);

    const back = await UpstreamServer.start(shipped, port);
    closing.push(() => back.stop());
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(51));
    expect(await redis.xlen('orders:dead')).toBe(0);
  });

  test.each([500, 401, 429])(
    'is what an answer of %i is: the orders wait',
    async (status) => {
      let isAway = true;
      const upstream = await startUpstream(async (asked) =>
        isAway ? { status, body: {} } : shipped(asked),
      );
      await add('1', '2', '3');
      const service = await startService(upstream.server);
      await until(() => expect(service.output).toMatch(/pauses/));
      isAway = false;
      await settled();
      expect(await shippedOrders()).toEqual(['1', '2', '3']);
      expect(await redis.xlen('orders:dead')).toBe(0);
    },
  );

  test('leaves no read behind while the consumer pauses', async () => {
    const upstream = await startUpstream(async () => ({
      status: 500,
      body: {},
    }));
    const env = { PAUSE: '60000', MAX_PAUSE: '60000' };
    const service = await startService(upstream.server, env);
    await until(async () =>
      expect(await redis.client('LIST')).toContain('cmd=xreadgroup'),
    );
    await add('1');
    await until(() => expect(service.output).toMatch(/pauses/));
    await until(async () =>
      expect(await redis.client('LIST')).not.toContain('cmd=xreadgroup'),
    );
    // A pause does not hold up the end.
    service.kill('SIGTERM');
    expect(await service.ended).toEqual(hasExited);
  });

  test('is also an answer without what was asked for', async () => {
    const answers = [null, {}, { tracking: 7 }];
    const upstream = await startUpstream(async (asked) =>
      answers.length > 0 ? { body: answers.shift() } : shipped(asked),
    );
    await add('1', '2');
    const env = { CONCURRENT: '1', RETRIES: '1' };
    const service = await startService(upstream.server, env);
    await settled();
    expect(service.output).toMatch(
      /pauses, .* but not with a `tracking` number/,
    );
    expect(await shippedOrders()).toEqual(['1', '2']);
    expect(await deadLetters()).toEqual([]);
  });

  test('makes a dead letter, with its cause, of what has failed for longer than it may', async () => {
    const upstream = await startUpstream(async (asked) =>
      orderOf(asked) === 'broken' ? { status: 500, body: {} } : shipped(asked),
    );
    await add('1', 'broken', '2');
    const env = { GIVE_UP_AFTER: '1000' };
    const service = await startService(upstream.server, env);
    await settled();
    expect(await shippedOrders()).toEqual(['1', '2']);
    expect(service.output).toMatch(/pauses/);

    await upstream.server.stop();
    await add('3');
    await settled();
    expect(await deadLetters()).toEqual([
      expect.objectContaining({
        error: 'the upstream answered 500',
        fields: { type: 'placed', order: 'broken' },
      }),
      expect.objectContaining({
        error: 'fetch failed',
        cause: expect.stringMatching(/^connect ECONNREFUSED/),
        attempts: 3,
        fields: { type: 'placed', order: '3' },
      }),
    ]);
  });
});

describe('what a consumer that is gone has read', () => {
  /** An upstream that ships all but some orders, until the gate is opened. */
  const holding = (gate: Gate, ...orders: string[]) =>
    startUpstream(async (asked) => {
      const order = orderOf(asked);
      if (orders.includes(order)) await gate.pass(order, asked.signal);
      return shipped(asked);
    });

  // The second one has to start within `CLAIM_AFTER`.
  test(
    'is taken over by one of another name, before what is new: nothing stays pending, and the order is kept',
    { retry: 2 },
    async () => {
      const gate = new Gate();
      const upstream = await holding(gate, '7');
      await add(...ordersUpTo(100));
      const env = { CLAIM_AFTER: '10000' };
      const first = await startService(upstream.server, env);
      await until(() => expect(upstream.orders).toHaveLength(70));
      await until(async () => expect(await shippedOrders()).toHaveLength(6));
      first.kill('SIGKILL');
      await first.ended;
      await add(...ordersUpTo(120).slice(100));
      gate.let('7');

      const second = await startService(upstream.server, {
        ...env,
        CONSUMER: 'second',
      });
      await settled();
      expect(await shippedOrders()).toEqual(ordersUpTo(120));
      expect(second.output).toMatch(
        /messages are pending: \d+ of first; waits/,
      );
    },
  );

  test('is taken over at once after SIGTERM, in order', async () => {
    const gate = new Gate();
    const upstream = await holding(gate, ...ordersUpTo(20));
    await add(...ordersUpTo(20));
    const env = { CLAIM_AFTER: '3600000' };
    const first = await startService(upstream.server, env);
    await until(() => expect(upstream.orders).toHaveLength(8));
    first.kill('SIGTERM');
    await until(async () =>
      expect(await redis.client('LIST')).not.toContain('cmd=xreadgroup'),
    );
    gate.let(...ordersUpTo(20));
    expect(await first.ended).toEqual(hasExited);
    expect(await pendingOrders()).toEqual(ordersUpTo(20).slice(8));

    await startService(upstream.server, { ...env, CONSUMER: 'second' });
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(20));
  });

  test('is taken over by one that runs', async () => {
    const gate = new Gate();
    const upstream = await holding(gate, '3');
    const env = { CLAIM_AFTER: '2000' };
    const first = await startService(upstream.server, env);
    await add('1', '2', '3', '4', '5');
    await until(() => expect(upstream.orders).toHaveLength(5));
    await startService(upstream.server, { ...env, CONSUMER: 'second' });
    first.kill('SIGKILL');
    gate.let('3');
    await settled();
    expect(await shippedOrders()).toEqual(['1', '2', '3', '4', '5']);
  });

  test('is not taken over while it lives, however long a message takes', async () => {
    const gate = new Gate();
    const upstream = await holding(gate, '1');
    // The window is full: the first one reads nothing meanwhile.
    const env = { CLAIM_AFTER: '2000', REORDER_WINDOW: '2' };
    await add('1', '2', '3');
    await startService(upstream.server, env);
    await until(() => expect(upstream.orders).toHaveLength(2));
    await startService(upstream.server, { ...env, CONSUMER: 'second' });
    // The second one reads what is new: it has waited for the first in vain.
    await until(async () =>
      expect(await redis.client('LIST')).toContain('cmd=xreadgroup'),
    );
    await setTimeout(3_000);
    expect(upstream.orders).toEqual(['1', '2']);
    const pending = await redis.xpending('orders', 'shipping');
    expect(pending[3]).toEqual([['first', '3']]);
    gate.let('1');
    await settled();
    expect(await shippedOrders()).toEqual(['1', '2', '3']);
  });
});

describe('the streams', () => {
  const CLAIM_AFTER = '600'; // ms; they are trimmed three times in this

  test('are trimmed, except for what is not acknowledged', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      const order = orderOf(asked);
      if (order === '250') await gate.pass('250', asked.signal);
      return Number(order) % 2 === 0 || order === '250'
        ? shipped(asked)
        : { status: 422, body: {} };
    });
    await add(...ordersUpTo(500));
    const [id] = (await redis.xrange('orders', '-', '+', 'COUNT', 250)).at(-1)!;
    await startService(upstream.server, {
      CLAIM_AFTER,
      KEEP_ORDERS: '100',
      KEEP_SHIPPED: '100',
      KEEP_DEAD: '50',
    });
    // Whole blocks of a hundred entries go.
    await until(async () => expect(await redis.xlen('orders')).toBe(300));
    expect(
      (await redis.xrange('orders', '-', '+', 'COUNT', 50)).at(-1)![0],
    ).toBe(id);
    await until(async () => expect((await pendingOrders())[0]).toBe('250'));

    gate.let('250');
    await settled();
    await until(async () => expect(await redis.xlen('orders')).toBe(100));
    expect(await redis.xlen('orders:shipped')).toBeLessThanOrEqual(200);
    expect(await redis.xlen('orders:dead')).toBeLessThanOrEqual(150);
    expect((await shippedOrders()).at(-1)).toBe('500');
  });

  test('keep what another group has not read', async () => {
    const upstream = await startUpstream(shipped);
    await add(...ordersUpTo(300));
    await redis.xgroup('CREATE', 'orders', 'another', '0');
    const env = { CLAIM_AFTER, KEEP_ORDERS: '0' };
    await startService(upstream.server, env);
    await until(async () =>
      expect(await redis.xlen('orders:shipped')).toBe(300),
    );
    await setTimeout(1_000);
    expect(await redis.xlen('orders')).toBe(300);
  });
});

describe('what became of a message', () => {
  const streamOf = (consumer: string, claimAfter = 30_000) =>
    new OrdersStream(redis, {
      stream: 'orders',
      group: 'shipping',
      consumer,
      claimAfter,
      keepShipped: 100,
    } as OrdersOptions);
  /** The first message that a consumer reads. */
  async function read(stream: OrdersStream): Promise<Message> {
    const reading = new AbortController();
    for await (const message of stream.messages(reading.signal)) {
      reading.abort();
      return message;
    }
    throw new Error('there is no message');
  }
  const result = { result: 'shipped', order: '1', tracking: 'T-1' } as const;

  test('is written down once, however often it is settled', async () => {
    await add('1');
    const stream = streamOf('first');
    const outcome: Outcome = { message: await read(stream), ...result };
    await Promise.all([stream.settle(outcome), stream.settle(outcome)]);
    expect(await shippedOrders()).toEqual(['1']);
    expect(await pendingOrders()).toEqual([]);
  });

  test('is known to whoever reads the message again, until it is settled', async () => {
    await add('1');
    const first = streamOf('first');
    const message = await read(first);
    expect(message).not.toHaveProperty('known');
    await first.remember({ message, ...result });
    await setTimeout(200);
    const again = await read(streamOf('second', 100));
    expect(again).toEqual({ ...message, known: result });
    await first.settle({ message, ...result });
    // News that comes too late is not kept for ever.
    await first.remember({ message, ...result });
    expect(await redis.exists('orders:shipping:handled')).toBe(0);
  });

  test('is forgotten when the message was deleted', async () => {
    await add('1');
    const first = streamOf('first');
    const message = await read(first);
    await first.remember({ message, ...result });
    await redis.xdel('orders', message.id);
    await add('2');
    await setTimeout(200);
    expect((await read(streamOf('second', 100))).fields).toMatchObject({
      order: '2',
    });
    expect(await redis.exists('orders:shipping:handled')).toBe(0);
  });
});

describe('SIGKILL', () => {
  test('loses nothing, and nothing that was handled is handled again, acknowledged or not', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      if (orderOf(asked) === '7') await gate.pass('7', asked.signal);
      return shipped(asked);
    });
    await add(...ordersUpTo(100));
    const service = await startService(upstream.server);
    // The window is full: 64 from the one that is missing on.
    await until(() => expect(upstream.orders).toHaveLength(70));
    await until(async () => expect((await pendingOrders())[0]).toBe('7'));
    await until(async () =>
      expect(await redis.hlen('orders:shipping:handled')).toBe(63),
    );
    service.kill('SIGKILL');
    expect(await service.ended).toEqual(isGone);
    await until(() => expect(upstream.server.active).toBe(0));
    const done = await shippedOrders();
    expect(done).toEqual(['1', '2', '3', '4', '5', '6']);

    gate.let('7');
    upstream.orders.splice(0);
    await startService(upstream.server);
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(100));
    expect([...upstream.orders].sort((a, b) => Number(a) - Number(b))).toEqual([
      '7',
      ...ordersUpTo(100).slice(70),
    ]);
  });

  test('at any moment leaves a stream of results in which each order is once, and in order', async () => {
    const upstream = await startUpstream(async (asked) => {
      await setTimeout(Math.random() * 20);
      return shipped(asked);
    });
    await add(...ordersUpTo(300));
    for (const enough of [20, 110, 200]) {
      const service = await startService(upstream.server);
      await until(async () =>
        expect(await redis.xlen('orders:shipped')).toBeGreaterThan(enough),
      );
      service.kill('SIGKILL');
      await service.ended;
      const done = await shippedOrders();
      expect(done).toEqual(ordersUpTo(done.length));
    }
    await startService(upstream.server);
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(300));
  });
});

describe('the messages of one account', () => {
  const placed = (account: string, order: string) => ({
    type: 'placed',
    account,
    order,
  });
  /** Orders 1, 2, ... of accounts in turns. */
  const inTurns = (accounts: readonly string[], orders: readonly string[]) =>
    orders.flatMap((order) =>
      accounts.map((account) => placed(account, order)),
    );
  const recordedOf = async (account: string) =>
    (await shippedOrders()).filter((order) => order!.startsWith(account));

  test('are handled one after the other, those of others at once', async () => {
    const gate = new Gate();
    const upstream = await startJournal((asked) =>
      gate.pass(orderOf(asked), asked.signal),
    );
    await add(placed('A', 'A1'), placed('A', 'A2'), placed('B', 'B1'), 'alone');
    await startService(upstream.server);
    await until(() => expect(upstream.journal).toHaveLength(3));
    expect(upstream.journal.map(({ order }) => order)).toEqual([
      'A1',
      'B1',
      'alone',
    ]);
    gate.let('B1', 'alone');
    await until(() => expect(upstream.journal).toHaveLength(5));
    expect(await shippedOrders()).toEqual([]);
    gate.let('A1', 'A2');
    await settled();
    expect(await shippedOrders()).toEqual(['A1', 'A2', 'B1', 'alone']);
    expect(byAccount(upstream.journal).get('A')).toEqual(
      oneByOne(['A1', 'A2']),
    );
  });

  test('do not wait for messages with an empty account, each of which is on its own', async () => {
    const upstream = await startJournal(({ signal }) =>
      new Gate().pass('never', signal),
    );
    await add(placed('', '1'), placed('', '2'), '3', placed('A', '4'));
    await startService(upstream.server);
    await until(() => expect(upstream.journal).toHaveLength(4));
  });

  test('keep their turn when one of them has to be tried again', async () => {
    const upstream = await startJournal(async (asked) => {
      if (orderOf(asked) === 'A1' && asked.times < 3) throw new Error('away');
    });
    await add(...inTurns(['A'], ['A1', 'A2', 'A3']));
    const service = await startService(upstream.server, { RETRY_DELAY: '50' });
    await settled();
    expect(service.output).not.toMatch(/pauses/);
    expect(byAccount(upstream.journal).get('A')).toEqual([
      'A1 begins',
      'A1 is cut off',
      'A1 begins',
      'A1 is cut off',
      ...oneByOne(['A1', 'A2', 'A3']),
    ]);
  });

  test('are not overtaken while the consumer pauses', async () => {
    let isAway = true;
    const upstream = await startJournal(async (asked) => {
      if (orderOf(asked) === 'A2' && isAway) throw new Error('away');
    });
    await add(
      ...inTurns(['A', 'B'], ['1', '2', '3']).map(({ account, order }) =>
        placed(account, account + order),
      ),
    );
    const service = await startService(upstream.server);
    await until(() => expect(service.output).toMatch(/pauses/));
    await add(placed('A', 'A4'));
    isAway = false;
    await settled();
    const { journal } = upstream;
    const order = ['A1', 'A2', 'A3', 'A4'];
    expect(withoutRepetitions(byAccount(journal).get('A')!)).toEqual(
      oneByOne(order),
    );
    expect(await recordedOf('A')).toEqual(order);
  });

  test.each(['first', 'second'])(
    'are not handled again after later ones when the service is killed and begins again as the %s',
    async (name) => {
      const gate = new Gate();
      const upstream = await startJournal((asked) =>
        ['X1', 'A4'].includes(orderOf(asked))
          ? gate.pass(orderOf(asked), asked.signal)
          : Promise.resolve(),
      );
      // Nothing can be acknowledged before X1.
      await add(placed('X', 'X1'));
      await add(...inTurns(['A'], ['A1', 'A2', 'A3', 'A4', 'A5']));
      const env = { CLAIM_AFTER: '2000' };
      const service = await startService(upstream.server, env);
      await until(() => expect(upstream.journal.at(-1)?.order).toBe('A4'));
      await until(async () =>
        expect(await redis.hlen('orders:shipping:handled')).toBe(3),
      );
      service.kill('SIGKILL');
      expect(await service.ended).toEqual(isGone);
      await until(() => expect(upstream.server.active).toBe(0));
      expect(await shippedOrders()).toEqual([]);
      await add(placed('A', 'A6'));

      gate.let('X1', 'A4');
      await startService(upstream.server, { ...env, CONSUMER: name });
      await settled();
      const order = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6'];
      expect(byAccount(upstream.journal).get('A')).toEqual([
        ...oneByOne(['A1', 'A2', 'A3']),
        'A4 begins',
        'A4 is cut off',
        ...oneByOne(['A4', 'A5', 'A6']),
      ]);
      expect(await shippedOrders()).toEqual(['X1', ...order]);
      expect(await redis.exists('orders:shipping:handled')).toBe(0);
    },
  );

  test('are all handled, in order and one at a time, however often the service is killed', async () => {
    let isKilled = false;
    const upstream = await startJournal(async ({ signal }) => {
      // What is under way when the service is killed does not end.
      do await setTimeout(Math.random() * 30, undefined, { signal });
      while (isKilled);
    });
    const accounts = Array.from({ length: 12 }, (_, index) => `C${index}`);
    const orders = ordersUpTo(30);
    // One account has a third of all orders.
    const hot = Array.from({ length: 180 }, (_, index) => `${index + 1}`);
    const messages = inTurns(accounts, orders).flatMap((message, index) =>
      index % 2 === 0 ? [message, placed('hot', hot[index / 2]!)] : [message],
    );
    await add(...messages.slice(0, 400));
    for (const [index, enough] of [60, 150, 240, 330].entries()) {
      const service = await startService(upstream.server, {
        CLAIM_AFTER: '1000',
        CONSUMER: ['first', 'second'][index % 2]!,
      });
      await until(async () => {
        expect(await redis.xlen('orders:shipped')).toBeGreaterThan(enough);
        expect(upstream.journal.at(-1)!.what).toBe('begins');
        isKilled = true;
      });
      service.kill('SIGKILL');
      expect(await service.ended).toEqual(isGone);
      await until(() => expect(upstream.server.active).toBe(0));
      isKilled = false;
    }
    await add(...messages.slice(400));
    await startService(upstream.server, { CLAIM_AFTER: '1000' });
    await settled();
    expect(await shippedOrders()).toEqual(messages.map(({ order }) => order));
    const done = byAccount(upstream.journal);
    expect([...done.keys()].sort()).toEqual([...accounts, 'hot'].sort());
    for (const account of accounts) {
      expect(withoutRepetitions(done.get(account)!)).toEqual(oneByOne(orders));
    }
    expect(withoutRepetitions(done.get('hot')!)).toEqual(oneByOne(hot));
    const cutOff = upstream.journal.filter(({ what }) => what === 'is cut off');
    expect(cutOff.length).toBeGreaterThanOrEqual(4);
    // How many of the eight are needed depends on how fast messages come.
    expect(upstream.server.mostActive).toBeGreaterThan(1);
    expect(upstream.server.mostActive).toBeLessThanOrEqual(8);
    expect(await redis.exists('orders:shipping:handled')).toBe(0);
  });
});

describe('SIGTERM', () => {
  test('lets what is active end, acknowledges it and exits; the rest is left to the next one', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      await gate.pass(orderOf(asked), asked.signal);
      return shipped(asked);
    });
    await add(...ordersUpTo(20));
    const service = await startService(upstream.server);
    await until(() => expect(upstream.orders).toHaveLength(8));
    service.kill('SIGTERM');
    // It reads no more: the connection that does is closed.
    await until(async () =>
      expect(await redis.client('LIST')).not.toContain('cmd=xreadgroup'),
    );
    gate.let(...ordersUpTo(20));
    expect(await service.ended).toEqual(hasExited);
    expect(upstream.orders).toEqual(ordersUpTo(8));
    expect(await shippedOrders()).toEqual(ordersUpTo(8));
    expect(await pendingOrders()).toEqual(ordersUpTo(20).slice(8));

    await startService(upstream.server);
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(20));
    expect(upstream.orders).toHaveLength(20);
  });

  test('cancels what does not end within the limit, and exits all the same', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      if (orderOf(asked) === '3') await gate.pass('3', asked.signal);
      return shipped(asked);
    });
    await add('1', '2', '3', '4');
    const service = await startService(upstream.server, {
      SHUTDOWN_LIMIT: '500',
    });
    await until(() => expect(upstream.orders).toHaveLength(4));
    const start = performance.now();
    service.kill('SIGTERM');
    expect(await service.ended).toEqual(hasExited);
    // The attempt itself might have taken a minute.
    expect(performance.now() - start).toBeLessThan(20_000);
    await until(() => expect(upstream.server.aborted).toBe(1));
    expect(await shippedOrders()).toEqual(['1', '2']);
    expect(await pendingOrders()).toEqual(['3', '4']);
  });

  test('does not wait for a pause when something fails meanwhile', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      await gate.pass(orderOf(asked), asked.signal);
      return { status: 500, body: {} };
    });
    await add('1');
    const env = { PAUSE: '60000', MAX_PAUSE: '60000', RETRIES: '0' };
    const service = await startService(upstream.server, env);
    await until(() => expect(upstream.orders).toHaveLength(1));
    service.kill('SIGTERM');
    await until(async () =>
      expect(await redis.client('LIST')).not.toContain('cmd=xreadgroup'),
    );
    const start = performance.now();
    gate.let('1');
    expect(await service.ended).toEqual(hasExited);
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(service.output).toMatch(/leaves the rest to the next start/);
    expect(await pendingOrders()).toEqual(['1']);
  });

  test('finishes what it has read and what waits for its account', async () => {
    const gate = new Gate();
    const upstream = await startJournal((asked) =>
      gate.pass(orderOf(asked), asked.signal),
    );
    const message = (order: string) => ({
      type: 'placed',
      account: 'A',
      order,
    });
    await add(message('A1'), message('A2'), message('A3'));
    const service = await startService(upstream.server);
    await until(async () =>
      expect(await redis.client('LIST')).toContain('cmd=xreadgroup'),
    );
    await until(() => expect(upstream.journal).toHaveLength(1));
    await until(async () => expect(await pendingOrders()).toHaveLength(3));
    service.kill('SIGTERM');
    gate.let('A1', 'A2', 'A3');
    expect(await service.ended).toEqual(hasExited);
    expect(byAccount(upstream.journal).get('A')).toEqual(
      oneByOne(['A1', 'A2', 'A3']),
    );
    expect(await pendingOrders()).toEqual([]);
  });

  test('exits while it waits for messages', async () => {
    const upstream = await startUpstream(shipped);
    const service = await startService(upstream.server);
    await until(async () =>
      expect(await redis.client('LIST')).toContain('cmd=xreadgroup'),
    );
    service.kill('SIGTERM');
    expect(await service.ended).toEqual(hasExited);
  });

  /** Posts ids, and gives the response when its first line is there. */
  async function post(url: string, ids: readonly number[]) {
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${url}/enrich`, { method: 'POST', headers });
    sent.end(JSON.stringify(ids));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const lines = createInterface({ input: response.on('error', () => {}) })[
      Symbol.asyncIterator
    ]();
    await lines.next();
    return { response, lines };
  }

  test('lets a response that is under way end, and takes no new request', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async ({ line, signal }) => {
      if (line === 'GET /rows/2') await gate.pass('2', signal);
      return { body: rowAt(line) };
    });
    const service = await startService(upstream.server);
    const { response, lines } = await post(service.url, [1, 2, 3]);
    service.kill('SIGTERM');
    await until(async () =>
      expect((await fetch(`${service.url}/rows/1`)).status).toBe(503),
    );
    gate.let('2');
    const rest = [await lines.next(), await lines.next(), await lines.next()];
    expect(
      rest.map(
        ({ value, done }) => done || (JSON.parse(value as string) as unknown),
      ),
    ).toEqual([rowAt('GET /rows/2'), rowAt('GET /rows/3'), true]);
    expect(response.complete).toBe(true);
    expect(await service.ended).toEqual(hasExited);
  });

  test('breaks a response off that does not end within the limit', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async ({ line, signal }) => {
      if (line === 'GET /rows/2') await gate.pass('2', signal);
      return { body: rowAt(line) };
    });
    const service = await startService(upstream.server, {
      SHUTDOWN_LIMIT: '500',
    });
    const { response } = await post(service.url, [1, 2, 3]);
    const closed = new Promise((resolve) => response.on('close', resolve));
    service.kill('SIGTERM');
    await closed;
    expect(response.complete).toBe(false);
    expect(await service.ended).toEqual(hasExited);
    await until(() => expect(upstream.server.active).toBe(0));
    expect(upstream.server.aborted).toBe(1);
  });
});
