/** What `npm run bench:window` has found. */
import { readFileSync } from 'node:fs';

export interface WindowResults {
  readonly samples: readonly { readonly items: number; readonly samples: number }[];
  readonly cases: readonly Case[];
}

/** A distribution, a limit and a number of items. Times are in virtual ms; medians where there are several samples. */
export interface Case {
  readonly distribution: string;
  readonly items: number;
  readonly limit: number;
  /** The work-conserving bound: max(sum / limit, longest). */
  readonly bound: number;
  readonly mergeMap: Outcome;
  readonly windows: Readonly<Record<string, Outcome>>;
}

export interface Outcome {
  readonly time: number;
  /** The bound divided by the time. */
  readonly utilisation: number;
  /** How many items had ended and were not out: by `mergeMap`, at most the one that is just ending. */
  readonly mostParked: number;
}

/** The windows that are compared, as multiples of the limit. */
export const windows: readonly { name: string; size: (limit: number) => number | undefined }[] = [
  ...[1, 2, 4, 16, 64].map((times) => ({ name: `${times} ×`, size: (limit: number) => times * limit })),
  { name: 'default', size: () => undefined },
];

/** What the default is for a limit. */
export const defaultWindow = (limit: number) => Math.max(1_024, 16 * limit);

export const windowFile = new URL('../window.json', import.meta.url);

export const readWindowResults = () => JSON.parse(readFileSync(windowFile, 'utf8')) as WindowResults;
