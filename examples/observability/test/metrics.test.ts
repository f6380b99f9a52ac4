import type { Meter } from '@opentelemetry/api';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  DataPointType,
  MeterProvider,
  MetricReader,
  type DataPoint,
  type Histogram,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import {
  concat,
  defer,
  EMPTY,
  from,
  ignoreElements,
  lastValueFrom,
  merge,
  NEVER,
  of,
  throwError,
  timer,
  toArray,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import {
  concatMapEager,
  sharedLimit,
  type ConcatMapEagerConfig,
} from 'rxjs-concat-map-eager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  errorType,
  Streams,
  type Monitor,
} from '../../nestjs/src/metrics/streams.js';
import { meterMonitors } from '../opentelemetry.js';
import { Rows } from '../rows.js';

class Reader extends MetricReader {
  override onForceFlush = () => Promise.resolve();
  override onShutdown = () => Promise.resolve();
}

let reader: Reader;
let meter: Meter;
let monitorOf: (stream: string) => Monitor;
beforeEach(() => {
  vi.useFakeTimers();
  reader = new Reader();
  meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  monitorOf = meterMonitors(meter);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
function prometheusName({
  descriptor: { name, unit },
  dataPointType,
  ...metric
}: MetricData): string {
  const isCounter =
    dataPointType === DataPointType.SUM &&
    'isMonotonic' in metric &&
    metric.isMonotonic;
  return `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}${isCounter ? '_total' : ''}`;
}

const takes = <T>(ms: number, value: T) =>
  concat(timer(ms).pipe(ignoreElements()), of(value));
const fails = (ms: number, error: unknown) =>
  concat(
    timer(ms).pipe(ignoreElements()),
    throwError(() => error),
  );

/** What subscribes, subscribes to these with a monitor of its own. */
const run = (
  stream: string,
  project: (
    value: string,
    index: number,
    item: { attempt: number },
  ) => ObservableInput<unknown>,
  config: ConcatMapEagerConfig<string>,
  values: Observable<string> = from(['a', 'b', 'c']),
) =>
  defer(() =>
    values.pipe(
      concatMapEager(project, { ...config, monitor: monitorOf(stream) }),
    ),
  );

/** All data points, by the names of metrics. */
async function points(): Promise<Record<string, DataPoint<unknown>[]>> {
  const { resourceMetrics } = await reader.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap(
    ({ metrics }) => metrics,
  );
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name.replace('concat_map_eager.', ''),
      dataPoints as DataPoint<unknown>[],
    ]),
  );
}
/** What has one number, by the attributes. */
async function numbers(...names: string[]) {
  const all = await points();
  return Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(
        (all[name] ?? []).map(({ attributes, value }) => [
          Object.values(attributes).join(),
          value,
        ]),
      ),
    ]),
  );
}
/** How many, and their sum in seconds. */
async function duration(name: string) {
  const histogram = (await points())[`${name}.duration`]![0]!
    .value as Histogram;
  return [histogram.count, Number(histogram.sum!.toFixed(3))];
}

/** `a` takes 300 ms; `b` fails after 100 ms, and is tried again 50 ms later; `c` waits for its slot. Each attempt but `a`'s takes 100 ms. */
const busyService = (
  value: string,
  _index: number,
  { attempt }: { attempt: number },
) => {
  if (value === 'a') return takes(300, value);
  if (value === 'b' && attempt === 1)
    return fails(100, Object.assign(new Error('busy'), { status: 503 }));
  return takes(100, value);
};

