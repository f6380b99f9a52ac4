import {
  defer,
  EMPTY,
  pipe,
  takeUntil,
  tap,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import {
  concatMapEager,
  type ConcatMapEagerConfig,
  type ItemContext,
} from 'rxjs-concat-map-eager';

type Project<T, R> = (
  value: T,
  index: number,
  item: ItemContext,
) => ObservableInput<R>;

const config = {
  concurrent: 8,
  timeout: 5_000,
  retry: 1,
  onError: 'skip',
} satisfies ConcatMapEagerConfig<unknown>;

/**
 * On `stop$`, takes no new value, and finishes all that it has received,
 * waiting values too. `takeUntil` stands before the operator, so its source
 * completes.
 */
export function finishReceived<T, R>(
  project: Project<T, R>,
  stop$: Observable<unknown>,
): OperatorFunction<T, R> {
  return pipe(takeUntil(stop$), concatMapEager(project, config));
}

/**
 * On `stop$`, finishes what is active, its retries too, and drops what waits:
 * once the flag is set, each waiting value becomes an empty item that ends at
 * once.
 */
export function finishActive<T, R>(
  project: Project<T, R>,
  stop$: Observable<unknown>,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      let stopped = false;
      return source.pipe(
        takeUntil(stop$.pipe(tap(() => (stopped = true)))),
        concatMapEager(
          (value, index, item) =>
            stopped && item.attempt === 1 ? EMPTY : project(value, index, item),
          config,
        ),
      );
    });
}

/**
 * On `stop$`, completes at once: what is active is aborted, what waits or is
 * parked is dropped. `takeUntil` stands after the operator and unsubscribes
 * from it.
 */
export function cancelAll<T, R>(
  project: Project<T, R>,
  stop$: Observable<unknown>,
): OperatorFunction<T, R> {
  return pipe(concatMapEager(project, config), takeUntil(stop$));
}
