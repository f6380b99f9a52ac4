import { PassThrough, Readable } from 'node:stream';
import { from, lastValueFrom, of, retry, Subject, take, takeUntil, toArray } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { concatAllEager, concatEager, concatMapEager } from '../../src/index.js';
import { failure, record } from '../support/record.js';
import { turn, unhandledRejections } from '../support/turn.js';

const ALREADY_READ = /read by another subscription.*function that returns a new one for each subscription/;

describe('inputs that can be read once', () => {
  const pages = function* () {
    yield of(1);
    yield of(2);
  };
  const asyncPages = async function* () {
    yield of(1);
    yield of(2);
  };
  const stream = () => Readable.from([[1], [2]]);
  const webStream = () =>
    new ReadableStream<number[]>({
      start(controller) {
        controller.enqueue([1]);
        controller.enqueue([2]);
        controller.close();
      },
    });

  test.each([
    ['a generator', pages],
    ['an async generator', asyncPages],
    ['a Node stream', stream],
    ['a ReadableStream', webStream],
    [
      'an iterable that always gives the same iterator',
      () => ({
        [Symbol.iterator]: (
          (all) => () =>
            all
        )(pages()),
      }),
    ],
  ])('%s fails a second subscription with a TypeError that says to pass a function', async (_, make) => {
    const inputs = make() as Iterable<number[]>;
    const values = () => lastValueFrom(concatEager(inputs).pipe(toArray()));

    expect(await values()).toEqual([1, 2]);
    await expect(values()).rejects.toThrow(ALREADY_READ);
    // Whichever result it is of.
    await expect(lastValueFrom(concatEager(inputs, 1))).rejects.toThrow(TypeError);
  });

  test('are not divided between two subscribers', () => {
    const result = concatEager(pages(), 1);
    const first = record(result.pipe(take(1)));
    const second = record(result);

    expect(first.heard).toEqual([1, '|']);
    expect(second.heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('fail a second subscription while the first one reads a web stream', async () => {
    const result = concatEager(webStream());
    const first = record(result);
    const second = record(result);

    expect(second.heard).toEqual([
      failure(expect.objectContaining({ message: expect.stringMatching(ALREADY_READ) as unknown })),
    ]);
    await turn();
    expect(first.heard).toEqual([1, 2, '|']);
  });

  test('are not silently fewer after a retry', () => {
    const boom = new Error('boom');
    const failing = function* () {
      yield of(1);
      throw boom;
    };

    expect(record(concatEager(failing(), 1).pipe(retry(1))).heard).toEqual([1, failure(expect.any(TypeError))]);
    expect(record(concatEager(failing, 1).pipe(retry(1))).heard).toEqual([1, 1, failure(boom)]);
  });

  test.each([
    ['an array', [[1], [2]]],
    ['a Set', new Set([[1], [2]])],
    ['an iterable that gives a new iterator each time', { [Symbol.iterator]: () => pages() }],
    ['a function', pages],
    ['a function that returns a promise', () => Promise.resolve(pages())],
    ['a function that returns an async iterable', asyncPages],
    ['a function that returns a Node stream', stream],
    ['a function that returns a ReadableStream', webStream],
  ])('%s can be subscribed any number of times', async (_, inputs) => {
    const result = concatEager(inputs as never);
    for (let i = 0; i < 3; i++) {
      expect(await lastValueFrom(result.pipe(toArray()))).toEqual([1, 2]);
    }
  });
});

describe('a function that gives the inputs', () => {
  test('is called for each subscription, without `this`, with a signal', () => {
    const calls: unknown[] = [];
    const result = concatEager(function (this: unknown, context: object) {
      calls.push([this, Object.keys(context)]);
      return [of(1)];
    });
    expect(calls).toEqual([]);
    record(result);
    record(result);

    expect(calls).toEqual([
      [undefined, ['signal']],
      [undefined, ['signal']],
    ]);
  });

  test('has its signal aborted when the inputs are closed early, after they are', () => {
    const log: string[] = [];
    const { subscription } = record(
      concatEager(({ signal }) => {
        signal.addEventListener('abort', () => log.push(`abort ${(signal.reason as Error).name}`));
        return {
          [Symbol.iterator]: () => ({
            next: () => ({ done: false, value: new Promise<never>(() => undefined) }),
            return: () => {
              log.push('return');
              return { done: true, value: undefined };
            },
          }),
        };
      }, 1),
    );
    subscription.unsubscribe();

    expect(log).toEqual(['return', 'abort AbortError']);
  });

  test('does not have its signal aborted when the inputs have ended by themselves', () => {
    let signal: AbortSignal | undefined;
    record(
      concatEager((context) => {
        signal = context.signal;
        return [of(1)];
      }).pipe(take(5)),
    );

    expect(signal!.aborted).toBe(false);
  });

  test('may end the wait of an async generator by its signal', async () => {
    let closed = false;
    const inputs = async function* ({ signal }: { signal: AbortSignal }) {
      try {
        yield of(1);
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('over')));
        });
      } finally {
        closed = true;
      }
    };
    const { heard, subscription } = record(concatEager(inputs));
    await turn();
    expect(heard).toEqual([1]);
    subscription.unsubscribe();
    await turn();

    expect(closed).toBe(true);
  });

  test("that throws, rejects or returns what cannot be read fails the result with the source's own error", async () => {
    const boom = new Error('boom');
    for (const inputs of [
      () => {
        throw boom;
      },
      () => Promise.reject(boom),
    ]) {
      await expect(lastValueFrom(concatEager(inputs as never, { onError: 'skip' }))).rejects.toBe(boom);
    }
    for (const inputs of [() => 1, () => Promise.resolve({})]) {
      await expect(lastValueFrom(concatEager(inputs as never, { onError: 'skip' }))).rejects.toThrow(
        /function that is given for `inputs` to return an array.* ReadableStream, or a promise of one, got `/,
      );
    }
  });

  test('has what it returns after the end closed when it arrives', async () => {
    const stream = new PassThrough();
    const { subscription } = record(concatEager(() => Promise.resolve(stream as AsyncIterable<never>)));
    subscription.unsubscribe();
    await turn();

    expect(stream.destroyed).toBe(true);
  });
});

describe('inputs that are opened while the subscriber leaves', () => {
  test.each([
    ['an iterator', (open: () => unknown) => ({ [Symbol.iterator]: open })],
    ['an async iterator', (open: () => unknown) => ({ [Symbol.asyncIterator]: open })],
    ['the reader of a stream', (open: () => unknown) => ({ getReader: open })],
  ])('are closed and not read: %s', async (_, inputsOf) => {
    const log: string[] = [];
    const stop = new Subject<void>();
    const noted = (what: string, result?: unknown) => () => {
      log.push(what);
      return result;
    };
    const opened = {
      next: noted('read', { done: true }),
      read: noted('read', Promise.resolve({ done: true })),
      return: noted('closed'),
      cancel: noted('closed'),
      releaseLock: () => undefined,
    };
    const inputs = inputsOf(() => {
      stop.next();
      return opened;
    });
    record(concatEager(inputs as never).pipe(takeUntil(stop)));
    await turn();

    expect(log).toEqual(['closed']);
  });
});

describe('a silent Node stream', () => {
  const silent = () => {
    const stream = new PassThrough();
    stream.write('one');
    return stream;
  };

  test('is destroyed in the call in which its item passes its limit', async () => {
    const stream = silent();
    const { heard } = record(from([stream]).pipe(concatAllEager({ timeout: { each: 20 }, onError: 'skip' })));

    await expect.poll(() => heard.at(-1)).toBe('|');
    expect(stream.destroyed).toBe(true);
  });

  test('is destroyed in the call that unsubscribes, as an inner and as inputs', async () => {
    for (const subscribe of [
      (stream: PassThrough) => record(of(0).pipe(concatMapEager(() => stream))),
      (stream: PassThrough) => record(concatEager([stream])),
      (stream: PassThrough) => record(concatEager(stream as AsyncIterable<never>)),
    ]) {
      const stream = new PassThrough();
      const { subscription } = subscribe(stream);
      await turn();
      subscription.unsubscribe();

      expect(stream.destroyed).toBe(true);
      expect(stream.errored).toBe(null);
    }
  });

  test('is destroyed when another item fails, and when `take` ends the result', async () => {
    const failed = new PassThrough();
    record(of(0, 1).pipe(concatMapEager((n) => (n === 0 ? Promise.reject(new Error('boom')) : failed))));
    const taken = silent();
    record(
      of(0).pipe(
        concatMapEager(() => taken),
        take(1),
      ),
    );
    await turn();
    await turn();

    expect([failed.destroyed, taken.destroyed]).toEqual([true, true]);
  });
});

test.each(['pipe, on', 'pipe, destroy', 'on, destroy', 'destroy'])(
  'an async iterable that has no other method of a Node stream than %s is closed as an iterator',
  (list) => {
    const names = list.split(', ');
    const methods = Object.fromEntries(names.map((name) => [name, vi.fn()]));
    const closed = vi.fn(() => Promise.resolve({ done: true as const, value: undefined }));
    const iterator = { next: () => new Promise<never>(() => {}), return: closed };
    const { subscription } = record(
      of(0).pipe(concatMapEager(() => ({ ...methods, [Symbol.asyncIterator]: () => iterator }))),
    );
    subscription.unsubscribe();

    expect(closed).toHaveBeenCalledOnce();
    names.forEach((name) => expect(methods[name]).not.toHaveBeenCalled());
  },
);

describe('what may fail before its turn', () => {
  test('a promise in a Set is not an unhandled rejection', async () => {
    const rejections = await unhandledRejections(async () => {
      const slow = new Promise<string>((resolve) => setTimeout(() => resolve('slow'), 20));
      const { heard } = record(
        concatEager(new Set([slow, Promise.reject(new Error('boom'))]), { concurrent: 1, onError: 'skip' }),
      );
      await expect.poll(() => heard).toEqual(['slow', '|']);
    });

    expect(rejections).toEqual([]);
  });

  test('a Node stream that `project` returns after it has unsubscribed does not end the process', async () => {
    const broken = new PassThrough();
    const stop = new Subject<void>();
    record(
      of(0).pipe(
        concatMapEager(() => (stop.next(), broken)),
        takeUntil(stop),
      ),
    );
    broken.destroy(new Error('no such file'));
    await turn();

    expect(broken.destroyed).toBe(true);
  });

  test('a Node stream gets one listener, however often the array is subscribed', () => {
    const stream = new PassThrough();
    const result = concatEager([of(1), stream], 1).pipe(take(1));
    for (let n = 0; n < 20; n++) {
      result.subscribe();
    }

    expect(stream.listenerCount('error')).toBe(1);
  });

  test('a Node stream in an array does not end the process, and fails its item when its turn comes', async () => {
    const broken = new PassThrough();
    const { heard } = record(
      concatEager([new Promise<string>((resolve) => setTimeout(() => resolve('slow'), 20)), broken], { concurrent: 1 }),
    );
    broken.destroy(new Error('no such file'));

    await expect.poll(() => heard).toEqual(['slow', failure(expect.objectContaining({ message: 'no such file' }))]);
  });
});

describe('an attempt that would read on where an earlier one has stopped', () => {
  test.each([
    [
      'an iterator',
      function* () {
        yield 1;
        throw new Error('boom');
      },
    ],
    [
      'an async iterator',
      async function* () {
        yield 1;
        throw new Error('boom');
      },
    ],
    [
      'a Node stream',
      () =>
        Readable.from(
          (function* () {
            yield 1;
            throw new Error('boom');
          })(),
        ),
    ],
  ])('fails its item without a further retry: %s', async (_, make) => {
    const inner = make() as Iterable<number>;
    let calls = 0;
    const project = () => {
      calls++;
      return inner;
    };
    const values = lastValueFrom(of(0).pipe(concatMapEager(project, { retry: 3 }), toArray()));

    await expect(values).rejects.toThrow(
      /new iterator or stream for each attempt.*item 0.*: make it in `project`, or give an Observable/,
    );
    expect(calls).toBe(2);
  });

  test('neither reads on nor closes what it would read', () => {
    const log: string[] = [];
    const iterator = {
      next: () => {
        log.push('next');
        throw new Error('boom');
      },
      return: () => {
        log.push('return');
        return { done: true, value: undefined };
      },
    };
    const inner = { [Symbol.iterator]: () => iterator } as Iterable<number>;
    record(of(0).pipe(concatMapEager(() => inner, { retry: 3, onError: 'skip' })));
    expect(log).toEqual(['next']);
  });

  test('lets go of a stream that it would read', async () => {
    const stream = new ReadableStream({ start: (controller) => controller.error(new Error('boom')) });
    const values = lastValueFrom(of(0).pipe(concatMapEager(() => stream, { retry: 3 })));

    await expect(values).rejects.toThrow(/new iterator or stream for each attempt/);
    expect(stream.locked).toBe(false);
  });

  test('is tried again where it is made anew', () => {
    let calls = 0;
    const project = function* () {
      yield calls;
      if (calls++ < 2) {
        throw new Error('boom');
      }
    };

    expect(record(of(0).pipe(concatMapEager(project, { retry: 3 }))).heard).toEqual([0, 1, 2, '|']);
  });

  test('fails its item where a fallback would read on', () => {
    const shared = (function* () {
      yield 1;
      throw new Error('boom');
    })();
    const { heard } = record(of(0).pipe(concatMapEager(() => shared, { onError: () => shared })));

    expect(heard).toEqual([
      1,
      failure(expect.objectContaining({ message: expect.stringContaining('fallback of item 0') as unknown })),
    ]);
  });

  test('may read what another item has read', () => {
    const shared = (function* () {
      yield 1;
      yield 2;
    })();

    expect(record(of(0, 1).pipe(concatMapEager(() => shared, { concurrent: 1, retry: 1 }))).heard).toEqual([1, 2, '|']);
  });
});

describe('an inner iterator during whose `next` the subscriber leaves', () => {
  test.each([
    ['is closed when it has given its value, which is dropped', { done: false, value: 1 }, ['next', 'return']],
    ['is not closed where it says that it has ended', { done: true, value: undefined }, ['next']],
  ])('%s', (_, result, expected) => {
    const log: string[] = [];
    const stop = new Subject<void>();
    const iterator = {
      next: () => {
        log.push('next');
        stop.next();
        return result;
      },
      return: () => {
        log.push('return');
        return { done: true, value: undefined };
      },
    };
    const inner = { [Symbol.iterator]: () => iterator } as Iterable<number>;
    const { heard } = record(
      of(0).pipe(
        concatMapEager(() => inner),
        takeUntil(stop),
      ),
    );

    expect(heard).toEqual(['|']);
    expect(log).toEqual(expected);
  });
});
