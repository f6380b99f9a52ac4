import { concatMap, defer, EMPTY, identity, map, mergeMap, pipe, retry, take, type SchedulerLike } from 'rxjs';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  type FailedItem,
} from 'rxjs-concat-map-eager';
import type { MarbleFixtures, MarbleOperators } from 'rxjs-concat-map-eager/testing';

/** The operators that the pages in `marbles/` name. */
export const operators: MarbleOperators = {
  concatMapEager: ({ project, config }) => concatMapEager(project, config),
  concatAllEager: ({ inner, config }) => pipe(map(inner), concatAllEager(config)),
  concatEager: ({ inputs, config }) => concatEager(inputs, config),
  concatMapEagerFrom: ({ inputs, config }) => concatMapEagerFrom(inputs, identity, config),
  // rxjs's own, for comparison and for what comes before and after.
  concatMap: ({ project }) => concatMap(project),
  mergeMap: ({ project, config }) => mergeMap(project, config),
  retry: ({ config }) => retry(config),
  take: ({ config }) => take(config),
};

const ABORTED = new Error('aborted');

/** What `$name` in them stands for. */
export const fixtures = (({ inner, scheduler }) => ({
  empty: () => EMPTY,
  rethrow: (error: unknown) => {
    throw error;
  },
  /** The next row of the failed item. */
  retryRow: (_error: unknown, item: FailedItem<string>) => inner(item.value),
  /** The row `n`. */
  notifier: () => inner('n'),
  /** The same, as an Observable. */
  notifications: defer(() => inner('n')),
  reason: ABORTED,
  abortsAt4: abortsAt(4, scheduler),
})) satisfies MarbleFixtures;

/** A signal that aborts in that column. */
export function abortsAt(column: number, scheduler: SchedulerLike): AbortSignal {
  const controller = new AbortController();
  scheduler.schedule(() => controller.abort(ABORTED), column);
  return controller.signal;
}
