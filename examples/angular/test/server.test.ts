import '@angular/compiler';
import {
  bootstrapApplication,
  type BootstrapContext,
} from '@angular/platform-browser';
import { renderApplication } from '@angular/platform-server';
import { mergeApplicationConfig } from '@angular/core';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { App } from '../dist/aot/app/app.js';
import { serverConfig } from '../dist/aot/app/app.config.server.js';
import { LIMITS } from '../dist/aot/app/rows/rows.service.js';

// As the build of a server defines it.
Object.assign(globalThis, { ngServerMode: true });

let server: Server;
let answer: (id: number, response: ServerResponse, times: number) => void;
let asked: number[];
let origin: string;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    const id = Number(request.url!.split('/').at(-1));
    asked.push(id);
    answer(id, response, asked.filter((other) => other === id).length);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const found = (id: number, response: ServerResponse) =>
  response
    .setHeader('content-type', 'application/json')
    .end(JSON.stringify({ name: `row ${id}` }));

async function render(ids: string, config = serverConfig) {
  const start = performance.now();
  const html = await renderApplication(
    (context: BootstrapContext) => bootstrapApplication(App, config, context),
    {
      document: '<app-root></app-root>',
      url: `${origin}/list?ids=${ids}`,
      allowedHosts: ['127.0.0.1'],
    } as Parameters<typeof renderApplication>[1],
  );
  const list = /<ol.*?<\/ol>/s.exec(html)![0].replaceAll(/<!--.*?-->/g, '');
  return {
    rows: [...list.matchAll(/<li[^>]*>\s*(.*?)\s*<\/li>/gs)].map(
      ([, text]) => text,
    ),
    state: /<script id="ng-state"[^>]*>(.*?)<\/script>/s.exec(html)?.[1] ?? '',
    time: performance.now() - start,
  };
}

const withTotal = (total: number) =>
  mergeApplicationConfig(serverConfig, {
    providers: [
      { provide: LIMITS, useValue: { concurrent: 6, timeout: { total } } },
    ],
  });

describe('on a server', () => {
  test('renders all rows, in order', async () => {
    answer = (id, response) =>
      setTimeout(() => found(id, response), id === 1 ? 60 : 5);
    // The first page that a process renders takes long, and the limit is not what this is about.
    const { rows } = await render('1,2,3,4,5,6,7,8,9', withTotal(30_000));
    expect(rows).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => `row ${id}`));
  });

  test('waits for a row that never comes as long as its limit', async () => {
    answer = (id, response) => id !== 2 && found(id, response);
    // A row that is there might take as long on a busy machine.
    const { rows, time } = await render('2');
    expect(rows).toEqual(['2: took too long']);
    expect(time).toBeGreaterThan(490);
  });

  test('never sends the page where there is no limit', async () => {
    answer = (id, response) => id !== 2 && found(id, response);
    const rendered = render('1,2,3', withTotal(Infinity));
    expect(await Promise.race([rendered, sleep(1_500, 'nothing')])).toBe(
      'nothing',
    );

    answer = found;
    server.closeAllConnections();
    expect((await rendered).rows).toEqual(['row 1', 'row 2', 'row 3']);
  });

  test('waits for the delay before a retry as well', async () => {
    answer = (id, response, times) =>
      id === 2 && times === 1 ? response.destroy() : found(id, response);
    const { rows } = await render('1,2,3', withTotal(30_000));
    expect(rows).toEqual(['row 1', 'row 2', 'row 3']);
    expect(asked.filter((id) => id === 2)).toHaveLength(2);
  });

  test('sends the answers along with the page, but not the failures', async () => {
    answer = (id, response) =>
      id === 2 ? response.writeHead(404).end() : found(id, response);
    const { rows, state } = await render('1,2,3', withTotal(30_000));
    expect(rows).toEqual(['row 1', '2: the service answered 404', 'row 3']);
    expect(state).toMatch('"name":"row 1"');
    expect(state).toMatch('"name":"row 3"');
    expect(state).not.toMatch('/rows/2');
  });
});
