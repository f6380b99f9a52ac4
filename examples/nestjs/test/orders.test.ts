import { Redis } from 'ioredis';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer } from '../src/demo/redis-server.js';
import {
  UpstreamServer,
  type Answer,
  type Asked,
} from '../src/demo/upstream-server.js';
import type { OrdersOptions } from '../src/orders/orders.options.js';
import { OrdersStream } from '../src/orders/orders.stream.js';
import type { Outcome } from '../src/orders/outcome.js';
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

const isGone = { code: null, signal: 'SIGKILL' } satisfies Ending;
const hasExited = { code: 0, signal: null } satisfies Ending;

describe('the consumer', () => {
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

  test('is taken over by one of another name, before what is new: nothing stays pending, and the order is kept', async () => {
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
    expect(second.output).toMatch(/messages are pending: \d+ of first; waits/);
  });

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
    await new Promise((resolve) => setTimeout(resolve, 3_000));
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
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await redis.xlen('orders')).toBe(300);
  });
});

describe('what became of a message', () => {
  test('is written down once, however often it is settled', async () => {
    await add('1');
    await redis.xgroup('CREATE', 'orders', 'shipping', '0');
    const options = {
      stream: 'orders',
      group: 'shipping',
      consumer: 'first',
      claimAfter: 30_000,
      keepShipped: 100,
    } as OrdersOptions;
    const stream = new OrdersStream(redis, options);
    const reading = new AbortController();
    for await (const message of stream.messages(reading.signal)) {
      const outcome = {
        message,
        result: 'shipped',
        order: '1',
        tracking: 'T-1',
      } satisfies Outcome;
      await Promise.all([stream.settle(outcome), stream.settle(outcome)]);
      reading.abort();
    }
    expect(await shippedOrders()).toEqual(['1']);
    expect(await pendingOrders()).toEqual([]);
  });
});

describe('SIGKILL', () => {
  test('loses nothing: what was not acknowledged is done again, what was acknowledged is not', async () => {
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
    expect([...upstream.orders].sort((a, b) => Number(a) - Number(b))).toEqual(
      ordersUpTo(100).slice(6),
    );
  });

  test('at any moment leaves a stream of results in which each order is once, and in order', async () => {
    const upstream = await startUpstream(async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
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
      return { body: { id: line } };
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
    ).toEqual([{ id: 'GET /rows/2' }, { id: 'GET /rows/3' }, true]);
    expect(response.complete).toBe(true);
    expect(await service.ended).toEqual(hasExited);
  });

  test('breaks a response off that does not end within the limit', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async ({ line, signal }) => {
      if (line === 'GET /rows/2') await gate.pass('2', signal);
      return { body: { id: line } };
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
