/** The page and the chart: made from the results alone, so that a test can make them again. */
import { formatted, table } from '../../scripts/markdown.js';
import { count } from '../words.js';
import { drawChart } from './chart.js';
import { CONSUMER_NAMES } from './consumers.js';
import type { Results } from './results.js';
import { sum } from './sample.js';
import { KINDS } from './tally.js';
import { heapTrend, judge, kilobytes, measured } from './verdict.js';

/** What is to be in a file, by its path from the root. */
export async function pagesOf(results: Results): Promise<Record<string, string>> {
  return {
    'bench/soak/results.json': await formatted(JSON.stringify(results), 'json'),
    'bench/soak/RESULTS.md': await page(results),
    'bench/soak/results.svg': drawChart(results),
  };
}

function page(results: Results): Promise<string> {
  const { minutes, seed, counts, followed, left, samples } = results;
  const { node, cores, platform } = results.machine;
  const { growth, scatter, start } = heapTrend(results);
  const judged = measured(results);
  const items = judged.at(-1)!.items - judged[0]!.items;
  const text = `
# Endurance

Twelve streams are subscribed all the time, with real timers: \`concatMapEager\` under each policy, with keys in either order,
with a shared, an adaptive and a changing limit, and with a bound on what waits; \`concatAllEager\`; and \`concatEager\` over a
generator and an async iterable, neither of which ends. Three more are asked for their values: by \`for await\`, by several calls of
\`next()\` at once, and by \`Readable.from\`. These consumers are slow, leave in the middle and begin anew; the sources have no
end, but \`until\` ends two of them. Inners are promises, thenables, Observables, arrays, iterables, async
iterables and ReadableStreams. Up to 30 of a hundred hang, fail, come too late, throw, have no key, or are not an ObservableInput; time
limits, retries and fallbacks deal with them. Half of the \`project\` functions read their signal. Meanwhile short streams with random
options come and go: they complete, fail, overflow, are stopped by their \`signal\`, or are left in the middle. A signal, the limits and a
notifier for \`until\` outlive them all.

Every few seconds no more items are let in until every item is accounted for. The streams are then at rest: still subscribed, with
nothing to do. What the process holds at that moment must be the same each time.

## Verdict

${table(
  ['', 'found', ''],
  judge(results).map(({ name, found, isHeld }) => [name, found, isHeld ? 'yes' : '**no**']),
  3,
)}

![The heap after collection over the time, which is level; and the number of timers, at work and at rest](results.svg)

The heap after collection was ${kilobytes(start)} at the end of the warm-up. From there to the end, in which ${count(items)} items were
processed, the line through it ${growth < 0 ? 'falls' : 'rises'} by ${kilobytes(Math.abs(growth))}: ${Math.abs(growth / items).toFixed(3)} bytes an item. Half of the samples
are within ${kilobytes(scatter)} of the line.

## What happened

${table(
  ['', 'number'],
  [
    ['items', count(counts.items!)],
    ['items a second', count(Math.round(counts.items! / (minutes * 60)))],
    ['values that came out', count(counts.values!)],
    ['retries (of the streams with a monitor)', count(counts.retries!)],
    ['time limits exceeded', `${count(sum(under(counts, 'limit: ')))} (${inWords(under(counts, 'limit: '))})`],
    ['fallbacks', count(counts.fallbacks!)],
    ['signals aborted, of those that were read', count(counts['signals aborted']!)],
    ['outcomes of items, of the streams with a monitor', inWords(under(counts, 'outcome: '))],
    ['short streams', inWords(under(counts, 'short: '))],
    ...consumers(counts),
    ['times at rest', count(samples.length)],
  ],
)}

One object in eight was followed by a \`FinalizationRegistry\` until it was collected:

${table(['', ...KINDS], [row('followed', followed), row('left after the end', left)])}

## Live streams

${table(
  ['', 'items'],
  Object.entries(under(counts, 'live: ')).map(([name, n]) => [name, count(n)]),
)}

## Made with

\`npm run soak\` makes this page from [results.json](results.json); do not edit it. Node.js ${node} on ${platform} with ${cores} cores,
${minutes} minutes, seed ${seed}.
`;
  return formatted(text.trim(), 'markdown');
}

const row = (name: string, counts: Results['left']) => [name, ...KINDS.map((kind) => count(counts[kind]))];

/** How those ended that were asked for their values. */
const consumers = (counts: Results['counts']) =>
  CONSUMER_NAMES.map((name) => [`asked by \`${name}\``, inWords(under(counts, `${name}: `))]);

/** The counts whose names begin so, by the rest of their names. */
function under(counts: Results['counts'], prefix: string): Record<string, number> {
  const found = Object.entries(counts).filter(([what]) => what.startsWith(prefix));
  return Object.fromEntries(found.map(([what, n]) => [what.slice(prefix.length), n]));
}

const inWords = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([what, n]) => `${count(n)} ${what}`)
    .join(', ');
