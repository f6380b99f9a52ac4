import {
  context,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastValueFrom, NEVER, of, Subject, toArray } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tracedRows } from '../tracedRows.js';
import { traced, withContext } from '../tracing.js';

let exporter: InMemorySpanExporter;
let tracer: Tracer;
beforeEach(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  tracer = provider.getTracer('test');
});
afterEach(() => {
  context.disable();
  vi.unstubAllGlobals();
});

/** The spans by how they are nested: `request 1 > load > query`. */
function tree(): string[] {
  const spans = exporter.getFinishedSpans();
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const pathOf = (span: (typeof spans)[number]): string => {
    const parent = byId.get(span.parentSpanContext?.spanId ?? '');
    return parent ? `${pathOf(parent)} > ${span.name}` : span.name;
  };
  return spans.map(pathOf).sort();
}
const spanOf = (name: string, attempt = 1) =>
  exporter
    .getFinishedSpans()
    .find((span) => span.name === name && span.attributes.attempt === attempt)!;

test('an attempt is a span of the request whose value it is, however long that waited', async () => {
  const requests = new Subject<number>();
  const user = new AsyncLocalStorage<string>();
  const users: string[] = [];
  const done = lastValueFrom(
    requests.pipe(
      withContext(),
      concatMapEager(
        traced(tracer, 'load', async (id: number) => {
          await sleep(5);
          users.push(`${id}: ${user.getStore()}`);
          tracer.startSpan('query').end();
          return id;
        }),
        { concurrent: 1 },
      ),
      toArray(),
    ),
  );
  for (const id of [1, 2]) {
    tracer.startActiveSpan(`request ${id}`, (span) => {
      user.run(`user ${id}`, () => requests.next(id));
      span.end();
    });
  }
  requests.complete();
  expect(await done).toEqual([1, 2]);
  expect(tree()).toEqual([
    'request 1',
    'request 1 > load',
    'request 1 > load > query',
    'request 2',
    'request 2 > load',
    'request 2 > load > query',
  ]);
  expect(users).toEqual(['1: user 1', '2: user 2']);
  expect(spanOf('load').status.code).toBe(SpanStatusCode.UNSET);
  expect(spanOf('load').events).toEqual([]);
});

test('a retry is another span of the same request, and the failure is told by the first one', async () => {
  const error = Object.assign(new Error('busy'), { status: 503 });
  const load = traced(
    tracer,
    'load',
    async (id: number, _index, { attempt }) => {
      await sleep(1);
      if (attempt === 1) throw error;
      return id;
    },
  );
  const result = await tracer.startActiveSpan('request', async (span) => {
    const loaded = await lastValueFrom(
      of(7).pipe(
        withContext(),
        concatMapEager(load, { retry: { count: 1, delay: 5 } }),
      ),
    );
    span.end();
    return loaded;
  });
  expect(result).toBe(7);
  expect(tree()).toEqual(['request', 'request > load', 'request > load']);
  const [first, second] = [spanOf('load', 1), spanOf('load', 2)];
  expect(first.status.code).toBe(SpanStatusCode.ERROR);
  expect(first.attributes).toEqual({
    index: 0,
    attempt: 1,
    'error.type': '503',
  });
  expect(first.events.map(({ name, attributes }) => [name, attributes!['exception.message']])).toEqual([['exception', 'busy']]); // prettier-ignore
  expect(second.status.code).toBe(SpanStatusCode.UNSET);
  expect(second.attributes).toEqual({ index: 0, attempt: 2 });
});

test('each request that asks for a row has a span of it', async () => {
  const fetched = vi.fn((url: string) => Promise.resolve(new Response(url)));
  vi.stubGlobal('fetch', fetched);
  const ids = new Subject<number>();
  const rows = lastValueFrom(tracedRows(ids, tracer).pipe(toArray()));
  for (const id of [3, 3, 4]) {
    tracer.startActiveSpan(`request of ${id}`, (span) => {
      ids.next(id);
      span.end();
    });
  }
  ids.complete();
  const urls = await Promise.all((await rows).map((row) => row.text()));
  expect(urls).toEqual(['/rows/3', '/rows/3', '/rows/4']);
  const request = (id: number) => [
    `request of ${id}`,
    `request of ${id} > load row`,
  ];
  expect(tree()).toEqual([...request(3), ...request(3), ...request(4)].sort());
});

test('what throws in project fails its span', async () => {
  const load = traced(tracer, 'load', (): never => {
    throw new RangeError('no');
  });
  await lastValueFrom(
    of(1).pipe(withContext(), concatMapEager(load, { onError: 'skip' })),
    { defaultValue: 0 },
  );
  expect(spanOf('load').attributes['error.type']).toBe('RangeError');
});

test('a span ends with an error by a time limit, and without one when it is cancelled', async () => {
  const hang = traced(tracer, 'hang', () => NEVER);
  await lastValueFrom(
    of(1).pipe(
      withContext(),
      concatMapEager(hang, { timeout: 5, onError: 'skip' }),
    ),
    {
      defaultValue: 0,
    },
  );
  const [late] = exporter.getFinishedSpans();
  expect(late!.status.code).toBe(SpanStatusCode.ERROR);
  expect(late!.attributes['error.type']).toBe('TimeoutError');

  exporter.reset();
  of(1).pipe(withContext(), concatMapEager(hang)).subscribe().unsubscribe();
  const [left] = exporter.getFinishedSpans();
  expect(left!.status.code).toBe(SpanStatusCode.UNSET);
  expect(left!.events.map(({ name }) => name)).toEqual(['cancelled']);
  expect(trace.getActiveSpan()).toBe(undefined);
});
