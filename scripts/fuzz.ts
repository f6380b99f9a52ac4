// Compares the operators with the model of test/proof/model in very many random scenarios, says what was in them, and shows that
// the comparison finds bugs. A run of at least two million scenarios, or one with --write, is written down in docs/evidence/fuzz.md.
import { Presets, SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { writeFileSync } from 'node:fs';
import { config } from 'rxjs';
import { formatted, table } from './markdown.js';
import * as operators from '../src/index.js';
import { Census, EVENTS, LEAST, OPTIONS, PAIRS } from '../test/proof/model/census.js';
import { plant } from '../test/proof/model/plant.js';
import { PLANTED_BUGS } from '../test/proof/model/plantedBugs.js';
import type { Scenario } from '../test/proof/model/scenario.js';
import { report, search } from '../test/proof/model/search.js';

/** What the page is made for. */
const MANY = 2_000_000;
/** How many scenarios are tried before the event loop goes on. */
const AT_ONCE = 50_000;
/** The number of scenarios in which a bug is to be found. */
const SOON = 20_000;

const wholeNumber = (text: string): number => {
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError(`expected a whole number, got ${text}`);
  }
  return number;
};

interface Options {
  readonly runs: number;
  readonly minutes?: number;
  readonly seed: number;
  readonly path?: string;
  readonly bugs: boolean;
  readonly write?: boolean;
}

const { runs, minutes, seed, path, bugs, write } = new Command('fuzz')
  .description('Compares the operators with the model in random scenarios.')
  .option('--runs <number>', 'how many scenarios', wholeNumber, MANY)
  .option('--minutes <number>', 'stop after that time at the latest', wholeNumber)
  .option('--seed <number>', 'what makes the same scenarios again', wholeNumber, Date.now() % 2 ** 31)
  .option('--path <path>', 'with the seed: one scenario, as a failure says')
  .option('--no-bugs', 'plant no bugs')
  .option('--write', 'write docs/evidence/fuzz.md, although there are fewer scenarios')
  .parse()
  .opts<Options>();

process.stdout.write(`seed ${seed}\n`);
const unhandled: unknown[] = [];
config.onUnhandledError = (error) => void unhandled.push(error);
const census = new Census();
const start = performance.now();
const result = await withProgress(runs, searchAll);
const seconds = Math.round((performance.now() - start) / 1000);

const problems = [report(result) ?? []].flat();
// They are reported in tasks of their own.
await new Promise((resolve) => setTimeout(resolve, 10));
if (unhandled.length > 0) {
  problems.push(`${unhandled.length} errors that nobody handles, the first of them: ${String(unhandled[0])}`);
}
const shares = census.shares([...OPTIONS, ...PAIRS, ...EVENTS]);
if (path === undefined && census.total >= SOON) {
  const rare = census.rare().map(({ feature, share }) => `${feature} (${percent(share)})`);
  if (rare.length > 0) {
    problems.push(`In too few of the scenarios: ${rare.join(', ')}`);
  }
}
process.stdout.write(
  `${count(census.total)} scenarios in ${seconds} s, ${count(census.ambiguous)} more that are not compared\n`,
);

const found: [name: string, after: string][] = [];
for (const bug of bugs && !result.failed ? PLANTED_BUGS : []) {
  config.onUnhandledError = () => undefined;
  const { failed, numRuns } = search(await plant(bug), { seed, numRuns: SOON, endOnFailure: true });
  found.push([bug.name, failed ? count(numRuns) : 'not found']);
  process.stdout.write(`${failed ? `found after ${numRuns}` : 'NOT FOUND'}: ${bug.name}\n`);
  if (!failed) {
    problems.push(`Not found within ${count(SOON)} scenarios: ${bug.name}`);
  }
}

if (problems.length > 0) {
  process.stdout.write(`\n${problems.join('\n\n')}\n`);
  process.exitCode = 1;
} else if ((census.total >= MANY || write) && bugs) {
  writeFileSync('docs/evidence/fuzz.md', await formatted(page(), 'markdown'));
  process.stdout.write('written: docs/evidence/fuzz.md\n');
}

/**
 * Searches in parts, each with a seed of its own: between two of them come the tasks that the scenarios have left, which would
 * need memory otherwise.
 */
async function searchAll(progressed: () => void) {
  const deadline = minutes === undefined ? Infinity : start + minutes * 60_000;
  let last: fc.RunDetails<[Scenario]> | undefined;
  for (let part = 0; ; part++) {
    const rest = runs - part * AT_ONCE;
    const result = search(
      operators,
      {
        seed: seed + part,
        numRuns: Math.min(rest, AT_ONCE),
        plugins:
          minutes === undefined
            ? []
            : [fc.interruptAfterTimeLimit(Math.max(0, deadline - performance.now())) as fc.Plugin<[Scenario]>],
        ...(path !== undefined && { path }),
      },
      {
        add: (...counted) => {
          census.add(...counted);
          progressed();
        },
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (result.interrupted) {
      // Without a single scenario, it would look like a failure.
      return result.numRuns === 0 ? (last ?? result) : result;
    }
    if (result.failed || rest <= AT_ONCE || path !== undefined) {
      return result;
    }
    last = result;
  }
}

async function withProgress<R>(total: number, run: (progressed: () => void) => Promise<R>): Promise<R> {
  const bar = new SingleBar({ format: '{bar} {value} of {total}, {eta_formatted} to go' }, Presets.shades_classic);
  let done = 0;
  bar.start(total, 0);
  try {
    return await run(() => {
      // Drawing it for each would take longer than what it is drawn for.
      if (++done % 1_000 === 0) {
        bar.update(done);
      }
    });
  } finally {
    bar.stop();
  }
}

function page(): string {
  const ofAll = (features: readonly string[]) =>
    shares.filter(({ feature }) => features.includes(feature)).sort((a, b) => a.share - b.share);
  const rows = (features: readonly string[], most = Infinity) =>
    ofAll(features)
      .slice(0, most)
      .map(({ feature, share }) => [feature, percent(share)]);
  return `# Random scenarios against the model

Made by \`npm run fuzz\`. It compares everything that can be observed (what is called, subscribed, torn down and aborted, which
events the monitor gets, what comes out, and when) with what the model in \`test/proof/model/predict.ts\` says.

- **${count(census.total)} scenarios, no difference** (seeds from ${seed} on, one for each ${count(AT_ONCE)}; ${Math.round(seconds / 60)} minutes).
- ${count(census.ambiguous)} more were not compared: in them a limit passes in the same millisecond in which something else
  happens, and no rule says which comes first.
- ${found.length} bugs that were planted on purpose, one at a time, were all found within ${count(SOON)} scenarios.

## What was in them

Each option was in more than ${percent(LEAST.options)} of the scenarios, each pair of compatible, non-redundant options, and each
event, in more than ${percent(LEAST.pairs)}.

${table(['option', 'share'], rows(OPTIONS))}

The ten rarest of the ${PAIRS.length} pairs:

${table(['pair', 'share'], rows(PAIRS, 10))}

${table(['event', 'share'], rows(EVENTS))}

## Bugs planted on purpose

${table(['bug', 'found after scenarios'], found)}
`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function count(n: number): string {
  return n.toLocaleString('en');
}
