import { concatMapEager } from 'rxjs-concat-map-eager';
import { table } from '../../scripts/markdown.js';
import { distributions, drawLatencies, makeRandom } from '../window/latencies.js';
import { simulate } from '../window/simulate.js';
import { count } from '../words.js';

const ITEMS = 10_000;
const KEYS = 1_000;
const LIMITS = [16, 64];
const EXPONENTS = [0, 0.5, 0.8, 1, 1.2];

/** The generated part of `docs/guide/keys.md`. There is no chance in it: every run finds the same. */
export function skewSection(): string {
  const latencies = drawLatencies(ITEMS, distributions[0]!, 1);
  const rows = EXPONENTS.map((exponent) => {
    const keys = drawKeys(exponent);
    const work = workOfKeys(keys, latencies);
    const busiest = Math.max(...work) / sum(work);
    const found = LIMITS.flatMap((concurrent) => {
      const config = { concurrent, key: (n: number) => keys[n] };
      const { time } = simulate((project) => concatMapEager(project, config), latencies, 'in order');
      const ideal = sum(work) / concurrent;
      return [(ideal / time).toFixed(2), (Math.max(ideal, ...work) / time).toFixed(2)];
    });
    return [String(exponent), `${(100 * busiest).toFixed(1)} %`, ...found];
  });
  const head = LIMITS.flatMap((limit) => [`busy, ${limit} slots`, 'of the bound']);

  return `${count(ITEMS)} items of ${count(KEYS)} keys, ${distributions[0]!.title}, in the order of the source, in virtual time. *Busy* is
the share of the slots that is used until the last value is out. *Of the bound* is the shortest possible time, divided by the
time that it took: no run can be shorter than all the work divided by the slots, nor than the work of the busiest key.

${table(['`s`', 'work of the busiest key', ...head], rows)}`;
}

/** A key for each item. */
function drawKeys(exponent: number): number[] {
  const random = makeRandom(2);
  let total = 0;
  const upTo = Array.from({ length: KEYS }, (_, rank) => (total += 1 / (rank + 1) ** exponent));
  return Array.from({ length: ITEMS }, () => {
    const drawn = random() * total;
    return upTo.findIndex((limit) => drawn < limit);
  });
}

function workOfKeys(keys: readonly number[], latencies: readonly number[]): number[] {
  const work = Array.from({ length: KEYS }, () => 0);
  keys.forEach((key, n) => (work[key]! += latencies[n]!));
  return work;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);
