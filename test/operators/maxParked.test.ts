import { Readable } from 'node:stream';
import { AsyncLocalStorage } from 'node:async_hooks';
import { concat, config, NEVER, Observable, of, Subject, throwError, TimeoutError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concatMapEager, concatMapEagerFrom, type ConcatMapEagerConfig } from '../../src/index.js';
import { failure, record } from '../support/record.js';
import { turn } from '../support/turn.js';

const BOOM = new Error('boom');

/** Numbers, and how many of them are read. */
function counted(count = 10) {
  const log = { read: 0, closed: 0 };
  function* sync() {
    try {
      while (log.read < count) yield log.read++;
    } finally {
      log.closed++;
    }
  }
  async function* later() {
    try {
      while (log.read < count) {
        await Promise.resolve();
        yield log.read++;
      }
    } finally {
      log.closed++;
    }
  }
  const webStream = () =>
    new ReadableStream<number>(
      {
        pull(controller) {
          if (log.read < count) controller.enqueue(log.read++);
          else controller.close();
        },
        cancel() {
          log.closed++;
        },
      },
      { highWaterMark: 0 },
    );
  const array = () =>
    new Proxy(
      Array.from({ length: count }, (_, n) => n),
      {
        get(target, name) {
          if (typeof name === 'string' && /^\d+$/.test(name)) log.read++;
          return Reflect.get(target, name) as unknown;
        },
      },
    );
  return { log, sync, later, webStream, array };
}

/** An item that is parked behind one that does not end. */
function park(config: ConcatMapEagerConfig<unknown, unknown>, inner: unknown) {
  const head = new Subject<string>();
  const seen = record(of(head, inner).pipe(concatMapEager((each) => each as number[], config)));
  return { head, seen };
}

