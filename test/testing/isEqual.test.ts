import { describe, expect, test } from 'vitest';
import { isEqual } from '../../src/testing/isEqual.js';

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

const loop = (name: string) => {
  const node: { name: string; next?: unknown } = { name };
  node.next = node;
  return node;
};
/** Loops of different length, which cannot be told apart from outside. */
const pair = (length: number) => {
  const first: { next?: unknown } = {};
  first.next = length === 1 ? first : { next: first };
  return first;
};
const [first, second] = [Symbol.for('b'), Symbol.for('a')];
const hidden = (value: number) => Object.defineProperty({}, 'hidden', { value });
const boom = new Error('boom');
const call = () => 1;

describe('values are equal', () => {
  test.each<[unknown, unknown]>([
    [1, 1],
    [NaN, NaN],
    ['a', 'a'],
    [null, null],
    [{}, {}],
    [[], []],
    [
      { a: 1, b: [2, { c: null }] },
      { b: [2, { c: null }], a: 1 },
    ],
    [Object.create(null), Object.create(null)],
    [new Date(5), new Date(5)],
    [new Map([[{ a: 1 }, [2]]]), new Map([[{ a: 1 }, [2]]])],
    [new Set([1, { a: 2 }]), new Set([1, { a: 2 }])],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2])],
    [new Point(1, 2), new Point(1, 2)],
    [loop('a'), loop('a')],
    [pair(1), pair(2)],
    [{ [Symbol.for('a')]: 1 }, { [Symbol.for('a')]: 1 }],
    [
      { [first]: 1, [second]: 2 },
      { [second]: 2, [first]: 1 },
    ],
    [hidden(1), hidden(2)],
    [new Map(), new Map()],
    [new Set(), new Set()],
    [boom, boom],
    [call, call],
  ])('%o', (one, other) => {
    expect(isEqual(one, other)).toBe(true);
  });
});

describe('values are not equal', () => {
  test.each<[unknown, unknown]>([
    [1, 2],
    [0, -0],
    [1, '1'],
    [null, undefined],
    [null, {}],
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { b: 1 }],
    [{ a: undefined }, {}],
    [[1, 2], [1]],
    [[], {}],
    [{}, Object.create(null)],
    [new Date(5), new Date(6)],
    [new Map([[1, 2]]), new Map([[1, 3]])],
    [Object.create({ constructor: Object.create(null) as unknown }), {}],
    [new Set([1]), new Set([2])],
    [new Set([1, 2]), new Set([2, 1])],
    [new Map(), new Set()],
    [new Map(), new Map([[undefined, undefined]])],
    [Object.create({}), Object.create({})],
    [new Point(1, 2), { x: 1, y: 2 }],
    [new Array(3), []],
    [{ [Symbol.for('a')]: 1 }, { [Symbol.for('a')]: 2 }],
    [Object.assign(new Map(), { a: 1 }), Object.assign(new Map(), { a: 2 })],
    [loop('a'), loop('b')],
    [new Error('boom'), new Error('boom')],
    [/a/, /b/],
    [Promise.resolve(1), Promise.resolve(2)],
    [new WeakMap(), new WeakMap()],
    [() => 1, () => 1],
  ])('%o and %o', (one, other) => {
    expect(isEqual(one, other)).toBe(false);
  });
});
