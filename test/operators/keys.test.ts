import {
  concatMap,
  from,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type FailedItem,
} from '../../src/index.js';
import { isCollected } from '../support/collected.js';
import { collect, failure, record, subjects, thrownBy } from '../support/record.js';
import { turn, unhandledRejections } from '../support/turn.js';

type Config = ConcatMapEagerConfig<unknown>;

/** The three functions, each with values that are their own keys, and inners that never end. */
const functions: [
  name: string,
  start: (values: readonly ObservableInput<never>[], config: Config) => Observable<never>,
][] = [
  ['concatMapEager', (values, config) => from(values).pipe(concatMapEager((value) => value, config))],
  ['concatAllEager', (values, config) => from(values).pipe(concatAllEager(config))],
  ['concatEager', (values, config) => concatEager(values, config)],
];

describe.each(functions)('%s', (_, start) => {
  test('asks for the key of each value once, with its index, without `this`', () => {
    const inner = () => new Observable<never>(() => undefined);
    const [a, b, c] = [inner(), inner(), inner()];
    const key = vi.fn<(value: unknown, index: number) => unknown>(() => 'x');
    const { subscription } = record(start([a, b, c], { key }));

    expect(key.mock.calls).toEqual([
      [a, 0],
      [b, 1],
      [c, 2],
    ]);
    expect(key.mock.contexts).toEqual([undefined, undefined, undefined]);
    subscription.unsubscribe();
  });

  test('has one item of a key active at once, in the order of the source', () => {
    const log: string[] = [];
    const inners = ['a', 'b', 'c'].map((name) => {
      const end = new Subject<never>();
      const inner = new Observable<never>((subscriber) => {
        log.push(`${name} starts`);
        subscriber.add(() => log.push(`${name} ends`));
        return end.subscribe(subscriber);
      });
      return { inner, end };
    });
    const { heard } = record(
      start(
        inners.map(({ inner }) => inner),
        { key: () => 'x' },
      ),
    );
    for (const { end } of inners) {
      end.complete();
    }

    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
    expect(heard).toEqual(['|']);
  });

  test.each<[string, Config]>([
    ['concurrentPerKey', { concurrentPerKey: 2 }],
    ['order', { order: 'key' }],
  ])('says at the call that `%s` without `key` is a TypeError', (option, config) => {
    const error = thrownBy(() => start([], config));
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`\`${option}\``);
  });
});

test.each<[unknown, string]>([
  [{ key: 'x' }, 'Expected `key` to be a function, got `"x"` (string)'],
  [{ key: () => 1, order: 'keys' }, "Expected `order` to be `'source'` or `'key'`, got `\"keys\"` (string)"],
  [
    { key: () => 1, concurrentPerKey: 0 },
    'Expected `concurrentPerKey` to be an integer from 1 and up or `Infinity`, got `0` (number)',
  ],
  [{ concurrentPerKey: 2 }, 'Expected `concurrentPerKey` to be given together with `key` only, got `2` (number)'],
  [{ order: 'key' }, 'Expected `order` to be `\'source\'`, where there is no `key`, got `"key"` (string)'],
])('%o is refused: what was expected, and what came', (config, message) => {
  expect((thrownBy(() => concatMapEager((n: number) => [n], config as Config)) as Error).message).toBe(message);
});

test.each([
  [4, 4],
  [Infinity, 1024],
])('concatEager reads on while a key is busy, until more than the window of %d wait', (reorderWindow, most) => {
  let read = 0;
  const inputs = function* () {
    for (;;) {
      read++;
      yield NEVER;
    }
  };
  const { subscription } = record(concatEager(inputs(), { key: () => 'x', reorderWindow }));

  // The active one, as many as the window that wait, and the one with which they are more.
  expect(read).toBe(1 + most + 1);
  subscription.unsubscribe();
});

