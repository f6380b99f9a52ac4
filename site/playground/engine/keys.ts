import type { Item, Run } from './run';

/** The key of an item. */
export interface Key {
  /** From 0: which of the keys it is. */
  readonly nth: number;
  readonly name: string;
}

/** After the last one the first comes again: keys are told apart by their names too. */
export const KEY_COLOURS = ['key-0', 'key-1', 'key-2', 'key-3', 'key-4', 'key-5', 'key-6', 'key-7'] as const;

export const colourOf = ({ nth }: Key) => KEY_COLOURS[nth % KEY_COLOURS.length]!;

/** The keys that there are, each once, in their order. */
export function keysIn(keys: readonly (Key | undefined)[]): Key[] {
  const found = new Map(keys.filter((key) => key !== undefined).map((key) => [key.nth, key]));
  return [...found.values()].sort((a, b) => a.nth - b.nth);
}

/** Of each value that has come out, whether one of a later item came out before it; where each key has an order, of its key. */
export function lateOf({ output, items }: Pick<Run, 'output' | 'items'>, eachKey: boolean): boolean[] {
  const latest = new Map<unknown, number>();
  return output.map(({ value: { leg } }) => {
    const { key, index } = items[leg.index]!;
    // What has no key is alone in an order of its own.
    const order = eachKey ? (key?.nth ?? leg) : undefined;
    const before = latest.get(order) ?? -1;
    latest.set(order, Math.max(before, index));
    return index < before;
  });
}

/** How many items of one key were active at once, at most; 0 without keys. */
export function mostOfAKey(items: readonly Item[]): number {
  const changes = items.flatMap(({ key, legs, ended }) => {
    const first = legs[0];
    const end = ended?.at ?? legs.at(-1)?.end?.at ?? Infinity;
    // What takes no time meets nobody.
    if (key === undefined || first === undefined || end <= first.start) return [];
    return [
      { at: first.start, nth: key.nth, by: 1 },
      { at: end, nth: key.nth, by: -1 },
    ];
  });
  const active = new Map<number, number>();
  let most = items.some(({ key, legs }) => key !== undefined && legs.length > 0) ? 1 : 0;
  // At one time, what ends comes first.
  for (const { nth, by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    const now = (active.get(nth) ?? 0) + by;
    active.set(nth, now);
    most = Math.max(most, now);
  }
  return most;
}
