import { NEVER, type Observable, type ObservableInput, of, Subject, take, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatEager } from '../../src/index.js';
import { failure, record, subjects } from '../support/record.js';
import { turn, unhandledRejections } from '../support/turn.js';

test('subscribes all at once by default', () => {
  const inputs = subjects(3);
  record(concatEager(inputs));

  expect(inputs.map((input) => input.observed)).toEqual([true, true, true]);
});

test('completes at once without inputs', () => {
  expect(record(concatEager([])).heard).toEqual(['|']);
});

test('takes inputs of any kind', async () => {
  const { heard } = record(concatEager([[1, 2], of(3), Promise.resolve(4), new Set([5]), 'no']));
  await turn();

  expect(heard).toEqual([1, 2, 3, 4, 5, 'n', 'o', '|']);
});

test('reads its inputs anew for every subscription', () => {
  let iterated = 0;
  const result = concatEager({
    [Symbol.iterator]: () => {
      iterated++;
      return [of(1), of(2)][Symbol.iterator]();
    },
  });

  expect(iterated).toBe(0);
  expect(record(result).heard).toEqual([1, 2, '|']);
  expect(record(result).heard).toEqual([1, 2, '|']);
  expect(iterated).toBe(2);
});

test('fails in order with a TypeError for an input that is not an ObservableInput', () => {
  const head = new Subject<number>();
  const { heard } = record(concatEager([head, undefined as never, of(3)]));

  head.next(1);
  head.complete();
  expect(heard).toEqual([1, failure(expect.any(TypeError))]);
});

/** A generator that notes what it is asked for. */
function watched(inputs: Observable<string>[]) {
  const log: string[] = [];
  function* generator() {
    try {
      for (const [index, input] of inputs.entries()) {
        log.push(`asked ${index}`);
        yield input;
      }
      log.push('ended');
    } finally {
      log.push('returned');
    }
  }
  return { log, inputs: generator() };
}

