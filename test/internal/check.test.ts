import { describe, expect, test } from 'vitest';
import { check, checkCount, checkNumber, checkOptions, list } from '../../src/internal/check.js';

test('what is valid is no mistake', () => {
  check(true, 'name', 'anything', 1);
  checkNumber('name', 'even', 2, (n) => n % 2 === 0);
  [1, 2, Infinity].forEach((count) => checkCount('name', 1, count));
  checkOptions('config', { a: 1, b: undefined }, 'an object', ['a', 'b']);
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

test.each([null, undefined, 5, 'text', [1], () => 1])('options are in an object, not in %o', (value) => {
  expect(() => checkOptions('config', value, 'an object', ['a'])).toThrow(/^Expected `config` to be an object, got /);
});

describe('an unknown option', () => {
  test.each([
    ['concurent', 'concurrent'],
    ['CONCURRENT', 'concurrent'],
    ['window', 'reorderWindow'],
    ['retries', 'retry'],
  ])('%s was to be %s', (given, meant) => {
    const known = ['concurrent', 'reorderWindow', 'retry'];

    expect(() => checkOptions('config', { [given]: 1 }, 'an object', known)).toThrow(
      new TypeError(`Unknown option \`${given}\` in \`config\`. Did you mean \`${meant}\`?`),
    );
  });

  test('that is like none is told with those that there are', () => {
    expect(() => checkOptions('config', { zzz: 1 }, 'an object', ['a', 'b', 'c'])).toThrow(
      new TypeError('Unknown option `zzz` in `config`. Expected `a`, `b` or `c`'),
    );
  });
});

test('a list is written with commas and an "or"', () => {
  expect(list(['a', 'b'])).toBe('`a` or `b`');
  expect(list(['a', 'b', 'c'])).toBe('`a`, `b` or `c`');
});
