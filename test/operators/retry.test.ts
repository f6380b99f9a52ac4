import {
  config as rxjsConfig,
  defer,
  EMPTY,
  finalize,
  NEVER,
  Observable,
  of,
  retry as rxjsRetry,
  Subject,
  throwError,
  timer,
  type ObservableInput,
  type RetryConfig,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatEager, concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';
import { failure, nameOf, record } from '../support/record.js';
import { turn } from '../support/turn.js';
import { inVirtualTime, timed } from '../support/virtualTime.js';

const boom = () => new Error('boom');

/** Delay functions note what they are called with. */
type Calls = unknown[][];

const configs: [string, (calls: Calls) => number | RetryConfig, string[]][] = [
  ['a count', () => 2, ['-a#', '-b#', '-c#', '-d|']],
  ['a count that suffices', () => 2, ['-a#', '-b#', '-c-d|']],
  ['a count of 0', () => 0, ['-a#', '-b|']],
  ['a count of Infinity', () => Infinity, ['-#', '-#', '-#', '-#', '-#', '-#', '-a|']],
  ['no count', () => ({}), ['-#', '-#', '-#', '-#', '-#', '-#', '-a|']],
  ['a count of 0 and a delay', () => ({ count: 0, delay: 5 }), ['-a#', '-b|']],
  ['a delay in milliseconds', () => ({ count: 2, delay: 5 }), ['-a#', '-b#', '-c#', '-d|']],
  ['a delay of 0', () => ({ count: 2, delay: 0 }), ['-a#', '-b#', '-c#']],
  ['a delay and no count', () => ({ delay: 3 }), ['#', '#', '#', '#', '#', '-a|']],
  [
    'a notifier',
    (calls) => ({
      count: 2,
      delay: (error, count) => {
        calls.push([nameOf(error), count]);
        return timer(count * 10);
      },
    }),
    ['-a#', '-b#', '-c#', '-d|'],
  ],
  ['a synchronous notifier', () => ({ count: 2, delay: () => of(1, 2, 3) }), ['-a#', '-b#', '-c#']],
  ['a notifier that is an array', () => ({ count: 2, delay: () => [1] }), ['-a#', '-b#', '-c#']],
  ['a notifier that emits again', () => ({ delay: () => timer(3, 1) }), ['-a#', '-----b#', '-----c|']],
  ['a notifier that completes', () => ({ count: 2, delay: () => EMPTY }), ['-a#', '-b|']],
  ['a notifier that completes later', () => ({ delay: (_, n) => (n === 1 ? of(1) : EMPTY) }), ['-a#', '-b#', '-c|']],
  ['a notifier that never emits', () => ({ delay: () => NEVER }), ['-a#', '-b|']],
  [
    'a notifier that fails',
    () => ({ count: 5, delay: () => throwError(() => new Error('of the notifier')) }),
    ['-a#', '-b|'],
  ],
  [
    'a delay that throws',
    () => ({
      count: 5,
      delay: () => {
        throw new Error('of the delay');
      },
    }),
    ['-a#', '-b|'],
  ],
  ['a delay that returns no ObservableInput', () => ({ delay: () => undefined as never }), ['-a#', '-b|']],
  [
    'resetOnSuccess',
    (calls) => ({
      count: 1,
      resetOnSuccess: true,
      delay: (_, count) => {
        calls.push([count]);
        return timer(1);
      },
    }),
    ['-a#', '-b#', '-c#', '-#', '-#', '-d|'],
  ],
  ['resetOnSuccess without a value', () => ({ count: 1, resetOnSuccess: true }), ['-#', '-#', '-a|']],
  ['no resetOnSuccess', () => ({ count: 2, resetOnSuccess: false }), ['-a#', '-b#', '-c#', '-d|']],
];

describe("retry does as rxjs's retry does, given", () => {
  test.each(configs)('%s', (_, config, marbles) => {
    const run = (
      build: (inner: (attempt: number) => Observable<string>, given: number | RetryConfig) => Observable<string>,
    ) => {
      const calls: Calls = [];
      let attempts = 0;
      const log = timed(({ cold }) =>
        build((attempt) => {
          attempts = attempt;
          return cold(marbles[attempt - 1] ?? '-', undefined, new Error(`boom ${attempt}`));
        }, config(calls)),
      );
      return { log, calls, attempts };
    };
    const expected = run((inner, given) => {
      let attempt = 0;
      return defer(() => inner(++attempt)).pipe(rxjsRetry(given as RetryConfig));
    });
    const actual = run((inner, retry) =>
      of(0).pipe(concatMapEager((_v, _i, { attempt }) => inner(attempt), { retry })),
    );
    expect(actual).toEqual(expected);
  });
});

describe('a retry', () => {
  test('calls project again, with the same value and index and the next attempt', () => {
    const calls: unknown[] = [];
    const value = { id: 7 };
    const seen = record(
      of('x', value).pipe(
        concatMapEager(
          (given, index, { attempt }) => {
            calls.push([given, index, attempt]);
            return index === 1 && attempt < 4 ? throwError(boom) : of('a');
          },
          { retry: 5 },
        ),
      ),
    );
    expect(calls).toEqual([
      ['x', 0, 1],
      [value, 1, 1],
      [value, 1, 2],
      [value, 1, 3],
      [value, 1, 4],
    ]);
    expect((calls[4] as unknown[])[0]).toBe(value);
    expect(seen.heard).toEqual(['a', 'a', '|']);
  });

  test('comes after project threw, and after it returned no ObservableInput', () => {
    let calls = 0;
    const seen = record(
      of(0).pipe(
        concatMapEager(
          () => {
            calls++;
            if (calls === 1) {
              throw boom();
            }
            return calls === 2 ? (undefined as never) : of('a');
          },
          { retry: 2 },
        ),
      ),
    );
    expect(seen.heard).toEqual(['a', '|']);
  });

  test('works for promises', async () => {
    let calls = 0;
    const values = await new Promise<string[]>((resolve, reject) => {
      const got: string[] = [];
      of(0)
        .pipe(concatMapEager(async () => (++calls < 3 ? Promise.reject(boom()) : 'a'), { retry: 2 }))
        .subscribe({ next: (value) => got.push(value), error: reject, complete: () => resolve(got) });
    });
    expect(values).toEqual(['a']);
    expect(calls).toBe(3);
  });

  test('subscribes an input of concatEager again', () => {
    let subscriptions = 0;
    const input = defer(() => (++subscriptions < 3 ? throwError(boom) : of('a')));
    const seen = record(concatEager([input], { retry: 2 }));
    expect(seen.heard).toEqual(['a', '|']);
  });

  test('counts for each item by itself', () => {
    const attempts = [0, 0, 0];
    const seen = record(
      of(0, 1, 2).pipe(concatMapEager((n) => (++attempts[n]! <= 2 ? throwError(boom) : of(n)), { retry: 2 })),
    );
    expect(seen.heard).toEqual([0, 1, 2, '|']);
    expect(attempts).toEqual([3, 3, 3]);
  });

  test('keeps its turn', () => {
    expect(
      timed(({ cold }) =>
        of('a', 'b', 'c').pipe(
          concatMapEager((v, _, { attempt }) => (v === 'a' && attempt < 3 ? cold('--#') : cold(`-${v}|`)), {
            retry: { count: 2, delay: 10 },
          }),
        ),
      ),
    ).toBe('25:a 26:b 26:c 26:|');
  });

  test('keeps its slot, during the delay too', () => {
    const starts: string[] = [];
    inVirtualTime(({ cold, record, flush, now }) => {
      const seen = record(
        of(0, 1, 2, 3).pipe(
          concatMapEager(
            (n, _, { attempt }) => {
              starts.push(`${now()}:${n}/${attempt}`);
              return n === 0 && attempt < 3 ? cold('-#') : cold('-----|');
            },
            { concurrent: 2, retry: { delay: 3 } },
          ),
        ),
      );
      flush();
      expect(seen.log).toEqual(['15:|']);
    });
    // Item 0 runs from 0 to 1, 4 to 5 and 8 to 13, and has its slot all the time.
    expect(starts).toEqual(['0:0/1', '0:1/1', '4:0/2', '5:2/1', '8:0/3', '10:3/1']);
  });

  test('leaves values of the failed attempts emitted, whoever was head meanwhile', () => {
    expect(
      timed(({ cold }) =>
        of(0, 1).pipe(
          concatMapEager((n, _, { attempt }) => cold(n === 0 ? '-----x|' : ['-a#', '-b#', '-----c|'][attempt - 1]!), {
            retry: 2,
          }),
        ),
      ),
    ).toBe('5:x 6:a 6:b 9:c 10:|');
  });

  test('that is out of attempts leaves the error of the last one', () => {
    expect(
      timed(({ cold }) =>
        of(0).pipe(
          concatMapEager((_, __, { attempt }) => cold(`-${attempt}#`, undefined, new Error(`of ${attempt}`)), {
            retry: 2,
          }),
        ),
      ),
    ).toBe('1:1 3:2 5:3 6:#of 3');
  });

  test('that a notifier ends by completing completes the item, and the next one follows', () => {
    const config: ConcatMapEagerConfig<number> = { retry: { delay: () => EMPTY } };
    const run = (given: ConcatMapEagerConfig<number>) =>
      timed(({ cold }) => of(0, 1).pipe(concatMapEager((n) => cold(n === 0 ? '-a#' : 'b|'), given)));
    expect(run(config)).toBe('1:a 2:b 2:|');
    // A failed attempt leaves nothing.
    expect(run({ ...config, atomic: true })).toBe('2:b 2:|');
  });

  test.each(POLICY_NAMES)("whose notifier fails lets the item fail with that error: '%s'", (onError) => {
    const retry: RetryConfig = { delay: () => throwError(() => new Error('of the notifier')) };
    const log = timed(({ cold }) =>
      of(0, 1).pipe(concatMapEager((n) => (n === 0 ? cold('-a#') : cold('b|')), { retry, onError })),
    );
    const end = {
      'in-order': '2:#of the notifier',
      immediate: '2:#of the notifier',
      'at-end': '2:b 2:#of the notifier',
      skip: '2:b 2:|',
    };
    expect(log).toBe(`1:a ${end[onError]}`);
  });

  test('whose delay throws, or whose notifier is none, is up to onError as well', () => {
    const errors: string[] = [];
    const onError = (error: unknown) => {
      errors.push(nameOf(error));
      return of('f');
    };
    const delays = [
      () => {
        throw new Error('of the delay');
      },
      () => 5 as never,
      () => throwError(() => new Error('of the notifier')),
    ];
    for (const delay of delays) {
      const seen = record(of(0).pipe(concatMapEager(() => throwError(boom), { retry: { delay }, onError })));
      expect(seen.heard).toEqual(['f', '|']);
    }
    expect(errors).toEqual(['of the delay', 'TypeError', 'of the notifier']);
  });

  test('unsubscribes its notifier once it has emitted', () => {
    inVirtualTime(({ cold, record, flush, expectSubscriptions }) => {
      const notifier = cold('---x---x|');
      record(
        of(0).pipe(
          concatMapEager((_, __, { attempt }) => (attempt === 1 ? cold('-#') : cold('----------|')), {
            retry: { delay: () => notifier },
          }),
        ),
      );
      expectSubscriptions(notifier.subscriptions).toBe('-^--!');
      flush();
    });
  });

  test('does not happen if the teardown of its notifier has an earlier item fail', () => {
    const notifier = new Subject<void>();
    const head = new Subject<number>();
    const earlier = new Subject<number>();
    const started: string[] = [];
    const seen = record(
      of('h', 'a', 'b').pipe(
        concatMapEager(
          (value, _index, { attempt }) => {
            started.push(`${value}${attempt}`);
            return value === 'h' ? head : value === 'a' ? earlier : throwError(boom);
          },
          {
            retry: {
              delay: (error) => {
                // That of the earlier one is final.
                if (error === 'bad') throw error;
                return notifier.pipe(finalize(() => earlier.error('bad')));
              },
            },
          },
        ),
      ),
    );
    notifier.next();
    expect(started).toEqual(['h1', 'a1', 'b1']);
    expect(notifier.observed).toBe(false);
    head.complete();
    expect(seen.heard).toEqual([failure('bad')]);
  });

  test('goes on though the teardown of its notifier throws, which does not reach who else listens to it', async () => {
    const reported: unknown[] = [];
    rxjsConfig.onUnhandledError = (error) => reported.push(error);
    const trigger = new Subject<number>();
    const notifier = trigger.pipe(
      finalize(() => {
        throw new Error('of the teardown');
      }),
    );
    const seen = record(
      of('a', 'b').pipe(
        concatMapEager((v, _, { attempt }) => (attempt === 1 ? throwError(boom) : of(v)), {
          retry: { delay: () => notifier },
        }),
      ),
    );
    try {
      trigger.next(1);
    } catch (error) {
      reported.push(error);
    }
    await turn();
    rxjsConfig.onUnhandledError = null;
    expect(seen.heard).toEqual(['a', 'b', '|']);
    expect(reported).toHaveLength(2);
  });

  test.each<[string, () => ObservableInput<unknown>]>([
    ['a promise', () => Promise.resolve()],
    ['an array', () => [1]],
  ])('is over once, where it is %s', async (_, delay) => {
    const reported: unknown[] = [];
    rxjsConfig.onUnhandledError = (error) => reported.push(error);
    try {
      const project = (v: string, _: number, { attempt }: { attempt: number }) =>
        attempt === 1 ? throwError(boom) : of(v);
      const { heard } = record(of('a').pipe(concatMapEager(project, { retry: { delay } })));
      await turn();
      await turn();
      expect(heard).toEqual(['a', '|']);
      expect(reported).toEqual([]);
    } finally {
      rxjsConfig.onUnhandledError = null;
    }
  });

  test.each<[string, () => ObservableInput<unknown>]>([
    ['a notifier', () => NEVER],
    ['a promise', () => new Promise(() => {})],
  ])('is called off by unsubscribing: %s', (_, delay) => {
    let calls = 0;
    const seen = record(
      of(0).pipe(
        concatMapEager(
          () => {
            calls++;
            return throwError(boom);
          },
          { retry: { delay } },
        ),
      ),
    );
    seen.subscription.unsubscribe();
    expect(calls).toBe(1);
  });

  test('is called off by the failure of an earlier item, its delay too', () => {
    const attempts: string[] = [];
    const log = timed(({ cold }) =>
      of(0, 1, 2).pipe(
        concatMapEager(
          (n, _, { attempt }) => {
            attempts.push(`${n}/${attempt}`);
            return n === 0 ? cold('----#', undefined, new Error('of 0')) : cold('-#');
          },
          {
            retry: {
              count: 9,
              delay: (error, count) => {
                if ((error as Error).message === 'of 0') {
                  throw error;
                }
                return timer(count * 10);
              },
            },
          },
        ),
      ),
    );
    expect(log).toBe('4:#of 0');
    expect(attempts).toEqual(['0/1', '1/1', '2/1']);
  });

  test('that is due when the consumer has gone does not happen', () => {
    let calls = 0;
    const inner = new Subject<number>();
    const notifier = new Subject<number>();
    const seen = record(
      of(0).pipe(
        concatMapEager(
          () => {
            calls++;
            return inner;
          },
          {
            retry: {
              delay: () => {
                seen.subscription.unsubscribe();
                return notifier;
              },
            },
          },
        ),
      ),
    );
    inner.error(boom());
    expect(notifier.observed).toBe(false);
    expect(calls).toBe(1);
  });
});

test('names `retry.delay` where it returns no ObservableInput, and the item', () => {
  const seen = record(
    of(0).pipe(concatMapEager(() => throwError(boom), { retry: { delay: () => undefined as never } })),
  );
  expect(seen.heard).toEqual([
    failure(
      new TypeError(
        'Expected `retry.delay` to return an ObservableInput (an Observable, promise, array, iterable, async iterable or ' +
          'ReadableStream) for item 0, got `undefined` (undefined)',
      ),
    ),
  ]);
});