describe('keys are equal as in a Map:', () => {
  const one = {};
  test.each<[string, unknown[], number]>([
    ['NaN is NaN', [NaN, NaN], 1],
    ['0 is -0', [0, -0], 1],
    ['undefined is a key', [undefined, undefined], 1],
    ['an object is itself', [one, one], 1],
    ['an object is no other', [{}, {}], 2],
    ['a string is no number', ['1', 1], 2],
    ['null is not undefined', [null, undefined], 2],
  ])('%s', (_, keys, started) => {
    const project = vi.fn(() => NEVER);
    record(from(keys).pipe(concatMapEager(project, { key: (value) => value })));

    expect(project).toHaveBeenCalledTimes(started);
  });
});

test('a key is asked for when its value is received, although it waits for a slot', () => {
  const source = new Subject<string>();
  const key = vi.fn(() => 'x');
  record(source.pipe(concatMapEager(() => NEVER, { key, concurrent: 1 })));

  source.next('a');
  source.next('b');
  expect(key).toHaveBeenCalledTimes(2);
});

test('a key is not asked for again for a retry', () => {
  const key = vi.fn(() => 'x');
  const project = vi.fn(() => {
    throw new Error('boom');
  });
  const { heard } = record(of('a').pipe(concatMapEager(project, { key, retry: 3, onError: 'skip' })));

  expect(project).toHaveBeenCalledTimes(4);
  expect(key).toHaveBeenCalledTimes(1);
  expect(heard).toEqual(['|']);
});

test('a key is not free before the teardown of the inner has run', () => {
  const log: string[] = [];
  const end = new Subject<never>();
  const inner = new Observable<never>((subscriber) => {
    const subscription = end.subscribe(subscriber);
    return () => {
      subscription.unsubscribe();
      log.push('torn down');
    };
  });
  const project = (value: string) => {
    log.push(`starts ${value}`);
    return inner;
  };
  record(of('a', 'b').pipe(concatMapEager(project, { key: () => 'x' })));
  end.complete();

  expect(log).toEqual(['starts a', 'torn down', 'starts b', 'torn down']);
});

test('unsubscribing tears down what is active, and starts nothing that waits for its key', () => {
  const teardowns: string[] = [];
  const project = vi.fn((value: string) => new Observable<never>(() => () => teardowns.push(value)));
  const source = new Subject<string>();
  const { subscription } = record(source.pipe(concatMapEager(project, { key: (value) => value[0] })));
  ['a1', 'a2', 'b1', 'a3'].forEach((value) => source.next(value));
  subscription.unsubscribe();

  expect(teardowns).toEqual(['a1', 'b1']);
  expect(project).toHaveBeenCalledTimes(2);
  expect(source.observed).toBe(false);
});

