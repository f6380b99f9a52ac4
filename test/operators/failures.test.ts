import { concat, NEVER, Observable, of, range, Subject, throwError, type ObservableInput } from 'rxjs';
import type { ColdObservable } from 'rxjs/internal/testing/ColdObservable';
import { describe, expect, test } from 'vitest';
import { concatEager, concatMapEager, type ConcatMapEagerConfig, type FailedItem } from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';
import { collect, failure, record, subjects } from '../support/record.js';
import { inVirtualTime, timed, type VirtualTime } from '../support/virtualTime.js';

const boom = new Error('boom');
const failing = throwError(() => boom);

/** A `project` or an `onError` that throws. */
const throwing = (error: unknown) => (): never => {
  throw error;
};

interface Row {
  readonly b: (time: VirtualTime) => ObservableInput<string>;
  readonly a?: string;
  readonly source?: string;
  readonly timeout?: ConcatMapEagerConfig<string>['timeout'];
  /** What an `onError` function returns; `--F|` by default. */
  readonly fallback?: (time: VirtualTime) => ObservableInput<string>;
}

const failsLater: Row['b'] = ({ cold }) => cold('--b--#', undefined, boom);

const ROWS: Readonly<Record<string, Row>> = {
  '`project` threw': { b: throwing(boom) },
  'it returned no ObservableInput': { b: () => 5 as never },
  'the inner errored': { b: failsLater },
  '`first` passed': { b: ({ cold }) => cold('---------b|'), timeout: { first: 6 } },
  '`each` passed': {
    a: '-A-----A-----A-----(B|)',
    b: ({ cold }) => cold('--b------------------c|'),
    timeout: { each: 10 },
  },
  '`total` passed': {
    a: '-A-----------(B|)',
    b: ({ cold }) => cold('--b---b---b---b---b---b---b|'),
    timeout: { total: 15 },
  },
  // It is the head from 6 on, with `C` parked behind it since 3: `a` has held up nothing for 8 ms.
  '`blocking` passed': {
    a: '-A----(B|)',
    b: ({ cold }) => cold('-b---b---b---b---b---b---b---b|'),
    timeout: { blocking: 8 },
  },
  'the function threw': { b: failsLater, fallback: throwing(new Error('worse')) },
  'it returned no fallback': { b: failsLater, fallback: () => undefined as never },
  'the fallback failed': { b: failsLater, fallback: ({ cold }) => cold('-F-#', undefined, new Error('worse')) },
  'the source failed': { b: ({ cold }) => cold('--b--|'), source: '(abcd)-#' },
};

/**
 * `a` emits at 1 and at 20; `b` fails; `c` parks a value at 3 and ends at 10; `d` waits for one of three slots, and emits a
 * millisecond after it is started. The source ends at 25. `0-20` is from when to when one was subscribed.
 */
