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
    [() => 1, '() => 1 (function)'],
    [Symbol('a'), 'Symbol(a) (symbol)'],
    [new Error('two\n  lines'), 'Error: two lines'],
    [[[[[1]]], [[[[1]]]]], '[[[[...]]],[[[...]]]]'],
    [new Set([new Set([new Set([new Set()])])]), 'Set {Set {Set {Set {...}}}}'],
    [new Map([[{ a: { b: { c: 1 } } }, { a: { b: { c: 1 } } }]]), 'Map {{"a":{"b":{...}}}:{"a":{"b":{...}}}}'],
    [{ a: { b: { c: new Point() } } }, '{"a":{"b":{"c":Point {...}}}}'],
    [
      new (class {
        a = 1;
      })(),
      '{"a":1}',
    ],
    [{ constructor: 1 }, '{"constructor":1}'],
    [{ constructor: null }, '{"constructor":null}'],
    ['x'.repeat(198), `"${'x'.repeat(198)}"`],
    ['x'.repeat(300), `"${'x'.repeat(199)}...`],
  ])('%o', (value, expected) => {
    expect(show(value)).toBe(expected);
  });
});
