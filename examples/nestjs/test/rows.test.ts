import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import { get, request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { EventSource } from 'eventsource';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UpstreamServer, type Answer, type Asked } from '../src/demo/upstream-server.js';
import { RowsModule } from '../src/rows/rows.module.js';
import type { RowsOptions } from '../src/rows/rows.options.js';
import { UpstreamModule } from '../src/upstream/upstream.module.js';
import { Gate } from './support/gate.js';
import { until } from './support/until.js';

const idsUpTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const rowOf = (id: number) => ({ id, name: `row ${id}` });
const idIn = ({ line }: Asked) => Number(line.split('/').at(-1));
const answerAtOnce = async (asked: Asked): Promise<Answer> => ({ body: rowOf(idIn(asked)) });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The service on a socket, in front of an upstream that answers as it is told. */
async function start(answer: (asked: Asked) => Promise<Answer>, options: Partial<RowsOptions> = {}) {
  const upstream = await UpstreamServer.start(answer);
  closing.push(() => upstream.stop());
  const defaults = { concurrent: 8, reorderWindow: 64, timeout: 30_000, retries: 2, retryDelay: 1 };
  const module = await Test.createTestingModule({
    imports: [UpstreamModule.register({ url: upstream.url }), RowsModule.register({ ...defaults, ...options })],
  }).compile();
  const app: INestApplication = module.createNestApplication({ logger: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  closing.push(() => app.close());
  return { upstream, url: await app.getUrl() };
}

/** Posts ids; the response, of which nothing has been read. */
async function post(url: string, ids: unknown): Promise<IncomingMessage> {
  const body = JSON.stringify(ids);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const sent = request(`${url}/enrich`, { method: 'POST', headers, agent: false });
  const response = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(body);
  return (await response)[0];
}

/** The lines of a response, as they come. */
const linesOf = (response: IncomingMessage) => createInterface({ input: response })[Symbol.asyncIterator]();

async function rowsOf(response: IncomingMessage): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const line of createInterface({ input: response })) rows.push(JSON.parse(line));
  return rows;
}

describe('POST /enrich', () => {
  it('gives a thousand rows as NDJSON, in order, with eight requests at once and no more', async () => {
    const { upstream, url } = await start(async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      return answerAtOnce(asked);
    });
    const response = await post(url, idsUpTo(1_000));
    expect(response.headers['content-type']).toBe('application/x-ndjson');
    expect(await rowsOf(response)).toEqual(idsUpTo(1_000).map(rowOf));
    expect(upstream.asked).toHaveLength(1_000);
    expect(upstream.mostActive).toBe(8);
  });

  it('writes a row as soon as it is its turn, and holds back those behind one that is missing', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(async (asked) => {
      if (idIn(asked) === 3) await gate.pass('3', asked.signal);
      return answerAtOnce(asked);
    });
    const lines = linesOf(await post(url, [1, 2, 3, 4, 5]));
    const next = async () => JSON.parse((await lines.next()).value as string) as unknown;
    expect([await next(), await next()]).toEqual([rowOf(1), rowOf(2)]);
    await until(() => expect(upstream.asked).toHaveLength(5));
    gate.let('3');
    expect([await next(), await next(), await next()]).toEqual([rowOf(3), rowOf(4), rowOf(5)]);
    expect((await lines.next()).done).toBe(true);
  });

  it('asks again where that may help, and puts a fallback row in the place of one that cannot be had', async () => {
    const { upstream, url } = await start(
      async (asked) => {
        const id = idIn(asked);
        if (id === 2 && asked.times < 2) return { status: 503, body: {} };
        if (id === 3) return { status: 404, body: {} };
        if (id === 4) return { status: 500, body: {} };
        if (id === 5) await new Promise((_, reject) => asked.signal.addEventListener('abort', reject));
        return answerAtOnce(asked);
      },
      { timeout: 2_000, retries: 1 },
    );
    expect(await rowsOf(await post(url, [1, 2, 3, 4, 5, 6]))).toEqual([
      rowOf(1),
      rowOf(2),
      { id: 3, name: null, error: 'not found' },
      { id: 4, name: null, error: 'unavailable' },
      { id: 5, name: null, error: 'too slow' },
      rowOf(6),
    ]);
    const timesAsked = (id: number) => upstream.asked.filter((line) => line === `GET /rows/${id}`).length;
    expect([2, 3, 4, 5].map(timesAsked)).toEqual([2, 1, 2, 2]);
    // Both attempts that took too long were given up by whoever asked.
    await until(() => expect(upstream.aborted).toBe(2));
  });

  it('aborts the requests, and asks for nothing more, when the client goes away', async () => {
    const { upstream, url } = await start(async (asked) => {
      if (idIn(asked) > 10) await new Promise((_, reject) => asked.signal.addEventListener('abort', reject));
      return answerAtOnce(asked);
    });
    const response = await post(url, idsUpTo(1_000));
    await until(() => expect(upstream.asked).toHaveLength(18));
    expect(upstream.active).toBe(8);
    response.destroy();
    await until(() => expect(upstream.active).toBe(0));
    expect(upstream.aborted).toBe(8);
    expect(upstream.asked).toHaveLength(18);
  });

  it('asks for no more rows than a client reads', async () => {
    const name = 'x'.repeat(50_000);
    const count = 2_000;
    const { upstream, url } = await start(async (asked) => ({ body: { id: idIn(asked), name } }));
    const response = await post(url, idsUpTo(count));
    // The sockets between the two take some of it; then nothing more is asked for.
    let before = -1;
    await vi.waitFor(
      () => {
        const now = upstream.asked.length;
        const isStill = now === before && upstream.active === 0;
        before = now;
        expect(isStill).toBe(true);
      },
      { timeout: 30_000, interval: 500 },
    );
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(count / 2);
    const ids = (await rowsOf(response)).map((row) => (row as { id: number }).id);
    expect(ids).toEqual(idsUpTo(count));
  });

  it('gives nothing for no ids', async () => {
    const { url } = await start(answerAtOnce);
    expect(await rowsOf(await post(url, []))).toEqual([]);
  });

  it.each([
    [{ ids: [1] }, 'Expected an array of row ids, got {"ids":[1]}'],
    [[1, 'two'], 'Expected every row id to be an integer from 1 and up, got "two" at position 1'],
    [[0], 'Expected every row id to be an integer from 1 and up, got 0 at position 0'],
  ])('says what is wrong with %j', async (ids, message) => {
    const { upstream, url } = await start(answerAtOnce);
    const response = await post(url, ids);
    expect(response.statusCode).toBe(400);
    expect(await rowsOf(response)).toEqual([{ statusCode: 400, error: 'Bad Request', message }]);
    expect(upstream.asked).toEqual([]);
  });
});

