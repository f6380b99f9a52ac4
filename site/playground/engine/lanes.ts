import type { Key } from './keys';

/** Lanes that follow one another, of items with one key. */
export interface Band {
  readonly key: Key;
  /** The first of them, from the top. */
  readonly from: number;
  readonly count: number;
}

/** Which item has which lane. */
export interface Lanes {
  /** The item of each lane, from the top. */
  readonly items: readonly number[];
  /** The lane of each item. */
  readonly laneOf: readonly number[];
  /** None where there are no keys. */
  readonly bands: readonly Band[];
}

/** The lanes of items with these keys: in the order of the source, or those of a key together. */
export function lanesOf(keys: readonly (Key | undefined)[], together: boolean): Lanes {
  const items = [...keys.keys()];
  // What has no key comes last.
  if (together) items.sort((a, b) => (keys[a]?.nth ?? Infinity) - (keys[b]?.nth ?? Infinity) || a - b);
  const laneOf: number[] = [];
  const bands: { key: Key; from: number; count: number }[] = [];
  items.forEach((item, lane) => {
    laneOf[item] = lane;
    const key = keys[item];
    const band = bands.at(-1);
    if (key === undefined) return;
    if (band?.key.nth === key.nth && band.from + band.count === lane) band.count++;
    else bands.push({ key, from: lane, count: 1 });
  });
  return { items, laneOf, bands };
}
