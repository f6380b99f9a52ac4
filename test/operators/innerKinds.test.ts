import { EMPTY, from, Observable, observable, of, type ObservableInput, Subject, take } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, record } from '../support/record.js';
import { reportedErrors, turn, unhandledRejections } from '../support/turn.js';

/** What is heard of one inner. */
const recordOne = <T>(input: ObservableInput<T>) => record(of(1).pipe(concatMapEager(() => input)));

/** What is heard of one inner that is not the head until `head` completes. */
function recordBehind<T>(input: ObservableInput<T>) {
  const head = new Subject<T>();
  return { head, ...record(of<ObservableInput<T>[]>(head, input).pipe(concatMapEager((inner) => inner))) };
}

const odd = [null, undefined, false, 0, NaN, ''];

describe('a foreign Observable', () => {
  type Observer = Parameters<Observable<unknown>['subscribe']>[0] & Record<'next' | 'error', (value: unknown) => void>;

  /** Knows nothing of rxjs but the method that every Observable library has. */
  function foreign(subscribe: (observer: Observer & { complete(): void }) => unknown) {
    return { [observable]: () => ({ subscribe }) } as unknown as ObservableInput<unknown>;
  }

  test('is subscribed, and unsubscribed', () => {
    let unsubscribed = 0;
    let observer: { next(value: unknown): void } | undefined;
    const { heard, subscription } = recordOne(
      foreign((given) => {
        observer = given;
        return { unsubscribe: () => unsubscribed++ };
      }),
    );

    observer!.next('a');
    expect(heard).toEqual(['a']);
    subscription.unsubscribe();
    observer!.next('late');
    expect(unsubscribed).toBe(1);
    expect(heard).toEqual(['a']);
  });

  test('completes and fails like any other', () => {
    expect(
      recordOne(
        foreign((observer) => {
          observer.next(1);
          observer.complete();
        }),
      ).heard,
    ).toEqual([1, '|']);
    expect(recordOne(foreign((observer) => observer.error('bad'))).heard).toEqual([failure('bad')]);
  });

  test('fails its item when it has no `subscribe`', () => {
    const input = { [observable]: () => ({}) } as unknown as ObservableInput<unknown>;

    expect(recordOne(input).heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('is not heard any more after the end, whatever it emits', () => {
    const { heard } = record(
      of(1).pipe(
        concatMapEager(() =>
          foreign((observer) => {
            observer.next(1);
            observer.next(2);
            observer.next(3);
          }),
        ),
        take(2),
      ),
    );

    expect(heard).toEqual([1, 2, '|']);
  });
});

describe('a promise', () => {
  test.each(odd)('gives its value, also %o, and completes', async (value) => {
    const { heard } = recordOne(Promise.resolve(value));
    await turn();

    expect(heard).toEqual([value, '|']);
  });

  test.each(odd)('fails with its reason, also %o', async (reason) => {
    const { heard } = recordOne(Promise.reject(reason));
    await turn();

    expect(heard).toEqual([failure(reason)]);
  });

  test('is parked behind the head', async () => {
    const { head, heard } = recordBehind(Promise.resolve('b'));
    await turn();

    expect(heard).toEqual([]);
    head.complete();
    expect(heard).toEqual(['b', '|']);
  });

  test('is forgotten when it is cancelled', async () => {
    const { heard, subscription } = recordOne(Promise.resolve('late'));
    subscription.unsubscribe();
    await turn();

    expect(heard).toEqual([]);
  });

  test('keeps its slot until it settles', async () => {
    let settle!: (value: string) => void;
    const started: number[] = [];
    record(
      of(0, 1).pipe(
        concatMapEager((index) => {
          started.push(index);
          return new Promise<string>((resolve) => (settle = resolve));
        }, 1),
      ),
    );

    await turn();
    expect(started).toEqual([0]);
    settle('a');
    await turn();
    expect(started).toEqual([0, 1]);
  });
});

describe('a thenable', () => {
  type Callback = (value: unknown) => void;
  const thenable = (then: (fulfilled: Callback, rejected: Callback) => unknown) =>
    ({ then }) as unknown as PromiseLike<unknown>;

  test('may call back synchronously', () => {
    expect(recordOne(thenable((fulfilled) => fulfilled('a'))).heard).toEqual(['a', '|']);
    expect(recordOne(thenable((_, rejected) => rejected('bad'))).heard).toEqual([failure('bad')]);
  });

  test('is heard once, however often it calls back', () => {
    const { heard } = record(
      of(1, 2).pipe(
        concatMapEager((value) =>
          thenable((fulfilled, rejected) => {
            fulfilled(value);
            fulfilled('twice');
            rejected('twice');
          }),
        ),
      ),
    );

    expect(heard).toEqual([1, 2, '|']);
  });

  test('is heard once when it rejects and then fulfills', () => {
    const { heard } = recordOne(
      thenable((fulfilled, rejected) => {
        rejected('bad');
        fulfilled('late');
        rejected('late');
      }),
    );

    expect(heard).toEqual([failure('bad')]);
  });

  test('fails its item when `then` throws', () => {
    const { heard } = recordOne(
      thenable(() => {
        throw 'bad';
      }),
    );

    expect(heard).toEqual([failure('bad')]);
  });

  test('is not heard any more once `then` has thrown', () => {
    let late: Callback | undefined;
    const { heard } = record(
      of(0, 1).pipe(
        concatMapEager(
          () =>
            thenable((fulfilled) => {
              late = fulfilled;
              throw 'bad';
            }),
          { onError: 'skip' },
        ),
      ),
    );

    late!('late');
    expect(heard).toEqual(['|']);
  });

  test('has called back, whatever `then` throws afterwards', async () => {
    let heard: unknown[] = [];
    const reported = await reportedErrors(() => {
      heard = recordOne(
        thenable((fulfilled) => {
          fulfilled('a');
          throw 'too late';
        }),
      ).heard;
    });

    expect(heard).toEqual(['a', '|']);
    expect(reported).toEqual([]);
  });

  test('has `then` called once, when its item starts and not before', () => {
    const calls: string[] = [];
    const named = (name: string) => thenable(() => calls.push(name));
    const head = new Subject<unknown>();
    record(of<ObservableInput<unknown>[]>(head, named('b'), named('c')).pipe(concatMapEager((inner) => inner, 1)));

    expect(calls).toEqual([]);
    head.complete();
    expect(calls).toEqual(['b']);
  });

  test('is not heard after it has been cancelled', () => {
    let late: Callback[] = [];
    const { heard, subscription } = recordOne(thenable((...callbacks) => (late = callbacks)));

    subscription.unsubscribe();
    for (const callback of late) {
      callback('late');
    }
    expect(heard).toEqual([]);
  });

  test('may be a function', () => {
    const callable = Object.assign(() => undefined, { then: (fulfilled: Callback) => fulfilled('a') });

    expect(recordOne(callable as unknown as PromiseLike<unknown>).heard).toEqual(['a', '|']);
  });

  test('may be a subclass of Promise, whose own `then` is called once', async () => {
    let calls = 0;
    class Counting<T> extends Promise<T> {
      static override get [Symbol.species]() {
        return Promise;
      }
      override then<A = T, B = never>(
        fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
        rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        calls++;
        return super.then(fulfilled, rejected);
      }
    }
    const { heard } = recordOne(Counting.resolve<string>('a'));
    await turn();

    expect(heard).toEqual(['a', '|']);
    expect(calls).toBe(1);
  });
});

describe('an array', () => {
  test('gives its elements synchronously, holes as undefined', () => {
    expect(recordOne([1, , 3]).heard).toEqual([1, undefined, 3, '|']);
    expect(recordOne([]).heard).toEqual(['|']);
    expect(recordOne(odd).heard).toEqual([...odd, '|']);
  });

  test('is parked behind the head', () => {
    const { head, heard } = recordBehind([1, 2]);

    expect(heard).toEqual([]);
    head.complete();
    expect(heard).toEqual([1, 2, '|']);
  });

  test('may be array-like', () => {
    expect(recordOne({ length: 2, 0: 7, 1: 8 }).heard).toEqual([7, 8, '|']);
  });

  test('is read no further than it is heard', () => {
    const read: number[] = [];
    const element = (value: number) => ({
      get: () => {
        read.push(value);
        return value;
      },
    });
    const arrayLike = Object.defineProperties({ length: 3 }, { 0: element(0), 1: element(1), 2: element(2) });
    const { heard } = record(
      of(1).pipe(
        concatMapEager(() => arrayLike as ArrayLike<number>),
        take(2),
      ),
    );

    expect(heard).toEqual([0, 1, '|']);
    expect(read).toEqual([0, 1]);
  });

  test('may be a string, which gives its characters', () => {
    expect(recordOne('abc').heard).toEqual(['a', 'b', 'c', '|']);
    expect(recordOne('').heard).toEqual(['|']);
  });
});

describe('an iterable', () => {
  test('gives what it iterates over', () => {
    expect(recordOne(new Set([1, 2])).heard).toEqual([1, 2, '|']);
    expect(recordOne(new Map([['a', 1]])).heard).toEqual([['a', 1], '|']);
  });

  test('is asked no further than it is heard, and its `return` is called', () => {
    const log: string[] = [];
    function* endless() {
      try {
        for (let i = 0; ; i++) {
          log.push(`give ${i}`);
          yield i;
        }
      } finally {
        log.push('returned');
      }
    }
    const { heard } = record(of(1).pipe(concatMapEager(endless), take(2)));

    expect(heard).toEqual([0, 1, '|']);
    expect(log).toEqual(['give 0', 'give 1', 'returned']);
  });

  test('fails its item when it throws', () => {
    function* failing() {
      yield 1;
      throw 'bad';
    }

    expect(recordOne(failing()).heard).toEqual([1, failure('bad')]);
  });

  test('fails its item when it cannot be iterated', () => {
    const input = {
      [Symbol.iterator]: () => {
        throw 'bad';
      },
    };

    expect(recordOne(input).heard).toEqual([failure('bad')]);
  });
});

describe('an async iterable', () => {
  /** An async iterator that gives values on demand, and what is known of it. */
  function controlled() {
    const pending: { resolve(result: IteratorResult<string>): void; reject(error: unknown): void }[] = [];
    const calls = { next: 0, return: 0 };
    let returns: () => Promise<IteratorResult<string>> = () => Promise.resolve({ done: true, value: undefined });
    const iterable: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          calls.next++;
          return new Promise<IteratorResult<string>>((resolve, reject) => pending.push({ resolve, reject }));
        },
        return: () => {
          calls.return++;
          return returns();
        },
      }),
    };
    return {
      iterable,
      calls,
      give: async (value: string) => {
        pending.shift()!.resolve({ done: false, value });
        await turn();
      },
      end: async () => {
        pending.shift()!.resolve({ done: true, value: 'ignored' });
        await turn();
      },
      fail: async (error: unknown) => {
        pending.shift()!.reject(error);
        await turn();
      },
      whenReturned: (then: () => Promise<IteratorResult<string>>) => (returns = then),
    };
  }

  test('gives its values and completes, without its `return` being called', async () => {
    const { iterable, calls, give, end } = controlled();
    const { heard } = recordOne(iterable);

    await give('a');
    await give('b');
    expect(heard).toEqual(['a', 'b']);
    await end();
    expect(heard).toEqual(['a', 'b', '|']);
    expect(calls).toEqual({ next: 3, return: 0 });
  });

  test('fails its item, without its `return` being called', async () => {
    const { iterable, calls, give, fail } = controlled();
    const { heard } = recordOne(iterable);

    await give('a');
    await fail('bad');
    expect(heard).toEqual(['a', failure('bad')]);
    expect(calls).toEqual({ next: 2, return: 0 });
  });

  test('may be an async generator', async () => {
    async function* generator() {
      yield* odd;
      throw 'bad';
    }
    const { heard } = recordOne(generator());
    await turn();

    expect(heard).toEqual([...odd, failure('bad')]);
  });

  test('is parked behind the head', async () => {
    async function* generator() {
      yield 'b1';
      yield 'b2';
    }
    const { head, heard } = recordBehind(generator());
    await turn();

    expect(heard).toEqual([]);
    head.complete();
    expect(heard).toEqual(['b1', 'b2', '|']);
  });

  test('has its `return` called in the call that cancels it, although it is being waited for', async () => {
    const { iterable, calls, give } = controlled();
    const { heard, subscription } = recordOne(iterable);
    await give('a');

    expect(calls).toEqual({ next: 2, return: 0 });
    subscription.unsubscribe();
    expect(calls).toEqual({ next: 2, return: 1 });
    await give('late');
    expect(heard).toEqual(['a']);
    expect(calls).toEqual({ next: 2, return: 1 });
  });

  test('has its `return` called when an earlier item fails', async () => {
    const { iterable, calls } = controlled();
    const { head } = recordBehind(iterable);

    head.error('bad');
    expect(calls.return).toBe(1);
  });

  test('has its `return` called once when the value it gives ends the result', async () => {
    const { iterable, calls, give } = controlled();
    const { heard } = record(
      of(1).pipe(
        concatMapEager(() => iterable),
        take(1),
      ),
    );

    await give('a');
    expect(heard).toEqual(['a', '|']);
    expect(calls).toEqual({ next: 1, return: 1 });
  });

  test('has its `return` called if it is cancelled while it is being opened', async () => {
    const { iterable, calls } = controlled();
    const source = new Subject<number>();
    const { subscription } = record(
      source.pipe(
        concatMapEager(() => ({
          [Symbol.asyncIterator]: () => {
            subscription.unsubscribe();
            return iterable[Symbol.asyncIterator]();
          },
        })),
      ),
    );

    source.next(1);
    await turn();
    expect(calls).toEqual({ next: 0, return: 1 });
  });

  test('may reject after it has been cancelled, and so may its `return`', async () => {
    const { iterable, fail, whenReturned } = controlled();
    const { heard, subscription } = recordOne(iterable);
    whenReturned(() => Promise.reject('return'));

    const unhandled = await unhandledRejections(() => {
      subscription.unsubscribe();
      return fail('next');
    });
    expect(unhandled).toEqual([]);
    expect(heard).toEqual([]);
  });

  test('may throw from its `return`', async () => {
    const { iterable, whenReturned } = controlled();
    const { subscription } = recordOne(iterable);
    whenReturned(() => {
      throw new Error('return');
    });

    const reported = await reportedErrors(() => {
      expect(() => subscription.unsubscribe()).not.toThrow();
    });
    expect(reported).toEqual([]);
  });

  test('needs no `return`', async () => {
    const { subscription } = recordOne({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }),
    });

    expect(() => subscription.unsubscribe()).not.toThrow();
  });

  test.each(['throws', 'gives something that is not a result'])('fails its item when `next` %s', async (kind) => {
    const { heard } = recordOne({
      [Symbol.asyncIterator]: () => ({
        next: () => {
          if (kind === 'throws') {
            throw new TypeError('bad');
          }
          return Promise.resolve(42 as never);
        },
      }),
    });
    await turn();

    expect(heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('fails its item when it cannot be iterated', () => {
    const { heard } = recordOne({
      [Symbol.asyncIterator]: () => {
        throw 'bad';
      },
    });

    expect(heard).toEqual([failure('bad')]);
  });
});

describe('a ReadableStream', () => {
  function controlled() {
    let controller!: ReadableStreamDefaultController<unknown>;
    const cancelled: unknown[] = [];
    const stream = new ReadableStream<unknown>({
      start: (given) => {
        controller = given;
      },
      cancel: (reason) => {
        cancelled.push(reason);
        return Promise.reject(new Error('cancel'));
      },
    });
    // In the browsers' types a stream is no async iterable.
    return {
      stream: stream as unknown as ObservableInput<unknown>,
      locked: () => stream.locked,
      controller,
      cancelled,
    };
  }

  test('gives its chunks and completes, and has its lock released', async () => {
    const { stream, locked, controller, cancelled } = controlled();
    const { heard } = recordOne(stream);
    expect(locked()).toBe(true);

    for (const chunk of odd) {
      controller.enqueue(chunk);
    }
    await turn();
    expect(heard).toEqual(odd);
    controller.close();
    await turn();
    expect(heard).toEqual([...odd, '|']);
    expect(locked()).toBe(false);
    expect(cancelled).toEqual([]);
  });

  test('fails its item, and has its lock released', async () => {
    const { stream, locked, controller } = controlled();
    const { heard } = recordOne(stream);

    controller.enqueue('a');
    await turn();
    controller.error('bad');
    await turn();
    expect(heard).toEqual(['a', failure('bad')]);
    expect(locked()).toBe(false);
  });

  test('is cancelled and has its lock released in the call that cancels it, although it is being read', async () => {
    const { stream, locked, controller, cancelled } = controlled();
    const { heard, subscription } = recordOne(stream);
    controller.enqueue('a');
    await turn();

    const unhandled = await unhandledRejections(() => {
      subscription.unsubscribe();
      expect(cancelled).toHaveLength(1);
      expect(locked()).toBe(false);
    });
    expect(heard).toEqual(['a']);
    expect(unhandled).toEqual([]);
  });

  test('is cancelled when an earlier item fails', () => {
    const { stream, locked, cancelled } = controlled();
    const { head } = recordBehind(stream);

    head.error('bad');
    expect(cancelled).toHaveLength(1);
    expect(locked()).toBe(false);
  });

  test('is cancelled when the chunk it gives ends the result', async () => {
    const { stream, locked, controller, cancelled } = controlled();
    const { heard } = record(
      of(1).pipe(
        concatMapEager(() => stream),
        take(1),
      ),
    );

    controller.enqueue('a');
    controller.enqueue('b');
    await turn();
    expect(heard).toEqual(['a', '|']);
    expect(cancelled).toHaveLength(1);
    expect(locked()).toBe(false);
  });

  test('fails its item when it is locked', () => {
    const { stream } = controlled();
    recordOne(stream);

    expect(recordOne(stream).heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('need not be an async iterable', async () => {
    const { stream, controller, cancelled } = controlled();
    const bare = { getReader: () => (stream as unknown as ReadableStream).getReader() };
    const { heard, subscription } = recordOne(bare as unknown as ObservableInput<unknown>);

    controller.enqueue('a');
    await turn();
    subscription.unsubscribe();
    expect(heard).toEqual(['a']);
    expect(cancelled).toHaveLength(1);
  });
});

test('an item may be of any kind, side by side', async () => {
  async function* generator() {
    yield 'async iterable';
  }
  const inputs: ObservableInput<string>[] = [
    of('Observable'),
    Promise.resolve('promise'),
    ['array'],
    new Set(['iterable']),
    generator(),
    EMPTY,
    new Blob(['ReadableStream']).stream().pipeThrough(new TextDecoderStream()),
    from(['last']),
  ];
  const { heard } = record(from(inputs).pipe(concatMapEager((input) => input, 3)));
  for (let i = 0; i < 50 && !heard.includes('|'); i++) {
    await turn();
  }

  expect(heard).toEqual(
    ['Observable', 'promise', 'array', 'iterable', 'async iterable', 'ReadableStream', 'last'].concat('|'),
  );
});

test('a source may be a thenable that calls back and throws afterwards', () => {
  const inner = new Subject<string>();
  const source = {
    then: (fulfilled: (value: number) => void) => {
      fulfilled(1);
      throw 'afterwards';
    },
  };
  const { heard } = record(concatMapEager(() => inner)(source as never));

  inner.next('a');
  inner.complete();
  expect(heard).toEqual(['a', '|']);
});
