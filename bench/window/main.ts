/**
 * What the reorder window costs and gives, in virtual time: writes `bench/window.json`, the chart and the tables of
 * `docs/guide/choosing.md`. There is no chance in it: every run finds the same.
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { mergeMap } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { expectBuilt } from '../expectBuilt.js';
import { formatted } from '../../scripts/markdown.js';
import { median } from '../measure.js';
import { windowPagesOf, write } from '../pages.js';
import { distributions, drawLatencies, type Distribution } from './latencies.js';
import { windowSection } from './report.js';
import { windows, windowFile, type Case, type WindowResults } from './results.js';
import { simulate, type Simulated } from './simulate.js';

const LIMITS = [10, 16, 100];

/** Fewer items say less, so that more samples of them are drawn. */
const SAMPLES = [
  { items: 1_000, samples: 15 },
  { items: 10_000, samples: 5 },
  { items: 100_000, samples: 1 },
];

expectBuilt();
const started = performance.now();
const cases: Case[] = [];
for (const distribution of distributions) {
  for (const { items, samples } of SAMPLES) {
    const latencies = Array.from({ length: samples }, (_, seed) => drawLatencies(items, distribution, seed + 1));
    for (const limit of LIMITS) cases.push(compare(distribution, limit, latencies));
  }
  console.log(`${distribution.title} (${Math.round((performance.now() - started) / 1_000)} s)`);
}
const results: WindowResults = { samples: SAMPLES, cases };
writeFileSync(windowFile, await formatted(JSON.stringify(results), 'json'));
write(await windowPagesOf(results));
console.log(windowSection(results));

/** All windows with one limit, on the same latencies. */
function compare(distribution: Distribution, limit: number, samples: readonly (readonly number[])[]): Case {
  const bounds = samples.map((latencies) => workConserving(latencies, limit));
  const summarize = (runs: readonly Simulated[]) => ({
    time: Math.round(median(runs.map(({ time }) => time))),
    utilisation: Number(median(runs.map(({ time }, i) => bounds[i]! / time)).toFixed(4)),
    mostParked: Math.max(...runs.map(({ mostParked }) => mostParked)),
  });
  const unordered = (latencies: readonly number[]) =>
    simulate((project) => mergeMap(project, limit), latencies, 'in any order');
  return {
    distribution: distribution.id,
    items: samples[0]!.length,
    limit,
    bound: Math.round(median(bounds)),
    mergeMap: summarize(samples.map(unordered)),
    windows: Object.fromEntries(
      windows.map(({ name, size }) => {
        const reorderWindow = size(limit);
        const eager = (latencies: readonly number[]) =>
          simulate((project) => concatMapEager(project, { concurrent: limit, reorderWindow }), latencies, 'in order');
        return [name, summarize(samples.map(eager))];
      }),
    ),
  };
}

/** Nothing can be over sooner: all slots are always busy, or one item takes that long. */
function workConserving(latencies: readonly number[], limit: number): number {
  let sum = 0;
  let longest = 0;
  for (const latency of latencies) {
    sum += latency;
    longest = Math.max(longest, latency);
  }
  return Math.max(sum / limit, longest);
}
