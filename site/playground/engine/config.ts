import type { Observable, ObservableInput, SchedulerLike } from 'rxjs';
import type { ConcatMapEagerConfig, ConcurrencyLimit, ItemTimeout, OnErrorPolicy } from 'rxjs-concat-map-eager';
import { type Limit, limitsOf } from './limits';
import type { Settings } from './settings';
import { keyOf } from './workload';

/** The options that can be written down; `onError` is a name, also where it stands for a function, and `key` is `true` for one. */
export interface Options {
  /** A number, a limit that begins at a number and adapts, or limits of which each counts from a time on. */
  readonly concurrent?: number | { readonly initial?: number } | readonly Limit[];
  readonly reorderWindow?: number;
  readonly key?: true;
  readonly concurrentPerKey?: number;
  readonly order?: 'key';
  readonly timeout?: ItemTimeout;
  readonly retry?: { readonly count: number; readonly delay?: number };
  readonly onError?: OnErrorPolicy | 'fallback';
  readonly atomic?: true;
}

/** The options that are set to something else than their defaults. */
export function optionsOf(settings: Settings): Options {
  const { reorderWindow, keys, concurrentPerKey, order } = settings;
  const concurrent = concurrentOf(settings);
  const { first, each, total, blocking, retries, delay, onError, atomic } = settings;
  const timeout = Object.fromEntries(
    Object.entries({ first, each, total, blocking }).filter(([, limit]) => limit !== undefined),
  );
  return {
    ...(concurrent !== undefined && { concurrent }),
    ...(reorderWindow !== undefined && { reorderWindow }),
    ...(keys !== undefined && {
      key: true,
      ...(concurrentPerKey !== undefined && { concurrentPerKey }),
      ...(order !== 'source' && { order }),
    }),
    ...(Object.keys(timeout).length > 0 && { timeout }),
    ...(retries > 0 && { retry: { count: retries, ...(delay > 0 && { delay }) } }),
    ...(onError !== 'in-order' && { onError }),
    ...(atomic && { atomic }),
  };
}

function concurrentOf(settings: Settings): Options['concurrent'] {
  const { concurrent, changes, limit } = settings;
  if (limit === 'adaptive') return concurrent === undefined ? {} : { initial: concurrent };
  return changes === '' ? concurrent : limitsOf(settings);
}

/** The options, for a run. */
export function configOf<R>(
  settings: Settings,
  {
    scheduler,
    concurrent,
    fallback,
  }: {
    scheduler: SchedulerLike;
    concurrent: number | ConcurrencyLimit | Observable<number>;
    fallback: (value: number) => ObservableInput<R>;
  },
): ConcatMapEagerConfig<number, R> {
  const { onError, key, concurrent: _, ...options } = optionsOf(settings);
  return {
    ...options,
    concurrent,
    ...(key && { key: (value) => keyOf(settings, value)!.name }),
    scheduler,
    onError: onError === 'fallback' ? (_error, { value }) => fallback(value) : onError,
  };
}