describe('metrics by OpenTelemetry', () => {
  test('say how long items waited, were tried and were parked, in seconds', async () => {
    run('rows', busyService, {
      concurrent: 2,
      retry: { count: 1, delay: 50 },
    }).subscribe();
    vi.advanceTimersByTime(400);
    expect(await duration('waiting')).toEqual([3, 0.25]);
    expect(await duration('attempt')).toEqual([4, 0.6]);
    expect(await duration('parked')).toEqual([3, 0.05]);
    expect(await numbers('items', 'failed_attempts')).toEqual({
      items: { 'rows,completed': 3 },
      failed_attempts: { 'rows,503': 1 },
    });
    const { boundaries } = (
      (await points())['attempt.duration']![0]!.value as Histogram
    ).buckets;
    expect(boundaries).toEqual([
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]);
  });

  test('are of both subscriptions of one Observable', async () => {
    vi.stubGlobal('fetch', (url: string) => Promise.resolve(new Response(url)));
    const rows$ = new Rows(meter).load([1, 2, 3]);
    const results = [1, 2].map(() => lastValueFrom(rows$.pipe(toArray())));
    const paths = ['/rows/1', '/rows/2', '/rows/3'];
    expect(await Promise.all(results)).toEqual([paths, paths]);
    expect(await numbers('items', 'active', 'limit')).toEqual({
      items: { 'rows,completed': 6 },
      active: { rows: 0 },
      limit: { rows: 8 },
    });
  });

  test('say how things stand, and for how long the head has held up what is finished', async () => {
    const gauges = () =>
      numbers('waiting', 'active', 'parked', 'limit', 'blocked');
    run('rows', busyService, {
      concurrent: 2,
      retry: { count: 1, delay: 50 },
    }).subscribe();
    vi.advanceTimersByTime(120);
    expect(await gauges()).toEqual({
      waiting: { rows: 1 },
      active: { rows: 2 },
      parked: { rows: 0 },
      limit: { rows: 2 },
      blocked: { rows: 0 },
    });
    vi.advanceTimersByTime(155);
    expect(await gauges()).toEqual({
      waiting: { rows: 0 },
      active: { rows: 2 },
      parked: { rows: 1 },
      limit: { rows: 2 },
      blocked: { rows: 0.025 },
    });
    vi.advanceTimersByTime(200);
    expect(await gauges()).toEqual({
      waiting: { rows: 0 },
      active: { rows: 0 },
      parked: { rows: 0 },
      limit: { rows: 2 },
      blocked: { rows: 0 },
    });
  });

  test('add up the subscriptions of a stream, and keep streams apart', async () => {
    const limit = sharedLimit(4);
    const [one, two] = [1, 2].map(() =>
      run('rows', () => NEVER, { concurrent: limit }).subscribe(),
    );
    run('images', () => NEVER, { concurrent: 2 }).subscribe();
    expect(await numbers('waiting', 'active', 'limit')).toEqual({
      waiting: { rows: 2, images: 1 },
      active: { rows: 4, images: 2 },
      limit: { rows: 4, images: 2 },
    });
    one!.unsubscribe();
    expect(await numbers('waiting', 'active')).toEqual({
      waiting: { rows: 0, images: 1 },
      active: { rows: 3, images: 2 },
    });
    two!.unsubscribe();
    expect(await numbers('waiting', 'active', 'items')).toEqual({
      waiting: { rows: 0, images: 1 },
      active: { rows: 0, images: 2 },
      items: { 'rows,cancelled': 6 },
    });
  });

  test('keep no value of a subscription that has ended', async () => {
    vi.useRealTimers();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const runOnce = () => {
      const value = { id: 1 };
      const monitor = monitorOf('rows');
      of(value)
        .pipe(concatMapEager(() => EMPTY, { monitor }))
        .subscribe();
      return { monitor, value: new WeakRef(value) };
    };
    const { monitor, value } = runOnce();
    await new Promise((resolve) => setTimeout(resolve));
    collect();
    expect(value.deref()).toBe(undefined);
    expect(monitor).toBeTypeOf('function');
  });

  test('tell no limit that is infinite', async () => {
    run('rows', () => NEVER, { concurrent: Infinity }).subscribe();
    expect(await numbers('active', 'limit')).toEqual({
      active: { rows: 3 },
      limit: {},
    });
  });

  test('count items by outcome, and failed attempts by what failed', async () => {
    const error = new TypeError('no');
    run('skipped', () => fails(10, error), { onError: 'skip' }).subscribe();
    run('saved', () => fails(10, 'no'), { onError: () => EMPTY }).subscribe();
    run('keyed', () => EMPTY, { onError: () => EMPTY, key: () => { throw error; } }).subscribe(); // prettier-ignore
    run('slow', () => NEVER, { onError: 'skip', timeout: 20 }).subscribe();
    run('dropped', () => NEVER, {
      concurrent: 1,
      maxWaiting: 0,
      overflow: 'drop-newest',
    }).subscribe();
    run('failed', (value) => fails(value === 'a' ? 5 : 10, error), { retry: 1 }, merge(of('a'), takes(1, 'b')))
      .subscribe({ error: () => {} }); // prettier-ignore
    vi.advanceTimersByTime(100);
    expect(await numbers('items', 'failed_attempts', 'active')).toEqual({
      items: {
        'skipped,failed': 3,
        'saved,recovered': 3,
        'keyed,recovered': 3,
        'slow,failed': 3,
        'dropped,dropped': 2,
        'failed,failed': 1,
        'failed,cancelled': 1,
      },
      failed_attempts: {
        'skipped,TypeError': 3,
        'saved,_OTHER': 3,
        'slow,TimeoutError': 3,
        'failed,TypeError': 2,
      },
      active: {
        skipped: 0,
        saved: 0,
        keyed: 0,
        slow: 0,
        dropped: 1,
        failed: 0,
      },
    });
    const attempts = (await points())['attempt.duration']!;
    const counts = attempts.map(({ attributes, value }) => [
      attributes['stream.name'],
      (value as Histogram).count,
    ]);
    expect(counts).toEqual([['failed', 2], ['skipped', 3], ['saved', 3], ['slow', 3]]); // prettier-ignore
  });

  test('have no attribute that grows with the number of items', async () => {
    const values = from(Array.from({ length: 100 }, (_, n) => `key ${n}`));
    run(
      'rows',
      (value) => takes(1, value),
      { concurrent: 3, key: (value) => value },
      values,
    ).subscribe();
    vi.advanceTimersByTime(100);
    const attributes = Object.values(await points()).flat().map(({ attributes }) => attributes); // prettier-ignore
    expect(new Set(attributes.flatMap((each) => Object.keys(each)))).toEqual(
      new Set(['stream.name', 'outcome']),
    );
    expect(attributes).toHaveLength(9);
  });

  test('have the same names in Prometheus as those of the recipe for prom-client', async () => {
    run('rows', () => fails(1, new Error('no')), {
      concurrent: 3,
      onError: 'skip',
    }).subscribe();
    vi.advanceTimersByTime(1);
    const { resourceMetrics } = await reader.collect();
    const names = resourceMetrics.scopeMetrics[0]!.metrics.map(prometheusName);
    expect(names).toEqual([
      'concat_map_eager_waiting_duration_seconds',
      'concat_map_eager_attempt_duration_seconds',
      'concat_map_eager_parked_duration_seconds',
      'concat_map_eager_items_total',
      'concat_map_eager_failed_attempts_total',
      'concat_map_eager_waiting',
      'concat_map_eager_active',
      'concat_map_eager_parked',
      'concat_map_eager_limit',
      'concat_map_eager_blocked_seconds',
    ]);
  });
});

