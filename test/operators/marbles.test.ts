import { readdirSync } from 'node:fs';
import { MarbleMismatch, type MarbleSpec, readMarbleFile, runMarble } from 'rxjs-concat-map-eager/testing';
import { describe, expect, test } from 'vitest';
import { fixtures, operators } from '../support/marbleOperators.js';
import { shiftedResults } from '../support/shiftedResults.js';

const pages = readdirSync(new URL('../../marbles', import.meta.url)).filter((name) => name.endsWith('.md'));

test('there are marble pages', () => {
  expect(pages).toContain('README.md');
});

describe.each(pages.sort())('marbles/%s', (page) => {
  let specs: MarbleSpec[] = [];
  try {
    specs = readMarbleFile(new URL(`../../marbles/${page}`, import.meta.url));
  } catch (error) {
    test('can be read', () => {
      throw error;
    });
    return;
  }

  for (const spec of specs) {
    test(spec.name, () => {
      runMarble(spec, operators, fixtures);
    });
  }

  test('fails with any result moved by one column', () => {
    for (const spec of specs.flatMap(shiftedResults)) {
      expect(() => runMarble(spec, operators, fixtures), spec.name).toThrow(MarbleMismatch);
    }
  });
});

test('almost every result can be moved', () => {
  const specs = pages.flatMap((page) => readMarbleFile(new URL(`../../marbles/${page}`, import.meta.url)));
  expect(specs.flatMap(shiftedResults).length).toBeGreaterThan(5 * specs.length);
});
