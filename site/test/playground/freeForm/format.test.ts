import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../playground/freeform/console';
import { format, inspect } from '../../../playground/freeform/format';

class Point {
  constructor(readonly x: number) {}
}
const loop: Record<string, unknown> = { a: 1 };
loop['self'] = loop;
const getter = {
  get now() {
    throw new Error('called');
  },
};
const hostile = new Proxy(
  {},
  {
    ownKeys: () => {
      throw new Error('no');
    },
  },
);

describe('a console writes', () => {
  test.each<[string, unknown]>([
    [String.raw`'it\'s'`, `it's`],
    ['-0', -0],
    ['10n', 10n],
    ['undefined', undefined],
    ['Symbol(s)', Symbol('s')],
    ["[1, [2, 'a']]", [1, [2, 'a']]],
    ["{ a: 1, 'b-c': null, [Symbol(Symbol.iterator)]: 1 }", { a: 1, 'b-c': null, [Symbol.iterator]: 1 }],
    ['{}', {}],
    ["Map(1) { 'a' => Set(1) { 1 } }", new Map([['a', new Set([1])]])],
    ['Point { x: 1 }', new Point(1)],
    ['Uint8Array(2) [1, 2]', new Uint8Array([1, 2])],
    ['TypeError: wrong', new TypeError('wrong')],
    ['AggregateError: both [Error: a]', new AggregateError([new Error('a')], 'both')],
    ['Error: outer [1]', new Error('outer', { cause: 1 })],
    ['[null] {}', Object.create(null)],
    ['{ a: 1, self: [circular] }', loop],
    ['{ now: [getter] }', getter],
    ['[object]', hostile],
    ['[function]', new Proxy(() => 0, { getOwnPropertyDescriptor: () => expect.fail() })],
    ['[[[[[…]]]]]', [[[[[1]]]]]],
    ['[class A]', class A {}],
    ['Promise {}', Promise.resolve(1)],
    ['1970-01-01T00:00:00.000Z', new Date(0)],
  ])('%s', (text, value) => {
    expect(inspect(value)).toBe(text);
  });

  test('arguments, and what stands in the first one', () => {
    expect(format(['a', 'b', { c: 'd' }])).toBe("a b { c: 'd' }");
    expect(format(['%s is %d %% of %o', 'x', 5, [1], 'rest'])).toBe('x is 5 % of [1] rest');
    expect(format(['%d %i', Symbol('s'), {}])).toBe('NaN NaN');
    expect(format([])).toBe('');
  });

  test('no more than can be read', () => {
    expect(format(['x'.repeat(5_000)])).toMatch(/… \(3000 more characters\)$/);
    expect(inspect(Array.from({ length: 1_000 }, (_, i) => i))).toMatch(/, 99, … 900 more\]$/);
    const wide = (depth: number): unknown => (depth === 0 ? 1 : Array.from({ length: 100 }, () => wide(depth - 1)));
    expect(inspect(wide(3)).length).toBeLessThan(30_000);
  });

  test('levels, assertions, groups, counts and times', () => {
    const lines: string[] = [];
    let time = 0;
    const written = consoleOf(
      (level, text) => lines.push(`${level}: ${text()}`),
      () => time,
    ) as Console;
    written.warn('careful');
    written.assert(true, 'not written');
    written.assert(false, 'but %s', 'this');
    written.group('group');
    written.log('one\ntwo');
    written.groupEnd();
    written.count();
    written.time('t');
    time = 12;
    written.timeEnd('t');
    expect(lines).toEqual([
      'warn: careful',
      'error: Assertion failed: but this',
      'log: group',
      'log:   one\n  two',
      'log: default: 1',
      'log: t: 12 ms',
    ]);
  });
});
