import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readAdaptiveResults, readHttpResults } from '../adaptive/results.js';
import { adaptivePagesOf, httpPagesOf, keyPagesOf, pagesOf, windowPagesOf } from '../pages.js';
import { readResults } from '../results.js';
import { readWindowResults } from '../window/results.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const readme = read('README.md');
const orderDesk = read('docs/guide/order-desk.md');

const pages = {
  ...(await pagesOf(readResults())),
  ...(await windowPagesOf(readWindowResults())),
  ...(await keyPagesOf()),
  ...(await adaptivePagesOf(readAdaptiveResults())),
  ...(await httpPagesOf(readHttpResults())),
};

describe('what is said of speed is what was measured', () => {
  test.each(Object.entries(pages))('%s is what the results make of it', (path, content) => {
    expect(read(path)).toBe(content);
  });

  test('the README has no figure of speed but these', () => {
    const part = /<!-- speed: [^]*<!-- \/speed -->/;
    expect(readme).toMatch(part);
    const rest = readme.replace(part, '');

    expect(rest.match(/[\d.,]+ ?(?:×|x\b|%|times (?:as|faster|slower|the)|of the time)/g)).toBeNull();
  });

  test('the figures of the order desk follow from its table', () => {
    const time = (leg: string) => Number(new RegExp(`^\\| ${leg}[^|]*\\| *([\\d.]+) ms`, 'm').exec(orderDesk)?.[1]);
    const eager = time('`concatMapEager`, 100 at once');

    // The table is rounded, and what is said was computed before that.
    const said = (sentence: RegExp) => Number(sentence.exec(orderDesk)?.[1]);
    expect(Math.abs(said(/(\d+) times as fast as `concatMap`/) - time('`concatMap`') / eager)).toBeLessThan(1);
    expect(
      Math.abs(said(/took (\d+) % more time/) - (time('without a key, `reorderWindow') / eager - 1) * 100),
    ).toBeLessThan(1);
  });

  test('the default window reaches 0.97 of what mergeMap reaches on uniform latencies', () => {
    const uniform = readWindowResults().cases.filter(({ distribution }) => distribution === 'uniform');

    expect(uniform.length).toBeGreaterThan(0);
    expect(Math.min(...uniform.map(({ mergeMap, windows }) => mergeMap.time / windows.default!.time))).toBeGreaterThan(
      0.97,
    );
  });
});
