/**
 * Times `concatMapEager` against what else there is, and writes `results.json` and what is made from it: `RESULTS.md`,
 * `results.svg` and the figures of the README.
 *
 *     npm run bench                          everything
 *     npm run bench -- promises --rounds 5   the workloads whose names contain that: printed, and nothing written
 *     npm run bench -- promises --write      the same, and written in the place of their last results
 *     npm run bench -- --pages               all pages again, from the results that are there
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { expectBuilt } from './expectBuilt.js';
import { measureGrowth } from './growth.js';
import { formatted } from '../scripts/markdown.js';
import { measure, median, type Line } from './measure.js';
import { measureMemory } from './memory.js';
import { pagesOf, windowPagesOf, write } from './pages.js';
import { readResults, resultsFile, type Results } from './results.js';
import { runShortForm } from './short.js';
import { measureSize } from './size.js';
import { compareWithTargets } from './targets.js';
import { times } from './words.js';
import { readWindowResults } from './window/results.js';
import { workloads } from './workloads/index.js';

const PACKAGES = ['rxjs', 'rxjs-etc', 'p-map', 'streaming-iterables', 'effect', 'async-lock'];

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '11' },
    'growth-rounds': { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
    pages: { type: 'boolean', default: false },
  },
});
const rounds = positive('rounds', values.rounds);
const growthRounds = positive('growth-rounds', values['growth-rounds']);

if (!values.pages) await run();
else write({ ...(await pagesOf(readResults())), ...(await windowPagesOf(readWindowResults())) });

async function run(): Promise<void> {
  expectBuilt();
  const started = performance.now();
  const lines: Line[] = [];
  for (const workload of wanted()) {
    progress(workload.title);
    const line = await measure(workload, rounds);
    progress('');
    print(line);
    lines.push(line);
  }
  if (filters.length === 0 || values.write) {
    const results = filters.length === 0 ? await measureRest(lines) : await merged(lines);
    writeFileSync(resultsFile, await formatted(JSON.stringify(results), 'json'));
    write(await pagesOf(results));
    printTargets(results);
  }
  console.log(`${Math.round((performance.now() - started) / 1_000)} s`);
}

function wanted() {
  const found = workloads.filter(
    ({ id, title }) => filters.length === 0 || filters.some((filter) => id.includes(filter) || title.includes(filter)),
  );
  if (found.length === 0) {
    const ids = workloads.map(({ id }) => id).join(', ');
    throw new Error(`Expected a part of one of ${ids}, got ${filters.join(', ')}`);
  }
  return found;
}

/** What needs processes of its own. */
async function measureRest(lines: readonly Line[]): Promise<Results> {
  const growth = await measureGrowth(growthRounds, progress);
  const memory = await measureMemory(progress);
  progress('the short form');
  const short = await medianOfShortForms(3);
  const size = await measureSize();
  progress('');
  return {
    machine: { node: process.version, cores: availableParallelism(), platform: `${process.platform} ${process.arch}` },
    packages: versions(),
    rounds,
    lines,
    growth,
    memory,
    size,
    short,
  };
}

/** The results that are there, with these lines, and their short forms, in the place of those of the same name. */
async function merged(lines: readonly Line[]): Promise<Results> {
  const results = readResults();
  const all = workloads.flatMap(({ id }) => [...lines, ...results.lines].find((line) => line.id === id) ?? []);
  progress('the short form');
  const short = await runShortForm(lines.map(({ id }) => id));
  progress('');
  return { ...results, packages: versions(), lines: all, short: { ...results.short, ...short } };
}

function printTargets(results: Results): void {
  const output = new Table({
    head: ['against', 'where it is worst', 'at most', 'reached', ''],
    style: { head: [], border: [] },
  });
  for (const { target, where, atMost, reached, isReached } of compareWithTargets(results)) {
    output.push([target, where, atMost, reached, isReached ? 'yes' : 'NO']);
  }
  console.log(output.toString());
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
  if (!Number.isInteger(number) || number < 1) {
    throw new RangeError(`Expected \`--${name}\` to be an integer from 1 and up, got \`${text}\``);
  }
  return number;
}

function versions(): Record<string, string> {
  return Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]));
}

function versionOf(name: string): string {
  // rxjs is that of the root.
  const manifests = ['', '../'].map((up) => new URL(`${up}node_modules/${name}/package.json`, import.meta.url));
  return (
    JSON.parse(
      readFileSync(
        manifests.find((file) => existsSync(file))!,
        'utf8',
      ),
    ) as { version: string }
  ).version;
}