describe('an inner that can be asked is not read on while its item keeps `maxParked` values', () => {
  test.each<['sync' | 'later' | 'webStream' | 'array', string]>([
    ['sync', 'an iterable'],
    ['later', 'an async iterable'],
    ['webStream', 'a ReadableStream'],
    ['array', 'an array'],
  ])('%s', async (kind) => {
    const numbers = counted();
    const { head, seen } = park({ maxParked: 3 }, numbers[kind]());
    await turn();
    expect(numbers.log.read).toBe(3);
    expect(seen.heard).toEqual([]);
    head.complete();
    await turn();
    expect(seen.heard).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, '|']);
  });

  test('a Node stream', async () => {
    let read = 0;
    const stream = new Readable({
      objectMode: true,
      highWaterMark: 1,
      read() {
        this.push(read < 50 ? read++ : null);
      },
    });
    const { head, seen } = park({ maxParked: 3 }, stream);
    await turn();
    await turn();
    expect(read).toBeLessThan(10);
    head.complete();
    await vi.waitFor(() => expect(seen.heard).toHaveLength(51));
  });

  test('nothing is read of one that becomes full before it begins', async () => {
    const numbers = counted();
    const { head, seen } = park(
      { maxParked: 2, retry: 1 },
      concat(
        [1, 2, 3],
        throwError(() => BOOM),
      ),
    );
    expect(seen.heard).toEqual([]);
    head.complete();
    // An Observable cannot be slowed: both attempts are there.
    expect(seen.heard).toEqual([1, 2, 3, 1, 2, 3, failure(BOOM)]);

    let attempts = 0;
    const again = record(
      of(0, 1).pipe(
        concatMapEager(
          (n) =>
            n === 0
              ? NEVER
              : attempts++ === 0
                ? concat(
                    [7, 8],
                    throwError(() => BOOM),
                  )
                : numbers.sync(),
          {
            maxParked: 2,
            retry: 1,
          },
        ),
      ),
    );
    expect(attempts).toBe(2);
    expect(numbers.log.read).toBe(0);
    again.subscription.unsubscribe();
    await turn();
  });

  test.each(['sync', 'later'] as const)(
    'nothing is read after a retry while what an earlier attempt emitted is kept: %s',
    async (kind) => {
      const numbers = counted();
      let attempts = 0;
      const failing = () =>
        concat(
          [7, 8, 9],
          throwError(() => BOOM),
        );
      const project = () => (attempts++ === 0 ? failing() : numbers[kind]());
      const iterator = concatMapEagerFrom([0], project, { maxParked: 1, retry: 1 })[Symbol.asyncIterator]();
      const read: unknown[] = [];
      for (let n = 0; n < 4; n++) {
        const { value } = (await iterator.next()) as { value: number };
        await turn();
        read.push([value, numbers.log.read]);
      }
      expect(read).toEqual([
        [7, 0],
        [8, 0],
        [9, 1],
        [0, 2],
      ]);
      await iterator.return!();
    },
  );

  test.each<[string, () => Observable<number>]>([
    ['an Observable that has not ended', () => concat([1, 2], NEVER)],
    [
      'an Observable whose next attempt has still to come',
      () =>
        concat(
          [1, 2],
          throwError(() => BOOM),
        ),
    ],
  ])('what was kept of %s is taken, and nothing is read on', async (_, inner) => {
    const iterator = concatMapEagerFrom([0], inner, { maxParked: 1, retry: { count: 1, delay: 60_000 } })[
      Symbol.asyncIterator
    ]();
    const reported = vi.fn();
    config.onUnhandledError = reported;
    try {
      expect(await iterator.next()).toEqual({ done: false, value: 1 });
      expect(await iterator.next()).toEqual({ done: false, value: 2 });
      await turn();
      expect(reported).not.toHaveBeenCalled();
    } finally {
      config.onUnhandledError = null;
    }
    await iterator.return!();
  });

  test('an Observable cannot be asked, and is heard in full', () => {
    const { head, seen } = park({ maxParked: 1 }, of(1, 2, 3));
    head.complete();
    expect(seen.heard).toEqual([1, 2, 3, '|']);
  });

  test('it keeps its slot, and its end is heard only when it is read on', () => {
    const started: number[] = [];
    const head = new Subject<number>();
    const { heard } = record(
      of(0, 1, 2).pipe(
        concatMapEager((n) => (started.push(n), n === 0 ? head : new Set([n, -n])), { concurrent: 2, maxParked: 2 }),
      ),
    );
    expect(started).toEqual([0, 1]);
    head.complete();
    expect(started).toEqual([0, 1, 2]);
    expect(heard).toEqual([1, -1, 2, -2, '|']);
  });

  test.each(['sync', 'later', 'webStream'] as const)(
    'it is closed when it is cancelled meanwhile: %s',
    async (kind) => {
      const numbers = counted();
      const { seen } = park({ maxParked: 3 }, numbers[kind]());
      await turn();
      seen.subscription.unsubscribe();
      // An asynchronous generator closes a moment later.
      expect(numbers.log.closed).toBe(kind === 'later' ? 0 : 1);
      await turn();
      expect(numbers.log).toEqual({ read: 3, closed: 1 });
    },
  );

  test('what it throws when it is read on is its failure', () => {
    const failing = function* () {
      yield 1;
      throw BOOM;
    };
    const { head, seen } = park({ maxParked: 1 }, failing());
    head.complete();
    expect(seen.heard).toEqual([1, failure(BOOM)]);
  });

  test('what it throws after it has ended the result, while it is read on, is of no interest', () => {
    const source = new Subject<number>();
    const failing = function* () {
      yield 1;
      seen.subscription.unsubscribe();
      throw BOOM;
    };
    const head = new Subject<number>();
    const seen = record(source.pipe(concatMapEager((n) => (n === 0 ? head : failing()), { maxParked: 1 })));
    [0, 1].forEach((n) => source.next(n));
    head.complete();
    expect(seen.heard).toEqual([1]);
  });

  test('a fallback is read in the same way', () => {
    const numbers = counted(5);
    const { head, seen } = park(
      { maxParked: 2, onError: () => numbers.sync() },
      throwError(() => BOOM),
    );
    expect(numbers.log.read).toBe(2);
    head.complete();
    expect(seen.heard).toEqual([0, 1, 2, 3, 4, '|']);
  });

  test('many values are read on without growing the stack', () => {
    const { head, seen } = park(
      { maxParked: 2 },
      Array.from({ length: 100_000 }, (_, n) => n),
    );
    head.complete();
    expect(seen.heard).toHaveLength(100_001);
  });
});