describe('an iterable', () => {
  test('is asked for the next input only when there is a slot for it', () => {
    const inners = subjects(4);
    const { log, inputs } = watched(inners);
    record(concatEager(inputs, 2));

    expect(log).toEqual(['asked 0', 'asked 1']);
    inners[1]!.complete();
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2']);
  });

  test('is asked for the next input only when the window has room', () => {
    const inners = subjects(5);
    const { log, inputs } = watched(inners);
    record(concatEager(inputs, { concurrent: 2, reorderWindow: 3 }));

    inners[1]!.complete();
    inners[2]!.complete();
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2']);
    inners[0]!.complete();
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2', 'asked 3', 'asked 4']);
  });

  test('is not asked before it is subscribed', () => {
    const { log, inputs } = watched(subjects(2));
    concatEager(inputs);

    expect(log).toEqual([]);
  });

  test('is asked after what is ready has been emitted', () => {
    const inners = subjects(3);
    const { log, inputs } = watched(inners);
    record(concatEager(inputs, 2), (value) => log.push(value));

    inners[1]!.next('b1');
    inners[0]!.complete();
    expect(log).toEqual(['asked 0', 'asked 1', 'b1', 'asked 2']);
  });

  test('is asked once more to learn that it has ended, and not returned then', () => {
    const inners = subjects(2);
    let asked = 0;
    let returned = 0;
    const { heard } = record(
      concatEager({
        [Symbol.iterator]: () => ({
          next: () => {
            const value = inners[asked++];
            return value ? { done: false, value } : { done: true, value: undefined };
          },
          return: () => {
            returned++;
            return { done: true, value: undefined };
          },
        }),
      }),
    );

    inners[0]!.complete();
    inners[1]!.complete();
    expect(heard).toEqual(['|']);
    expect([asked, returned]).toEqual([3, 0]);
  });

  test('that is endless is asked for no more than can be started, and returned when `take` ends', () => {
    let asked = 0;
    let returned = 0;
    function* endless() {
      try {
        for (;;) {
          yield of(asked++);
        }
      } finally {
        returned++;
      }
    }
    const { heard } = record(concatEager(endless(), 4).pipe(take(3)));

    expect(heard).toEqual([0, 1, 2, '|']);
    expect(asked).toBe(3);
    expect(returned).toBe(1);
  });

  test('that is endless gives 4 inners at a time, and is returned when `take` ends', async () => {
    let asked = 0;
    let returned = 0;
    function* endless() {
      try {
        for (;;) {
          const value = asked++;
          yield new Promise<number>((resolve) => setTimeout(resolve, 1, value));
        }
      } finally {
        returned++;
      }
    }
    const { heard } = record(concatEager(endless(), 4).pipe(take(3)));
    expect(asked).toBe(4);

    await expect.poll(() => heard).toEqual([0, 1, 2, '|']);
    expect(asked).toBeLessThanOrEqual(7);
    expect(returned).toBe(1);
  });

  test('is returned in the call in which the subscriber leaves', () => {
    const { log, inputs } = watched([NEVER, NEVER, NEVER]);
    const { subscription } = record(concatEager(inputs, 2));

    subscription.unsubscribe();
    expect(log).toEqual(['asked 0', 'asked 1', 'returned']);
  });

  test('is returned in the call in which an input fails', () => {
    const inners = subjects(4);
    const { log, inputs } = watched(inners);
    const { heard } = record(concatEager(inputs, 3));

    inners[1]!.error('bad');
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2', 'returned']);
    expect(heard).toEqual([]);
    inners[0]!.complete();
    expect(heard).toEqual([failure('bad')]);
  });

  test('is returned once when it is left while it gives an input', () => {
    const stop = new Subject<string>();
    const log: string[] = [];
    function* inputs() {
      try {
        yield stop;
        stop.next('stop');
        log.push('given');
        yield NEVER;
        log.push('asked after the end');
      } finally {
        log.push('returned');
      }
    }
    const { heard } = record(concatEager(inputs(), 2).pipe(take(1)));

    expect(heard).toEqual(['stop', '|']);
    expect(log).toEqual(['given', 'returned']);
  });

  test('that throws gives the last thing in the order', () => {
    const inner = new Subject<string>();
    function* inputs() {
      yield inner;
      throw 'bad';
    }
    const { heard } = record(concatEager(inputs()));

    inner.next('a1');
    expect(heard).toEqual(['a1']);
    inner.complete();
    expect(heard).toEqual(['a1', failure('bad')]);
  });

  test('that throws ends at once under `immediate`', () => {
    function* inputs() {
      yield NEVER;
      throw 'bad';
    }

    expect(record(concatEager(inputs(), { onError: 'immediate' })).heard).toEqual([failure('bad')]);
  });

  test.each([
    [
      'throws when it is opened',
      () => {
        throw new TypeError('bad');
      },
    ],
    ['gives an iterator without `next`', () => ({})],
    ['gives something that is not a result', () => ({ next: () => 42 })],
    [
      'gives a result that throws',
      () => ({
        next: () => ({
          done: false,
          get value() {
            throw new TypeError('bad');
          },
        }),
      }),
    ],
  ])('that %s fails', (_, iterator) => {
    const { heard } = record(concatEager({ [Symbol.iterator]: iterator } as Iterable<Observable<string>>));

    expect(heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('may throw from its `return`', () => {
    const { subscription } = record(
      concatEager(
        {
          [Symbol.iterator]: () => ({
            next: () => ({ done: false, value: NEVER }),
            return: () => {
              throw 'return';
            },
          }),
        },
        1,
      ),
    );

    expect(() => subscription.unsubscribe()).not.toThrow();
  });
});

describe('an async iterable', () => {
  /** An async generator that notes what it is asked for. */
  function watchedAsync(inputs: Observable<string>[]) {
    const log: string[] = [];
    async function* generator() {
      try {
        for (const [index, input] of inputs.entries()) {
          log.push(`asked ${index}`);
          yield input;
        }
      } finally {
        log.push('returned');
      }
    }
    return { log, inputs: generator() };
  }

  test('is asked for the next input only when there is a slot for it', async () => {
    const inners = subjects(4);
    const { log, inputs } = watchedAsync(inners);
    record(concatEager(inputs, 2));
    await turn();

    expect(log).toEqual(['asked 0', 'asked 1']);
    inners[1]!.complete();
    await turn();
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2']);
  });

  test('is asked for the next input only when the window has room', async () => {
    const inners = subjects(4);
    const { log, inputs } = watchedAsync(inners);
    record(concatEager(inputs, { concurrent: 2, reorderWindow: 2 }));
    await turn();
    inners[1]!.complete();
    await turn();

    expect(log).toEqual(['asked 0', 'asked 1']);
    inners[0]!.complete();
    await turn();
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2', 'asked 3']);
  });

  test('is asked for one input at a time, although there are slots for more', async () => {
    let asked = 0;
    record(
      concatEager(
        {
          [Symbol.asyncIterator]: () => ({
            next: () => {
              asked++;
              return new Promise<IteratorResult<Observable<string>>>(() => undefined);
            },
          }),
        },
        4,
      ),
    );
    await turn();

    expect(asked).toBe(1);
  });

  test('gives its inputs in order, and completes', async () => {
    const { log, inputs } = watchedAsync([of('a'), of('b', 'c'), of('d')]);
    const { heard } = record(concatEager(inputs, 2));
    await turn();

    expect(heard).toEqual(['a', 'b', 'c', 'd', '|']);
    expect(log).toEqual(['asked 0', 'asked 1', 'asked 2', 'returned']);
  });

  test('that is endless is asked for no more than can be started, and returned when `take` ends', async () => {
    let asked = 0;
    let returned = 0;
    async function* endless() {
      try {
        for (;;) {
          yield of(asked++);
        }
      } finally {
        returned++;
      }
    }
    const { heard } = record(concatEager(endless(), 4).pipe(take(3)));
    await turn();

    expect(heard).toEqual([0, 1, 2, '|']);
    expect(asked).toBe(3);
    expect(returned).toBe(1);
  });

  test('has its `return` called in the call in which the subscriber leaves, although it is being waited for', () => {
    let returned = 0;
    const { subscription } = record(
      concatEager({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<Observable<string>>>(() => undefined),
          return: () => {
            returned++;
            return Promise.reject(new Error('return'));
          },
        }),
      }),
    );

    subscription.unsubscribe();
    expect(returned).toBe(1);
  });

  test('may reject after the subscriber has left, and so may its `return`', async () => {
    let reject!: (error: unknown) => void;
    const unhandled = await unhandledRejections(async () => {
      const { heard, subscription } = record(
        concatEager({
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise<IteratorResult<Observable<string>>>((_, rejects) => (reject = rejects)),
            return: () => Promise.reject(new Error('return')),
          }),
        }),
      );
      subscription.unsubscribe();
      reject('late');
      await turn();
      expect(heard).toEqual([]);
    });

    expect(unhandled).toEqual([]);
  });

  test('has what it gives after the end dropped', async () => {
    const inner = new Subject<string>();
    let give!: (result: IteratorResult<Observable<string>>) => void;
    const { subscription } = record(
      concatEager({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<Observable<string>>>((resolve) => (give = resolve)),
        }),
      }),
    );

    subscription.unsubscribe();
    give({ done: false, value: inner });
    await turn();
    expect(inner.observed).toBe(false);
  });

  test.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new TypeError('bad'))],
    [
      'throws',
      () => {
        throw new TypeError('bad');
      },
    ],
    ['gives something that is not a result', () => Promise.resolve(42)],
    [
      'gives a result that throws',
      () =>
        Promise.resolve({
          get done() {
            throw new TypeError('bad');
          },
        }),
    ],
  ])('that %s gives the last thing in the order', async (_, fail) => {
    const inner = new Subject<string>();
    let asked = 0;
    const inputs = {
      [Symbol.asyncIterator]: () => ({
        next: () => (asked++ === 0 ? Promise.resolve({ done: false, value: inner }) : fail()),
      }),
    };
    const { heard } = record(concatEager(inputs as AsyncIterable<Observable<string>>));
    await turn();

    inner.next('a1');
    expect(heard).toEqual(['a1']);
    inner.complete();
    expect(heard).toEqual(['a1', failure(expect.any(TypeError))]);
  });

  test('may give promises', async () => {
    const inputs: AsyncIterable<Promise<string>> = {
      [Symbol.asyncIterator]: () => {
        const list = ['a', 'b'];
        return {
          next: () => {
            const value = list.shift();
            return Promise.resolve(
              value === undefined ? { done: true, value } : { done: false, value: Promise.resolve(value) },
            );
          },
        };
      },
    };
    const { heard } = record(concatEager(inputs));
    await turn();

    expect(heard).toEqual(['a', 'b', '|']);
  });
});