const CELLS = `
  what failed                    | onError    | source a     c     d     | what is heard
  \`project\` threw                | in-order   | 0-0    0-20  -     -     | 1:A 20:B 20:#boom
  \`project\` threw                | immediate  | 0-0    0-0   -     -     | 0:#boom
  \`project\` threw                | at-end     | 0-25   0-20  0-10  0-1   | 1:A 20:B 20:C 20:D 25:#boom
  \`project\` threw                | skip       | 0-25   0-20  0-10  0-1   | 1:A 20:B 20:C 20:D 25:|
  \`project\` threw                | a function | 0-25   0-20  0-10  3-4   | 1:A 20:B 20:F 20:C 20:D 25:|
  it returned no ObservableInput | in-order   | 0-0    0-20  -     -     | 1:A 20:B 20:#TypeError
  it returned no ObservableInput | immediate  | 0-0    0-0   -     -     | 0:#TypeError
  it returned no ObservableInput | at-end     | 0-25   0-20  0-10  0-1   | 1:A 20:B 20:C 20:D 25:#TypeError
  it returned no ObservableInput | skip       | 0-25   0-20  0-10  0-1   | 1:A 20:B 20:C 20:D 25:|
  it returned no ObservableInput | a function | 0-25   0-20  0-10  3-4   | 1:A 20:B 20:F 20:C 20:D 25:|
  the inner errored              | default    | 0-5    0-20  0-5   -     | 1:A 20:B 20:b 20:#boom
  the inner errored              | in-order   | 0-5    0-20  0-5   -     | 1:A 20:B 20:b 20:#boom
  the inner errored              | immediate  | 0-5    0-5   0-5   -     | 1:A 5:#boom
  the inner errored              | at-end     | 0-25   0-20  0-10  5-6   | 1:A 20:B 20:b 20:C 20:D 25:#boom
  the inner errored              | skip       | 0-25   0-20  0-10  5-6   | 1:A 20:B 20:b 20:C 20:D 25:|
  the inner errored              | a function | 0-25   0-20  0-10  8-9   | 1:A 20:B 20:b 20:F 20:C 20:D 25:|
  \`first\` passed                 | in-order   | 0-6    0-20  0-6   -     | 1:A 20:B 20:#first
  \`first\` passed                 | immediate  | 0-6    0-6   0-6   -     | 1:A 6:#first
  \`first\` passed                 | at-end     | 0-25   0-20  0-10  6-7   | 1:A 20:B 20:C 20:D 25:#first
  \`first\` passed                 | skip       | 0-25   0-20  0-10  6-7   | 1:A 20:B 20:C 20:D 25:|
  \`first\` passed                 | a function | 0-25   0-20  0-10  9-10  | 1:A 20:B 20:F 20:C 20:D 25:|
  \`each\` passed                  | in-order   | 0-12   0-19  0-10  10-11 | 1:A 7:A 13:A 19:B 19:b 19:#each
  \`each\` passed                  | immediate  | 0-12   0-12  0-10  10-11 | 1:A 7:A 12:#each
  \`each\` passed                  | at-end     | 0-25   0-19  0-10  10-11 | 1:A 7:A 13:A 19:B 19:b 19:C 19:D 25:#each
  \`each\` passed                  | skip       | 0-25   0-19  0-10  10-11 | 1:A 7:A 13:A 19:B 19:b 19:C 19:D 25:|
  \`each\` passed                  | a function | 0-25   0-19  0-10  10-11 | 1:A 7:A 13:A 19:B 19:b 19:F 19:C 19:D 25:|
  \`total\` passed                 | in-order   | 0-15   0-13  0-10  10-11 | 1:A 13:B 13:b 13:b 13:b 14:b 15:#total
  \`total\` passed                 | immediate  | 0-15   0-13  0-10  10-11 | 1:A 13:B 13:b 13:b 13:b 14:b 15:#total
  \`total\` passed                 | at-end     | 0-25   0-13  0-10  10-11 | 1:A 13:B 13:b 13:b 13:b 14:b 15:C 15:D 25:#total
  \`total\` passed                 | skip       | 0-25   0-13  0-10  10-11 | 1:A 13:B 13:b 13:b 13:b 14:b 15:C 15:D 25:|
  \`total\` passed                 | a function | 0-25   0-13  0-10  10-11 | 1:A 13:B 13:b 13:b 13:b 14:b 17:F 18:C 18:D 25:|
  \`blocking\` passed              | in-order   | 0-14   0-6   0-10  6-7   | 1:A 6:B 6:b 6:b 9:b 13:b 14:#blocking
  \`blocking\` passed              | immediate  | 0-14   0-6   0-10  6-7   | 1:A 6:B 6:b 6:b 9:b 13:b 14:#blocking
  \`blocking\` passed              | at-end     | 0-25   0-6   0-10  6-7   | 1:A 6:B 6:b 6:b 9:b 13:b 14:C 14:D 25:#blocking
  \`blocking\` passed              | skip       | 0-25   0-6   0-10  6-7   | 1:A 6:B 6:b 6:b 9:b 13:b 14:C 14:D 25:|
  \`blocking\` passed              | a function | 0-25   0-6   0-10  6-7   | 1:A 6:B 6:b 6:b 9:b 13:b 16:F 17:C 17:D 25:|
  the function threw             | a function | 0-5    0-20  0-5   -     | 1:A 20:B 20:b 20:#worse
  it returned no fallback        | a function | 0-5    0-20  0-5   -     | 1:A 20:B 20:b 20:#TypeError
  the fallback failed            | a function | 0-8    0-20  0-8   -     | 1:A 20:B 20:b 20:F 20:#worse
  the source failed              | in-order   | 0-7    0-20  0-10  5-6   | 1:A 20:B 20:b 20:C 20:D 20:#boom
  the source failed              | immediate  | 0-7    0-7   0-7   5-6   | 1:A 7:#boom
  the source failed              | at-end     | 0-7    0-20  0-10  5-6   | 1:A 20:B 20:b 20:C 20:D 20:#boom
  the source failed              | skip       | 0-7    0-20  0-10  5-6   | 1:A 20:B 20:b 20:C 20:D 20:#boom
  the source failed              | a function | 0-7    0-20  0-10  5-6   | 1:A 20:B 20:b 20:C 20:D 20:#boom
`;