describe('what `key` sets off comes after the value whose key it is:', () => {
  test('it pushes', () => {
    const source = new Subject<string>();
    const started: string[] = [];
    const { heard } = record(
      source.pipe(
        concatMapEager(
          (value, index) => {
            started.push(`${index}${value}`);
            return of(value);
          },
          {
            key: (value) => {
              if (value === 'a') {
                source.next('b');
                source.next('c');
              }
              return 'x';
            },
          },
        ),
      ),
    );
    source.next('a');
    source.next('d');

    expect(started).toEqual(['0a', '1b', '2c', '3d']);
    expect(heard).toEqual(['a', 'b', 'c', 'd']);
  });

  test('it completes the source', () => {
    const source = new Subject<string>();
    const key = (value: string) => {
      source.complete();
      return value;
    };
    const { heard } = record(source.pipe(concatMapEager((value) => of(value), { key })));
    source.next('a');

    expect(heard).toEqual(['a', '|']);
  });

  test('it lets the source fail', () => {
    const source = new Subject<string>();
    const key = (value: string) => {
      if (value === 'a') {
        source.next('b');
        source.error('boom');
      }
      return value;
    };
    const { heard } = record(source.pipe(concatMapEager((value) => of(value), { key })));
    source.next('a');

    expect(heard).toEqual(['a', 'b', failure('boom')]);
  });

  test('it unsubscribes', () => {
    const source = new Subject<string>();
    const project = vi.fn(() => NEVER);
    const key = (): void => recording.subscription.unsubscribe();
    const recording = record(source.pipe(concatMapEager(project, { key })));
    source.next('a');

    expect(project).not.toHaveBeenCalled();
    expect(recording.heard).toEqual([]);
    expect(source.observed).toBe(false);
  });

  test('it lets an inner fail, and what it is asked for is dropped', () => {
    const source = new Subject<string>();
    const [inner] = subjects(1);
    const project = vi.fn(() => inner!);
    const key = (value: string) => {
      if (value === 'b') {
        inner!.error('boom');
      }
      return value;
    };
    const { heard } = record(source.pipe(concatMapEager(project, { key })));
    source.next('a');
    source.next('b');

    expect(project).toHaveBeenCalledTimes(1);
    expect(heard).toEqual([failure('boom')]);
    expect(source.observed).toBe(false);
  });

  test('it lets an inner fail, and what has come meanwhile is not asked for', async () => {
    const source = new Subject<ObservableInput<never>>();
    const inner = new Subject<never>();
    const asked = vi.fn();
    const key = (_: unknown, index: number) => {
      asked(index);
      if (index === 1) {
        source.next(Promise.reject(new Error('rejected')));
        inner.error('boom');
      }
    };
    const unhandled = await unhandledRejections(async () => {
      const { heard } = record(source.pipe(concatAllEager({ key })));
      source.next(inner);
      source.next(NEVER);
      expect(heard).toEqual([failure('boom')]);
      await turn();
    });

    expect(asked.mock.calls).toEqual([[0], [1]]);
    expect(unhandled).toEqual([]);
  });

  test('it completes an inner of the same key', () => {
    const source = new Subject<string>();
    const [inner] = subjects(1);
    const started: string[] = [];
    const { heard } = record(
      source.pipe(
        concatMapEager(
          (value) => {
            started.push(value);
            return value === 'a' ? inner! : of(value);
          },
          {
            key: (value) => {
              if (value === 'c') {
                inner!.complete();
              }
              return 'x';
            },
          },
        ),
      ),
    );
    ['a', 'b', 'c'].forEach((value) => source.next(value));

    expect(started).toEqual(['a', 'b', 'c']);
    expect(heard).toEqual(['b', 'c']);
  });
});

describe('a later value of a key does not overtake an earlier one', () => {
  test.each<[string, (source: Subject<string>) => (value: string) => Observable<string>]>([
    [
      'that is pushed by `project`',
      (source) => (value) => {
        if (value === 'a') source.next('c');
        return of(value);
      },
    ],
    [
      'that is pushed while an inner is subscribed',
      (source) => (value) =>
        new Observable((subscriber) => {
          if (value === 'a') source.next('c');
          subscriber.next(value);
          subscriber.complete();
        }),
    ],
    [
      'that is pushed by a teardown',
      (source) => (value) =>
        new Observable((subscriber) => {
          subscriber.next(value);
          subscriber.complete();
          return () => {
            if (value === 'a') source.next('c');
          };
        }),
    ],
  ])('%s', (_, make) => {
    const source = new Subject<string>();
    const gate = new Subject<never>();
    const project = make(source);
    const { heard } = record(
      source.pipe(
        concatMapEager((value: string) => (value === '0' ? gate : project(value)), { key: () => 'x', concurrent: 2 }),
      ),
    );
    ['0', 'a', 'b'].forEach((value) => source.next(value));
    gate.complete();

    expect(heard).toEqual(['a', 'b', 'c']);
  });
});

describe('a key that is a promise', () => {
  test('fails its item with a TypeError that says why', () => {
    const project = vi.fn(() => of('x'));
    const then = vi.fn();
    const { heard } = record(of('a').pipe(concatMapEager(project, { key: () => ({ then }), retry: 2 })));

    expect(heard).toEqual([failure(expect.any(TypeError))]);
    expect((heard[0] as { error: Error }).error.message).toBe(
      'Expected `key` to return the key itself, got a promise: it would be another key for each value',
    );
    expect(project).not.toHaveBeenCalled();
    expect(then).not.toHaveBeenCalled();
  });

  test('is not an unhandled rejection', async () => {
    const unhandled = await unhandledRejections(async () => {
      record(of('a').pipe(concatMapEager(() => of('x'), { key: () => Promise.reject(new Error('rejected')) })));
      await turn();
    });

    expect(unhandled).toEqual([]);
  });
});

