import { Redis } from 'ioredis';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../src/demo/redis-server.js';
import { UpstreamServer, type Answer, type Asked } from '../src/demo/upstream-server.js';
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
const shipped = async (asked: Asked): Promise<Answer> => ({ body: { tracking: `T-${orderOf(asked)}` } });
const ordersUpTo = (last: number) => Array.from({ length: last }, (_, index) => String(index + 1));

/** Adds messages to the stream: orders that were placed, and others as they are. */
async function add(...messages: (string | Record<string, string>)[]): Promise<void> {
  for (const message of messages) {
    const fields = typeof message === 'string' ? { type: 'placed', order: message } : message;
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

async function startService(upstream: UpstreamServer, env: NodeJS.ProcessEnv = {}): Promise<ServiceProcess> {
  const service = await ServiceProcess.start({
    UPSTREAM_URL: upstream.url,
    REDIS_URL: server.url,
    CONSUMER: 'first',
    TIMEOUT: '60000',
    RETRY_DELAY: '1',
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
const shippedOrders = async () => (await redis.xrange('orders:shipped', '-', '+')).map(([, fields]) => fields[3]);

/** The orders of the messages that were read and are not acknowledged. */
async function pendingOrders(): Promise<(string | undefined)[]> {
  const pending = (await redis.xpending('orders', 'shipping', '-', '+', 1_000)) as [id: string][];
  const messages = await Promise.all(pending.map(([id]) => redis.xrange('orders', id, id)));
  return messages.map(([message]) => message?.[1][3]);
}

/** Waits until every message has been read and acknowledged. */
const settled = () =>
  until(async () => {
    const [group] = (await redis.xinfo('GROUPS', 'orders')) as [(string | number)[]];
    const { pending, lag } = Object.fromEntries(
      Array.from({ length: group.length / 2 }, (_, at) => [group[2 * at], group[2 * at + 1]]),
    ) as { pending: number; lag: number };
    expect({ pending, lag }).toEqual({ pending: 0, lag: 0 });
  });

const isGone = { code: null, signal: 'SIGKILL' } satisfies Ending;
const hasExited = { code: 0, signal: null } satisfies Ending;

describe('the consumer', () => {
  it('works on eight messages at once, and acknowledges what has nothing undone before it', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      await gate.pass(orderOf(asked), asked.signal);
      return shipped(asked);
    });
    await add(...ordersUpTo(20));
    await startService(upstream.server);
    await until(() => expect(upstream.orders).toHaveLength(8));

    gate.let('2', '3', '5', '6', '7', '8');
    // A place is free when a message has been worked on, although it waits for its turn.
    await until(() => expect(upstream.orders).toHaveLength(14));
    expect(await shippedOrders()).toEqual([]);

    gate.let('1');
    await until(async () => expect(await shippedOrders()).toEqual(['1', '2', '3']));
    expect((await pendingOrders())[0]).toBe('4');

    gate.let(...ordersUpTo(20));
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(20));
    expect(upstream.server.mostActive).toBe(8);
  });

  it('acknowledges past messages that are skipped, deleted or dead, and keeps the dead ones', async () => {
    const upstream = await startUpstream(async (asked) => {
      const order = orderOf(asked);
      if (order === 'refused') return { status: 422, body: {} };
      if (order === 'broken' || (order === '2' && asked.times === 1)) return { status: 500, body: {} };
      return shipped(asked);
    });
    await add('1', { type: 'cancelled', order: '1' }, 'refused', { type: 'placed' }, 'broken', '2', { some: 'thing' });
    // One is deleted after it has been read, by a consumer that died before it did anything.
    await redis.xgroup('CREATE', 'orders', 'shipping', '0');
    await redis.xreadgroup('GROUP', 'shipping', 'first', 'COUNT', 1, 'STREAMS', 'orders', '>');
    await redis.xdel('orders', (await redis.xrange('orders', '-', '+', 'COUNT', 1))[0]![0]);

    await startService(upstream.server);
    await settled();
    expect(await shippedOrders()).toEqual(['2']);
    const dead = (await redis.xrange('orders:dead', '-', '+')).map(([, [, letter]]) => JSON.parse(letter!) as object);
    expect(dead).toEqual([
      expect.objectContaining({
        error: 'the upstream answered 422',
        attempts: 1,
        fields: { type: 'placed', order: 'refused' },
      }),
      expect.objectContaining({ error: 'the message has no field `order`', attempts: 1, fields: { type: 'placed' } }),
      expect.objectContaining({
        error: 'the upstream answered 500',
        attempts: 3,
        fields: { type: 'placed', order: 'broken' },
      }),
    ]);
  });

  it('begins again when the connection to Redis is lost, with nothing lost and nothing written down twice', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      if (orderOf(asked) === '5') await gate.pass('5', asked.signal);
      return shipped(asked);
    });
    await add(...ordersUpTo(40));
    await startService(upstream.server);
    await until(() => expect(upstream.orders).toHaveLength(40));
    // The one that reads and the one that acknowledges.
    expect(await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')).toBe(2);
    gate.let('5');
    await settled();
    await add('41');
    await settled();
    expect(await shippedOrders()).toEqual(ordersUpTo(41));
  });
});

