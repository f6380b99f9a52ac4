import { describe, expect, test } from 'vitest';
import { check, checkCount, checkNumber, list, readOptions } from '../../src/internal/check.js';

test('what is valid is no mistake', () => {
  check(true, 'name', 'anything', 1);
  checkNumber('name', 'even', 2, (n) => n % 2 === 0);
  [1, 2, Infinity].forEach((count) => checkCount('name', 1, count));
});

test('a number out of range is a RangeError, anything else a TypeError; both say what was expected and what came', () => {
  const expected = 'Expected `n` to be an integer from 1 and up or `Infinity`, got';

  for (const count of [0, -1, 1.5, NaN, -Infinity]) {
    expect(() => checkCount('n', 1, count)).toThrow(new RangeError(`${expected} \`${count}\` (number)`));
  }
  expect(() => checkCount('n', 1, '1' as never)).toThrow(new TypeError(`${expected} \`"1"\` (string)`));
  expect(() => check(false, 'n', 'a boolean', null)).toThrow(
    new TypeError('Expected `n` to be a boolean, got `null` (null)'),
  );
});

/** What is read of an object, where `known` are all options that there are. */
const read = (given: unknown, ...known: string[]) =>
  readOptions('config', given as Record<string, unknown>, 'an object', known);

test('options are read once, from the object, its class or the object that it was created from', () => {
  const reads: string[] = [];
  class Options {
    get a() {
      reads.push('a');
      return 1;
    }
    b = 2;
  }

  expect({ ...read(new Options(), 'a', 'b', 'c') }).toEqual({ a: 1, b: 2 });
  expect(reads).toEqual(['a']);
  expect({ ...read(Object.create({ a: 1 }), 'a') }).toEqual({ a: 1 });
});

test.each([null, undefined, 5, 'text', [1], () => 1, Promise.resolve()])(
  'options are in an object, not in %o',
  (value) => {
    expect(() => read(value, 'a')).toThrow(/^Expected `config` to be an object, got /);
  },
);

describe('an unknown option', () => {
  test.each([
    ['concurent', 'concurrent'],
    ['CONCURRENT', 'concurrent'],
    ['window', 'reorderWindow'],
    ['retries', 'retry'],
  ])('%s was to be %s', (given, meant) => {
    expect(() => read({ [given]: 1 }, 'concurrent', 'reorderWindow', 'retry')).toThrow(
      new TypeError(`Unknown option \`${given}\` in \`config\`. Did you mean \`${meant}\`?`),
    );
  });

  test.each([
    ['concurrentPerkeys', 'concurrentPerKey'],
    ['Concurrent', 'concurrent'],
    ['concurrentByKey', 'concurrentPerKey'],
    ['concurrency', 'concurrent'],
    ['reorderWindw', 'reorderWindow'],
    ['keys', 'key'],
  ])('%s was to be the nearest, %s, and not one that it contains', (given, meant) => {
    expect(() =>
      read({ [given]: 1 }, 'concurrent', 'concurrentPerKey', 'key', 'reorderWindow', 'maxParked', 'order'),
    ).toThrow(`Did you mean \`${meant}\`?`);
  });

  test('that is like none is told with those that there are', () => {
    expect(() => read({ zzz: 1 }, 'a', 'b', 'c')).toThrow(
      new TypeError('Unknown option `zzz` in `config`. Expected `a`, `b` or `c`'),
    );
  });
});

test('a list is written with commas and an "or"', () => {
  expect(list(['a', 'b'])).toBe('`a` or `b`');
  expect(list(['a', 'b', 'c'])).toBe('`a`, `b` or `c`');
});