const cells = CELLS.trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [what = '', onError = '', subscribed = '', ...heard] = line.split('|').map((cell) => cell.trim());
    return { what, onError, subscribed: subscribed.split(/ +/), heard: heard.join('|') };
  });

describe('when an item fails', () => {
  test('there is a cell for each policy and each way to fail', () => {
    const everywhere = Object.keys(ROWS).filter((what) => !/function|fallback/.test(what));
    const expected = everywhere.flatMap((what) =>
      [...POLICY_NAMES, 'a function'].map((onError) => `${what}, ${onError}`),
    );

    expect(cells.map(({ what, onError }) => `${what}, ${onError}`)).toEqual(expect.arrayContaining(expected));
  });

  test.each(cells)('$what: $onError', ({ what, onError, subscribed, heard }) => {
    inVirtualTime((time) => {
      const { cold, flush } = time;
      const row = ROWS[what]!;
      const source = cold(row.source ?? '(abcd)-------------------|', undefined, boom);
      const [a, c, d] = [cold(row.a ?? '-A------------------(B|)'), cold('---C------|'), cold('-(D|)')];
      const projected: string[] = [];
      let calls = 0;
      const policies: Record<string, unknown> = {
        default: undefined,
        'a function': () => {
          calls++;
          return row.fallback ? row.fallback(time) : cold('--F|');
        },
      };
      const config = {
        concurrent: 3,
        timeout: row.timeout,
        onError: onError in policies ? policies[onError] : onError,
      } as ConcatMapEagerConfig<string, string>;
      const inners: Record<string, () => ObservableInput<string>> = {
        a: () => a,
        b: () => row.b(time),
        c: () => c,
        d: () => d,
      };
      const project = (name: string) => {
        projected.push(name);
        return inners[name]!();
      };
      const { log } = time.record(source.pipe(concatMapEager(project, config)));
      flush();

      expect(log.join(' ')).toBe(heard);
      expect([source, a, c, d].map(intervalOf)).toEqual(subscribed);
      expect(projected).toEqual(['a', 'b', ...['c', 'd'].filter((_, nth) => subscribed[nth + 2] !== '-')]);
      expect(calls).toBe(onError === 'a function' && what !== 'the source failed' ? 1 : 0);
    });
  });
});

/** From when to when it was subscribed; `-` if it never was. */
function intervalOf({ subscriptions }: ColdObservable<string>): string {
  return subscriptions.map(({ subscribedFrame: from, unsubscribedFrame: to }) => `${from}-${to}`).join(' ') || '-';
}

/** As many items as there are inners, all active. */
function active(count: number, config: ConcatMapEagerConfig<number, string> = {}) {
  const inners = subjects(count);
  const source = new Subject<number>();
  const { heard, subscription } = record(source.pipe(concatMapEager((index) => inners[index]!, config)));
  inners.forEach((_, index) => {
    source.next(index);
  });
  return { inners, source, heard, subscription, observed: () => inners.map(({ observed }) => observed) };
}

describe("'in-order'", () => {
  test('lets the error of an earlier item take over, with what that has parked, and nothing of later items', () => {
    const { inners, heard, observed } = active(4);
    const [a, b, c] = inners;

    b!.next('b');
    c!.next('c');
    c!.error('third');
    expect(observed()).toEqual([true, true, false, false]);
    b!.error('second');
    expect(observed()).toEqual([true, false, false, false]);
    a!.next('a');
    expect(heard).toEqual(['a']);
    a!.complete();
    expect(heard).toEqual(['a', 'b', failure('second')]);
  });

  test('emits the error of the head at once, without what is parked behind it', () => {
    const { inners, heard, observed } = active(2);

    inners[1]!.next('b');
    inners[0]!.next('a');
    inners[0]!.error(boom);
    expect(heard).toEqual(['a', failure(boom)]);
    expect(observed()).toEqual([false, false]);
  });

  test('lets earlier items go on with their retries', () => {
    const attempts = ['--#', '---(a|)'];
    // Item 1 has failed for good at 4, while item 0 waits for its second attempt at 6.
    expect(
      timed(({ cold }) =>
        of(0, 1).pipe(
          concatMapEager((index, _, { attempt }) => cold(index === 0 ? attempts[attempt - 1]! : '#'), {
            retry: { count: 1, delay: 4 },
          }),
        ),
      ),
    ).toBe('9:a 9:#error');
  });

  test('starts nothing more of a synchronous source', () => {
    let started = 0;
    record(
      range(0, 1000).pipe(
        concatMapEager((index) => {
          started++;
          return index === 1 ? failing : NEVER;
        }),
      ),
    );

    expect(started).toBe(2);
  });

  test('forgets the error of the source: what comes after the failed item is out of reach', () => {
    const { inners, source, heard } = active(2);

    source.error('source');
    inners[1]!.error('item');
    inners[0]!.complete();
    expect(heard).toEqual([failure('item')]);
  });
});

