import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  config,
  EMPTY,
  NEVER,
  Observable,
  of,
  Subject,
  TimeoutError,
  throwError,
  timer,
  type ObservableInput,
} from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concatEager, concatMapEagerFrom, type ConcatMapEagerConfig, type MonitorEvent } from '../../src/index.js';
import { failure, record, subjects } from '../support/record.js';
import { turn } from '../support/turn.js';

const BOOM = new Error('boom');
const DONE = { done: true, value: undefined };
const value = (given: unknown) => ({ done: false, value: given });

/** Inputs as Subjects, and an iterator of what comes of them. */
function iterate(count: number, config?: ConcatMapEagerConfig<unknown>) {
  const inputs = subjects(count);
  const iterator = concatEager(inputs, config)[Symbol.asyncIterator]();
  return { inputs, iterator };
}

/** A promise, and what it has come to by now. */
function watch<T>(promise: Promise<T>): { readonly state: unknown } {
  const watched: { state: unknown } = { state: 'waits' };
  promise.then(
    (result) => (watched.state = result),
    (error: unknown) => (watched.state = { error }),
  );
  return watched;
}

async function* collectInto<T>(results: T[], iterable: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const each of iterable) {
    results.push(each);
    yield each;
  }
}

const take = async <T>(iterable: AsyncIterable<T>): Promise<T[]> => {
  const taken: T[] = [];
  for await (const each of iterable) taken.push(each);
  return taken;
};

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

