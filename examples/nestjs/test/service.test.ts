import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RedisServer } from '../src/demo/redis-server.js';
import { UpstreamServer } from '../src/demo/upstream-server.js';
import { Gate } from './support/gate.js';
import { ServiceProcess } from './support/service-process.js';
import { until } from './support/until.js';

const HERE = {
  UPSTREAM_URL: 'http://127.0.0.1:1',
  REDIS_URL: 'redis://:secret@127.0.0.1:1',
};

describe('a wrong configuration', () => {
  test.each<[NodeJS.ProcessEnv, string]>([
    [
      { CONCURRENT: '0', REORDER_WINDOW: '0', TIMEOUT: '0' },
      'Expected CONCURRENT to be an integer from 1 and up, got "0"\n' +
        'Expected REORDER_WINDOW to be an integer from 1 and up, got "0"\n' +
        'Expected TIMEOUT to be an integer from 1 to 2147483647, got "0"\n',
    ],
    [
      { MAX_CONCURRENT: 'Infinity', MAX_IDS: '', CLAIM_AFTER: '1' },
      'Expected MAX_CONCURRENT to be an integer from 1 and up, got "Infinity"\n' +
        'Expected MAX_IDS to be an integer from 1 and up, got ""\n' +
        'Expected CLAIM_AFTER to be an integer from 100 to 2147483647, got "1"\n',
    ],
    [
      { PORT: '65536', RETRIES: '-1', WRITE_TIMEOUT: '1e3' },
      'Expected RETRIES to be an integer from 0 and up, got "-1"\n' +
        'Expected PORT to be an integer from 0 to 65535, got "65536"\n' +
        'Expected WRITE_TIMEOUT to be an integer from 1 to 2147483647, got "1e3"\n',
    ],
    [
      { UPSTREAM_URL: '', REDIS_URL: 'localhost:6379/secret' },
      'Expected UPSTREAM_URL to be a URL that begins with http:// or https://, got nothing\n' +
        'Expected REDIS_URL to be a URL that begins with redis:// or rediss://, got another\n',
    ],
    [
      { WEB_ROOT: '/nowhere' },
      'Expected WEB_ROOT to be a folder with an index.html, got "/nowhere"\n',
    ],
  ])('is refused at the start: %j', async (env, message) => {
    const service = ServiceProcess.launch({ ...HERE, ...env });
    expect(await service.ended).toEqual({ code: 1, signal: null });
    expect(service.output).toBe(message);
  });
});

test('README.md lists the variables that are read, and no others', () => {
  const read = (path: string) =>
    readFileSync(new URL(path, import.meta.url), 'utf8');
  const names = (text: string, pattern: RegExp) =>
    [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
  expect(names(read('../README.md'), /^\| `([A-Z_]+)`/gm)).toEqual(
    names(read('../src/config.ts'), /'([A-Z]+(?:_[A-Z]+)*)'/g),
  );
});

describe('the service', () => {
  let redis: RedisServer;
  let upstream: UpstreamServer;
  let service: ServiceProcess;
  const gate = new Gate();

  beforeAll(async () => {
    redis = await RedisServer.start();
    upstream = await UpstreamServer.start(async ({ line, signal }) => {
      if (line === 'GET /rows/7') await gate.pass('7', signal);
      const id = Number(line.split('/').at(-1));
      return { body: { id, name: `row ${id}` } };
    });
    service = await ServiceProcess.start({
      UPSTREAM_URL: `${upstream.url}/`,
      REDIS_URL: redis.url,
      MAX_BODY: '1000',
    });
  });
  afterAll(async () => {
    service?.kill('SIGKILL');
    await service?.ended;
    await upstream?.stop();
    await redis?.stop();
  });

  /** Posts ids, and gives the status when the response has ended. */
  async function post(ids: readonly number[]): Promise<number> {
    const response = await fetch(`${service.url}/enrich`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ids),
    });
    await response.text();
    return response.status;
  }

  test('refuses a body that is too long', async () => {
    expect(await post(new Array(400).fill(1))).toBe(200);
    expect(await post(new Array(600).fill(1))).toBe(413);
  });

  test('does not say what it is made with', async () => {
    const response = await fetch(`${service.url}/rows/1`);
    expect(response.status).toBe(200);
    expect(response.headers.has('x-powered-by')).toBe(false);
  });

  test('says whether all is there that it needs, and what it is doing', async () => {
    const health = async () => {
      const response = await fetch(`${service.url}/health`);
      return [response.status, await response.json()] as const;
    };
    const done = post([7, 8, 9]);
    await until(async () =>
      expect((await health())[1]).toMatchObject({ rows: { parked: 2 } }),
    );
    expect(await health()).toEqual([
      200,
      {
        status: 'up',
        redis: { status: 'up' },
        upstream: { status: 'up', seen: expect.stringMatching(/^20..-/) },
        rows: {
          responses: 1,
          active: 1,
          parked: 2,
          blockedFor: expect.any(Number),
          upstream: 1,
          waitForUpstream: 0,
        },
        orders: {
          state: 'running',
          active: 0,
          parked: 0,
          blockedFor: 0,
          shipped: 0,
          skipped: 0,
          dead: 0,
          lastPause: null,
        },
      },
    ]);
    gate.let('7');
    expect(await done).toBe(200);
    await until(async () =>
      expect((await health())[1]).toMatchObject({
        rows: {
          responses: 0,
          active: 0,
          parked: 0,
          blockedFor: 0,
          upstream: 0,
        },
      }),
    );

    await upstream.stop();
    await until(async () => expect((await health())[0]).toBe(503));
    expect((await health())[1]).toMatchObject({
      status: 'down',
      redis: { status: 'up' },
      upstream: {
        status: 'down',
        reason: expect.stringMatching(/^fetch failed: connect ECONNREFUSED/),
        seen: expect.stringMatching(/^20..-/),
      },
    });

    await redis.stop();
    await until(async () =>
      expect((await health())[1]).toMatchObject({
        redis: { status: 'down', reason: 'no connection to Redis' },
      }),
    );
    await until(() =>
      expect(service.output).toMatch(/ pauses, .*: no connection to Redis$/m),
    );
    expect(service.output).not.toMatch(/max retries/);
  });
});
