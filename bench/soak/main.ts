/**
 * The endurance test: live streams with hangs, failures, retries and unsubscriptions, by real timers. A run of thirty minutes
 * writes `results.json` and what is made from it: `RESULTS.md` and `results.svg`.
 *
 *     npm run soak                               thirty minutes
 *     npm run soak -- --minutes 2 --seed 7       shorter, with other numbers: printed, and nothing written
 *     npm run soak -- --pages                    the page and the chart again, from the results that are there
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { expectBuilt } from '../expectBuilt.js';
import { count } from '../words.js';
import { readResults, type Results } from './results.js';
import { run } from './run.js';
import type { Sample } from './sample.js';
import { isLongEnough, judge, kilobytes } from './verdict.js';

const FULL = 30; // minutes

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: String(FULL) },
    seed: { type: 'string', default: '1' },
    pages: { type: 'boolean', default: false },
  },
});

if (values.pages) {
  await writePages(readResults());
} else {
  await soak(number('minutes', values.minutes), number('seed', values.seed));
}

async function soak(minutes: number, seed: number): Promise<void> {
  const isFull = minutes >= FULL;
  // Less is also run on the sources, by the tests.
  if (isFull) expectBuilt();
  let printed = 0;
  const results = await run(minutes, seed, (sample) => {
    if (sample.at - printed >= Math.min(60, minutes * 12)) {
      printed = sample.at;
      print(sample);
    }
  });
  const checks = judge(results);
  for (const { name, found, isHeld } of checks) console.log(`${isHeld ? 'ok    ' : 'FAILED'}  ${name}: ${found}`);
  for (const problem of results.problems) console.log(`        ${problem}`);
  if (!isLongEnough(results)) console.log('A run of less than a minute is all warm-up: its heap is not judged.');
  const isHeld = checks.every((check) => check.isHeld);
  if (isHeld && isFull) {
    await writePages(results);
  }
  console.log(isHeld ? 'It has held.' : 'It has NOT held.');
  // What is left behind must not keep it from ending.
  process.exit(isHeld ? 0 : 1);
}

function print({ at, items, heap, timersAtWork, resources }: Sample): void {
  const rest = Object.entries(resources).map(([kind, n]) => `${n} ${kind}`);
  console.log(
    `${at.toFixed(0).padStart(4)} s  ${count(items).padStart(10)} items  heap ${kilobytes(heap)}  ` +
      `timers ${timersAtWork} at work; at rest: ${rest.join(', ') || 'none, and no handles'}`,
  );
}

async function writePages(results: Results): Promise<void> {
  // Only now: what draws and formats is larger than all that is measured.
  const { pagesOf } = await import('./report.js');
  for (const [path, content] of Object.entries(await pagesOf(results))) {
    writeFileSync(new URL(`../../${path}`, import.meta.url), content);
  }
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(`Expected \`--${name}\` to be a number above 0, got \`${text}\``);
  }
  return value;
}