describe('a ReadableStream', () => {
  type Inputs = AsyncIterable<ObservableInput<string>>;

  function controlled() {
    let controller!: ReadableStreamDefaultController<ObservableInput<string>>;
    let cancelled = 0;
    const stream = new ReadableStream<ObservableInput<string>>(
      {
        start: (given) => {
          controller = given;
        },
        cancel: () => {
          cancelled++;
        },
      },
      { highWaterMark: 0 },
    );
    return { stream, inputs: stream as unknown as Inputs, controller, cancelled: () => cancelled };
  }

  test('gives its chunks for inputs, completes, and has its lock released', async () => {
    const { stream, inputs, controller, cancelled } = controlled();
    const { heard } = record(concatEager(inputs));

    expect(stream.locked).toBe(true);
    controller.enqueue(of('a'));
    controller.enqueue(Promise.resolve('b'));
    await turn();
    expect(heard).toEqual(['a', 'b']);
    controller.close();
    await turn();
    expect(heard).toEqual(['a', 'b', '|']);
    expect(stream.locked).toBe(false);
    expect(cancelled()).toBe(0);
  });

  test('that fails gives the last thing in the order, and has its lock released', async () => {
    const { stream, inputs, controller } = controlled();
    const { heard } = record(concatEager(inputs));

    controller.enqueue(of('a'));
    await turn();
    controller.error('bad');
    await turn();
    expect(heard).toEqual(['a', failure('bad')]);
    expect(stream.locked).toBe(false);
  });

  test('is cancelled and has its lock released in the call in which the subscriber leaves', async () => {
    const { stream, inputs, cancelled } = controlled();
    const unhandled = await unhandledRejections(() => {
      const { subscription } = record(concatEager(inputs));
      subscription.unsubscribe();
      expect(cancelled()).toBe(1);
      expect(stream.locked).toBe(false);
    });

    expect(unhandled).toEqual([]);
  });

  test('is cancelled in the call in which an input fails', async () => {
    const { stream, inputs, controller, cancelled } = controlled();
    record(concatEager(inputs));
    controller.enqueue(NEVER);
    controller.enqueue(throwError(() => 'bad'));
    await turn();

    expect(cancelled()).toBe(1);
    expect(stream.locked).toBe(false);
  });

  test('is read only when there is a slot', async () => {
    let pulled = 0;
    const stream = new ReadableStream<ObservableInput<string>>(
      {
        pull: (controller) => {
          pulled++;
          controller.enqueue(NEVER);
        },
      },
      { highWaterMark: 0 },
    );
    const { subscription } = record(concatEager(stream as unknown as Inputs, 3));
    await turn();

    expect(pulled).toBe(3);
    subscription.unsubscribe();
  });
});