test('a promise that waits for its key is not an unhandled rejection', async () => {
  const unhandled = await unhandledRejections(async () => {
    const rejected = Promise.reject(new Error('rejected'));
    record(of<ObservableInput<never>[]>(NEVER, rejected).pipe(concatAllEager({ key: () => 'x' })));
    await turn();
  });

  expect(unhandled).toEqual([]);
});

describe('a key function that throws', () => {
  const key = (value: string) => {
    if (value === 'b') throw 'boom';
    return 'x';
  };

  test('is told to the monitor as received and ended, with attempt 0 and without a key', () => {
    const { events, monitor } = collect<string>();
    const { heard } = record(
      of('a', 'b', 'c').pipe(concatMapEager((value) => of(value), { key, monitor, onError: 'skip' })),
    );

    expect(heard).toEqual(['a', 'c', '|']);
    const ofB = events.filter(({ value, type }) => value === 'b' && type !== 'flushed');
    expect(ofB).toEqual([
      expect.objectContaining({ type: 'received', index: 1, attempt: 0 }),
      expect.objectContaining({ type: 'ended', index: 1, attempt: 0, outcome: 'failed', error: 'boom' }),
    ]);
    expect(events.filter((event) => 'key' in event).map(({ value }) => value)).not.toContain('b');
  });

  test('has its item continued by an `onError` function, which gets no key', () => {
    const items: FailedItem<string>[] = [];
    const onError = (_: unknown, item: FailedItem<string>) => {
      items.push(item);
      return of('saved');
    };
    const { heard } = record(of('a', 'b', 'c').pipe(concatMapEager((value) => of(value), { key, onError })));

    expect(heard).toEqual(['a', 'saved', 'c', '|']);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ value: 'b', index: 1, attempt: 0, emitted: 0 });
    expect('key' in items[0]!).toBe(false);
  });

  test('is alone with its item where the order is that of keys', () => {
    const [head] = subjects(1);
    const { heard } = record(
      of('a', 'b', 'c').pipe(
        concatMapEager((value) => (value === 'a' ? head! : of(value)), {
          key,
          order: 'key',
          onError: () => of('saved'),
        }),
      ),
    );

    expect(heard).toEqual(['saved']);
    head!.complete();
    expect(heard).toEqual(['saved', 'c', '|']);
  });
});

test('events of the monitor and failed items carry the key, and lack it where there is none', () => {
  const { events, monitor } = collect<string>();
  const items: FailedItem<string>[] = [];
  const config: ConcatMapEagerConfig<string> = {
    monitor,
    onError: (_, item) => {
      items.push(item);
      return from([]);
    },
  };
  const fail = () => {
    throw new Error('boom');
  };
  record(of('a').pipe(concatMapEager(fail, config)));
  expect(events.some((event) => 'key' in event)).toBe(false);
  expect(items.some((item) => 'key' in item)).toBe(false);

  events.length = 0;
  record(of('a', 'b').pipe(concatMapEager(fail, { ...config, key: (value) => (value === 'a' ? undefined : 'y') })));
  expect(new Set(events.map((event) => ('key' in event ? [event.value, event.key] : 'none')).map(String))).toEqual(
    new Set(['a,', 'b,y']),
  );
  expect(items.slice(1).map(({ key }) => key)).toEqual([undefined, 'y']);
  expect(items.slice(1).every((item) => 'key' in item)).toBe(true);
});

test('of each key the effects are those of concatMap, and all keys run at the same time', () => {
  const values = Array.from({ length: 60 }, (_, index) => ({ key: index % 7, index }));
  type Value = (typeof values)[number];
  type Run = (project: (value: Value) => Observable<never>) => OperatorFunction<Value, never>;
  const effects = (run: Run) => {
    const log = new Map<number, string[]>();
    const note = (key: number, what: string) => log.set(key, [...(log.get(key) ?? []), what]);
    const ends: (() => void)[] = [];
    record(
      from(values).pipe(
        run(({ key, index }) => {
          note(key, `starts ${index}`);
          return new Observable<never>((subscriber) => {
            ends.push(() => {
              note(key, `ends ${index}`);
              subscriber.complete();
            });
          });
        }),
      ),
    );
    const most = ends.length;
    // The one that began last ends first.
    while (ends.length > 0) ends.pop()!();
    return { log, most };
  };
  const keyed = effects((project) => concatMapEager(project, { key: ({ key }) => key }));

  expect(keyed.most).toBe(7);
  expect([...keyed.log]).toEqual([...effects((project) => concatMap(project)).log]);
});

