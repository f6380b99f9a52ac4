/** What `npm run bench` has found: the pages, the chart and the tests are made from this and nothing else. */
import { readFileSync } from 'node:fs';
import type { Growth } from './growth.js';
import type { Line } from './measure.js';
import type { Memory } from './memory.js';

export interface Results {
  readonly machine: { readonly node: string; readonly cores: number; readonly platform: string };
  /** The versions of what was compared. */
  readonly packages: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly lines: readonly Line[];
  readonly growth: readonly Growth[];
  readonly memory: readonly Memory[];
  /** Bytes, minified and brotli-compressed. */
  readonly size: Readonly<Record<string, number>>;
  /** What the short form found on the same occasion: see `short.ts`. */
  readonly short: Readonly<Record<string, number>>;
}

export const resultsFile = new URL('results.json', import.meta.url);

export const readResults = () => JSON.parse(readFileSync(resultsFile, 'utf8')) as Results;

/** The median ratio of two contestants of one line. */
export function ratioOf(lines: readonly Line[], id: string, of: string, to: string): number {
  const ratio = lines.find((line) => line.id === id)?.ratios.find((each) => each.of === of && each.to === to);
  if (ratio === undefined) throw new Error(`Expected a ratio of ${of} to ${to} in ${id}`);
  return ratio.median;
}
