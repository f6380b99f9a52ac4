/** The pages: made from the results alone, so that a test can make them again. */
import { formatted, table } from '../scripts/markdown.js';
import type { Line } from './measure.js';
import { ratioOf, type Results } from './results.js';
import { compareWithTargets } from './targets.js';
import { count, times } from './words.js';
import { WITH_LIMIT, WITHOUT } from './workloads/options.js';
import { READ_PROMISES, READING } from './workloads/reading.js';

const OURS = 'concatMapEager';

/** `bench/RESULTS.md`. */
export function resultsPage(results: Results): Promise<string> {
  const { node, cores, platform } = results.machine;
  const packages = Object.entries(results.packages).map(([name, version]) => `${name} ${version}`);
  const page = `
# Performance

A ratio is the time of \`concatMapEager\` divided by the time of what it is compared with: **below 1, it is faster**. On lines that
say \`for await\`, it is \`concatMapEagerFrom\`, which reads a generator, and its result and those of the others are iterated. All
contestants of a workload run one after the other in each round, after a warm-up. All garbage is collected before
each workload, and only young garbage before each run: a full collection between two runs would also discard optimized code, and
the run would measure that. A ratio compares two times of the same round. The table gives the median of the rounds and the range
of the middle half of them. A contestant that takes longer than two seconds runs in 3 rounds, longer than 10 seconds in one. Every
run is checked: it has emitted everything, in order where that is promised. Absolute times say more about a machine than about a
program; they are in \`results.json\`.

## Targets

${targetsTable(results)}

## Ratios

![The time of concatMapEager divided by the time of the others, a row for each workload](results.svg)

${ratiosTable(results.lines.filter(({ id }) => !id.startsWith('options-')))}
${busyLines(results)}

## What options cost while nothing fails

The time with an option, divided by the time without.

${optionsTable(results.lines.filter(({ id }) => id.startsWith('options-')))}

## Growth

The time per item, divided by that with 10,000 items. Each size runs in processes of its own.

${growthTable(results)}

## Memory

Heap in use after garbage collection, minus the heap in use before, divided by the number of items; each in a process of its own.
The values are small integers, which take no heap of their own: what is counted is what the operator adds, and its reference to
the value.

${memoryTable(results)}

## Size

Minified and brotli-compressed, without rxjs: ${Object.entries(results.size)
    .map(([name, bytes]) => `${name === OURS ? '`import { concatMapEager }`' : name} ${count(bytes)} B`)
    .join(', ')}.

## Made with

\`npm run bench\` makes this page from [results.json](results.json); do not edit it. Node.js ${node} on ${platform} with ${cores} cores;
${packages.join(', ')}.
`;
  return formatted(page, 'markdown');
}

/** The figures of the README. */
export function readmeSection({ lines }: Results): string {
  const settled = lines.find(({ id }) => id === 'promises-16')!.title;
  const figures = [
    ['`mergeMap`', ratioOf(lines, 'promises-16', OURS, 'mergeMap')],
    ['rxjs-etc’s `concatMapEager`', ratioOf(lines, 'promises-16', OURS, 'rxjs-etc')],
    ['p-map’s `pMapIterable`', ratioOf(lines, READ_PROMISES, READING, 'p-map `pMapIterable`')],
    ['Node’s `Readable.map`', ratioOf(lines, READ_PROMISES, READING, 'Node `Readable.map`')],
  ] as const;
  return `${table(
    ['the time divided by that of', ...figures.map(([name]) => name)],
    [[`${settled}; the last two by \`for await\``, ...figures.map(([, ratio]) => times(ratio))]],
  )}

By \`npm run bench\`. Below 1 it is faster; it is slower where many items are parked behind a late one: [all ratios](bench/RESULTS.md).`;
}

function targetsTable(results: Results): string {
  return table(
    ['against', 'worst line', 'target: at most', 'reached', ''],
    compareWithTargets(results).map(({ target, where, atMost, reached, isReached }) => [
      target,
      where,
      atMost,
      reached,
      isReached ? 'yes' : '**no**',
    ]),
    2,
  );
}

function ratiosTable(lines: readonly Line[]): string {
  return table(
    ['workload', 'divided by the time of', 'ratio', 'middle half', 'rounds'],
    lines.flatMap(({ title, ratios }) =>
      ratios.map(({ of, to, median, low, high, rounds }, i) => [
        `${i === 0 ? title : ''}${[OURS, READING, WITH_LIMIT].includes(of) ? '' : ` ${of}`}`,
        to === WITHOUT ? 'the same without it' : to,
        times(median),
        rounds > 1 ? `${times(low)} to ${times(high)}` : '',
        String(rounds),
      ]),
    ),
    2,
  );
}

/** Where the machine had more to do than it has cores. */
function busyLines({ lines, machine }: Results): string {
  const busy = lines.filter(({ load = 0 }) => load > machine.cores);
  if (busy.length === 0) return '';
  const loads = busy.map(({ load }) => load!);
  return `
The machine had more to do when these were measured (a load average of up to ${Math.round(Math.max(...loads))}, with ${machine.cores} cores), so their
ratios are spread further: ${busy.map(({ title }) => title).join('; ')}.
`;
}

function optionsTable(lines: readonly Line[]): string {
  return table(
    ['', ...lines.flatMap(({ title }) => [title.replace('options of ', ''), 'middle half'])],
    lines[0]!.ratios.map(({ of }, i) => [
      of,
      ...lines.flatMap(({ ratios }) => {
        const { median, low, high } = ratios[i]!;
        return [times(median), `${times(low)} to ${times(high)}`];
      }),
    ]),
  );
}

function growthTable({ growth }: Results): string {
  return table(
    ['', ...growth[0]!.sizes.map(({ items }) => count(items))],
    growth.map(({ title, sizes }) => [title, ...sizes.map(({ ratio }) => times(ratio))]),
  );
}

function memoryTable({ memory }: Results): string {
  const names = [...new Set(memory.flatMap(({ held }) => Object.keys(held)))];
  return table(
    ['', ...names.map((name) => `\`${name}\``)],
    memory.map(({ title, unit, held }) => [
      title,
      ...names.map((name) => (name in held ? `${count(held[name]!)} ${unit === 'bytes' ? 'B' : 'kB'}` : '')),
    ]),
  );
}
