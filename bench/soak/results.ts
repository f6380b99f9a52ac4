/** What a run has found: the page, the chart and the verdict are made from this and nothing else. */
import { readFileSync } from 'node:fs';
import type { Sample } from './sample.js';
import type { Kind } from './tally.js';

export interface Results {
  readonly machine: { readonly node: string; readonly cores: number; readonly platform: string };
  readonly minutes: number;
  readonly seed: number;
  /** What kept the process alive before the first item, and after all streams had ended. */
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  /** How many listened to what outlives the streams: before the first item, and after all streams had ended. */
  readonly listeners: {
    readonly live: Readonly<Record<string, number>>;
    readonly after: Readonly<Record<string, number>>;
  };
  readonly counts: Readonly<Record<string, number>>;
  /** How many objects were followed, and how many of them were still there after all had ended. */
  readonly followed: Readonly<Record<Kind, number>>;
  readonly left: Readonly<Record<Kind, number>>;
  readonly problems: readonly string[];
  readonly samples: readonly Sample[];
}

export const readResults = () => JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8')) as Results;
