import { describe, expect, test } from 'vitest';
import { show } from '../../src/testing/show.js';

class Point {
  x = 1;
}

describe('show says what a value is, in one line', () => {
  test.each<[unknown, string]>([
    ['a', '"a"'],
    [1, '1 (number)'],
    [-0, '-0 (number)'],
    [10n, '10 (bigint)'],
    [undefined, 'undefined (undefined)'],
    [null, 'null'],
    [[NaN, undefined, 'a'], '[NaN,undefined,"a"]'],
    [{ a: undefined, b: { c: [] } }, '{"a":undefined,"b":{"c":[]}}'],
    [new Point(), 'Point {"x":1}'],
    [new Map([['a', 1]]), 'Map {"a":1}'],
    [new Set([1]), 'Set {1}'],
    [new Date(5), 'Date 5'],
    [new TypeError('no'), 'TypeError: no'],
    [Object.create(null), '{}'],
    [{ a: { b: { c: { d: 1 } } } }, '{"a":{"b":{"c":{...}}}}'],
    ['x'.repeat(300), `"${'x'.repeat(199)}...`],
  ])('%o', (value, expected) => {
    expect(show(value)).toBe(expected);
  });
});
