import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  concat,
  EMPTY,
  from,
  ignoreElements,
  NEVER,
  of,
  throwError,
  timer,
} from 'rxjs';
import {
  concatMapEager,
  type ConcatMapEagerConfig,
  type ItemContext,
} from 'rxjs-concat-map-eager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { timelineMonitor, type Span } from '../timeline.js';
import { TraceFile } from '../traceFile.js';

const takes = <T>(ms: number, value: T) =>
  concat(timer(ms).pipe(ignoreElements()), of(value));
const fails = (ms: number) =>
  concat(
    timer(ms).pipe(ignoreElements()),
    throwError(() => new Error('no')),
  );

describe('the timeline', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000 }));
  afterEach(() => void vi.useRealTimers());

  /** What is drawn: `slot 1: b failed 0-100`. */
  const drawn: string[] = [];
  const draw = ({ track, label, state, start, end, group }: Span) => {
    expect(group).toBe('rows');
    drawn.push(`${track}: ${label} ${state} ${start - 1_000}-${end - 1_000}`);
  };
  beforeEach(() => void drawn.splice(0));
  const run = (
    values: string[],
    project: (
      value: string,
      index: number,
      item: ItemContext,
    ) => ReturnType<typeof takes<string>>,
    config: ConcatMapEagerConfig<string>,
  ) => {
    const monitor = timelineMonitor<string>('rows', draw, ({ value }) => value);
    return from(values)
      .pipe(concatMapEager(project, { ...config, monitor }))
      .subscribe({ error: () => {} });
  };

  test('has a track for each slot, and others for what waits and what is parked', () => {
    run(
      ['a', 'b', 'c', 'd'],
      (value, _index, { attempt }) => {
        if (value === 'a') return takes(300, value);
        return value === 'b' && attempt === 1 ? fails(100) : takes(50, value);
      },
      { concurrent: 2, retry: { count: 1, delay: 20 } },
    );
    vi.advanceTimersByTime(1_000);
    expect(drawn).toEqual([
      'slot 2: b failed 0-100',
      'slot 2: b delayed 100-120',
      'slot 2: b active 120-170',
      'waiting 1: c waiting 0-170',
      'slot 2: c active 170-220',
      'waiting 2: d waiting 0-220',
      'slot 2: d active 220-270',
      'slot 1: a active 0-300',
      'parked 1: b parked 170-300',
      'parked 2: c parked 220-300',
      'parked 3: d parked 270-300',
    ]);
  });

  test('shows fallbacks, and what is cancelled or dropped', () => {
    run(['a'], () => fails(10), {
      onError: () => timer(20).pipe(ignoreElements()),
    });
    run(['b', 'c', 'd'], () => NEVER, {
      concurrent: 1,
      maxWaiting: 1,
      overflow: 'drop-newest',
      timeout: 40,
    });
    vi.advanceTimersByTime(30);
    expect(drawn).toEqual([
      'slot 1: a failed 0-10',
      'slot 1: a fallback 10-30',
    ]);
    drawn.splice(0);
    vi.advanceTimersByTime(10);
    expect(drawn).toEqual([
      'slot 1: b failed 0-40',
      'waiting 1: c waiting 0-40',
    ]);
    drawn.splice(0);
    const subscription = run(['e', 'f'], () => NEVER, { concurrent: 1 });
    vi.advanceTimersByTime(5);
    subscription.unsubscribe();
    expect(drawn.sort()).toEqual([
      'slot 1: e cancelled 40-45',
      'waiting 1: f waiting 40-45',
    ]);
  });

  test('shows a delay as one, although a limit ends it', () => {
    run(['a', 'b'], (value) => (value === 'a' ? fails(10) : takes(20, value)), {
      retry: { delay: 100 },
      timeout: { blocking: 30 },
      onError: 'skip',
    });
    vi.advanceTimersByTime(1_000);
    expect(drawn).toEqual([
      'slot 1: a failed 0-10',
      'slot 2: b active 0-20',
      'slot 1: a delayed 10-50',
      'parked 1: b parked 20-50',
    ]);
  });

  test('draws an attempt that takes no time, and nothing else that does', () => {
    run(['a', 'b'], (value) => (value === 'a' ? of(value) : EMPTY), {
      concurrent: 1,
    });
    expect(drawn).toEqual(['slot 1: a active 0-0', 'slot 1: b active 0-0']);
  });

  test('uses a track again that is free', () => {
    const durations: Record<string, number> = { a: 30, b: 10, c: 30, d: 5 };
    run(Object.keys(durations), (value) => takes(durations[value]!, value), {
      concurrent: 2,
    });
    vi.advanceTimersByTime(50);
    expect(drawn.filter((span) => span.startsWith('parked'))).toEqual([
      'parked 1: b parked 10-30',
      'parked 1: d parked 35-40',
    ]);
  });

  test('draws no more than thirty that wait', () => {
    const values = Array.from({ length: 100 }, (_, n) => `${n}`);
    run(values, (value) => takes(1, value), { concurrent: 1 });
    vi.advanceTimersByTime(200);
    const waiting = drawn.filter((span) => span.startsWith('waiting'));
    expect(waiting).toHaveLength(30);
    expect(drawn).toHaveLength(130);
  });
});

test('a trace file has a process for each stream, a thread for each track and a slice for each span', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  try {
    const path = join(folder, 'trace.json');
    const file = new TraceFile(path);
    vi.useFakeTimers({
      now: 1_000,
      toFake: ['setInterval', 'clearInterval', 'Date'],
    });
    for (const stream of ['rows', 'images']) {
      const monitor = timelineMonitor(stream, file.draw);
      from([60, 20])
        .pipe(concatMapEager((ms) => takes(ms, ms), { concurrent: 2, monitor }))
        .subscribe();
      vi.advanceTimersByTime(100);
    }
    vi.useRealTimers();
    await file.close();
    const events = JSON.parse(await readFile(path, 'utf8')) as Record<
      string,
      unknown
    >[];
    const name = (pid: number, tid: number | undefined, name: string) => ({
      ph: 'M',
      name: tid === undefined ? 'process_name' : 'thread_name',
      args: { name },
      pid,
      ...(tid !== undefined && { tid }),
    });
    // In microseconds.
    const slice = (
      pid: number,
      tid: number,
      name: string,
      ts: number,
      dur: number,
    ) => ({
      ph: 'X',
      name,
      cat: name.split(' ')[0],
      pid,
      tid,
      ts,
      dur,
    });
    const stream = (pid: number, group: string, start: number) => [
      name(pid, undefined, group),
      name(pid, 1, 'slot 2'),
      slice(pid, 1, 'active 1', start, 20_000),
      name(pid, 2, 'slot 1'),
      slice(pid, 2, 'active 0', start, 60_000),
      name(pid, 3, 'parked 1'),
      slice(pid, 3, 'parked 1', start + 20_000, 40_000),
    ];
    expect(events).toEqual([
      ...stream(1, 'rows', 1_000_000),
      ...stream(2, 'images', 1_100_000),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