describe('the clocks of the attempt stand still meanwhile', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  async function* slow(values: number, ms: number) {
    for (let n = 0; n < values; n++) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      yield n;
    }
    await new Promise(() => {});
  }

  test.each([
    // What the attempt had left when it was read on: it had run for 30 ms.
    [{ total: 100 }, 70],
    [{ each: 100 }, 100],
    [{ first: 100 }, Infinity],
  ])('%o', async (timeout, left) => {
    const iterator = concatMapEagerFrom([0], () => slow(3, 10), { maxParked: 2, timeout })[Symbol.asyncIterator]();
    const heard: unknown[] = [];
    const ask = () =>
      void iterator.next().then(
        ({ value }) => heard.push(value),
        (error: unknown) => heard.push(failure(error)),
      );
    ask();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(heard).toEqual([0]);
    [1, 2, 3].forEach(ask);
    await vi.advanceTimersByTimeAsync(Math.min(left - 1, 10_000));
    expect(heard).toEqual([0, 1, 2]);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard.slice(3)).toEqual(left === Infinity ? [] : [failure(expect.any(TimeoutError))]);
    await iterator.return!();
  });

  test('a paused clock passes in its turn among the others', async () => {
    const failed: unknown[] = [];
    const head = new Subject<number>();
    record(
      of(0, 1, 2).pipe(
        concatMapEager((n) => (n === 0 ? head : n === 1 ? slow(1, 30) : NEVER), {
          maxParked: 1,
          timeout: { total: 100 },
          onError: 'skip',
          monitor: (event) => {
            if (event.type === 'failed') failed.push([event.index, event.time]);
          },
          scheduler: { now: () => Date.now() - start, schedule: (work, ms) => schedule(work as () => void, ms!) },
        }),
      ),
    );
    await vi.advanceTimersByTimeAsync(60);
    head.complete();
    await vi.advanceTimersByTimeAsync(1_000);
    // Item 1 ran for 30 ms, stood still for 30, and had 70 left.
    expect(failed).toEqual([
      [2, 100],
      [1, 130],
    ]);
  });
  test('a clock that goes on passes before those that were started later, if its time comes first', async () => {
    const failed: unknown[] = [];
    const [head, source] = [new Subject<number>(), new Subject<number>()];
    record(
      source.pipe(
        concatMapEager((n) => (n === 0 ? head : n === 1 ? slow(1, 10) : NEVER), {
          maxParked: 1,
          timeout: { total: 100 },
          onError: 'skip',
          monitor: (event) => {
            if (event.type === 'failed') failed.push([event.index, event.time - start]);
          },
        }),
      ),
    );
    [0, 1].forEach((n) => source.next(n));
    await vi.advanceTimersByTimeAsync(30);
    source.next(2);
    await vi.advanceTimersByTimeAsync(5);
    // Item 1 ran for 10 ms, and stood still for 25.
    head.complete();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(failed).toEqual([
      [1, 125],
      [2, 130],
    ]);
  });

  let start = 0;
  beforeEach(() => (start = Date.now()));
  const schedule = (work: () => void, ms: number) => {
    const timer = setTimeout(work, ms);
    return { unsubscribe: () => clearTimeout(timer) } as never;
  };
});

test('it is read on in the context of its item, whoever has made room', () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const inner = function* () {
    for (let n = 0; n < 3; n++) {
      seen.push(storage.getStore());
      yield n;
    }
  };
  const head = new Subject<number>();
  storage.run('item', () => record(of(0, 1).pipe(concatMapEager((n) => (n === 0 ? head : inner()), { maxParked: 1 }))));
  storage.run('other', () => head.complete());
  expect(seen).toEqual(['item', 'item', 'item']);
});

test('a subscriber has an item keep all of its values by default', () => {
  const numbers = counted(5_000);
  park({}, numbers.sync());
  expect(numbers.log.read).toBe(5_000);
});

test('a consumer that asks has an item keep no more than 1,024 values by default, unless it is atomic', async () => {
  for (const [config, most] of [
    [{}, 1024],
    [{ maxParked: 5 }, 5],
    [{ maxParked: Infinity }, 5_000],
    [{ atomic: true }, 5_000],
  ] as const) {
    const numbers = counted(5_000);
    const iterator = concatMapEagerFrom([0], () => numbers.sync(), config)[Symbol.asyncIterator]();
    await iterator.next();
    expect(numbers.log.read - 1).toBe(most === 5_000 ? 4_999 : most);
    await iterator.return!();
  }
});
