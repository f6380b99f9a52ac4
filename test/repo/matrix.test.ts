import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PULLED_ONLY } from '../../scripts/matrix/bundlers.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** What an entry exports, as its API report says: values, or values and types. */
function exportsOf(entry: string, kinds: RegExp): string[] {
  const report = read(`scripts/api/${entry}.api.md`);
  const names = [...report.matchAll(/^export (\w+) (\w+)/gm)].filter(([, kind = '']) => kinds.test(kind));
  return [...new Set(names.map(([, , name = '']) => name))].sort();
}

/** What a program imports from a module. */
function importsOf(program: string, module: string): string[] {
  const [, list = ''] = new RegExp(`import \\{([^}]*)\\} from '${module}';`).exec(program)!;
  return list.split(',').map((name) => name.trim().replace(/^type /, '')).filter((name) => name !== '').sort(); // prettier-ignore
}

const entries = { index: 'rxjs-concat-map-eager', testing: 'rxjs-concat-map-eager/testing' };

// The program of the runtimes says by itself which exports it has not used.
test.each(Object.entries(entries))(
  'every export of %s is in the programs that the matrix compiles and bundles',
  (entry, module) => {
    const types = read('scripts/matrix/consumer/types.ts');
    const unused = read('scripts/matrix/consumer/unused.mjs');
    const all = exportsOf(entry, /./);

    expect(all.length).toBeGreaterThan(15);
    expect(importsOf(types, module)).toEqual(all);
    expect(importsOf(unused, module)).toEqual(exportsOf(entry, /function|class|const/));
    for (const name of all) {
      expect(types.match(new RegExp(`\\b${name}\\b`, 'g'))!.length, name).toBeGreaterThan(1);
    }
  },
);

test('the words by which the matrix knows what is left out of a bundle are those of the sources', () => {
  const sources = ['eagerlyFrom', 'pulled'].map((name) => read(`src/internal/${name}.ts`)).join('\n');

  expect(PULLED_ONLY.filter((words) => !sources.includes(words))).toEqual([]);
});
