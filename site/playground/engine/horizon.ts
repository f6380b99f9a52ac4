import type { Run } from './run';

/**
 * How many milliseconds are shown: until all have ended, or where `concatMap` takes so long that nothing else could be seen,
 * twice what `concatMapEager` took.
 */
export function horizonOf(runs: readonly Run[]): number {
  const lasts = runs.map(({ end, last }) => end?.at ?? last * 1.15);
  const eager = lasts[runs.findIndex(({ operator }) => operator === 'concatMapEager')] ?? 0;
  const longest = Math.max(...lasts);
  return Math.ceil(Math.max(10, 1.02 * (longest <= 4 * eager ? longest : 2 * eager)));
}