describe('a result that is iterated', () => {
  test('gives its values, then is done', async () => {
    expect(await take(concatEager([[1, 2], [], of(3), Promise.resolve(4)], 2))).toEqual([1, 2, 3, 4]);
    expect(await take(concatEager([]))).toEqual([]);
    expect(await take(concatMapEagerFrom(new Set([1, 2]), (n) => [n, undefined]))).toEqual([
      1,
      undefined,
      2,
      undefined,
    ]);
  });

  test('begins with the first `next`', async () => {
    const subscribed = vi.fn();
    const iterator = concatMapEagerFrom([1], () => new Observable<number>(subscribed))[Symbol.asyncIterator]();
    expect(subscribed).not.toHaveBeenCalled();
    void iterator.next();
    expect(subscribed).toHaveBeenCalledOnce();
    await iterator.return!();
  });

  test('is an iterator of its own for each call, and its iterator gives itself', async () => {
    const result = concatMapEagerFrom([1, 2], (n) => [n]);
    const [one, other] = [result[Symbol.asyncIterator](), result[Symbol.asyncIterator]()];
    expect(one[Symbol.asyncIterator]()).toBe(one);
    expect(await one.next()).toEqual(value(1));
    expect(record(result).heard).toEqual([1, 2, '|']);
    expect(await take(other)).toEqual([1, 2]);
    expect(await take(one)).toEqual([2]);
  });

  test('answers requests in their order, each as soon as a value is ready', async () => {
    const { inputs, iterator } = iterate(2);
    const asked = [1, 2, 3, 4].map(() => watch(iterator.next()));
    inputs[1]!.next('b1');
    inputs[0]!.next('a1');
    await turn();
    expect(asked.map(({ state }) => state)).toEqual([value('a1'), 'waits', 'waits', 'waits']);
    inputs[0]!.complete();
    inputs[1]!.complete();
    await turn();
    expect(asked.map(({ state }) => state)).toEqual([value('a1'), value('b1'), DONE, DONE]);
    expect(await iterator.next()).toEqual(DONE);
  });

  test.each([[BOOM], [undefined], [0], [null]])('throws the error %o once, at its turn, and is done', async (error) => {
    const iterator = concatMapEagerFrom([1, 2, 3], (n) => (n === 2 ? throwError(() => error) : [n]))[
      Symbol.asyncIterator
    ]();
    expect(await iterator.next()).toEqual(value(1));
    expect(await iterator.next().catch((thrown: unknown) => ({ thrown }))).toEqual({ thrown: error });
    expect(await iterator.next()).toEqual(DONE);
  });

  test('gives nothing of an atomic item that has not ended, although nobody has waited for it before', async () => {
    const { inputs, iterator } = iterate(2, { atomic: true });
    const first = iterator.next();
    inputs[1]!.next('b1');
    inputs[0]!.next('a1');
    inputs[0]!.complete();
    expect(await first).toEqual(value('a1'));
    const second = watch(iterator.next());
    await turn();
    expect(second.state).toBe('waits');
    inputs[1]!.error(BOOM);
    await turn();
    expect(second.state).toEqual({ error: BOOM });
  });

  test('throws an error to the first who waits; the others are done', async () => {
    const { inputs, iterator } = iterate(1);
    const asked = [1, 2].map(() => watch(iterator.next()));
    inputs[0]!.error(BOOM);
    await turn();
    expect(asked.map(({ state }) => state)).toEqual([{ error: BOOM }, DONE]);
    expect(await iterator.next()).toEqual(DONE);
  });

  test('keeps an error until it is asked for, without an unhandled rejection', async () => {
    const { inputs, iterator } = iterate(1);
    const first = iterator.next();
    inputs[0]!.next('a');
    inputs[0]!.error(BOOM);
    expect(await first).toEqual(value('a'));
    await turn();
    await expect(iterator.next()).rejects.toBe(BOOM);
  });

  test('drops what is ready and not taken where errors come at once', async () => {
    const { inputs, iterator } = iterate(2, { onError: 'immediate' });
    const first = iterator.next();
    inputs[0]!.next('a');
    inputs[0]!.next('never');
    inputs[1]!.error(BOOM);
    expect(await first).toEqual(value('a'));
    await expect(iterator.next()).rejects.toBe(BOOM);
    expect(await iterator.next()).toEqual(DONE);
  });

  test('drops it when the signal of the configuration aborts', async () => {
    const controller = new AbortController();
    const { inputs, iterator } = iterate(1, { signal: controller.signal });
    const first = iterator.next();
    inputs[0]!.next('a');
    inputs[0]!.next('never');
    controller.abort(BOOM);
    expect(await first).toEqual(value('a'));
    await expect(iterator.next()).rejects.toBe(BOOM);
    expect(inputs[0]!.observed).toBe(false);
  });

  test('listens to the signal until nothing is left to take', async () => {
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const iterator = concatMapEagerFrom([1, 2], (n) => [n], { signal: controller.signal })[Symbol.asyncIterator]();
    await iterator.next();
    await turn();
    expect(remove).not.toHaveBeenCalled();
    await iterator.next();
    expect(remove).toHaveBeenCalled();
  });
});