describe('GET /rows/:id', () => {
  it('gives one row, and tries again where that may help', async () => {
    const { url } = await start(async (asked) => (asked.times === 1 ? { status: 503, body: {} } : answerAtOnce(asked)));
    const response = await fetch(`${url}/rows/7`);
    expect([response.status, await response.json()]).toEqual([200, rowOf(7)]);
  });

  it('says by its status why there is none', async () => {
    const { url } = await start(
      async (asked) => {
        if (idIn(asked) === 2) await new Promise((_, reject) => asked.signal.addEventListener('abort', reject));
        return { status: idIn(asked) === 1 ? 404 : 500, body: {} };
      },
      { timeout: 2_000, retries: 0 },
    );
    const statuses = await Promise.all([1, 2, 3].map(async (id) => (await fetch(`${url}/rows/${id}`)).status));
    expect(statuses).toEqual([404, 504, 502]);
  });

  it('aborts the request when the client goes away', async () => {
    const { upstream, url } = await start(async ({ signal }) => {
      await new Promise((_, reject) => signal.addEventListener('abort', reject));
      return { body: {} };
    });
    const sent = get(`${url}/rows/1`, { agent: false }).on('error', () => {});
    await until(() => expect(upstream.active).toBe(1));
    sent.destroy();
    await until(() => expect(upstream.active).toBe(0));
    expect([upstream.aborted, upstream.asked.length]).toEqual([1, 1]);
  });
});

describe('GET /enrich/events', () => {
  /** Opens an `EventSource`, and notes the rows and the end. */
  function listen(url: string, ids: readonly number[]) {
    const source = new EventSource(`${url}/enrich/events?ids=${ids.join(',')}`);
    closing.push(() => source.close());
    const rows: unknown[] = [];
    source.addEventListener('message', ({ data }) => rows.push(JSON.parse(data as string)));
    const end = new Promise((resolve) => {
      source.addEventListener('end', ({ data }) => {
        source.close();
        resolve(JSON.parse(data as string));
      });
    });
    return { source, rows, end };
  }

  it('sends the rows in order to an EventSource, and then the end', async () => {
    const { url } = await start(answerAtOnce);
    const { rows, end } = listen(url, idsUpTo(100));
    expect(await end).toEqual({ rows: 100 });
    expect(rows).toEqual(idsUpTo(100).map(rowOf));
  });

  it('goes on after the last row that an EventSource has got when its connection is lost', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(async (asked) => {
      if (idIn(asked) === 5) await gate.pass('5', asked.signal);
      return answerAtOnce(asked);
    });
    // A proxy that loses the first connection when it is told to.
    const sockets: Socket[] = [];
    const proxy = createServer((client) => {
      const server = connect(Number(new URL(url).port), '127.0.0.1');
      for (const socket of [client, server]) sockets.push(socket.on('error', () => {}));
      client.pipe(server).pipe(client);
      client.on('close', () => server.destroy());
      server.on('close', () => client.destroy());
    }).listen(0, '127.0.0.1');
    closing.push(() => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    });
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;

    const { rows, end } = listen(`http://127.0.0.1:${port}`, idsUpTo(6));
    await until(() => expect(rows).toHaveLength(4));
    for (const socket of sockets) socket.destroy();
    gate.let('5');
    expect(await end).toEqual({ rows: 6 });
    expect(rows).toEqual(idsUpTo(6).map(rowOf));
    expect(upstream.asked.filter((line) => line === 'GET /rows/1')).toHaveLength(1);
  });

  it('aborts the requests when the EventSource is closed', async () => {
    const { upstream, url } = await start(async ({ signal }) => {
      await new Promise((_, reject) => signal.addEventListener('abort', reject));
      return { body: {} };
    });
    const { source } = listen(url, idsUpTo(1_000));
    await until(() => expect(upstream.active).toBe(8));
    source.close();
    await until(() => expect(upstream.active).toBe(0));
    expect([upstream.aborted, upstream.asked.length]).toEqual([8, 8]);
  });
});
