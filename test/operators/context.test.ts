import { inspect } from 'node:util';
import { of, throwError, timer } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { concatMapEager, type ItemContext } from '../../src/index.js';
import { record } from '../support/record.js';

describe("`project`'s third argument", () => {
  const contexts: [
    string,
    (hold: (item: ItemContext) => void) => (...args: [number, number, ItemContext]) => number[],
  ][] = [
    ['a function of three parameters', (hold) => (_value, _index, item) => (hold(item), [])],
    [
      'a function that takes all',
      (hold) =>
        (...args) => (hold(args[2]), []),
    ],
    [
      'a rest',
      (hold) =>
        (_value, ...rest) => (hold(rest[1]), []),
    ],
    [
      'a default before it',
      (hold) =>
        (_value, index = 0, item) => (hold(item), [index].slice(1)),
    ],
    [
      'a default of its own',
      (hold) =>
        (_value, _index, item = undefined as never) => (hold(item), []),
    ],
    [
      'a default within a parameter',
      (hold) =>
        ({ x = 1 }: { x?: number } & number, _index, item) => (hold(item), [x].slice(1)),
    ],
    [
      'a bound function',
      (hold) => ((_value: number, _index: number, item: ItemContext) => (hold(item), [])).bind(null),
    ],
    ['a mock', (hold) => vi.fn((...args: [number, number, ItemContext]): number[] => (hold(args[2]), []))],
  ];

  test.each(contexts)('has two properties and no others: for %s', (_, projectOf) => {
    let item: ItemContext | undefined;
    record(of(0).pipe(concatMapEager(projectOf((context) => (item = context)))));

    expect(Object.keys(item!)).toEqual(['attempt', 'signal']);
    expect({ ...item }).toEqual({ attempt: 1, signal: expect.any(AbortSignal) as unknown });
    expect(Reflect.ownKeys(item!)).toEqual(['attempt', 'signal']);
    expect(JSON.parse(JSON.stringify(item))).toEqual({ attempt: 1, signal: {} });
    expect('signal' in item! && !('host' in item)).toBe(true);
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(item, 'host')).toBe(undefined);
    expect((item as unknown as { host: unknown }).host).toBe(undefined);
  });

  test('is printed as what it shows', () => {
    let item: ItemContext | undefined;
    record(of(0).pipe(concatMapEager((_value, _index, context) => ((item = context), []))));

    expect(inspect(item)).toBe('{ attempt: 1 }');
  });

  test('cannot be changed', () => {
    let item: ItemContext | undefined;
    record(of(0).pipe(concatMapEager((_value, _index, context) => ((item = context), []))));

    expect(Reflect.set(item!, 'attempt', 7)).toBe(false);
    expect(Reflect.deleteProperty(item!, 'attempt')).toBe(false);
    expect(Reflect.defineProperty(item!, 'other', { value: 1 })).toBe(false);
    expect(item!.attempt).toBe(1);
  });

  test('gives the same signal each time, also by a copy', () => {
    let item: ItemContext | undefined;
    const { subscription } = record(
      of(0).pipe(concatMapEager((_value, _index, context) => ((item = context), timer(9)))),
    );
    const { signal } = { ...item! };
    expect(signal).toBe(item!.signal);
    subscription.unsubscribe();

    expect(signal.aborted).toBe(true);
  });

  test('may be asked for by `arguments`', () => {
    let item: ItemContext | undefined;
    record(
      of(0).pipe(
        // eslint-disable-next-line @typescript-eslint/no-unused-vars -- What it declares is what is tested.
        concatMapEager(function (_value) {
          // eslint-disable-next-line prefer-rest-params
          item = arguments[2] as ItemContext;
          return [];
        }),
      ),
    );

    expect([item!.attempt, item!.signal.aborted]).toEqual([1, false]);
    expect(Object.keys(item!)).toEqual(['attempt', 'signal']);
  });
});

test('functions of the user are called without this', async () => {
  const seen: unknown[] = [];
  function note(this: unknown) {
    seen.push(this);
  }
  await new Promise<void>((resolve) => {
    of(0)
      .pipe(
        concatMapEager(
          function (this: unknown) {
            note.call(this);
            return throwError(() => new Error('boom'));
          },
          {
            retry: {
              count: 1,
              delay: function (this: unknown) {
                note.call(this);
                return of(1);
              },
            },
            onError: function (this: unknown) {
              note.call(this);
              return of(1);
            },
            monitor: function (this: unknown) {
              note.call(this);
            },
          },
        ),
      )
      .subscribe({ complete: resolve });
  });

  expect(new Set(seen)).toEqual(new Set([undefined]));
  expect(seen.length).toBeGreaterThan(8);
});

test('what `onError` gets has its five properties and nothing else', () => {
  let item: object | undefined;
  record(
    of('a').pipe(
      concatMapEager(() => throwError(() => new Error('boom')), {
        onError: (_error, failed) => {
          item = { ...failed };
          return [];
        },
      }),
    ),
  );

  expect(item).toEqual({ value: 'a', index: 0, attempt: 1, emitted: 0, signal: expect.any(AbortSignal) as unknown });
});
