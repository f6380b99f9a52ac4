import { readdirSync } from 'node:fs';
import { concatMap, EMPTY, map, mergeMap, pipe, take } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatAllEager, concatEager, concatMapEager, type FailedItem } from '../src/index.js';
import {
  type MarbleFixtures,
  type MarbleOperators,
  type MarbleSpec,
  readMarbleFile,
  runMarble,
} from 'rxjs-concat-map-eager/testing';

const operators: MarbleOperators = {
  concatMapEager: ({ project, config }) => concatMapEager(project, config),
  concatAllEager: ({ inner, config }) =>
    pipe(
      map((label: string) => inner(label)),
      concatAllEager(config),
    ),
  concatEager: ({ inputs, config }) => concatEager(inputs, config),
  // rxjs's own, for comparison and for what comes after.
  concatMap: ({ project }) => concatMap(project),
  mergeMap: ({ project, config }) => mergeMap(project, config),
  take: ({ config }) => take(config),
};

/** What `$name` in a page stands for. */
const fixtures: MarbleFixtures = ({ inner }) => ({
  empty: () => EMPTY,
  rethrow: (error: unknown) => {
    throw error;
  },
  /** The next row of the failed item. */
  retryRow: (_error: unknown, item: FailedItem<string>) => inner(item.value),
  /** The row `n`. */
  notifier: () => inner('n'),
});

const pages = readdirSync(new URL('../marbles', import.meta.url)).filter((name) => name.endsWith('.md'));

test('there are marble pages', () => {
  expect(pages).toContain('README.md');
});

describe.each(pages.sort())('marbles/%s', (page) => {
  let specs: MarbleSpec[] = [];
  try {
    specs = readMarbleFile(new URL(`../marbles/${page}`, import.meta.url));
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
});
