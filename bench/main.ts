/**
 * Times `concatMapEager` against what else there is, and writes `results.json`, `RESULTS.md`, `results.svg` and the figures of
 * the README. `npm run bench -- <filter>` prints the workloads whose names contain it, and writes nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { drawChart } from './chart.js';
import { measureGrowth } from './growth.js';
import { formatted, writeSection } from './markdown.js';
import { measure, median, type Line } from './measure.js';
import { measureMemory } from './memory.js';
import { readmeSection, resultsPage } from './report.js';
import { resultsFile, type Results } from './results.js';
import { runShortForm } from './short.js';
import { measureSize } from './size.js';
import { compareWithTargets } from './targets.js';
import { times } from './words.js';
import { workloads } from './workloads/index.js';

const PACKAGES = ['rxjs', 'rxjs-etc', 'p-map', 'streaming-iterables', 'effect'];

if (!import.meta.resolve('rxjs-concat-map-eager').endsWith('/dist/index.js')) {
  throw new Error('Expected the built package, got its sources: use `npm run bench`');
}

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '11' }, 'growth-rounds': { type: 'string', default: '3' } },
});
const rounds = positive('rounds', values.rounds);
const growthRounds = positive('growth-rounds', values['growth-rounds']);

const wanted = workloads.filter(
  ({ id, title }) => filters.length === 0 || filters.some((filter) => id.includes(filter) || title.includes(filter)),
);
if (wanted.length === 0) {
  throw new Error(
    `Expected a filter that fits one of ${workloads.map(({ id }) => id).join(', ')}, got ${filters.join(', ')}`,
  );
}

const started = performance.now();
const lines: Line[] = [];
for (const workload of wanted) {
  progress(workload.title);
  const line = await measure(workload, rounds);
  progress('');
  print(line);
  lines.push(line);
}
if (filters.length === 0) await writeResults();
console.log(`${Math.round((performance.now() - started) / 1_000)} s`);

async function writeResults(): Promise<void> {
  const growth = await measureGrowth(growthRounds, progress);
  const memory = await measureMemory(progress);
  progress('the short form');
  const short = await medianOfShortForms(3);
  const size = await measureSize();
  progress('');
  const results: Results = {
    machine: { node: process.version, cores: availableParallelism(), platform: `${process.platform} ${process.arch}` },
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    rounds,
    lines,
    growth,
    memory,
    size,
    short,
  };
  writeFileSync(resultsFile, await formatted(JSON.stringify(results), 'json'));
  writeFileSync(new URL('RESULTS.md', import.meta.url), await resultsPage(results));
  writeFileSync(new URL('results.svg', import.meta.url), drawChart(results));
  await writeSection(new URL('../README.md', import.meta.url), 'speed', readmeSection(results));

  const targets = new Table({
    head: ['against', 'where it is worst', 'at most', 'reached', ''],
    style: { head: [], border: [] },
  });
  for (const { target, where, atMost, reached, isReached } of compareWithTargets(results)) {
    targets.push([target, where, atMost, reached, isReached ? 'yes' : 'NO']);
  }
  console.log(targets.toString());
}

function print({ title, ratios }: Line): void {
  console.log(`\n${title}`);
  const output = new Table({
    head: ['time of', 'divided by that of', 'ratio', 'half of the rounds', 'rounds'],
    style: { head: [], border: [] },
  });
  for (const { of, to, median, low, high, rounds } of ratios) {
    output.push([of, to, times(median), `${times(low)} to ${times(high)}`, rounds]);
  }
  console.log(output.toString());
}

/** What is being measured, on one line that is written over. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function medianOfShortForms(runs: number): Promise<Record<string, number>> {
  const found: Record<string, number>[] = [];
  for (let i = 0; i < runs; i++) found.push(await runShortForm());
  return Object.fromEntries(Object.keys(found[0]!).map((id) => [id, median(found.map((each) => each[id]!))]));
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new RangeError(`Expected \`--${name}\` to be an integer from 1 and up, got \`${text}\``);
  return number;
}

function versionOf(name: string): string {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