test.each([
  [Object.assign(new Error('no'), { status: 429 }), '429'],
  [Object.assign(new Error('no connection'), { status: 0 }), 'Error'],
  [new RangeError('no'), 'RangeError'],
  ['no', '_OTHER'],
  [undefined, '_OTHER'],
])('an attempt that failed by %o has the type %s', (error, type) => {
  expect(errorType(error)).toBe(type);
});

test.each<[string, ConcatMapEagerConfig<number, string>]>([
  ['its delay completes it', { retry: { count: 1, delay: () => EMPTY } }],
  [
    '`blocking` passes during its delay',
    {
      retry: { count: 1, delay: 1_000 },
      timeout: { blocking: 50 },
      onError: 'skip',
    },
  ],
])('an attempt that fails is counted once, where %s', async (_, config) => {
  const attempted: (string | undefined)[] = [];
  const streams = new Streams({
    waited: () => undefined,
    attempted: (_stream, _seconds, failure) =>
      attempted.push(failure && errorType(failure.error)),
    parked: () => undefined,
    ended: () => undefined,
  });
  const monitor = streams.monitor('rows');
  const items = from([0, 1]).pipe(
    concatMapEager(
      (n) => (n === 0 ? throwError(() => new TypeError()) : of('b')),
      { ...config, monitor },
    ),
  );
  const all = lastValueFrom(items.pipe(toArray()));
  await vi.runAllTimersAsync();

  expect(await all).toEqual(['b']);
  expect(attempted.sort()).toEqual(['TypeError', undefined]);
});
