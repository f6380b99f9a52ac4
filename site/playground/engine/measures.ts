import { lateOf, mostOfAKey } from './keys';
import type { Run } from './run';
import type { Order } from './settings';

/** What can be said of a run in numbers. Times are in milliseconds since it was subscribed to. */
export interface Measures {
  /** When the result ended; `undefined` if it never does. */
  readonly finished: number | undefined;
  readonly firstResult: number | undefined;
  /** How much of the slots the active items held, from 0 to 1; there is none if the result never ends, or nothing was active. */
  readonly utilisation: number | undefined;
  readonly mostParked: number;
  /** Between which numbers the limit was, and what it was at last; `undefined` if it did not change. */
  readonly limit: { readonly least: number; readonly most: number; readonly last: number } | undefined;
  /** Of what the order is in which the values came out. */
  readonly order: Order | 'lost';
  /** How many items of one key were active at once, at most; 0 without keys. */
  readonly mostOfAKey: number;
  readonly emitted: number;
  readonly failed: number;
  /** Attempts that a time limit ended. */
  readonly timedOut: number;
}

export function measure(run: Run): Measures {
  const { start, items, output, counts, limits, end } = run;
  const hasKeys = items.some(({ key }) => key !== undefined);
  const isKept = (eachKey: boolean) => !lateOf(run, eachKey).includes(true);
  const mostActive = counts.reduce((most, { active }) => Math.max(most, active), 0);
  const mostParked = counts.reduce((most, { parked }) => Math.max(most, parked), 0);
  const times = [...new Set([start, ...counts.map(({ at }) => at), ...limits.map(({ at }) => at)])].sort(
    (a, b) => a - b,
  );
  let [taken, slots, count, limit] = [0, 0, -1, -1];
  times.forEach((at, position) => {
    const time = Math.max(0, Math.min(times[position + 1] ?? Infinity, end?.at ?? at) - at);
    while (count + 1 < counts.length && counts[count + 1]!.at <= at) count++;
    while (limit + 1 < limits.length && limits[limit + 1]!.at <= at) limit++;
    const active = counts[count]?.active ?? 0;
    taken += active * time;
    // Without a limit, or with more slots than items, there were as many slots as were held at once; after a limit was lowered, as
    // many as were still held.
    slots += Math.max(active, Math.min(limits[limit]?.limit ?? Infinity, mostActive)) * time;
  });
  return {
    finished: end && end.at - start,
    firstResult: output[0] && output[0].at - start,
    utilisation: end === undefined || slots === 0 ? undefined : taken / slots,
    mostParked,
    limit: limits.length < 2 ? undefined : rangeOf(limits.map(({ limit }) => limit)),
    order: isKept(false) ? 'source' : hasKeys && isKept(true) ? 'key' : 'lost',
    mostOfAKey: mostOfAKey(items),
    emitted: output.length,
    failed: items.filter(({ ended }) => ended?.outcome === 'failed').length,
    timedOut: items.flatMap(({ legs }) => legs).filter(isTimedOut).length,
  };
}

const rangeOf = (all: readonly number[]) => ({ least: Math.min(...all), most: Math.max(...all), last: all.at(-1)! });

/** Whether a time limit ended it. */
export function isTimedOut({ end, error }: { end?: { how: string }; error?: unknown }): boolean {
  return end?.how === 'cancelled' && error !== undefined;
}
