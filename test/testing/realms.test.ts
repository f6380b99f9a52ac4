import { runInNewContext } from 'node:vm';
import { map, mergeMap, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { type MarbleFixtures, type MarbleOperators, readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';

// jest gives each test file globals of its own, so that what Node.js makes comes from another realm.

/** What it gives when it runs in another realm. */
const elsewhere = (code: string): unknown => runInNewContext(code);

const operators: MarbleOperators = {
  give: ({ config }) => map(() => config),
  fail: ({ config }) => mergeMap(() => throwError(config)),
  throw: ({ config }: { config: () => never }) => config(),
};

function run(lines: readonly string[], fixtures: MarbleFixtures): void {
  const [spec] = readMarbles(['# the block', '```marble', ...lines, '```'].join('\n'), 'page.md');
  runMarble(spec!, operators, fixtures);
}

/** Runs a block whose result must be equal to `expected`, and is `given`. */
function compare(expected: unknown, given: unknown) {
  return () => run(['source  a|', '> give $given', 'result  b|', 'where   b: $expected'], { expected, given });
}

test.each([
  ['{ id: 1, tags: ["x", {}], none: [] }', { id: 1, tags: ['x', {}], none: [] }],
  ['new Map([[1, new Set([2])]])', new Map([[1, new Set([2])]])],
  ['new Map()', new Map()],
  ['new Date(5)', new Date(5)],
])('%s of another realm is equal to one of this realm', (code, expected) => {
  expect(compare(expected, elsewhere(`(${code})`))).not.toThrow();
});

test.each([
  ['{ id: 2 }', { id: 1 }],
  ['[]', {}],
  ['new Map()', new Set()],
  ['new Map([[1, 1]])', new Map([[1, 2]])],
  ['new Date(6)', new Date(5)],
  ['new (class Row { id = 1 })()', { id: 1 }],
  [
    'new (class Row { id = 1 })()',
    new (class Row {
      id = 1;
    })(),
  ],
  ['Object.create({ id: 1 })', {}],
  ['Promise.resolve()', Promise.resolve()],
])('%s of another realm is not equal to %o', (code, expected) => {
  expect(compare(expected, elsewhere(`(${code})`))).toThrow('result at 0 ms');
});

/** Runs a block whose result must fail with an error of that name, and fails with this one. */
function fail(name: string, error: unknown) {
  return () => run(['source  (a!)', '> fail $make', 'result  #', `error   ${name}`], { make: () => error });
}

test('an error of another realm has a name and a message', () => {
  expect(fail('RangeError', elsewhere('new RangeError("too long")'))).not.toThrow();
  expect(fail('RangeError', elsewhere('new TypeError("no list")'))).toThrow('the error is TypeError: no list');
});

test('a DOMException of another realm has a name', () => {
  // A context of `node:vm` has none: this is all that is seen of one.
  const prototype = { [Symbol.toStringTag]: 'DOMException' };
  const error: unknown = Object.assign(Object.create(prototype), { name: 'AbortError', message: 'aborted' });
  expect(fail('AbortError', error)).not.toThrow();
});

test('what an operator throws of another realm is in the message', () => {
  const call = elsewhere('() => { throw new RangeError("too long") }');
  expect(() => run(['source  a|', '> throw $call', 'result  a|'], { call })).toThrow('page.md:2: the block: too long');
});