test.each([undefined, null, 5, {}])('throws a TypeError for %o, which cannot be iterated', (inputs) => {
  expect(() => concatEager(inputs as never)).toThrow(TypeError);
});

describe('inputs that are not as they are to be', () => {
  test("cannot be opened: what is thrown is the source's own error", () => {
    const inputs: Iterable<Observable<number>> = {
      [Symbol.iterator]: () => {
        throw 'closed today';
      },
    };

    expect(record(concatEager(inputs)).heard).toEqual([failure('closed today')]);
  });

  test('give something that is not a result: a TypeError says so', () => {
    const inputs = { [Symbol.iterator]: () => ({ next: () => 5 as never }) };

    expect(record(concatEager(inputs)).heard).toEqual([
      failure(
        new TypeError('Expected `next()` of an iterator to return an object, `{ done, value }`, got `5` (number)'),
      ),
    ]);
  });

  test('unsubscribe while they say that there are no more: they are not returned as well', () => {
    let returned = 0;
    const inner = new Subject<number>();
    const reads = [
      () => ({ done: false as const, value: inner }),
      () => {
        subscription.unsubscribe();
        return { done: true as const, value: undefined };
      },
    ];
    const inputs: Iterable<Observable<number>> = {
      [Symbol.iterator]: () => ({
        next: () => reads.shift()!(),
        return: () => {
          returned++;
          return { done: true, value: undefined };
        },
      }),
    };
    const { subscription } = record(concatEager(inputs, 1));

    inner.complete();
    expect(reads).toEqual([]);
    expect(returned).toBe(0);
  });

  test('are asked for one at a time, although others end while they think about it', async () => {
    let asked = 0;
    let most = 0;
    const inners = subjects(4);
    const inputs: AsyncIterable<Observable<string>> = {
      [Symbol.asyncIterator]: () => {
        let index = 0;
        return {
          next: async () => {
            most = Math.max(most, ++asked);
            if (index > 2) {
              // Meanwhile there is more and more room.
              await turn();
            }
            asked--;
            const value = inners[index++];
            return value ? { done: false, value } : { done: true, value: undefined };
          },
        };
      },
    };
    const { heard } = record(concatEager(inputs, 4));
    await turn();
    inners[0]!.next('a');
    inners.slice(0, 3).forEach((inner) => {
      inner.complete();
    });
    await turn();
    await turn();
    inners[3]!.complete();
    await turn();
    await turn();

    expect(most).toBe(1);
    expect(heard).toEqual(['a', '|']);
  });
});