describe('what became of a message', () => {
  it('is written down once, however often it is settled', async () => {
    await add('1');
    await redis.xgroup('CREATE', 'orders', 'shipping', '0');
    const options = { stream: 'orders', group: 'shipping', consumer: 'first' } as OrdersOptions;
    const stream = new OrdersStream(redis, options);
    const reading = new AbortController();
    for await (const message of stream.messages(reading.signal)) {
      const outcome = { message, result: 'shipped', order: '1', tracking: 'T-1' } satisfies Outcome;
      await Promise.all([stream.settle(outcome), stream.settle(outcome)]);
      reading.abort();
    }
    expect(await shippedOrders()).toEqual(['1']);
    expect(await pendingOrders()).toEqual([]);
  });
});

describe('SIGKILL', () => {
  it('loses nothing: what was not acknowledged is done again, what was acknowledged is not', async () => {
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
    expect([...upstream.orders].sort((a, b) => Number(a) - Number(b))).toEqual(ordersUpTo(100).slice(6));
  });

  it('at any moment leaves a stream of results in which each order is once, and in order', async () => {
    const upstream = await startUpstream(async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return shipped(asked);
    });
    await add(...ordersUpTo(300));
    for (const enough of [20, 110, 200]) {
      const service = await startService(upstream.server);
      await until(async () => expect(await redis.xlen('orders:shipped')).toBeGreaterThan(enough));
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
  it('lets what is active end, acknowledges it and exits; the rest is left to the next one', async () => {
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
    await until(async () => expect(await redis.client('LIST')).not.toContain('cmd=xreadgroup'));
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

  it('cancels what does not end within the limit, and exits all the same', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async (asked) => {
      if (orderOf(asked) === '3') await gate.pass('3', asked.signal);
      return shipped(asked);
    });
    await add('1', '2', '3', '4');
    const service = await startService(upstream.server, { SHUTDOWN_LIMIT: '500' });
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

  it('exits while it waits for messages', async () => {
    const upstream = await startUpstream(shipped);
    const service = await startService(upstream.server);
    await until(async () => expect(await redis.client('LIST')).toContain('cmd=xreadgroup'));
    service.kill('SIGTERM');
    expect(await service.ended).toEqual(hasExited);
  });

  /** Posts ids, and gives the response when its first line is there. */
  async function post(url: string, ids: readonly number[]) {
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${url}/enrich`, { method: 'POST', headers });
    sent.end(JSON.stringify(ids));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const lines = createInterface({ input: response.on('error', () => {}) })[Symbol.asyncIterator]();
    await lines.next();
    return { response, lines };
  }

  it('lets a response that is under way end, and takes no new request', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async ({ line, signal }) => {
      if (line === 'GET /rows/2') await gate.pass('2', signal);
      return { body: { id: line } };
    });
    const service = await startService(upstream.server);
    const { response, lines } = await post(service.url, [1, 2, 3]);
    service.kill('SIGTERM');
    await until(async () => expect((await fetch(`${service.url}/rows/1`)).status).toBe(503));
    gate.let('2');
    const rest = [await lines.next(), await lines.next(), await lines.next()];
    expect(rest.map(({ value, done }) => done || (JSON.parse(value as string) as unknown))).toEqual([
      { id: 'GET /rows/2' },
      { id: 'GET /rows/3' },
      true,
    ]);
    expect(response.complete).toBe(true);
    expect(await service.ended).toEqual(hasExited);
  });

  it('breaks a response off that does not end within the limit', async () => {
    const gate = new Gate();
    const upstream = await startUpstream(async ({ line, signal }) => {
      if (line === 'GET /rows/2') await gate.pass('2', signal);
      return { body: { id: line } };
    });
    const service = await startService(upstream.server, { SHUTDOWN_LIMIT: '500' });
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
