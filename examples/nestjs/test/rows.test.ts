import type {
  INestApplication,
  LoggerService,
  NestInterceptor,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { once } from 'node:events';
import { get, request, type IncomingMessage } from 'node:http';
import {
  connect,
  createServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createInterface } from 'node:readline';
import { EventSource } from 'eventsource';
import { timeout, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  UpstreamServer,
  type Answer,
  type Asked,
} from '../src/demo/upstream-server.js';
import { RowsModule } from '../src/rows/rows.module.js';
import type { RowsOptions } from '../src/rows/rows.options.js';
import { RowsService } from '../src/rows/rows.service.js';
import { UpstreamModule } from '../src/upstream/upstream.module.js';
import { Gate } from './support/gate.js';
import { until } from './support/until.js';

const idsUpTo = (last: number) =>
  Array.from({ length: last }, (_, index) => index + 1);
const rowOf = (id: number) => ({ id, name: `row ${id}` });
const idIn = ({ line }: Asked) => Number(line.split('/').at(-1));
const answerAtOnce = async (asked: Asked): Promise<Answer> => ({
  body: rowOf(idIn(asked)),
});

const hangsAt3 = (gate: Gate) => async (asked: Asked) => {
  if (idIn(asked) === 3) await gate.pass('3', asked.signal);
  return answerAtOnce(asked);
};
/** Fails what gives nothing for too long, as one in Nest's own documentation. */
const impatient = (clock: SchedulerLike): NestInterceptor => ({
  intercept: (_context, next) => next.handle().pipe(timeout(1, clock)),
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The service on a socket, in front of an upstream that answers as it is told. */
async function start(
  answer: (asked: Asked) => Promise<Answer>,
  options: Partial<RowsOptions> = {},
  logger: LoggerService | false = false,
  interceptors: NestInterceptor[] = [],
) {
  const upstream = await UpstreamServer.start(answer);
  closing.push(() => upstream.stop());
  const defaults = {
    maxConcurrent: 1_000,
    concurrent: 8,
    reorderWindow: 64,
    timeout: 30_000,
    retries: 2,
    retryDelay: 1,
    maxIds: 10_000,
    writeTimeout: 30_000,
  };
  const module = await Test.createTestingModule({
    imports: [
      UpstreamModule.register({ url: upstream.url }),
      RowsModule.register({ ...defaults, ...options }),
    ],
  }).compile();
  const app: INestApplication = module.createNestApplication({
    logger,
    forceCloseConnections: true,
  });
  app.useGlobalInterceptors(...interceptors);
  await app.listen(0, '127.0.0.1');
  closing.push(() => app.close());
  return { upstream, app, url: await app.getUrl() };
}

/** Posts ids; the response, of which nothing has been read. */
async function post(url: string, ids: unknown): Promise<IncomingMessage> {
  const body = JSON.stringify(ids);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const sent = request(`${url}/enrich`, {
    method: 'POST',
    headers,
    agent: false,
  });
  const response = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(body);
  return (await response)[0];
}

/** The lines of a response, as they come. */
const linesOf = (response: IncomingMessage) =>
  createInterface({ input: response })[Symbol.asyncIterator]();

async function rowsOf(response: IncomingMessage): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const line of createInterface({ input: response }))
    rows.push(JSON.parse(line));
  return rows;
}

describe('POST /enrich', () => {
  test('gives a thousand rows as NDJSON, in order, with eight requests at once and no more', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(async (asked) => {
      // A slow machine may be busy with fewer at once otherwise.
      if (idIn(asked) === 8) gate.let('the first eight');
      await gate.pass('the first eight', asked.signal);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      return answerAtOnce(asked);
    });
    const response = await post(url, idsUpTo(1_000));
    expect(response.headers['content-type']).toBe('application/x-ndjson');
    expect(await rowsOf(response)).toEqual(idsUpTo(1_000).map(rowOf));
    expect(upstream.asked).toHaveLength(1_000);
    expect(upstream.mostActive).toBe(8);
  });

  test('writes a row as soon as it is its turn, and holds back those behind one that is missing', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(async (asked) => {
      if (idIn(asked) === 3) await gate.pass('3', asked.signal);
      return answerAtOnce(asked);
    });
    const lines = linesOf(await post(url, [1, 2, 3, 4, 5]));
    const next = async () =>
      JSON.parse((await lines.next()).value as string) as unknown;
    expect([await next(), await next()]).toEqual([rowOf(1), rowOf(2)]);
    await until(() => expect(upstream.asked).toHaveLength(5));
    gate.let('3');
    expect([await next(), await next(), await next()]).toEqual([
      rowOf(3),
      rowOf(4),
      rowOf(5),
    ]);
    expect((await lines.next()).done).toBe(true);
  });

  test('asks again where that may help, and gives a fallback row instead of one that cannot be had', async () => {
    const { upstream, url } = await start(
      async (asked) => {
        const id = idIn(asked);
        if (id === 2 && asked.times < 2) return { status: 503, body: {} };
        if (id === 3) return { status: 404, body: {} };
        if (id === 4) return { status: 500, body: {} };
        if (id === 5)
          await new Promise((_, reject) =>
            asked.signal.addEventListener('abort', reject),
          );
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
    const timesAsked = (id: number) =>
      upstream.asked.filter((line) => line === `GET /rows/${id}`).length;
    expect([2, 3, 4, 5].map(timesAsked)).toEqual([2, 1, 2, 2]);
    // Both attempts that took too long were given up by whoever asked.
    await until(() => expect(upstream.aborted).toBe(2));
  });

  test('gives a fallback row for an answer that is not the row, and tries again before', async () => {
    const answers: Record<number, unknown> = {
      2: null,
      3: {},
      4: rowOf(5),
      5: { id: 5 },
    };
    const { upstream, url } = await start(async (asked) => {
      const id = idIn(asked);
      return id in answers ? { body: answers[id] } : answerAtOnce(asked);
    });
    const fallback = (id: number) => ({ id, name: null, error: 'unavailable' });
    expect(await rowsOf(await post(url, idsUpTo(6)))).toEqual([
      rowOf(1),
      ...[2, 3, 4, 5].map(fallback),
      rowOf(6),
    ]);
    expect(upstream.asked).toHaveLength(2 + 4 * 3);
  });

  test('aborts the requests, and asks for nothing more, when the client goes away', async () => {
    const { upstream, url } = await start(async (asked) => {
      if (idIn(asked) > 10)
        await new Promise((_, reject) =>
          asked.signal.addEventListener('abort', reject),
        );
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

  test('asks for no more rows than a client reads', async () => {
    const name = 'x'.repeat(50_000);
    const count = 2_000;
    const { upstream, url } = await start(async (asked) => ({
      body: { id: idIn(asked), name },
    }));
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
      { timeout: 120_000, interval: 500 },
    );
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(count / 2);
    const ids = (await rowsOf(response)).map(
      (row) => (row as { id: number }).id,
    );
    expect(ids).toEqual(idsUpTo(count));
  });

  test('gives nothing for no ids', async () => {
    const { url } = await start(answerAtOnce);
    expect(await rowsOf(await post(url, []))).toEqual([]);
  });

  test.each([
    [{ ids: [1] }, 'Expected an array of row ids, got an object'],
    [
      [1, 'two'],
      'Expected a row id, an integer from 1 and up, got "two" at position 1',
    ],
    [[0], 'Expected a row id, an integer from 1 and up, got 0 at position 0'],
  ])('says what is wrong with %j', async (ids, message) => {
    const { upstream, url } = await start(answerAtOnce);
    const response = await post(url, ids);
    expect(response.statusCode).toBe(400);
    expect(await rowsOf(response)).toEqual([
      { statusCode: 400, error: 'Bad Request', message },
    ]);
    expect(upstream.asked).toEqual([]);
  });

  test.each([
    ['text instead of an array', { ids: 'x'.repeat(90_000) }],
    ['text instead of an id', ['x'.repeat(90_000)]],
    ['an array instead of an id', [new Array(9_000).fill(1)]],
  ])('does not repeat what was sent: %s', async (_, ids) => {
    const { url } = await start(answerAtOnce);
    const response = await post(url, ids);
    expect(response.statusCode).toBe(400);
    const [{ message }] = (await rowsOf(response)) as [{ message: string }];
    expect(message.length).toBeLessThan(150);
  });

  test('refuses more ids than are allowed', async () => {
    const { upstream, url } = await start(answerAtOnce, { maxIds: 3 });
    const response = await post(url, [1, 2, 3, 4]);
    expect(response.statusCode).toBe(413);
    expect(await rowsOf(response)).toEqual([
      expect.objectContaining({
        message: 'Expected at most 3 row ids, got 4',
      }),
    ]);
    const events = await fetch(`${url}/enrich/events?ids=1,2,3,4`);
    expect(events.status).toBe(413);
    expect(upstream.asked).toEqual([]);
    expect(await rowsOf(await post(url, [1, 2, 3]))).toHaveLength(3);
  });

  test('asks the upstream for no more rows at once than all responses may, however many there are', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(
      async (asked) => {
        await gate.pass('all', asked.signal);
        return answerAtOnce(asked);
      },
      { maxConcurrent: 16 },
    );
    const rows = Promise.all(
      Array.from({ length: 100 }, async () =>
        rowsOf(await post(url, idsUpTo(10))),
      ),
    );
    await until(() => expect(upstream.active).toBe(16));
    gate.let('all');
    expect(await rows).toEqual(new Array(100).fill(idsUpTo(10).map(rowOf)));
    expect(upstream.asked).toHaveLength(1_000);
    expect(upstream.mostActive).toBe(16);
  });

  test('makes room for other clients when one goes away, whether its rows are asked for or wait', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(
      async (asked) => {
        if (idIn(asked) < 100) await gate.pass('low', asked.signal);
        return answerAtOnce(asked);
      },
      { maxConcurrent: 4 },
    );
    // Nothing is answered yet, so there is no response to wait for.
    const gone = request(`${url}/enrich`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      agent: false,
    }).on('error', () => {});
    gone.end(JSON.stringify(idsUpTo(50)));
    await until(() => expect(upstream.active).toBe(4));
    const rows = post(url, [101, 102, 103]).then(rowsOf);
    gone.destroy();
    expect(await rows).toEqual([101, 102, 103].map(rowOf));
    expect(upstream.asked).toHaveLength(7);
  });

  test('lets the clock of a row start when it is asked for, not while it waits', async () => {
    const { url } = await start(
      async (asked) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return answerAtOnce(asked);
      },
      { maxConcurrent: 1, timeout: 1_500, retries: 0 },
    );
    // Eight that are active wait for one another: the last one for 2 s in all.
    expect(await rowsOf(await post(url, idsUpTo(20)))).toEqual(
      idsUpTo(20).map(rowOf),
    );
  });

  test('breaks a response off that its client never reads, and asks for nothing more', async () => {
    const name = 'x'.repeat(50_000);
    const { upstream, app, url } = await start(
      async (asked) => ({ body: { id: idIn(asked), name } }),
      { writeTimeout: 300 },
    );
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    closing.push(() => socket.destroy());
    const body = JSON.stringify(idsUpTo(2_000));
    socket.write(
      `POST /enrich HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    socket.pause();
    await until(() => expect(upstream.asked.length).toBeGreaterThan(0));
    const server = app.getHttpServer() as Server;
    await until(async () => {
      const connections = promisify(server.getConnections.bind(server));
      expect(await connections()).toBe(0);
    });
    // What the sockets hold can still be read: it is not all.
    let got = 0;
    socket.on('data', (data) => (got += data.length));
    socket.on('error', () => {}).resume();
    await once(socket, 'close');
    expect(got).toBeLessThan(2_000 * 50_000);
    expect(upstream.asked.length).toBeLessThan(1_000);
    expect(upstream.active).toBe(0);
  });

  test('breaks a response off that an interceptor of the whole service ends early', async () => {
    const clock = new VirtualTimeScheduler();
    const { url } = await start(hangsAt3(new Gate()), {}, false, [
      impatient(clock),
    ]);
    const response = await post(url, idsUpTo(5));
    clock.flush();
    await expect(text(response)).rejects.toThrow('aborted');
  });

  test('does not break a response off for an upstream that is slow', async () => {
    const { url } = await start(
      async (asked) => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return answerAtOnce(asked);
      },
      { writeTimeout: 200 },
    );
    expect(await rowsOf(await post(url, [1, 2]))).toEqual([1, 2].map(rowOf));
  });

  test('says in the log which row failed, and why', async () => {
    const lines: string[] = [];
    const log = (line: unknown) => void lines.push(String(line));
    const logger = { log, warn: log, error: log };
    const { upstream, url } = await start(
      async ({ line, signal }) => {
        if (line.endsWith('/5')) {
          await new Promise((_, reject) =>
            signal.addEventListener('abort', reject),
          );
        }
        return { status: 404, body: {} };
      },
      { timeout: 2_000, retries: 1 },
      logger,
    );
    const ofRows = () => lines.filter((line) => line.startsWith('row '));
    await rowsOf(await post(url, [4, 5]));
    expect(ofRows()).toEqual([
      'row 4 failed at attempt 1: the upstream answered 404',
      'row 5 failed at attempt 2: no answer in 2000 ms',
    ]);
    await upstream.stop();
    await rowsOf(await post(url, [6]));
    expect(ofRows()[2]).toMatch(
      /^row 6 failed at attempt 2: fetch failed: connect ECONNREFUSED/,
    );
    expect(lines.join('\n')).not.toMatch(/item \d/i);
  });
});

describe('GET /rows', () => {
  /** An upstream that has so many rows, in pages of ten. */
  const having =
    (last: number, answer = answerAtOnce) =>
    async (asked: Asked): Promise<Answer> => {
      const after = afterIn(asked);
      if (after === undefined) return answer(asked);
      return { body: idsUpTo(last).slice(after, after + 10) };
    };
  const afterIn = ({ line }: Asked) => {
    const after = /after=(\d+)/.exec(line)?.[1];
    return after === undefined ? undefined : Number(after);
  };
  const pagesOf = ({ asked }: UpstreamServer) =>
    asked.filter((line) => line.includes('after='));

  async function getRows(url: string): Promise<IncomingMessage> {
    const sent = get(`${url}/rows`, { agent: false });
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  }

  test('gives all rows as NDJSON, in order, page by page, with eight requests for rows at once', async () => {
    const { upstream, app, url } = await start(having(95));
    const response = await getRows(url);
    expect(response.headers['content-type']).toBe('application/x-ndjson');
    expect(await rowsOf(response)).toEqual(idsUpTo(95).map(rowOf));
    expect(pagesOf(upstream)).toEqual(
      [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95].map(
        (after) => `GET /rows?after=${after}`,
      ),
    );
    await until(() => expect(app.get(RowsService).numbers.responses).toBe(0));
  });

  test('gives a fallback row in the turn of one that cannot be had, and asks again for a page', async () => {
    const { url } = await start(async (asked) => {
      if (asked.line.endsWith('after=10') && asked.times === 1)
        return { status: 503, body: {} };
      if (asked.line === 'GET /rows/3') return { status: 404, body: {} };
      return having(12)(asked);
    });
    const expected: unknown[] = idsUpTo(12).map(rowOf);
    expected[2] = { id: 3, name: null, error: 'not found' };
    expect(await rowsOf(await getRows(url))).toEqual(expected);
  });

  test('a client that stops reading stops the reading of rows; when it reads on, it gets all of them', async () => {
    const name = 'x'.repeat(50_000);
    const count = 2_000;
    const { upstream, app, url } = await start(
      having(count, async (asked) => ({ body: { id: idIn(asked), name } })),
    );
    const response = await getRows(url);
    // The sockets between the two take some of it; then nothing more is asked for.
    let before = -1;
    await vi.waitFor(
      () => {
        const now = upstream.asked.length;
        const isStill = now === before && upstream.active === 0;
        before = now;
        expect(isStill).toBe(true);
      },
      { timeout: 120_000, interval: 500 },
    );
    const pages = pagesOf(upstream).length;
    expect(pages).toBeLessThan(count / 10 / 2);
    // What is ahead of the socket: the window is full, and what is read ahead.
    const { active, parked } = app.get(RowsService).numbers;
    expect([active, parked]).toEqual([0, 64]);
    expect(pages * 10 - (before - pages)).toBeLessThanOrEqual(20);
    const ids = (await rowsOf(response)).map(
      (row) => (row as { id: number }).id,
    );
    expect(ids).toEqual(idsUpTo(count));
  });

  test('aborts the requests for rows, and asks for nothing more, when the client goes away', async () => {
    const { upstream, app, url } = await start(
      having(1_000, async (asked) => {
        if (idIn(asked) > 10)
          await new Promise((_, reject) =>
            asked.signal.addEventListener('abort', reject),
          );
        return answerAtOnce(asked);
      }),
    );
    const response = await getRows(url);
    await until(() => expect(upstream.active).toBe(8));
    const asked = upstream.asked.length;
    expect(app.get(RowsService).numbers.responses).toBe(1);
    response.destroy();
    await until(() => expect(upstream.active).toBe(0));
    expect([upstream.aborted, upstream.asked.length]).toEqual([8, asked]);
    expect(app.get(RowsService).numbers.responses).toBe(0);
  });

  test('aborts the request for a page as well', async () => {
    const { upstream, url } = await start(async (asked) => {
      if (asked.line.endsWith('after=10'))
        await new Promise((_, reject) =>
          asked.signal.addEventListener('abort', reject),
        );
      return having(1_000)(asked);
    });
    const response = await getRows(url);
    await until(() => expect(upstream.asked).toHaveLength(12));
    await until(() => expect(upstream.active).toBe(1));
    response.destroy();
    await until(() => expect(upstream.active).toBe(0));
    expect([upstream.aborted, upstream.asked.length]).toEqual([1, 12]);
  });

  test('answers 502 if the first page cannot be had, and breaks off if a later one cannot', async () => {
    const failing = (from: number) => async (asked: Asked) =>
      (afterIn(asked) ?? -1) >= from
        ? { status: 500, body: {} }
        : having(1_000)(asked);
    const { url } = await start(failing(0));
    const response = await getRows(url);
    expect(response.statusCode).toBe(502);
    expect(await rowsOf(response)).toEqual([
      { statusCode: 502, error: 'Bad Gateway', message: 'unavailable' },
    ]);

    const later = await start(failing(20));
    await expect(text(await getRows(later.url))).rejects.toThrow('aborted');
  });
});

describe('GET /rows/:id', () => {
  test.each([
    'abc',
    '-5',
    '0',
    '1.5',
    '1e3',
    '0x10',
    '99999999999999999999',
    '..%2f..%2fetc',
    'a-long-one'.repeat(9),
  ])('answers 400 to the id %s, and asks for nothing', async (id) => {
    const { upstream, url } = await start(answerAtOnce);
    const response = await fetch(`${url}/rows/${id}`);
    expect(response.status).toBe(400);
    const { message } = (await response.json()) as { message: string };
    expect(message).toMatch(
      /^Expected a row id, an integer from 1 and up, got "/,
    );
    expect(message.length).toBeLessThan(150);
    const events = await fetch(`${url}/enrich/events?ids=${id}`);
    expect(events.status).toBe(400);
    const posted = await post(url, [id]);
    expect(posted.statusCode).toBe(400);
    posted.resume();
    expect(upstream.asked).toEqual([]);
  });

  test('gives one row, and tries again where that may help', async () => {
    const { url } = await start(async (asked) =>
      asked.times === 1 ? { status: 503, body: {} } : answerAtOnce(asked),
    );
    const response = await fetch(`${url}/rows/7`);
    expect([response.status, await response.json()]).toEqual([200, rowOf(7)]);
  });

  test('says by its status why there is none', async () => {
    const { url } = await start(
      async (asked) => {
        if (idIn(asked) === 2)
          await new Promise((_, reject) =>
            asked.signal.addEventListener('abort', reject),
          );
        return { status: idIn(asked) === 1 ? 404 : 500, body: {} };
      },
      { timeout: 2_000, retries: 0 },
    );
    const statuses = await Promise.all(
      [1, 2, 3].map(async (id) => (await fetch(`${url}/rows/${id}`)).status),
    );
    expect(statuses).toEqual([404, 504, 502]);
  });

  test('aborts the request when the client goes away', async () => {
    const { upstream, url } = await start(async ({ signal }) => {
      await new Promise((_, reject) =>
        signal.addEventListener('abort', reject),
      );
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
    source.addEventListener('message', ({ data }) =>
      rows.push(JSON.parse(data as string)),
    );
    const end = new Promise((resolve) => {
      source.addEventListener('end', ({ data }) => {
        source.close();
        resolve(JSON.parse(data as string));
      });
    });
    return { source, rows, end };
  }

  test('sends the rows in order to an EventSource, and then the end', async () => {
    const { url } = await start(answerAtOnce);
    const { rows, end } = listen(url, idsUpTo(100));
    expect(await end).toEqual({ rows: 100 });
    expect(rows).toEqual(idsUpTo(100).map(rowOf));
  });

  test('goes on after the last row that an EventSource has got when its connection is lost', async () => {
    const gate = new Gate();
    const { upstream, url } = await start(async (asked) => {
      if (idIn(asked) === 5) await gate.pass('5', asked.signal);
      return answerAtOnce(asked);
    });
    // A proxy that loses the first connection when it is told to.
    const sockets: Socket[] = [];
    const proxy = createServer((client) => {
      const server = connect(Number(new URL(url).port), '127.0.0.1');
      for (const socket of [client, server])
        sockets.push(socket.on('error', () => {}));
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
    expect(
      upstream.asked.filter((line) => line === 'GET /rows/1'),
    ).toHaveLength(1);
  });

  test('goes on after the last row when an interceptor of the whole service ends it early', async () => {
    const gate = new Gate();
    const clock = new VirtualTimeScheduler();
    const { url } = await start(hangsAt3(gate), {}, false, [impatient(clock)]);
    const { source, rows, end } = listen(url, idsUpTo(5));
    await until(() => expect(rows).toHaveLength(2));
    const lost = new Promise((resolve) =>
      source.addEventListener('error', resolve),
    );
    clock.flush();
    await lost;
    gate.let('3');
    expect(await end).toEqual({ rows: 5 });
    expect(rows).toEqual(idsUpTo(5).map(rowOf));
  });

  test('aborts the requests when the EventSource is closed', async () => {
    const { upstream, url } = await start(async ({ signal }) => {
      await new Promise((_, reject) =>
        signal.addEventListener('abort', reject),
      );
      return { body: {} };
    });
    const { source } = listen(url, idsUpTo(1_000));
    await until(() => expect(upstream.active).toBe(8));
    source.close();
    await until(() => expect(upstream.active).toBe(0));
    expect([upstream.aborted, upstream.asked.length]).toEqual([8, 8]);
  });
});
