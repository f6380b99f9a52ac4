import { Readable } from 'node:stream';
import { BehaviorSubject, EMPTY, NEVER, Observable, of, Subject, throwError, type ObservableInput } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  sharedLimit,
  type ConcatMapEagerConfig,
} from '../../src/index.js';
import { failure, record, subjects, thrownBy } from '../support/record.js';
import { turn } from '../support/turn.js';

const BOOM = new Error('boom');
const one = <T>(value: T) => of(value);

/** Values 0, 1, 2 … by a generator, each with a Subject as its inner. */
function open(config: ConcatMapEagerConfig<number>, count = Infinity) {
  const read: number[] = [];
  const started: number[] = [];
  let closed = 0;
  const inners = subjects(20);
  const values = function* () {
    try {
      for (let n = 0; n < count; n++) {
        read.push(n);
        yield n;
      }
    } finally {
      closed++;
    }
  };
  const project = (n: number) => {
    started.push(n);
    return inners[n]!;
  };
  const seen = record(concatMapEagerFrom(values, project, config));
  return { read, started, inners, seen, closed: () => closed };
}

describe('concatMapEagerFrom', () => {
  test('takes anything that can be read, or a function that gives it, or a promise of it', async () => {
    async function* later() {
      yield 1;
      yield* [2, 3];
    }
    const stream = () => Readable.from([1, 2, 3]);
    const webStream = () =>
      new ReadableStream<number>({
        start(controller) {
          [1, 2, 3].forEach((n) => controller.enqueue(n));
          controller.close();
        },
      });
    const all = [[1, 2, 3], new Set([1, 2, 3]), later(), stream(), webStream()] as unknown as Iterable<number>[];
    const given = [...all, () => [1, 2, 3], later, stream, webStream, async () => Promise.resolve(later())];
    for (const values of given) {
      const { heard } = record(concatMapEagerFrom(values as Iterable<number>, (n, index) => [[n, index]], 2));
      await vi.waitFor(() => expect(heard.at(-1)).toBe('|'));
      expect(heard).toEqual([[1, 0], [2, 1], [3, 2], '|']);
    }
  });

  test('hands a promise over as the value that it is', async () => {
    const promise = Promise.resolve(1);
    const project = vi.fn((value: Promise<number>) => value);
    const { heard } = record(concatMapEagerFrom([promise], project));
    await turn();
    expect(project.mock.calls[0]![0]).toBe(promise);
    expect(heard).toEqual([1, '|']);
  });

  test('calls a function anew for each subscription', () => {
    const values = vi.fn(() => [1]);
    const result = concatMapEagerFrom(values, (n) => [n]);
    expect(record(result).heard).toEqual([1, '|']);
    expect(record(result).heard).toEqual([1, '|']);
    expect(values).toHaveBeenCalledTimes(2);
  });

  test('fails as the source does where the function throws, or returns what cannot be read', () => {
    const throwing = () => {
      throw BOOM;
    };
    expect(record(concatMapEagerFrom(throwing, one)).heard).toEqual([failure(BOOM)]);
    const { heard } = record(concatMapEagerFrom((() => 5) as never, one));
    expect(heard).toEqual([
      failure(expect.objectContaining({ message: expect.stringMatching(/given for `values` to return/) as string })),
    ]);
  });

  test('fails where an iterator has been read before, and says to pass a function', () => {
    const values = [1][Symbol.iterator]();
    expect(record(concatMapEagerFrom(values, one)).heard).toEqual([1, '|']);
    expect(record(concatMapEagerFrom(values, one)).heard).toEqual([
      failure(expect.objectContaining({ message: expect.stringMatching(/`values` not to have been read/) as string })),
    ]);
  });

  test.each<[unknown, unknown, RegExp]>([
    [5, one, /^Expected `values` to be an array.*got `5` \(number\)$/],
    [of(1), one, /^Expected `values`.*Use `concatMapEager` for an Observable$/],
    [null, one, /^Expected `values`/],
    [[1], undefined, /^Expected `project` to be a function/],
  ])('refuses %o at the call', (values, project, message) => {
    const error = thrownBy(() => concatMapEagerFrom(values as [], project as typeof one));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('options of one kind of source are refused by the other', () => {
  test.each<[ConcatMapEagerConfig<unknown>, RegExp]>([
    [{ readAhead: 2 }, /^Expected `readAhead` to be given only where values are read, by `concatEager` or/],
    [{ until: NEVER }, /^Expected `until` to be given only where values are read.*use rxjs's `takeUntil`/],
  ])('%o, where values are pushed', (config, message) => {
    expect(() => concatMapEager(one, config)).toThrow(message);
    expect(() => concatAllEager(config as never)).toThrow(TypeError);
  });

  test.each<[ConcatMapEagerConfig<unknown>, RegExp]>([
    [{ maxWaiting: 2 }, /^Expected `maxWaiting` to be given only where values are pushed/],
    [{ overflow: 'drop-oldest' }, /^Expected `overflow` to be given only where values are pushed/],
  ])('%o, where values are read', (config, message) => {
    expect(() => concatMapEagerFrom([1], one, config)).toThrow(message);
    expect(() => concatEager([of(1)], config)).toThrow(TypeError);
  });

  test.each([
    [{ readAhead: -1 }, RangeError, /^Expected `readAhead` to be an integer from 0 and up or `Infinity`, got `-1`/],
    [{ readAhead: '1' }, TypeError, /^Expected `readAhead`/],
    [
      { until: 5 },
      TypeError,
      /^Expected `until` to be an Observable, or what `from` makes one of, got `5` \(number\)$/,
    ],
    [{ until: null }, TypeError, /^Expected `until`/],
    [{ maxParked: 0 }, RangeError, /^Expected `maxParked` to be an integer from 1/],
    [{ maxParked: 5, atomic: true }, TypeError, /^Expected `maxParked` to be `Infinity` where items are `atomic`/],
  ])('%o is refused at the call', (config, type, message) => {
    const error = thrownBy(() => concatMapEagerFrom([1], one, config as never));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
  });

  test('`undefined` means the same as leaving it out', () => {
    const none = { maxWaiting: undefined, overflow: undefined, readAhead: undefined, until: undefined };
    expect(record(concatMapEagerFrom([1], one, none)).heard).toEqual([1, '|']);
    expect(record(of(1).pipe(concatMapEager((n) => of(n), none))).heard).toEqual([1, '|']);
    expect(record(concatMapEagerFrom([1], one, { atomic: true, maxParked: Infinity })).heard).toEqual([1, '|']);
  });
});

describe('`readAhead`', () => {
  test('is how many values are read before they can be started', () => {
    const { read, started, inners } = open({ concurrent: 2, readAhead: 3 });
    expect(started).toEqual([0, 1]);
    expect(read).toEqual([0, 1, 2, 3, 4]);
    inners[0]!.complete();
    expect(started).toEqual([0, 1, 2]);
    expect(read).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('is 0 by default, and Infinity reads to the end', () => {
    expect(open({ concurrent: 2 }).read).toEqual([0, 1]);
    expect(open({ concurrent: 2, readAhead: Infinity }, 10).read).toHaveLength(10);
  });

  test('goes on when the window is full', () => {
    const { read, started } = open({ concurrent: 4, reorderWindow: 1, readAhead: 2 });
    expect(started).toEqual([0]);
    expect(read).toEqual([0, 1, 2]);
  });

  test('overlaps reading with the work', async () => {
    const log: string[] = [];
    const gates = subjects(4);
    async function* slow() {
      for (let n = 0; n < 4; n++) {
        log.push(`read ${n}`);
        await turn();
        yield n;
      }
    }
    const { heard } = record(concatMapEagerFrom(slow, (n) => gates[n]!, { concurrent: 1, readAhead: 1 }));
    await vi.waitFor(() => expect(log).toEqual(['read 0', 'read 1']));
    gates[0]!.complete();
    expect(log).toEqual(['read 0', 'read 1', 'read 2']);
    await turn();
    gates.forEach((gate) => gate.complete());
    await turn();
    gates.forEach((gate) => gate.complete());
    await vi.waitFor(() => expect(heard).toEqual(['|']));
    expect(log).toHaveLength(4);
  });

  test('with keys, bounds how many wait for them too', () => {
    const key = () => 'x';
    expect(open({ concurrent: 2, key, readAhead: 0 }).read).toEqual([0, 1]);
    expect(open({ concurrent: 2, key, readAhead: 2 }).read).toEqual([0, 1, 2, 3]);
    expect(open({ concurrent: 2, key, reorderWindow: 5 }).read).toHaveLength(7);
  });

  test.each([0, 1])('reading may end an item, where %d more are left to read: what waits is started', (left) => {
    const inners = subjects(4);
    const started: number[] = [];
    const values = function* () {
      yield* [0, 1, 2];
      inners[0]!.complete();
      yield* left === 0 ? [] : [3];
    };
    const project = (n: number) => (started.push(n), inners[n]!);
    const { heard } = record(concatMapEagerFrom(values, project, { concurrent: 1, readAhead: 3 }));
    expect(started).toEqual([0, 1]);
    inners.forEach((inner) => inner.complete());
    expect(heard).toEqual(['|']);
    expect(started).toHaveLength(3 + left);
  });

  test('reading may end an item behind the head: what waits is started', () => {
    const inners = subjects(3);
    const started: number[] = [];
    const values = function* () {
      yield* [0, 1, 2];
      inners[1]!.complete();
    };
    const project = (n: number) => (started.push(n), inners[n]!);
    record(concatMapEagerFrom(values, project, { concurrent: 2, readAhead: 2 }));
    expect(started).toEqual([0, 1, 2]);
  });

  test('reading may ask for a value, which leaves the window: what waits is started', async () => {
    const started: number[] = [];
    const values = function* () {
      yield* [0, 1, 2, 3];
      asked = result.next();
    };
    const project = (n: number) => (started.push(n), n < 2 ? of(n) : NEVER);
    let asked: Promise<IteratorResult<number>> | undefined;
    const result = concatMapEagerFrom(values, project, { reorderWindow: 2, readAhead: 2 })[Symbol.asyncIterator]();
    expect(await result.next()).toEqual({ value: 0, done: false });
    expect(await asked).toEqual({ value: 1, done: false });
    expect(started).toEqual([0, 1, 2, 3]);
    await result.return!();
  });

  test.each([
    ['while a slot is free', { concurrent: 2 }],
    ['while values are read ahead', { concurrent: 1, readAhead: 1 }],
  ])('reading may have an item fail, which is tried again at once: %s', (_, config) => {
    const inner = new Subject<number>();
    const values = function* () {
      yield 0;
      inner.error(BOOM);
    };
    const project = vi.fn((_: number, __: number, { attempt }: { attempt: number }) => (attempt === 1 ? inner : of(1)));
    const { heard } = record(concatMapEagerFrom(values, project, { ...config, retry: 1 }));
    expect(heard).toEqual([1, '|']);
  });

  test('reading may have another stream take the slot that it is for: values are read ahead', () => {
    const concurrent = sharedLimit(1);
    const other = new Subject<number>();
    const read: number[] = [];
    const values = function* () {
      record(concatMapEagerFrom([0], () => other, { concurrent }));
      for (let n = 0; n < 5; n++) {
        read.push(n);
        yield n;
      }
    };
    const { heard } = record(concatMapEagerFrom(values, one, { concurrent, readAhead: 2 }));
    expect(read).toEqual([0, 1]);
    other.complete();
    expect(heard).toEqual([0, 1, 2, 3, 4, '|']);
  });

  test('finishes what was read ahead when the source fails', () => {
    const values = function* () {
      yield* [0, 1];
      throw BOOM;
    };
    const inners = subjects(2);
    const { heard } = record(concatMapEagerFrom(values, (n) => inners[n]!, { concurrent: 1, readAhead: 5 }));
    inners.forEach((inner, n) => {
      inner.next(`v${n}`);
      inner.complete();
    });
    expect(heard).toEqual(['v0', 'v1', failure(BOOM)]);
  });
});

describe('`until`', () => {
  const finish = ({ inners }: ReturnType<typeof open>, ...which: number[]) =>
    which.forEach((n) => {
      inners[n]!.next(`v${n}`);
      inners[n]!.complete();
    });

  test('closes the source in the same call, and what has been read is finished', () => {
    const until = new Subject<void>();
    const opened = open({ concurrent: 2, readAhead: 1, until });
    expect(opened.read).toEqual([0, 1, 2]);
    until.next();
    expect(opened.closed()).toBe(1);
    expect(until.observed).toBe(false);
    finish(opened, 1, 0, 2);
    expect(opened.read).toEqual([0, 1, 2]);
    expect(opened.seen.heard).toEqual(['v0', 'v1', 'v2', '|']);
  });

  test('is subscribed before the source is opened; one that emits at once opens nothing', () => {
    const values = vi.fn(() => [1]);
    expect(record(concatMapEagerFrom(values, one, { until: new BehaviorSubject(0) })).heard).toEqual(['|']);
    expect(record(concatMapEagerFrom(values, one, { until: [0] })).heard).toEqual(['|']);
    expect(values).not.toHaveBeenCalled();
  });

  test.each<[string, ObservableInput<unknown>, unknown[]]>([
    ['that completes means nothing', EMPTY, [1, 2, '|']],
    ['that is an empty array means nothing', [], [1, 2, '|']],
    ['that never emits means nothing', NEVER, [1, 2, '|']],
    ['that fails is the error of the source', throwError(() => BOOM), [failure(BOOM)]],
    [
      'that throws is the error of the source',
      {
        [Symbol.iterator]: () => {
          throw BOOM;
        },
      },
      [failure(BOOM)],
    ],
  ])('one %s', (_, until, heard) => {
    expect(record(concatMapEagerFrom([1, 2], one, { until })).heard).toEqual(heard);
  });

  test('may be a promise', async () => {
    let stop = () => {};
    const until = new Promise<void>((resolve) => (stop = resolve));
    const opened = open({ concurrent: 1, until });
    stop();
    await turn();
    finish(opened, 0);
    expect(opened.seen.heard).toEqual(['v0', '|']);
    expect(opened.closed()).toBe(1);
  });

  test('has an error that does not count where closing the source leads to another, which has its turn', () => {
    const until = new Subject<void>();
    const inners = subjects(2);
    const values = ({ signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => inners[1]!.error(BOOM));
      return [0, 1, 2];
    };
    const { heard } = record(concatMapEagerFrom(values, (n) => inners[n]!, { concurrent: 2, until }));
    until.error(new Error('another'));
    inners[0]!.complete();
    expect(heard).toEqual([failure(BOOM)]);
  });

  test('is subscribed before anything is read, although a limit tells its first number before', () => {
    const happened: string[] = [];
    const values = function* () {
      happened.push('read');
      yield 0;
    };
    const until = new Observable<never>(() => void happened.push('until'));
    record(concatMapEagerFrom(values, () => NEVER, { concurrent: of(1), until }));
    expect(happened).toEqual(['until', 'read']);
  });

  test('is unsubscribed when the source has ended, and when the result has', () => {
    const until = new Subject<void>();
    open({ until }, 3);
    expect(until.observed).toBe(false);
    const { seen } = open({ concurrent: 1, until });
    expect(until.observed).toBe(true);
    seen.subscription.unsubscribe();
    expect(until.observed).toBe(false);
  });

  test('gives up a read that is under way, whose signal aborts, and drops what it still brings', async () => {
    const until = new Subject<void>();
    const answers: ((result: IteratorResult<number>) => void)[] = [];
    let signal: AbortSignal | undefined;
    const returned = vi.fn(() => Promise.resolve({ done: true as const, value: undefined }));
    const values = (context: { signal: AbortSignal }) => {
      ({ signal } = context);
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<number>>((resolve) => answers.push(resolve)),
          return: returned,
        }),
      };
    };
    const { heard } = record(concatMapEagerFrom(values, one, { until }));
    until.next();
    expect(heard).toEqual(['|']);
    expect(returned).toHaveBeenCalledOnce();
    expect(signal!.aborted).toBe(true);
    answers[0]!({ done: false, value: 1 });
    await turn();
    expect(heard).toEqual(['|']);
  });

  test('that fails after it has led to the end of the source changes nothing: its error is reported', async () => {
    const reported: unknown[] = [];
    const { config } = await import('rxjs');
    config.onUnhandledError = (error) => void reported.push(error);
    try {
      const asked: Promise<unknown>[] = [];
      const until = {
        [Symbol.iterator]: () => {
          asked.push(iterator.next());
          throw BOOM;
        },
      };
      const inner = new Subject<number>();
      const iterator: AsyncIterableIterator<number> = concatMapEagerFrom([1], () => inner, { until })[
        Symbol.asyncIterator
      ]();
      asked.push(iterator.next());
      inner.complete();
      const done = { done: true, value: undefined };
      expect(await Promise.all(asked)).toEqual([done, done]);
      await turn();
      expect(reported).toEqual([BOOM]);
    } finally {
      config.onUnhandledError = null;
    }
  });

  test('reads nothing more, although its own teardown has a slot become free', () => {
    const notify = new Subject<void>();
    let opened: ReturnType<typeof open> | undefined = undefined;
    const until = new Observable<void>((subscriber) => {
      notify.subscribe(subscriber);
      return () => opened?.inners[0]!.complete();
    });
    opened = open({ concurrent: 1, until });
    notify.next();
    expect(opened.read).toEqual([0]);
    expect(opened.seen.heard).toEqual(['|']);
  });

  test('may end without a value before the source does', async () => {
    const until = (async function* () {})();
    const later = async function* () {
      await turn();
      yield 1;
    };
    const { heard } = record(concatMapEagerFrom(later, one, { until }));
    const reported = vi.fn();
    const { config } = await import('rxjs');
    config.onUnhandledError = reported;
    try {
      await vi.waitFor(() => expect(heard).toEqual([1, '|']));
      await turn();
      expect(reported).not.toHaveBeenCalled();
    } finally {
      config.onUnhandledError = null;
    }
  });

  test('that is set off by `project`, a key or a value, comes after what has been read', () => {
    for (const place of ['project', 'key', 'value']) {
      const until = new Subject<void>();
      const at = (where: string, n: number) => {
        if (where === place && n === 1) until.next();
        return n;
      };
      const { heard } = record(
        concatMapEagerFrom([0, 1, 2, 3], (n) => of(at('project', n)), {
          concurrent: 1,
          until,
          key: (n) => at('key', n),
        }),
        (n) => at('value', n),
      );
      expect(heard, place).toEqual([0, 1, '|']);
      expect(until.observed).toBe(false);
    }
  });

  test.each(['at once', 'later'])('what its teardown throws, %s, is reported, and disturbs nothing', async (when) => {
    const notify = new Subject<void>();
    const until = new Observable<void>((subscriber) => {
      notify.subscribe(subscriber);
      if (when === 'at once') subscriber.next();
      return () => {
        throw BOOM;
      };
    });
    const reported = vi.fn();
    const { config } = await import('rxjs');
    config.onUnhandledError = reported;
    try {
      const { heard } = record(concatMapEagerFrom([1, 2], () => NEVER, { concurrent: 1, until }));
      notify.next();
      await turn();
      expect(heard).toEqual(when === 'at once' ? ['|'] : []);
      expect(reported).toHaveBeenCalled();
    } finally {
      config.onUnhandledError = null;
    }
  });
});