describe('a consumer that does not ask', () => {
  /** How many values are read and not yet taken, at most. */
  async function mostAhead(config: ConcatMapEagerConfig<number>, inner: (n: number) => ObservableInput<number>) {
    let [read, taken, most] = [0, 0, 0];
    const endless = function* () {
      for (;;) {
        most = Math.max(most, ++read - taken);
        yield read;
      }
    };
    for await (const each of concatMapEagerFrom(endless, inner, config)) {
      expect(each).toBe(++taken);
      await turn();
      if (taken === 50) break;
    }
    return most;
  }

  test.each<[string, (n: number) => ObservableInput<number>]>([
    ['values', (n) => [n]],
    ['promises', (n) => Promise.resolve(n)],
    ['Observables', (n) => of(n)],
  ])('holds up the reading when the window is full: %s', async (_, inner) => {
    // One more is on its way to the consumer.
    expect(await mostAhead({ concurrent: 4, reorderWindow: 6 }, inner)).toBe(6 + 1);
    expect(await mostAhead({ concurrent: 1, reorderWindow: 1 }, inner)).toBe(1 + 1);
    expect(await mostAhead({ concurrent: 4 }, inner)).toBe(1024 + 1);
    expect(await mostAhead({}, inner)).toBe(1024 + 1);
  });

  test('does not hold up what emits nothing', async () => {
    let read = 0;
    const iterator = concatMapEagerFrom([1, 2, 3, 4, 5, 6, 7, 8], (n) => (read++, n === 8 ? [n] : EMPTY), {
      reorderWindow: 1,
    })[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual(value(8));
    expect(read).toBe(8);
  });

  test('is not held up by anybody: `blocking` runs while a request waits, anew for each', async () => {
    vi.useFakeTimers();
    try {
      const { inputs, iterator } = iterate(2, { timeout: { blocking: 100 }, onError: 'skip' });
      const first = watch(iterator.next());
      inputs[1]!.next('b1');
      await vi.advanceTimersByTimeAsync(60);
      inputs[0]!.next('a1');
      await vi.advanceTimersByTimeAsync(1_000);
      expect(first.state).toEqual(value('a1'));
      expect(inputs[0]!.observed).toBe(true);

      const second = watch(iterator.next());
      await vi.advanceTimersByTimeAsync(99);
      expect(second.state).toBe('waits');
      expect(inputs[0]!.observed).toBe(true);
      await vi.advanceTimersByTimeAsync(1);
      expect(inputs[0]!.observed).toBe(false);
      expect(second.state).toEqual(value('b1'));
    } finally {
      vi.useRealTimers();
    }
  });

  test('is not told of as blocked', async () => {
    const events: MonitorEvent<unknown>[] = [];
    const { inputs, iterator } = iterate(2, { monitor: (event) => void events.push(event) });
    const first = iterator.next();
    inputs[1]!.next('b1');
    inputs[0]!.next('a1');
    await first;
    inputs[1]!.complete();
    expect(events.at(-1)).not.toHaveProperty('blockedSince');
    const second = iterator.next();
    inputs[0]!.complete();
    expect(await second).toEqual(value('b1'));
  });
});

describe('a consumer that ends it', () => {
  function open() {
    const signals: AbortSignal[] = [];
    let closed = 0;
    const values = function* () {
      try {
        for (let n = 0; ; n++) yield n;
      } finally {
        closed++;
      }
    };
    const result = concatMapEagerFrom(
      values,
      (n, _, { signal }) => {
        signals.push(signal);
        return n === 0 ? of(n) : NEVER;
      },
      { concurrent: 2 },
    );
    return { result, signals, closed: () => closed };
  }
  const expectEnded = ({ signals, closed }: ReturnType<typeof open>) => {
    expect(closed()).toBe(1);
    expect(signals.slice(1).map(({ reason }) => (reason as DOMException).name)).toEqual(['AbortError', 'AbortError']);
  };

  test('by `break`', async () => {
    const opened = open();
    for await (const each of opened.result) {
      expect(each).toBe(0);
      break;
    }
    expectEnded(opened);
  });

  test('by an error of its own', async () => {
    const opened = open();
    const run = async () => {
      for await (const each of opened.result) throw Object.assign(BOOM, { each });
    };
    await expect(run()).rejects.toBe(BOOM);
    expectEnded(opened);
  });

  test('by `return`, in the same call, which gives its value back and answers who waits', async () => {
    const opened = open();
    const iterator = opened.result[Symbol.asyncIterator]();
    await iterator.next();
    const asked = [watch(iterator.next()), watch(iterator.next())];
    const returned = iterator.return!('kept');
    expectEnded(opened);
    expect(await returned).toEqual({ done: true, value: 'kept' });
    expect(asked.map(({ state }) => state)).toEqual([DONE, DONE]);
    expect(await iterator.return!()).toEqual(DONE);
    expect(await iterator.return!(Promise.resolve(7))).toEqual({ done: true, value: 7 });
    expect(await iterator.next()).toEqual(DONE);
  });

  test('by `return` before the first `next`: nothing is read', async () => {
    const values = vi.fn(() => [1]);
    const iterator = concatMapEagerFrom(values, (n) => [n])[Symbol.asyncIterator]();
    expect(await iterator.return!()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
    expect(values).not.toHaveBeenCalled();
  });

  test('by `throw`', async () => {
    const opened = open();
    const iterator = opened.result[Symbol.asyncIterator]();
    await iterator.next();
    const asked = watch(iterator.next());
    await expect(iterator.throw!(BOOM)).rejects.toBe(BOOM);
    expectEnded(opened);
    expect(asked.state).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  test.runIf('asyncDispose' in Symbol)('by `await using`', async () => {
    const opened = open();
    const iterator = opened.result[Symbol.asyncIterator]();
    await iterator.next();
    const dispose = (iterator as unknown as Record<symbol, () => Promise<void>>)[
      (Symbol as unknown as { asyncDispose: symbol }).asyncDispose
    ]!;
    await dispose();
    expectEnded(opened);
  });

  test('where the platform knows nothing of `await using`', async () => {
    vi.stubGlobal('Symbol', Object.create(Symbol, { asyncDispose: { value: undefined } }));
    try {
      expect(
        await concatEager([[1]])
          [Symbol.asyncIterator]()
          .next(),
      ).toEqual(value(1));
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test('forgets an error that was not asked for', async () => {
    const { inputs, iterator } = iterate(1);
    const first = iterator.next();
    inputs[0]!.next('a');
    inputs[0]!.error(BOOM);
    await first;
    expect(await iterator.return!()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
  });

  test('hears of what a teardown throws', async () => {
    const iterator = concatEager([
      new Observable<number>(() => () => {
        throw BOOM;
      }),
    ])[Symbol.asyncIterator]();
    const asked = watch(iterator.next());
    await expect(iterator.return!()).rejects.toThrow(/boom/);
    expect(asked.state).toEqual(DONE);
  });

  test('by `throw`, which rejects with its own error although a teardown throws', async () => {
    const errors: unknown[] = [];
    config.onUnhandledError = (error) => void errors.push(error);
    try {
      const iterator = concatEager([
        new Observable<number>(() => () => {
          throw new Error('teardown');
        }),
      ])[Symbol.asyncIterator]();
      void iterator.next();
      await expect(iterator.throw!(BOOM)).rejects.toBe(BOOM);
      await turn();
      expect(errors).toHaveLength(1);
    } finally {
      config.onUnhandledError = null;
    }
  });

  test('from within: a teardown, `project`, and the monitor', async () => {
    for (const place of ['project', 'monitor', 'teardown']) {
      let ended = 0;
      const end = (where: string) => {
        if (where === place && ended++ === 0) void iterator.return!();
      };
      const iterator: AsyncIterableIterator<number> = concatMapEagerFrom(
        [1, 2, 3],
        (n) => {
          end('project');
          return new Observable<number>((subscriber) => {
            subscriber.next(n);
            subscriber.complete();
            return () => end('teardown');
          });
        },
        { concurrent: 1, monitor: () => end('monitor') },
      )[Symbol.asyncIterator]();
      await Promise.all([iterator.next(), iterator.next()]);
      expect(await iterator.next(), place).toEqual(DONE);
    }
  });

  test('that asks from within', async () => {
    const asked: Promise<unknown>[] = [];
    const iterator: AsyncIterableIterator<number> = concatMapEagerFrom(
      [1, 2, 3],
      (n) => {
        asked.push(iterator.next());
        return [n];
      },
      { concurrent: 1, monitor: ({ type }) => type === 'flushed' && asked.push(iterator.next()) },
    )[Symbol.asyncIterator]();
    asked.unshift(iterator.next());
    await turn();
    expect((await Promise.all(asked)).slice(0, 4)).toEqual([value(1), value(2), value(3), DONE]);
  });

  test('that asks from within, while what has waited for its turn is given to those who have asked before', async () => {
    const head = new Subject<number>();
    let nested: Promise<unknown> | undefined;
    const inner = function* (): Generator<number> {
      yield* [1, 2];
      nested = iterator.next();
      yield* [3, 4];
    };
    const iterator: AsyncIterableIterator<number> = concatMapEagerFrom([head, inner()], (input) => input, {
      maxParked: 2,
    })[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    head.complete();
    expect(await Promise.all([...asked, nested])).toEqual([1, 2, 3, 4].map(value));
  });

  test('that asks from within, while it takes what is ready', async () => {
    let nested: Promise<unknown> | undefined;
    const iterator: AsyncIterableIterator<number> = concatMapEagerFrom(
      [1, 2, 3, 4],
      (n) => {
        if (n === 4) nested = iterator.next();
        return [n];
      },
      { concurrent: 2, reorderWindow: 2 },
    )[Symbol.asyncIterator]();
    expect([await iterator.next(), await iterator.next(), await nested, await iterator.next()]).toEqual(
      [1, 2, 3, 4].map(value),
    );
  });

  test('by an error that comes at once: whoever asks when told of it gets the error, not what is ready', async () => {
    let asked: Promise<unknown> | undefined;
    const inner = new Subject<number>();
    const iterator: AsyncIterableIterator<number> = concatMapEagerFrom([[1], [2], inner], (input) => input, {
      concurrent: 1,
      onError: 'immediate',
      monitor: ({ type, ...event }) => {
        if (type === 'ended' && 'error' in event) asked = iterator.next().catch((error: unknown) => error);
      },
    })[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual(value(1));
    inner.error(BOOM);
    expect(await asked).toBe(BOOM);
  });

  test('by an error that comes while it takes what is ready, and what a teardown throws then is reported', async () => {
    const errors: unknown[] = [];
    config.onUnhandledError = (error) => void errors.push(error);
    try {
      const iterator = concatMapEagerFrom(
        [1, 2, 3, 4],
        (n) => {
          if (n === 4) throw BOOM;
          return n < 3
            ? [n]
            : new Observable<number>(() => () => {
                throw new Error('teardown');
              });
        },
        { concurrent: 2, reorderWindow: 2, onError: 'immediate' },
      )[Symbol.asyncIterator]();
      expect([await iterator.next(), await iterator.next()]).toEqual([1, 2].map(value));
      await expect(iterator.next()).rejects.toBe(BOOM);
      await turn();
      expect(errors).toHaveLength(1);
      expect(await iterator.next()).toEqual(DONE);
    } finally {
      config.onUnhandledError = null;
    }
  });
});

describe('with an order for each key', () => {
  const keyed = (config?: ConcatMapEagerConfig<string>, names = ['a1', 'b1', 'a2', 'b2']) => {
    const inners = new Map<string, Subject<string>>();
    const iterator = concatMapEagerFrom(
      names,
      (name) => {
        const inner = new Subject<string>();
        inners.set(name, inner);
        return inner;
      },
      { key: (name) => name[0], order: 'key', concurrentPerKey: 2, onError: 'skip', ...config },
    )[Symbol.asyncIterator]();
    const first = iterator.next();
    const emit = (name: string, ...values: string[]) => values.forEach((each) => inners.get(name)!.next(name + each));
    const end = (name: string) => inners.get(name)!.complete();
    const fail = (name: string) => inners.get(name)!.error(BOOM);
    return { iterator, first, emit, end, fail };
  };

  test('values leave in the order in which they became ready', async () => {
    const { iterator, first, emit, end } = keyed();
    emit('b1', '!');
    emit('a1', '!');
    emit('b1', '?');
    emit('a2', '!', '?');
    emit('b2', '!');
    emit('a1', '?');
    end('a1');
    emit('b1', '.');
    end('b1');
    end('a2');
    end('b2');
    expect([(await first).value, ...(await take(iterator))]).toEqual([
      'b1!',
      'a1!',
      'b1?',
      'a1?',
      'a2!',
      'a2?',
      'b1.',
      'b2!',
    ]);
  });

  test('item by item, if items are atomic', async () => {
    const { iterator, first, emit, end } = keyed({ atomic: true });
    emit('b1', '!', '?');
    emit('a1', '!', '?');
    emit('a2', '!', '?');
    emit('b2', '!');
    end('a2');
    end('a1');
    end('b1');
    end('b2');
    expect([(await first).value, ...(await take(iterator))]).toEqual(['a1!', 'a1?', 'a2!', 'a2?', 'b1!', 'b1?', 'b2!']);
  });

  test('what an active item emits comes behind several that have ended, of which one is taken before', async () => {
    const { iterator, first, emit, end } = keyed({ concurrentPerKey: 4 }, ['a1', 'a2', 'a3', 'a4']);
    emit('a1', '!', '?');
    expect(await first).toEqual(value('a1!'));
    for (const name of ['a2', 'a3']) emit(name, '!');
    for (const name of ['a1', 'a2', 'a3']) end(name);
    expect(await iterator.next()).toEqual(value('a1?'));
    emit('a4', '!');
    end('a4');
    expect(await take(iterator)).toEqual(['a2!', 'a3!', 'a4!']);
  });

  test('an error comes behind an item that goes on between it and one that has ended', async () => {
    const { iterator, first, emit, end, fail } = keyed({ onError: 'in-order' }, ['a1', 'a2', 'a3']);
    emit('a1', '!');
    end('a1');
    emit('a2', '!');
    expect([await first, await iterator.next()]).toEqual(['a1!', 'a2!'].map(value));
    fail('a3');
    const asked = watch(iterator.next());
    await turn();
    expect(asked.state).toBe('waits');
    emit('a2', '?');
    end('a2');
    await turn();
    expect(asked.state).toEqual(value('a2?'));
    await expect(iterator.next()).rejects.toBe(BOOM);
  });

  test('an error that is there first comes behind an active item that has emitted nothing', async () => {
    const { iterator, first, emit, end, fail } = keyed({ onError: 'in-order', concurrentPerKey: 3 }, [
      'a1',
      'a2',
      'a3',
    ]);
    fail('a3');
    end('a1');
    const asked = watch(first);
    await turn();
    expect(asked.state).toBe('waits');
    emit('a2', '!');
    end('a2');
    await turn();
    expect(asked.state).toEqual(value('a2!'));
    await expect(iterator.next()).rejects.toBe(BOOM);
  });

  test('a TimeoutError says how many values there were', async () => {
    const { iterator, first, emit } = keyed({ onError: 'in-order', timeout: { each: 20 } }, ['a1']);
    emit('a1', '!', '?');
    expect([await first, await iterator.next()]).toEqual(['a1!', 'a1?'].map(value));
    await expect(iterator.next()).rejects.toMatchObject({ info: { seen: 2 } });
  });

  test('an atomic item that has not ended is not held up', async () => {
    vi.useFakeTimers();
    try {
      const { first, emit, end } = keyed({ atomic: true, timeout: { blocking: 100 } });
      emit('a2', '!');
      await vi.advanceTimersByTimeAsync(1_000);
      emit('a1', '!');
      end('a1');
      expect(await first).toEqual(value('a1!'));
    } finally {
      vi.useRealTimers();
    }
  });

  test('items that emit nothing are flushed although nobody asks, and the blocked key only is', async () => {
    vi.useFakeTimers();
    try {
      const { iterator, first, emit, end } = keyed({ timeout: { blocking: 100 } });
      emit('b1', '!');
      expect(await first).toEqual(value('b1!'));
      emit('a2', '!');
      end('a2');
      end('b1');
      end('b2');
      await vi.advanceTimersByTimeAsync(1_000);
      const next = watch(iterator.next());
      await vi.advanceTimersByTimeAsync(99);
      expect(next.state).toBe('waits');
      await vi.advanceTimersByTimeAsync(1);
      expect(next.state).toEqual(value('a2!'));
      expect(await iterator.next()).toEqual(DONE);
    } finally {
      vi.useRealTimers();
    }
  });

  test('promises and arrays are taken one by one', async () => {
    const inner = (name: string) => (name.startsWith('b') ? [name, `${name}+`] : Promise.resolve(name));
    const names = ['a1', 'b1', 'a2', 'b2', 'c1'];
    const result = concatMapEagerFrom(names, inner, { key: (name) => name[0], order: 'key', onError: 'skip' });
    expect((await take(result)).sort()).toEqual(['a1', 'a2', 'b1', 'b1+', 'b2', 'b2+', 'c1']);
  });

  test.each([true, false])('a promise leaves when it is its turn, atomic: %o', async (atomic) => {
    const first = new Subject<string>();
    let answer: (name: string) => void = () => {};
    const late = new Promise<string>((resolve) => (answer = resolve));
    const iterator = concatMapEagerFrom(
      ['a1', 'a2', 'b1'],
      (name) => (name === 'a1' ? first : name === 'a2' ? late : [name]),
      {
        key: (name) => name[0],
        order: 'key',
        concurrentPerKey: 2,
        atomic,
        onError: 'skip',
      },
    )[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual(value('b1'));
    answer('a2');
    await turn();
    const asked = watch(iterator.next());
    await turn();
    expect(asked.state).toBe('waits');
    first.next('a1');
    first.complete();
    await turn();
    expect(asked.state).toEqual(value('a1'));
    expect(await take(iterator)).toEqual(['a2']);
  });

  test('what comes after the end is not heard, while the monitor is told of the end', async () => {
    const inners = subjects(3);
    let told = () => {};
    let answer: (name: string) => void = () => {};
    const late: PromiseLike<string> = { then: (heard) => ((answer = heard as typeof answer), undefined as never) };
    const iterator = concatMapEagerFrom([0, 1, 2], (n) => (n === 2 ? late : inners[n]!), {
      key: (n) => n,
      order: 'key',
      onError: 'immediate',
      monitor: ({ type }) => {
        if (type === 'ended') told();
      },
    })[Symbol.asyncIterator]();
    const asked = iterator.next();
    told = () => {
      inners[1]!.next('too late');
      answer('too late as well');
    };
    inners[0]!.error(BOOM);
    await expect(asked).rejects.toBe(BOOM);
    expect(await iterator.next()).toEqual(DONE);
  });

  test('an error that is all there is left ends the result, although nobody asks: a signal that aborts then is too late', async () => {
    const controller = new AbortController();
    const { inputs, iterator } = iterate(1, { key: () => 'x', order: 'key', signal: controller.signal });
    const first = iterator.next();
    inputs[0]!.next('a');
    expect(await first).toEqual(value('a'));
    inputs[0]!.error(BOOM);
    controller.abort();
    await expect(iterator.next()).rejects.toBe(BOOM);
  });

  test('an error comes at its turn in its key', async () => {
    const { iterator, first, emit } = keyed({ onError: 'in-order' });
    emit('b1', '!');
    expect(await first).toEqual(value('b1!'));
    const result = concatMapEagerFrom(
      ['a', 'b', 'a'],
      (name, index) => (index === 2 ? throwError(() => BOOM) : [name]),
      {
        key: (name) => name,
        order: 'key',
      },
    );
    await expect(take(result)).rejects.toBe(BOOM);
    await iterator.return!();
  });
});

describe('streams of Node.js and of the platform', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, n) => n);

  test('`pipeline` into a slow Writable reads no faster than it writes', async () => {
    let [read, written, most] = [0, 0, 0];
    const values = function* () {
      for (; read < 300; read++) yield read;
    };
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(_row, _encoding, done) {
        most = Math.max(most, read - written++);
        setImmediate(done);
      },
    });
    const result = concatMapEagerFrom(values, (n) => Promise.resolve(n), { concurrent: 4, reorderWindow: 8 });
    await pipeline(Readable.from(result, { highWaterMark: 1 }), slow);
    expect(written).toBe(300);
    expect(most).toBeLessThan(20);
  });

  test('`pipeline` into a failing Writable closes what is read', async () => {
    let closed = false;
    const values = function* () {
      try {
        yield* rows(1_000);
      } finally {
        closed = true;
      }
    };
    const failing = new Writable({
      objectMode: true,
      write: (row: number, _encoding, done) => done(row === 20 ? BOOM : null),
    });
    await expect(
      pipeline(Readable.from(concatMapEagerFrom(values, (n) => Promise.resolve(n), 4)), failing),
    ).rejects.toBe(BOOM);
    await turn();
    expect(closed).toBe(true);
  });

  test('`pipeline` of a result that fails rejects with its error', async () => {
    const result = concatMapEagerFrom(rows(9), (n) => (n === 5 ? Promise.reject(BOOM) : Promise.resolve(n)), 2);
    const seen: number[] = [];
    await expect(
      pipeline(
        Readable.from(collectInto(seen, result)),
        new Writable({ objectMode: true, write: (_r, _e, done) => done() }),
      ),
    ).rejects.toBe(BOOM);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  test('`ReadableStream.from`', async () => {
    const { from } = ReadableStream as unknown as { from<T>(iterable: AsyncIterable<T>): ReadableStream<T> };
    const stream = from(concatMapEagerFrom(rows(5), (n) => Promise.resolve(n), 2));
    expect(await take(stream as unknown as AsyncIterable<number>)).toEqual([0, 1, 2, 3, 4]);
  });

  test('a body that `fetch` sends while it is made', async () => {
    const server = createServer((request, response) => void request.pipe(response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const lines = concatMapEagerFrom(rows(100), (n) => Promise.resolve(Buffer.from(`${n}\n`)), 8);
      const body = Readable.toWeb(Readable.from(lines)) as unknown as ReadableStream;
      const { port } = server.address() as AddressInfo;
      const init: RequestInit = { method: 'POST', body, duplex: 'half' } as RequestInit;
      const answer = await fetch(`http://127.0.0.1:${port}/`, init);
      expect(await answer.text()).toBe(
        rows(100)
          .map((n) => `${n}\n`)
          .join(''),
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('as the values of another door it is asked; as an inner it is an Observable', async () => {
    let read = 0;
    const first = concatMapEagerFrom(
      function* () {
        for (;;) yield read++;
      },
      (n) => [n],
      { concurrent: 1, reorderWindow: 1 },
    );
    const second = concatMapEagerFrom(first, (n) => Promise.resolve(n), { concurrent: 2, reorderWindow: 2 });
    const iterator = second[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual(value(0));
    await turn();
    expect(read).toBeLessThanOrEqual(5);
    await iterator.return!();
    expect(await take(concatEager([concatEager([[1], [2]]), concatEager([[3]])]))).toEqual([1, 2, 3]);
  });
});

test('time limits of items that run are those of a subscriber', async () => {
  vi.useFakeTimers();
  try {
    const iterator = concatEager([timer(50), NEVER], { timeout: 100 })[Symbol.asyncIterator]();
    const asked = [watch(iterator.next()), watch(iterator.next())];
    await vi.advanceTimersByTimeAsync(100);
    expect(asked.map(({ state }) => state)).toEqual([value(0), { error: expect.any(TimeoutError) as unknown }]);
  } finally {
    vi.useRealTimers();
  }
});

test('with an order for each key, an error comes behind what other keys had ready before', async () => {
  const inners = { a: new Subject<number>(), b: new Subject<number>() };
  const iterator = concatMapEagerFrom(['a', 'b'] as const, (key) => inners[key], { key: (key) => key, order: 'key' })[
    Symbol.asyncIterator
  ]();
  const first = iterator.next();
  [1, 2, 3].forEach((n) => inners.a.next(n));
  inners.a.complete();
  inners.b.error('boom');
  const heard: unknown[] = [];
  for (const answer of [first, ...[1, 2, 3, 4].map(() => iterator.next())]) {
    heard.push(await answer.then(({ done, value }) => (done ? '|' : value), failure));
  }

  expect(heard).toEqual([1, 2, 3, failure('boom'), '|']);
});
