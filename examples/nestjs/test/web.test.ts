import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UpstreamServer } from '../src/demo/upstream-server.js';
import { RowsModule } from '../src/rows/rows.module.js';
import { UpstreamModule } from '../src/upstream/upstream.module.js';
import { WebModule } from '../src/web/web.module.js';

let root: string;
let upstream: UpstreamServer;
let app: INestApplication;
let url: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'web-'));
  await writeFile(join(root, 'index.html'), '<title>The page</title>');
  await writeFile(join(root, 'main.js'), 'console.log(1)');
  upstream = await UpstreamServer.start(async () => ({
    body: { id: 1, name: 'row 1' },
  }));
  @Module({
    imports: [
      UpstreamModule.register({ url: upstream.url }),
      RowsModule.register({
        maxConcurrent: 32,
        concurrent: 8,
        reorderWindow: 64,
        timeout: 30_000,
        retries: 0,
        retryDelay: 1,
        maxIds: 1_000,
        writeTimeout: 30_000,
      }),
      WebModule.register({ root }),
    ],
  })
  class TestModule {}
  // Without an adapter, as in a testing module while it is compiled,
  // `ServeStaticModule` serves nothing.
  app = await NestFactory.create(TestModule, {
    logger: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  await app?.close();
  await upstream?.stop();
  await rm(root, { recursive: true });
});

const get = async (path: string) => {
  const response = await fetch(`${url}${path}`);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
};

test('serves the files of the folder', async () => {
  expect(await get('/')).toMatchObject({
    status: 200,
    text: '<title>The page</title>',
  });
  expect(await get('/main.js')).toMatchObject({
    status: 200,
    type: expect.stringMatching('javascript'),
  });
});

test('serves the page for paths that nobody else has, and leaves those of the service alone', async () => {
  expect(await get('/list?ids=1,2')).toMatchObject({
    status: 200,
    text: '<title>The page</title>',
  });
  expect(JSON.parse((await get('/rows/1')).text)).toEqual({
    id: 1,
    name: 'row 1',
  });
  expect(await get('/rows/1/2')).toMatchObject({
    status: 404,
    type: expect.stringMatching('json'),
  });
  expect((await get('/enrich/events?ids=x')).status).toBe(400);
});
