import { readdirSync, readFileSync } from 'node:fs';
import { concatMap, delay } from 'rxjs';
import { readMarbles, runMarble, type MarbleOperators } from 'rxjs-concat-map-eager/testing';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const blocks = (markdown: string, language: string) =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!);

const docs = read('docs/guide/testing.md');
const code = [...blocks(docs, 'ts'), ...blocks(docs, 'js')];
const tests = readdirSync(new URL('../../examples/testing', import.meta.url)).filter((name) => name.includes('.test.'));

test('there is a test file for each framework', () => {
  expect(tests.sort()).toEqual(['jest.test.cjs', 'mocha.test.mjs', 'node.test.mjs', 'vitest.test.ts']);
});

test.each(tests)('docs/guide/testing.md shows the whole of examples/testing/%s', (name) => {
  expect(code).toContain(read(`examples/testing/${name}`));
});

test('docs/guide/testing.md shows no other code than that of examples/testing', () => {
  const files = [...tests, 'operators.cjs', 'draw.mjs', 'check.mjs'].map((name) => read(`examples/testing/${name}`));
  expect(code.length).toBeGreaterThan(tests.length);
  for (const block of code) {
    expect(files.join('\n')).toContain(block);
  }
});

test('docs/guide/testing.md shows marbles that are tested', () => {
  const page = blocks(read('examples/testing/search.md'), 'marble');
  const shown = blocks(docs, 'marble');
  expect(shown.length).toBeGreaterThan(0);
  for (const block of shown) {
    expect(page).toContain(block);
  }
});

const [silent] = readMarbles('```marble\nsource  a|\n> emitLate\nresult  --\n```');
const runSilent = (emitLate: MarbleOperators[string]) => () => runMarble(silent!, { emitLate });

test('a promise does not resolve within a run', () => {
  expect(runSilent(() => concatMap(() => Promise.resolve('a')))).not.toThrow();
});

test('a run ends 100 s after the last mark, at 1 ms', () => {
  expect(runSilent(() => delay(100_002))).not.toThrow();
  expect(runSilent(() => delay(100_000))).toThrow('result at 100000 ms');
});
