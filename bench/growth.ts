/** Whether an item takes longer when there are more of them. */
import { ask } from './child.js';
import { median, rounded } from './measure.js';
import { count } from './words.js';
import type { GrowthKind } from './growthChild.js';

export interface Growth {
  readonly id: GrowthKind;
  readonly title: string;
  readonly sizes: readonly {
    readonly items: number;
    /** Nanoseconds an item, the median of the rounds: of interest only beside each other. */
    readonly ns: number;
    /** Divided by that of the smallest size in the same round: the median of these. */
    readonly ratio: number;
  }[];
}

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];

const kinds: Record<GrowthKind, { readonly title: string; readonly sizes: readonly number[] }> = {
  synchronous: { title: '`of(v)`, unlimited: nothing waits', sizes: SIZES },
  promises: { title: 'settled promises at 16: nearly all values wait', sizes: SIZES },
  // Each value that waits has its item: ten million of them would need more memory than Node.js takes by default.
  keys: { title: 'settled promises of 1,000 keys at 16: nearly all values wait', sizes: SIZES.slice(0, 3) },
};

/** Every round starts a process for each size, so that no size finds the heap of another. */
export async function measureGrowth(rounds: number, report: (text: string) => void): Promise<Growth[]> {
  const result: Growth[] = [];
  for (const [kind, { title, sizes }] of Object.entries(kinds) as [GrowthKind, (typeof kinds)[GrowthKind]][]) {
    const times = sizes.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, items] of sizes.entries()) {
        report(`growth, ${kind}: ${count(items)} items (${round + 1}/${rounds})`);
        const { ns } = await ask<{ ns: number }>('growthChild.ts', [kind, String(items)]);
        times[i]!.push(ns);
      }
    }
    const medians = times.map(median);
    result.push({
      id: kind,
      title,
      sizes: sizes.map((items, i) => ({
        items,
        ns: rounded(medians[i]!),
        ratio: rounded(median(times[i]!.map((ns, round) => ns / times[0]![round]!))),
      })),
    });
  }
  return result;
}
