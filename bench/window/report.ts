import { table } from '../../scripts/markdown.js';
import { count } from '../words.js';
import { distributions } from './latencies.js';
import { defaultWindow, windows, type Case, type WindowResults } from './results.js';

/** The number of items that the tables show. */
const SHOWN = 10_000;

/** The generated part of `docs/guide/choosing.md`. */
export function windowSection({ cases, samples }: WindowResults): string {
  const shown = cases.filter(({ items }) => items === SHOWN);
  const names = windows.map(({ name }) => name);
  const head = ['latencies', '`concurrent`'];
  const uniform = cases.filter(({ distribution }) => distribution === 'uniform');
  const reached = uniform.map(({ mergeMap, windows }) => mergeMap.time / windows.default!.time);

  return `Utilisation with ${count(SHOWN)} items: the ideal time, with all slots always busy, ÷ the measured time. The ideal
time (bound) is max(sum / \`concurrent\`, longest). The windows are multiples of \`concurrent\`; the default is
${shown
  .slice(0, 3)
  .map(({ limit }) => `${count(defaultWindow(limit))} at ${limit}`)
  .join(', ')}. \`mergeMap\` does not keep the order. What 1,000 and 100,000 items give is in
[window.json](../../bench/window.json), with the times.

${table(
  [...head, 'bound', ...names, '`mergeMap`'],
  shown.map((each) => [
    ...label(each),
    `${(each.bound / 1_000).toFixed(1)} s`,
    ...names.map((name) => each.windows[name]!.utilisation.toFixed(2)),
    each.mergeMap.utilisation.toFixed(2),
  ]),
)}

Most items parked at once:

${table(
  [...head, ...names],
  shown.map((each) => [...label(each), ...names.map((name) => count(each.windows[name]!.mostParked))]),
)}

On uniform latencies the default reaches ${least(reached)} of what \`mergeMap\` reaches, or more, at every limit and from
${count(samples[0]!.items)} to ${count(samples.at(-1)!.items)} items; over all latencies, ${least(
    cases.map(({ mergeMap, windows }) => mergeMap.time / windows.default!.time),
  )} or more.`;
}

function label({ distribution, limit }: Case): [string, string] {
  return [distributions.find(({ id }) => id === distribution)!.title, String(limit)];
}

/** Rounded down: it is said that this much is reached. */
const least = (ratios: readonly number[]) => (Math.floor(Math.min(...ratios) * 1_000) / 1_000).toFixed(3);
