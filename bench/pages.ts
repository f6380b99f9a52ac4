/** Everything that is made from what has been measured: the scripts write it, and a test makes it again and compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { drawAdaptiveChart, drawHttpChart } from './adaptive/chart.js';
import { adaptiveSection, httpSection } from './adaptive/report.js';
import type { AdaptiveResults, HttpResults } from './adaptive/results.js';
import { drawChart } from './chart.js';
import { withSection } from '../scripts/markdown.js';
import { readmeSection, resultsPage } from './report.js';
import { skewSection } from './keys/skew.js';
import type { Results } from './results.js';
import { drawWindowChart } from './window/chart.js';
import { windowSection } from './window/report.js';
import type { WindowResults } from './window/results.js';

/** What is to be in a file, by its path from the root. */
type Pages = Record<string, string>;

const file = (path: string) => new URL(`../${path}`, import.meta.url);
const read = (path: string) => readFileSync(file(path), 'utf8');

export async function pagesOf(results: Results): Promise<Pages> {
  return {
    'bench/RESULTS.md': await resultsPage(results),
    'bench/results.svg': drawChart(results),
    'README.md': await withSection('README.md', read('README.md'), 'speed', readmeSection(results)),
  };
}

export async function windowPagesOf(results: WindowResults): Promise<Pages> {
  return {
    'docs/images/window.svg': drawWindowChart(results),
    'docs/guide/choosing.md': await withSection(
      'docs/guide/choosing.md',
      read('docs/guide/choosing.md'),
      'window',
      windowSection(results),
    ),
  };
}

/** There are no results in between: it is computed each time, in a second. */
export async function keyPagesOf(): Promise<Pages> {
  const path = 'docs/guide/keys.md';
  return { [path]: await withSection(path, read(path), 'skew', skewSection()) };
}

export async function adaptivePagesOf(results: AdaptiveResults): Promise<Pages> {
  const path = 'docs/guide/limits.md';
  return {
    'docs/images/adaptive.svg': drawAdaptiveChart(results),
    [path]: await withSection(path, read(path), 'adaptive', adaptiveSection(results)),
  };
}

export async function httpPagesOf(results: HttpResults): Promise<Pages> {
  const path = 'docs/guide/limits.md';
  return {
    'docs/images/adaptive-http.svg': drawHttpChart(results),
    [path]: await withSection(path, read(path), 'adaptive http', httpSection(results)),
  };
}

export function write(pages: Pages): void {
  for (const [path, content] of Object.entries(pages)) writeFileSync(file(path), content);
}
