import { from, mergeMap, range, timeout } from 'rxjs';
import { concatMapEager, type ConcatMapEagerConfig } from 'rxjs-concat-map-eager';
import { drain } from '../check.js';
import type { Contestant, Workload } from '../measure.js';
import { count, atOnce, slug } from '../words.js';

const settled = (n: number) => Promise.resolve(n);

const LIMIT = 1_000;

export const WITHOUT = 'no option';
export const WITH_LIMIT = '`timeout: 1000`';
export const MERGE_MAP_WITH_TIMEOUT = 'mergeMap, `timeout` in each inner';

const configs: Record<string, ConcatMapEagerConfig<number>> = {
  [WITHOUT]: {},
  [WITH_LIMIT]: { timeout: LIMIT },
  '`timeout: { first, each, total, blocking }`': {
    timeout: { first: LIMIT, each: LIMIT, total: LIMIT, blocking: LIMIT },
  },
  "`onError: 'skip'`": { onError: 'skip' },
  '`retry: 3`': { retry: 3 },
  '`atomic: true`': { atomic: true },
};

function run(items: number, concurrent: number, config: ConcatMapEagerConfig<number>): Contestant {
  return () => () => drain(range(0, items).pipe(concatMapEager(settled, { concurrent, ...config })), items, 'in order');
}

/** A limit for each of many items, none of which passes. */
export function timeLimit(items: number, concurrent: number): Workload {
  return {
    id: `limit-${slug(concurrent)}`,
    title: `${count(items)} settled promises with a time limit each, ${atOnce(concurrent)}`,
    contestants: {
      [WITH_LIMIT]: run(items, concurrent, { timeout: LIMIT }),
      [WITHOUT]: run(items, concurrent, {}),
      [MERGE_MAP_WITH_TIMEOUT]: () => () =>
        drain(
          range(0, items).pipe(mergeMap((n) => from(settled(n)).pipe(timeout(LIMIT)), concurrent)),
          items,
          'in any order',
        ),
    },
  };
}

/** What options cost while nothing fails: each against none. */
export function options(items: number, concurrent: number): Workload {
  return {
    id: `options-${slug(concurrent)}`,
    title: `options of ${count(items)} settled promises, ${atOnce(concurrent)}`,
    contestants: Object.fromEntries(
      Object.entries(configs).map(([name, config]) => [name, run(items, concurrent, config)]),
    ),
    compare: Object.keys(configs)
      .slice(1)
      .map((name) => [name, WITHOUT] as const),
  };
}
