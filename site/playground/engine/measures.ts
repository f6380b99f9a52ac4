import { lateOf, mostOfAKey } from './keys';
import type { Run } from './run';
import type { Order, Settings } from './settings';

/** What can be said of a run in numbers. Times are in milliseconds since it was subscribed to. */
export interface Measures {
  /** When the result ended; `undefined` if it never does. */
  readonly finished: number | undefined;
  readonly firstResult: number | undefined;
  /** How much of the slots the active items held, from 0 to 1; there is none if the result never ends, or nothing was active. */
  readonly utilisation: number | undefined;
  readonly mostParked: number;
  /** Of what the order is in which the values came out. */
  readonly order: Order | 'lost';
  /** How many items of one key were active at once, at most; 0 without keys. */
  readonly mostOfAKey: number;
  readonly emitted: number;
  readonly failed: number;
  /** Attempts that a time limit ended. */
  readonly timedOut: number;
}

export function measure({ concurrent = Infinity }: Pick<Settings, 'concurrent'>, run: Run): Measures {
  const { start, items, output, counts, end } = run;
  const hasKeys = items.some(({ key }) => key !== undefined);
  const isKept = (eachKey: boolean) => !lateOf(run, eachKey).includes(true);
  let taken = 0;
  let mostActive = 0;
  let mostParked = 0;
  counts.forEach(({ at, active, parked }, position) => {
    taken += active * ((counts[position + 1]?.at ?? end?.at ?? at) - at);
    mostActive = Math.max(mostActive, active);
    mostParked = Math.max(mostParked, parked);
  });
  // Without a limit, or with more slots than items, there were as many slots as were held at once.
  const slots = Math.min(run.operator === 'concatMap' ? 1 : concurrent, mostActive);
  return {
    finished: end && end.at - start,
    firstResult: output[0] && output[0].at - start,
    utilisation:
      end === undefined || mostActive === 0 || end.at === start ? undefined : taken / (slots * (end.at - start)),
    mostParked,
    order: isKept(false) ? 'source' : hasKeys && isKept(true) ? 'key' : 'lost',
    mostOfAKey: mostOfAKey(items),
    emitted: output.length,
    failed: items.filter(({ ended }) => ended?.outcome === 'failed').length,
    timedOut: items.flatMap(({ legs }) => legs).filter(isTimedOut).length,
  };
}

/** Whether a time limit ended it. */
export function isTimedOut({ end, error }: { end?: { how: string }; error?: unknown }): boolean {
  return end?.how === 'cancelled' && error !== undefined;
}
