import { BehaviorSubject, NEVER, Observable, of, Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import {
  concatMapEager,
  OverflowError,
  sharedLimit,
  type ConcatMapEagerConfig,
  type MonitorEvent,
  type OverflowPolicy,
} from '../../src/index.js';
import { Tracker } from '../support/collected.js';
import { failure, record, subjects } from '../support/record.js';

const one = (n: number) => of(n);

/** `starts` is called when 0 is started: what it emits comes within one call, which starts all that it can when it returns. */
function open(config: ConcatMapEagerConfig<number>, starts?: () => void) {
  const source = new Subject<number>();
  const inners = subjects(50);
  const events: MonitorEvent<number>[] = [];
  const started: number[] = [];
  const seen = record(
    source.pipe(
      concatMapEager(
        (n) => {
          started.push(n);
          if (n === 0) starts?.();
          return inners[n]!;
        },
        { ...config, monitor: (event) => void events.push(event) },
      ),
    ),
  );
  const emit = (...values: number[]) => values.forEach((n) => source.next(n));
  const finish = (...values: number[]) =>
    values.forEach((n) => {
      inners[n]!.next(`v${n}`);
      inners[n]!.complete();
    });
  const dropped = () => events.filter((event) => event.type === 'ended' && event.outcome === 'dropped');
  return { source, inners, events, started, seen, emit, finish, dropped };
}

describe('too many values that wait', () => {
  test('are an `OverflowError`, which says what to do, after all that was received', () => {
    const { source, emit, finish, seen, dropped } = open({ concurrent: 1, maxWaiting: 2 });
    emit(0, 1, 2, 3, 4);
    expect(source.observed).toBe(false);
    expect(dropped().map(({ index }) => index)).toEqual([3]);
    finish(0, 1, 2);
    const error = (seen.heard.at(-1) as { error: OverflowError }).error;
    expect(seen.heard.slice(0, -1)).toEqual(['v0', 'v1', 'v2']);
    expect(error).toBeInstanceOf(OverflowError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'OverflowError', maxWaiting: 2, index: 3 });
    expect(error.message).toMatch(/`maxWaiting` values to wait, 2, got one more, with the index 3: .*`concurrent`/);
  });

  test('are one error, however many come at once', () => {
    const { source, emit, finish, seen, dropped, inners } = open({ concurrent: 1, maxWaiting: 1 }, () =>
      emit(1, 2, 3, 4),
    );
    source.next(0);
    expect(dropped().map(({ index }) => index)).toEqual([4, 3, 2]);
    inners[0]!.complete();
    finish(1);
    expect(seen.heard).toEqual(['v1', failure(expect.objectContaining({ index: 2 }))]);
  });

  test('are told of by the earliest of them, although more come while the monitor hears of those', () => {
    const source = new Subject<number>();
    const result = source.pipe(
      concatMapEager(() => NEVER, {
        concurrent: 1,
        maxWaiting: 1,
        onError: 'immediate',
        monitor: ({ type, index }) => {
          if (type === 'ended' && index === 2) source.next(3);
        },
      }),
    );
    const { heard } = record(result);
    [0, 1, 2].forEach((n) => source.next(n));
    expect(heard).toEqual([failure(expect.objectContaining({ index: 2 }))]);
  });

  test.each([
    ['a number', 4],
    ['a limit that is shared', sharedLimit(4)],
  ])(
    'are one error with %s too, although something else is started when the monitor hears of them',
    (_, concurrent) => {
      const source = new Subject<string>();
      const inners = { a: new Subject<string>(), b: new Subject<string>() };
      const started: string[] = [];
      const result = source.pipe(
        concatMapEager(
          (value) => {
            started.push(value);
            return inners[value[0] as 'a' | 'b'];
          },
          {
            concurrent,
            key: (value) => value[0],
            maxWaiting: 0,
            monitor: (event) => {
              if (event.type === 'ended' && event.value === 'a2') source.next('b1');
            },
          },
        ),
      );
      const { heard } = record(result);
      source.next('a1');
      source.next('a2');
      expect(started).toEqual(['a1', 'b1']);
      expect(source.observed).toBe(false);
      Object.values(inners).forEach((inner) => inner.complete());
      expect(heard).toEqual([failure(expect.objectContaining({ name: 'OverflowError', index: 1 }))]);
    },
  );

  test('are counted when the outermost call has started all that it can', () => {
    const { emit, finish, seen, inners, dropped, started } = open({ concurrent: 1, maxWaiting: 1 });
    emit(0, 1);
    // When 0 ends, 1 is started, which emits, completes, and makes room for the next.
    seen.subscription.add(inners[0]!.subscribe({ complete: () => emit(2) }));
    inners[0]!.complete();
    expect(dropped().map(({ index }) => index)).toEqual([]);
    finish(1);
    expect(started).toEqual([0, 1, 2]);
  });

  test('come at once under `immediate`, where all is cancelled', () => {
    const { emit, seen, inners, events } = open({ concurrent: 1, maxWaiting: 1, onError: 'immediate' });
    emit(0, 1, 2);
    expect(seen.heard).toEqual([failure(expect.any(OverflowError))]);
    expect(inners[0]!.observed).toBe(false);
    expect(
      events.filter(({ type }) => type === 'ended').map((event) => [event.index, 'outcome' in event && event.outcome]),
    ).toEqual([
      [2, 'dropped'],
      [0, 'cancelled'],
      [1, 'cancelled'],
    ]);
  });

  test.each<[OverflowPolicy, number[]]>([
    ['drop-oldest', [0, 5, 6]],
    ['drop-newest', [0, 1, 2]],
  ])('are dropped by %s; indexes keep their gaps', (overflow, left) => {
    const indexes: number[] = [];
    const source = new Subject<number>();
    const inners = subjects(8);
    const { heard } = record(
      source.pipe(
        concatMapEager((n, index) => (indexes.push(index), inners[n]!), { concurrent: 1, maxWaiting: 2, overflow }),
      ),
    );
    [0, 1, 2, 3, 4, 5, 6].forEach((n) => source.next(n));
    source.complete();
    left.forEach((n) => {
      inners[n]!.next(`v${n}`);
      inners[n]!.complete();
    });
    expect(indexes).toEqual(left);
    expect(heard).toEqual([...left.map((n) => `v${n}`), '|']);
  });

  test('leave the counts in balance, and room for more', () => {
    for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
      for (const key of [undefined, (n: number) => n % 3]) {
        const { source, emit, events, finish, seen } = open({ concurrent: 2, maxWaiting: 3, overflow, key });
        for (let n = 0; n < 30; n++) {
          emit(n);
          if (n % 4 === 3) finish(...seenActive(events));
        }
        source.complete();
        while (seenActive(events).length > 0) finish(...seenActive(events));
        expect(seen.heard.at(-1)).toBe('|');
        const outcomes = events.flatMap((event) => (event.type === 'ended' ? [event.outcome] : []));
        expect(outcomes).toHaveLength(30);
        expect(new Set(outcomes)).toEqual(new Set(['completed', 'dropped']));
        expect(Math.max(...events.map(({ waiting }) => waiting))).toBeLessThanOrEqual(4);
        expect(events.at(-1)).toMatchObject({ waiting: 0, active: 0, parked: 0 });
        const values = seen.heard.slice(0, -1) as string[];
        expect(values).toEqual([...values].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
      }
    }
  });
  const seenActive = (events: MonitorEvent<number>[]) => {
    const active = new Set<number>();
    for (const event of events) {
      if (event.type === 'started') active.add(event.index);
      if (event.type === 'ended') active.delete(event.index);
    }
    return [...active];
  };

  test('are the earliest or the latest of all keys, and the earliest startable is started', () => {
    const oldest = open({ concurrent: 1, maxWaiting: 2, overflow: 'drop-oldest', key: (n) => n % 2 });
    oldest.emit(0, 1, 2, 3, 4, 5);
    oldest.finish(0, 4, 5);
    expect(oldest.started).toEqual([0, 4, 5]);
    const newest = open({ concurrent: 1, maxWaiting: 2, overflow: 'drop-newest', key: (n) => n % 2 });
    newest.emit(0, 1, 2, 3, 4);
    newest.finish(0);
    newest.emit(5, 6);
    newest.finish(1, 2, 5);
    expect(newest.started).toEqual([0, 1, 2, 5]);
    expect(newest.seen.heard).toEqual(['v0', 'v1', 'v2', 'v5']);
  });

  test('may be the head, where a limit is lowered: the next one holds nobody up by itself', () => {
    const source = new Subject<string>();
    const limit = new BehaviorSubject(2);
    const inners = new Map<string, Subject<string>>();
    const blocked: (number | undefined)[] = [];
    const result = source.pipe(
      concatMapEager((value) => inners.set(value, new Subject()).get(value)!, {
        key: ([key]) => key,
        concurrent: limit,
        maxWaiting: 1,
        overflow: 'drop-oldest',
        monitor: ({ blockedSince }) => blocked.push(blockedSince),
      }),
    );
    const { heard } = record(result);
    ['x1', 'x2', 'y3'].forEach((value) => source.next(value));
    limit.next(0);
    inners.get('x1')!.complete();
    inners.get('y3')!.next('parked');
    expect(heard).toEqual([]);
    source.next('z4');
    expect(heard).toEqual(['parked']);
    source.next('z5');
    expect(blocked.filter((since) => since !== undefined)).toEqual([]);
  });

  test('carry their key to the monitor, and none where there are no keys', () => {
    const keyed = open({ concurrent: 1, maxWaiting: 0, overflow: 'drop-newest', key: (n) => `k${n}` });
    keyed.emit(0, 1);
    expect(keyed.dropped()).toMatchObject([{ index: 1, key: 'k1', value: 1, attempt: 0, waiting: 0 }]);
    const plain = open({ concurrent: 1, maxWaiting: 0, overflow: 'drop-newest' });
    plain.emit(0, 1);
    expect(plain.dropped()[0]).not.toHaveProperty('key');
  });

  test('may be dropped in a monitor that ends the result', () => {
    const source = new Subject<number>();
    const seen = record(
      source.pipe(
        concatMapEager(() => new Subject<number>(), {
          concurrent: 1,
          maxWaiting: 0,
          monitor: (event) => {
            if (event.type === 'ended') seen.subscription.unsubscribe();
          },
        }),
      ),
    );
    [0, 1, 2].forEach((n) => source.next(n));
    expect(seen.heard).toEqual([]);
    expect(source.observed).toBe(false);
  });

  test('report what the source throws when it is left', async () => {
    const thrown = new Error('left');
    const reported: unknown[] = [];
    const { config } = await import('rxjs');
    config.onUnhandledError = (error) => void reported.push(error);
    try {
      const source = new Observable<number>((subscriber) => {
        setTimeout(() => [0, 1].forEach((n) => subscriber.next(n)));
        return () => {
          throw thrown;
        };
      });
      const first = new Subject<number>();
      const { heard } = record(source.pipe(concatMapEager(() => first, { concurrent: 1, maxWaiting: 0 })));
      await new Promise((resolve) => setTimeout(resolve, 20));
      first.complete();
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(heard).toEqual([failure(expect.any(OverflowError))]);
      expect(reported).toHaveLength(1);
    } finally {
      config.onUnhandledError = null;
    }
  });

  test.each([
    [{ maxWaiting: -1 }, RangeError, /^Expected `maxWaiting` to be an integer from 0 and up/],
    [{ maxWaiting: '1' }, TypeError, /^Expected `maxWaiting`/],
    [{ overflow: 'drop-oldest' }, TypeError, /^Expected `overflow` to be given together with `maxWaiting` only/],
    [{ maxWaiting: 1, overflow: 'drop' }, TypeError, /^Expected `overflow` to be .*'drop-oldest'.*got `"drop"`/],
  ])('%o is refused at the call', (config, type, message) => {
    expect(() => concatMapEager(one, config as never)).toThrow(type);
    expect(() => concatMapEager(one, config as never)).toThrow(message);
  });

  test('may have come before something that was started in the same call', () => {
    const config = { concurrent: 2, maxWaiting: 0, overflow: 'drop-newest' as const };
    const { source, emit, started, dropped } = open({ ...config, key: (n) => (n === 2 ? 'b' : 'a') }, () => emit(1, 2));
    source.next(0);
    expect(started).toEqual([0, 2]);
    expect(dropped().map(({ index }) => index)).toEqual([1]);
  });

  test.each(['drop-oldest', 'drop-newest'] as const)('with an order for each key: %s', (overflow) => {
    const { source, emit, finish, seen, inners } = open({
      concurrent: 1,
      maxWaiting: 1,
      overflow,
      key: (n) => n % 2,
      order: 'key',
    });
    emit(0, 1, 2, 3);
    source.complete();
    finish(0, overflow === 'drop-oldest' ? 3 : 1);
    expect(seen.heard).toEqual(['v0', overflow === 'drop-oldest' ? 'v3' : 'v1', '|']);
    expect(inners.some(({ observed }) => observed)).toBe(false);
  });

  test.each(['drop-oldest', 'drop-newest'] as const)(
    'leave nothing of their keys, while nothing can be started: %s',
    async (overflow) => {
      const tracker = new Tracker();
      const source = new Subject<number>();
      const key = (n: number) => tracker.track(`key ${n}`, { n });
      const seen = record(
        source.pipe(concatMapEager(() => new Subject<number>(), { concurrent: 1, maxWaiting: 10, overflow, key })),
      );
      for (let n = 0; n < 1_000; n++) source.next(n);
      expect((await tracker.left()).length).toBeLessThan(50);
      seen.subscription.unsubscribe();
    },
  );

  test.each(['error', 'drop-newest'] as const)(
    'leave nothing of their keys once they are started: %s',
    async (overflow) => {
      const tracker = new Tracker();
      const source = new Subject<number>();
      const key = (n: number) => tracker.track(`key ${n}`, { n });
      const seen = record(source.pipe(concatMapEager(one, { maxWaiting: 10, overflow, key })));
      for (let n = 0; n < 1_000; n++) source.next(n);
      expect((await tracker.left()).length).toBeLessThan(50);
      seen.subscription.unsubscribe();
    },
  );

  test('never are with the default `concurrent`', () => {
    const { emit, seen, dropped } = open({ maxWaiting: 0 });
    emit(0, 1, 2, 3);
    expect(dropped()).toEqual([]);
    expect(seen.heard).toEqual([]);
  });

  test('many of them are dropped in linear time', () => {
    const source = new Subject<number>();
    for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
      const seen = record(
        source.pipe(
          concatMapEager(() => new Subject<number>(), {
            concurrent: 1,
            maxWaiting: 1_000,
            overflow,
            key: (n) => n % 7,
          }),
        ),
      );
      for (let n = 0; n < 200_000; n++) source.next(n);
      seen.subscription.unsubscribe();
    }
  });
});
