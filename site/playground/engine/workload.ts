import type { Key } from './keys';
import type { Settings } from './settings';

/** What an Observable does: values, each after so many milliseconds, and an end. */
export interface Play {
  readonly gaps: readonly number[];
  readonly last: number;
  readonly end: 'complete' | 'error' | 'never';
}

/** The item that is stuck, if one is. */
export const STUCK = 2;

/** The source: the first value comes at once. */
export function playOfSource({ items, gap }: Settings): Play {
  return { gaps: Array.from({ length: items }, (_, index) => (index === 0 ? 0 : gap)), last: 0, end: 'complete' };
}

/** The key of an item, if items have keys: which one is left to chance. */
export function keyOf({ keys, seed }: Pick<Settings, 'keys' | 'seed'>, index: number): Key | undefined {
  if (keys === undefined) return undefined;
  const nth = Math.floor(draw(seed, `key ${index}`) * keys);
  return { nth, name: nameOf(nth) };
}

/** A, B, and so on; after Z come AA and AB, as the columns of a spreadsheet. */
function nameOf(nth: number): string {
  const last = String.fromCharCode(65 + (nth % 26));
  return nth < 26 ? last : nameOf(Math.floor(nth / 26) - 1) + last;
}

/** What an attempt of an item does. Every operator meets the same. */
export function playOfAttempt(settings: Settings, index: number, attempt: number): Play {
  const { values, failing, hanging, seed } = settings;
  const luck = (what: string) => draw(seed, `${what} ${index} ${attempt}`);
  const takes = durationOf(settings, index, luck('time'));
  if (takes === undefined) return { gaps: [], last: 0, end: 'never' };
  const times = Array.from({ length: values }, (_, nth) => Math.round((takes * (nth + 1)) / values));
  const gaps = times.map((time, nth) => time - (times[nth - 1] ?? 0));
  if (luck('hang') * 100 < hanging) {
    return { gaps: gaps.slice(0, Math.floor(luck('cut') * values)), last: 0, end: 'never' };
  }
  // It fails where the last value would have been.
  if (luck('fail') * 100 < failing) return { gaps: gaps.slice(0, -1), last: gaps.at(-1)!, end: 'error' };
  return { gaps, last: 0, end: 'complete' };
}

/** What the fallback of an item does. */
export const FALLBACK: Play = { gaps: [0], last: 0, end: 'complete' };

/** Milliseconds, at least one; `undefined` if it never ends. */
function durationOf({ latency, mean, stuckFor }: Settings, index: number, luck: number): number | undefined {
  if (latency === 'stuck' && index === STUCK) return stuckFor;
  const factor = {
    uniform: 2 * luck,
    stuck: 2 * luck,
    exponential: -Math.log(1 - luck),
    // Pareto's distribution with an exponent of 1.5: the mean is three times the least; none takes over a hundred means.
    'heavy-tail': Math.min((1 - luck) ** (-1 / 1.5) / 3, 100),
  }[latency];
  return Math.max(1, Math.ceil(mean * factor));
}

/** A number from 0 up to 1 that depends on nothing but its arguments, so that all operators meet the same items. */
function draw(seed: number, key: string): number {
  // FNV-1a over the key, then murmur3's finalizer: neighbouring keys must not give neighbouring numbers.
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
