import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { readFileSync } from 'node:fs';
import type { MonitorEvent } from 'rxjs-concat-map-eager';
import { checkRun } from 'rxjs-concat-map-eager/testing';
import { afterEach, expect, test, vi } from 'vitest';
import {
  UpstreamServer,
  type Answer,
  type Asked,
} from '../src/demo/upstream-server.js';
import { Streams } from '../src/metrics/streams.js';
import { RowsModule } from '../src/rows/rows.module.js';
import { UpstreamModule } from '../src/upstream/upstream.module.js';
import { Gate } from './support/gate.js';
import { until } from './support/until.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(answer: (asked: Asked) => Promise<Answer>) {
  const upstream = await UpstreamServer.start(answer);
  closing.push(() => upstream.stop());
  const module = await Test.createTestingModule({
    imports: [
      UpstreamModule.register({ url: upstream.url }),
      RowsModule.register({
        maxConcurrent: 3,
        concurrent: 4,
        reorderWindow: 8,
        timeout: 60_000,
        retries: 2,
        retryDelay: 1,
        maxIds: 100,
        writeTimeout: 60_000,
      }),
    ],
  }).compile();
  const app: INestApplication = module.createNestApplication({
    logger: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  closing.push(() => app.close());
  return app.getUrl();
}

const enrich = async (url: string, ids: number[], signal?: AbortSignal) => {
  const response = await fetch(`${url}/enrich`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ids),
    signal: signal ?? null,
  });
  return (await response.text()).trim().split('\n');
};

/** What the monitors of each stream hear, a list for each subscription. */
function record() {
  const heard: Record<string, MonitorEvent<unknown>[][]> = {};
  const { monitor } = Streams.prototype;
  const spy = vi.spyOn(Streams.prototype, 'monitor');
  closing.push(() => spy.mockRestore());
  spy.mockImplementation(function (this: Streams, name) {
    const tell = monitor.call(this, name);
    const events: MonitorEvent<unknown>[] = [];
    (heard[name] ??= []).push(events);
    return (event) => {
      events.push(event);
      tell(event);
    };
  });
  return heard;
}

/** What Prometheus would read: the values, by name and labels. */
async function scrape(url: string): Promise<Record<string, number>> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(
    /^text\/plain; (version|charset)=/,
  );
  const lines = (await response.text()).split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [, name, value] = /^concat_map_eager_(\S+) (\S+)$/.exec(line)!;
        return [name!.replace(/stream_name="(\w+)"/, '$1'), Number(value)];
      }),
  );
}

test('GET /metrics says what is under way, and afterwards what has happened', async () => {
  const heard = record();
  const gate = new Gate();
  let failures = 0;
  const url = await start(async ({ line, signal }) => {
    const id = Number(line.split('/').at(-1));
    if (id === 3) await gate.pass('3', signal);
    if (id === 5 && failures++ === 0) return { status: 503, body: null };
    if (id === 7) return { status: 404, body: null };
    return { body: { id, name: `row ${id}` } };
  });
  const rows = enrich(url, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

  // 3 is the head; seven behind it are parked, and so the window is full.
  await until(async () =>
    expect(await scrape(url)).toMatchObject({
      'active{responses}': 1,
      'parked{responses}': 7,
      'limit{responses}': 4,
      'active{rows}': 1,
      'waiting{rows}': 0,
      'limit{rows}': 3,
    }),
  );
  const before = await scrape(url);
  expect(before['blocked_seconds{responses}']).toBeGreaterThan(0);
  const after = await scrape(url);
  expect(after['blocked_seconds{responses}']).toBeGreaterThan(
    before['blocked_seconds{responses}']!,
  );

  gate.let('3');
  const lines = (await rows).map((line) => JSON.parse(line) as object);
  expect(lines).toHaveLength(12);
  await until(async () =>
    expect(await scrape(url)).toMatchObject({ 'active{responses}': 0 }),
  );
  const done = await scrape(url);
  expect(done).toMatchObject({
    'parked{responses}': 0,
    'blocked_seconds{responses}': 0,
    'active{rows}': 0,
    'items_total{responses,outcome="completed"}': 12,
    'items_total{rows,outcome="completed"}': 11,
    'items_total{rows,outcome="recovered"}': 1,
    'failed_attempts_total{rows,error_type="503"}': 1,
    'failed_attempts_total{rows,error_type="404"}': 1,
    'waiting_duration_seconds_count{rows}': 12,
    'attempt_duration_seconds_count{rows}': 13,
    'parked_duration_seconds_count{responses}': 12,
  });
  expect(done['attempt_duration_seconds_sum{rows}']).toBeGreaterThan(
    before['blocked_seconds{responses}']!,
  );

  expect(heard['responses']).toHaveLength(1);
  expect(heard['rows']).toHaveLength(12);
  for (const events of heard['responses']!)
    expect(checkRun(events, { concurrent: 4, reorderWindow: 8 })).toEqual([]);
  const rowConfig = { concurrent: 3, retry: { count: 2 }, onError: () => [] };
  for (const events of heard['rows']!)
    expect(checkRun(events, rowConfig)).toEqual([]);
});

test('GET /metrics counts what a client that leaves has cancelled', async () => {
  const url = await start(
    ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      ),
  );
  const leave = new AbortController();
  const left = enrich(url, [1, 2, 3, 4, 5, 6], leave.signal);
  await until(async () =>
    expect(await scrape(url)).toMatchObject({
      'active{responses}': 4,
      'active{rows}': 3,
      'waiting{rows}': 1,
    }),
  );
  leave.abort();
  await expect(left).rejects.toThrow();
  await until(async () =>
    expect(await scrape(url)).toMatchObject({
      'active{responses}': 0,
      'items_total{responses,outcome="cancelled"}': 4,
      'active{rows}': 0,
      'waiting{rows}': 0,
      'items_total{rows,outcome="cancelled"}': 4,
    }),
  );
});

test('GET /metrics has the metrics of which the guide tells', async () => {
  const url = await start(async () => ({ status: 404, body: null }));
  await enrich(url, [1]);
  const text = await (await fetch(`${url}/metrics`)).text();
  const guide = readFileSync(
    new URL('../../../docs/guide/observability.md', import.meta.url),
    'utf8',
  );
  const named = (pattern: RegExp, where: string) =>
    [...where.matchAll(pattern)].map(([, ...named]) => named.join()).sort();
  expect(named(/^# TYPE (\w+) (\w+)$/gm, text)).toEqual(
    named(/^\| `(concat_map_eager_\w+)` +\| (\w+)/gm, guide),
  );
});