test("'immediate': an error of the source overtakes what is active, parked and waits", () => {
  const source = new Subject<Observable<string>>();
  const head = new Subject<string>();
  const config = { onError: 'immediate', concurrent: 2 } as const;
  const { heard } = record(source.pipe(concatMapEager((inner) => inner, config)));

  [head, of('parked'), NEVER, of('waiting')].forEach((inner) => {
    source.next(inner);
  });
  source.error('bad');
  expect(heard).toEqual([failure('bad')]);
  expect(head.observed).toBe(false);
});

describe("'at-end'", () => {
  const nested = new AggregateError([new Error('inside'), new Error('inside')]);

  test('gives several errors as an AggregateError in source order, none flattened, that of the source last', () => {
    const { inners, source, heard } = active(3, { onError: 'at-end' });
    const ofSource = new AggregateError([new Error('in the source')]);

    inners[2]!.error('last');
    inners[0]!.error(nested);
    inners[1]!.error(undefined);
    expect(heard).toEqual([]);
    source.error(ofSource);
    const [{ error }] = heard as [{ error: AggregateError }];
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.message).toBe('4 failures, in source order');
    expect(error.errors).toHaveLength(4);
    expect(error.errors[0]).toBe(nested);
    expect(error.errors.slice(1, 3)).toEqual([undefined, 'last']);
    expect(error.errors[3]).toBe(ofSource);
  });

  test('gives a single error as it is', () => {
    const { heard } = record(
      of(0, 1).pipe(concatMapEager((n) => (n ? of(n) : throwError(() => nested)), { onError: 'at-end' })),
    );

    expect(heard[0]).toBe(1);
    expect((heard[1] as { error: unknown }).error).toBe(nested);
  });

  test('collects for each subscription by itself', () => {
    const result = of(0, 1).pipe(concatMapEager((n) => throwError(() => n), { onError: 'at-end' }));
    const [first, second] = [record(result).heard, record(result).heard] as { error: AggregateError }[][];

    expect(first![0]!.error).not.toBe(second![0]!.error);
    expect(second![0]!.error.errors).toEqual([0, 1]);
  });

  test('waits for an item that never ends', () => {
    expect(record(of(failing, NEVER).pipe(concatMapEager((inner) => inner, { onError: 'at-end' }))).heard).toEqual([]);
  });
});

describe('a TypeError', () => {
  test.each([undefined, null, 5, true, {}, () => of(1), Symbol('x'), 5n])(
    'says that %o is not an ObservableInput',
    (input) => {
      const [first] = record(of('v').pipe(concatMapEager(() => input as never))).heard as [{ error: TypeError }];

      expect(first.error).toBeInstanceOf(TypeError);
      expect(first.error.message).toMatch(/project.*ObservableInput.*item 0/);
      expect(first.error.message).toContain(`(${input === null ? 'null' : typeof input})`);
    },
  );

  test('says that the source is not an Observable', () => {
    expect(record(concatMapEager(() => NEVER)({} as never)).heard).toEqual([
      failure(new TypeError('Expected the source to be an Observable, got `[object Object]` (object)')),
    ]);
  });
});