describe('however many', () => {
  const SIZE = 100_000;

  test.each<[string, (value: number) => unknown]>([
    ['100,000 values of one key wait, and are started one after the other', () => 'x'],
    ['100,000 keys are there at once', (value) => value],
  ])('%s', (_, key) => {
    const gate = new Subject<never>();
    let count = 0;
    let [inOrder, ended] = [true, false];
    range(0, SIZE + 1)
      .pipe(concatMapEager((value) => (value === 0 ? gate : of(value)), { key, reorderWindow: Infinity }))
      .subscribe({
        next: (value) => {
          inOrder &&= value === ++count;
        },
        complete: () => (ended = true),
      });

    expect(count).toBe(0);
    gate.complete();
    expect([count, inOrder, ended]).toEqual([SIZE, true, true]);
  });
});

test.each(['a value', 'the end'])(
  '%s that `project` sets off comes after a value that asking for a key has set off',
  (what) => {
    const source = new Subject<number>();
    const key = (n: number) => {
      if (n === 0) source.next(1);
      return n;
    };
    const project = (n: number) => {
      if (n === 0 && what === 'a value') source.next(2);
      if (n === 0 && what === 'the end') source.complete();
      return of(n);
    };
    const { heard } = record(source.pipe(concatMapEager(project, { key })));
    source.next(0);
    expect(heard).toEqual(what === 'a value' ? [0, 1, 2] : [0, 1, '|']);
  },
);

test('items of several keys are torn down in the order of the source, also where each key has an order of its own', () => {
  const torn: number[] = [];
  const { subscription } = record(
    of(0, 1, 2, 3).pipe(
      concatMapEager((n) => new Observable<never>(() => () => torn.push(n)), {
        key: (n) => n % 2,
        order: 'key',
        concurrentPerKey: 2,
        onError: 'skip',
      }),
    ),
  );
  subscription.unsubscribe();
  expect(torn).toEqual([0, 1, 2, 3]);
});

describe('while the stream lives on', () => {
  /** Values of which each is its own key; the one with the index `busy` goes on. */
  async function keysLeft(end: (source: Subject<object>, ends: Subject<never>[]) => void, config: Config = {}) {
    const source = new Subject<object>();
    const ends: Subject<never>[] = [];
    const play = () => {
      const subscription = source
        .pipe(
          concatMapEager(
            () => {
              const inner = new Subject<never>();
              ends.push(inner);
              return inner;
            },
            { ...config, key: (value: object) => value },
          ),
        )
        .subscribe();
      const refs = [0, 1, 2].map(() => {
        const key = {};
        source.next(key);
        return new WeakRef(key);
      });
      end(source, ends);
      return { subscription, refs };
    };
    const { subscription, refs } = play();
    const gone = await Promise.all(refs.map(isCollected));
    expect(subscription.closed).toBe(false);
    return gone;
  }

  test.each<[string, Config]>([
    ['in the order of the source', {}],
    ['in the order of each key', { order: 'key', onError: 'skip' }],
  ])('a key that is done leaves nothing, %s', async (_, config) => {
    expect(await keysLeft((_source, ends) => ends.forEach((inner) => inner.complete()), config)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('nor does one whose item has failed', async () => {
    const config: Config = { order: 'key', onError: 'skip' };
    expect(await keysLeft((_source, ends) => ends.forEach((inner) => inner.error('boom')), config)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('a key that has an active item is kept', async () => {
    expect(await keysLeft((_source, ends) => ends[0]!.complete(), { order: 'key' })).toEqual([true, false, false]);
  });
});
