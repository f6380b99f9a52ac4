import type { ObservableInput, SchedulerLike } from 'rxjs';
import type { ConcatMapEagerConfig, ItemTimeout, OnErrorPolicy } from 'rxjs-concat-map-eager';
import type { Settings } from './settings';

/** The options that can be written down; `onError` is a name, also where it stands for a function. */
export interface Options {
  readonly concurrent?: number;
  readonly reorderWindow?: number;
  readonly timeout?: ItemTimeout;
  readonly retry?: { readonly count: number; readonly delay?: number };
  readonly onError?: OnErrorPolicy | 'fallback';
  readonly atomic?: true;
}

/** The options that are set to something else than their defaults. */
export function optionsOf(settings: Settings): Options {
  const { concurrent, reorderWindow, first, each, total, blocking, retries, delay, onError, atomic } = settings;
  const timeout = Object.fromEntries(
    Object.entries({ first, each, total, blocking }).filter(([, limit]) => limit !== undefined),
  );
  return {
    ...(concurrent !== undefined && { concurrent }),
    ...(reorderWindow !== undefined && { reorderWindow }),
    ...(Object.keys(timeout).length > 0 && { timeout }),
    ...(retries > 0 && { retry: { count: retries, ...(delay > 0 && { delay }) } }),
    ...(onError !== 'in-order' && { onError }),
    ...(atomic && { atomic }),
  };
}

/** The options, for a run. */
export function configOf<R>(
  settings: Settings,
  { scheduler, fallback }: { scheduler: SchedulerLike; fallback: (value: number) => ObservableInput<R> },
): ConcatMapEagerConfig<number, R> {
  const { onError, ...options } = optionsOf(settings);
  return {
    ...options,
    scheduler,
    onError: onError === 'fallback' ? (_error, { value }) => fallback(value) : onError,
  };
}