// Where an error is kept, its value says nothing about whether there is one.
describe.each<[string, unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['false', false],
  ['0', 0],
  ['NaN', NaN],
  ["''", ''],
  ['a string', 'boom'],
  ['a promise', Promise.resolve()],
  ['a function', () => 'boom'],
])('an error that is %s', (_, error) => {
  const ways: [string, () => Observable<never>][] = [
    ['thrown by `project`', throwing(error)],
    ['of an inner', () => throwError(() => error)],
  ];

  describe.each(ways)('%s', (_, fail) => {
    /** What is heard of three items, of which the second fails, as the head or behind it. */
    const run = (config: ConcatMapEagerConfig<number, unknown>, where = 'as the head') => {
      const head = new Subject<number>();
      const inners = [where === 'as the head' ? of(0) : head, undefined, of(2)];
      const { heard } = record(of(0, 1, 2).pipe(concatMapEager((n) => inners[n] ?? fail(), config)));
      head.next(0);
      head.complete();
      return heard;
    };

    test.each(['as the head', 'behind it'])('ends the result or is skipped, as the policy says, %s', (where) => {
      expect(run({}, where)).toEqual([0, failure(error)]);
      expect(run({ onError: 'in-order' }, where)).toEqual([0, failure(error)]);
      expect(run({ onError: 'immediate' }, where)).toEqual([...(where === 'behind it' ? [] : [0]), failure(error)]);
      expect(run({ onError: 'at-end' }, where)).toEqual([0, 2, failure(error)]);
      expect(run({ onError: 'skip' }, where)).toEqual([0, 2, '|']);
      expect(run({ onError: (given) => of(failure(given)) }, where)).toEqual([0, failure(error), 2, '|']);
      expect(run({ onError: (given) => throwing(given)() }, where)).toEqual([0, failure(error)]);
    });

    test('reaches `retry.delay`, and what that throws ends the result', () => {
      const given: unknown[] = [];
      const delay = (value: unknown) => {
        given.push(value);
        return throwing(value)();
      };

      expect(run({ retry: { delay } })).toEqual([0, failure(error)]);
      expect(given).toEqual([error]);
    });

    test('reaches a monitor, in a property of its own', () => {
      const { events, monitor } = collect<number>();
      run({ monitor, onError: 'skip' });
      const told = events.filter((event) => event.type === 'failed' || (event.type === 'ended' && event.index === 1));

      expect(told.map((event) => [event.type, Object.hasOwn(event, 'error'), 'error' in event && event.error])).toEqual(
        [
          ['failed', true, error],
          ['ended', true, error],
        ],
      );
    });
  });

  test.each(POLICY_NAMES)("of the source ends the result: '%s'", (onError) => {
    const source = concat(
      of(0, 1),
      throwError(() => error),
    );

    expect(record(source.pipe(concatMapEager((n) => of(n), { onError }))).heard).toEqual([0, 1, failure(error)]);
  });

  test("is one of several 'at-end'", () => {
    const { heard } = record(
      of(error, 'other').pipe(concatMapEager((each) => throwError(() => each), { onError: 'at-end' })),
    );

    expect((heard as [{ error: AggregateError }])[0].error.errors).toEqual([error, 'other']);
  });
});

describe('a function', () => {
  /** A config whose fallback emits `f`, and the calls of its `onError`. */
  function noting<T>(config: ConcatMapEagerConfig<T, string> = {}) {
    const calls: [error: unknown, item: FailedItem<T>][] = [];
    const onError = (error: unknown, item: FailedItem<T>) => {
      calls.push([error, item]);
      return of('f');
    };
    return { calls, config: { ...config, onError } };
  }

  test('gets the error and the failed item', () => {
    const { calls, config } = noting<{ id: number }>();
    const value = { id: 7 };
    const { heard } = record(
      of({ id: 1 }, value).pipe(concatMapEager(({ id }) => (id === 7 ? failing : of('a')), config)),
    );

    expect(heard).toEqual(['a', 'f', '|']);
    expect(calls).toHaveLength(1);
    const [error, item] = calls[0]!;
    expect(error).toBe(boom);
    expect(item.value).toBe(value);
    expect([item.index, item.attempt, item.emitted]).toEqual([1, 1, 0]);
    expect(item.signal).toBeInstanceOf(AbortSignal);
    expect(item.signal.aborted).toBe(false);
  });

  test('is told how many attempts there were, and is called after the last of them only', () => {
    const { calls, config } = noting<number>({ retry: 3 });
    record(of(0).pipe(concatMapEager(() => failing, config)));

    expect(calls.map(([, item]) => item.attempt)).toEqual([4]);
  });

  test('is told how many values went out or are parked to go out, those of earlier attempts included', () => {
    const { calls, config } = noting<number>({ retry: 1 });
    const head = new Subject<string>();
    const { heard } = record(
      of(0, 1).pipe(concatMapEager((n) => (n === 0 ? head : concat(of('x', 'y'), failing)), config)),
    );

    // Parked, in two attempts.
    expect(calls.map(([, item]) => item.emitted)).toEqual([4]);
    head.next('a');
    // The subject is an error for its second subscriber at once.
    head.error(boom);
    expect(calls.map(([, item]) => [item.index, item.emitted])).toEqual([
      [1, 4],
      [0, 1],
    ]);
    expect(heard).toEqual(['a', 'f', 'x', 'y', 'x', 'y', 'f', '|']);
  });

  test('is called at the moment of the failure, once, and what it returns is subscribed at once', () => {
    const calls: string[] = [];
    inVirtualTime(({ cold, record, flush, now }) => {
      const fallback = cold('--f--|');
      const { log } = record(
        of('---------a|', '---#', '-c|').pipe(
          concatMapEager((inner) => cold(inner), {
            onError: (_, { index }) => {
              calls.push(`${now()}:${index}`);
              return fallback;
            },
          }),
        ),
      );
      flush();

      expect(log).toEqual(['9:a', '10:f', '10:c', '10:|']);
      expect(intervalOf(fallback)).toBe('3-8');
    });
    expect(calls).toEqual(['3:1']);
  });

  test.each<[string, ObservableInput<string>]>([
    ['an Observable', of('o')],
    ['an array', ['o']],
    ['an iterable', new Set('o')],
    ['a promise', Promise.resolve('o')],
    ['a string', 'o'],
    ['a result of concatEager', concatEager([of('o')])],
  ])('may return %s', async (_, input) => {
    const { heard } = record(of(0).pipe(concatMapEager(() => failing, { onError: () => input })));
    await Promise.resolve();

    expect(heard).toEqual(['o', '|']);
  });

  test.each([undefined, null, 5, {}, () => of(1)])(
    'that returns no ObservableInput leads to a TypeError with the original as its cause: %s',
    (returned) => {
      for (const original of [boom, undefined, null, 0, '']) {
        const fail = throwError(() => original);
        const { heard } = record(of('v').pipe(concatMapEager(() => fail, { onError: () => returned as never })));
        const [{ error }] = heard as [{ error: TypeError }];

        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toMatch(/onError.*EMPTY/);
        expect(error.message).toContain(`(${returned === null ? 'null' : typeof returned})`);
        expect(Object.hasOwn(error, 'cause')).toBe(true);
        expect(error.cause).toBe(original);
      }
    },
  );

  test('is called once an item: not for its own failure, and without retries', () => {
    let [calls, subscribed] = [0, 0];
    const { heard } = record(
      of(0).pipe(
        concatMapEager(() => failing, {
          retry: { count: 3 },
          onError: () => {
            calls++;
            return new Observable<never>((subscriber) => {
              subscribed++;
              subscriber.error('worse');
            });
          },
        }),
      ),
    );

    expect([calls, subscribed]).toEqual([1, 1]);
    expect(heard).toEqual([failure('worse')]);
  });

  test('is called for each failed item, in the order of the failures', () => {
    const calls: number[] = [];
    const { inners, source, heard } = active(3, {
      onError: (_, { index }) => {
        calls.push(index);
        return of(`f${index}`);
      },
    });

    [2, 0, 1].forEach((index) => {
      inners[index]!.error(boom);
    });
    source.complete();
    expect(calls).toEqual([2, 0, 1]);
    expect(heard).toEqual(['f0', 'f1', 'f2', '|']);
  });

  test('is still asked about earlier items after a later fallback has failed', () => {
    const { inners, heard, observed } = active(3, {
      onError: (_, { index }) => (index === 1 ? throwing('worse')() : of(`f${index}`)),
    });

    inners[1]!.error(boom);
    expect(observed()).toEqual([true, false, false]);
    inners[0]!.error(boom);
    expect(heard).toEqual(['f0', failure('worse')]);
  });

  test('may unsubscribe: what it returns is not subscribed then, and its signal is aborted', () => {
    const fallback = new Subject<string>();
    let signal: AbortSignal | undefined;
    const { inners, heard, subscription } = active(1, {
      onError: (_, item) => {
        subscription.unsubscribe();
        signal = item.signal;
        return fallback;
      },
    });

    inners[0]!.error(boom);
    expect(fallback.observed).toBe(false);
    expect(signal?.aborted).toBe(true);
    expect(heard).toEqual([]);
  });
});
