import type { ObservableInput, ObservedValueOf, OperatorFunction } from 'rxjs';
import type { ConcatMapEagerConfig, ConfigWithFallback, ItemContext } from './config.js';
import { check } from './internal/check.js';
import { eagerly } from './internal/eagerly.js';
import type { Project } from './internal/run.js';
import { normalizeConfig } from './internal/settings.js';
import { PushedSource } from './internal/pushed.js';

/**
 * Gives the same notifications as `concatMap`, only sooner: it runs up to `concurrent` inners at once and emits what they
 * emit in the order of the source. What comes out of order is parked until its turn.
 *
 * ```marble
 * source  abc|
 * a       -----1|
 * b        -2|
 * c          -3|
 * > concatMapEager concurrent: 2
 * result  -----1(23|)
 * ```
 *
 * `concatMap` starts an inner only when the one before it has completed, `mergeMap` emits whatever comes first, `switchMap`
 * and `exhaustMap` drop work. Here nothing is dropped, and nothing waits but for a place or for its turn. With
 * `concurrent: 1` it is `concatMap`, without `concatMap`'s limit of about 800 synchronous inners behind an asynchronous one
 * (https://github.com/ReactiveX/rxjs/issues/7334).
 *
 * - Law: with the defaults, for cold, finite inners that do not depend on earlier output and a source that does not fail,
 *   the notifications are those of `concatMap`.
 * - Cost: constant time a value, one small object an item that is started and not yet fully emitted, and no stack.
 * - Effects that need the order belong downstream, not in `project`: when item 3 fails, item 4's request may already have
 *   been sent.
 * - It does not slow the source: values wait, without a bound. `concatEager` asks for its inputs as it needs them.
 *
 * @example
 * Up to eight requests at once, rows in the order of the ids. A request that takes longer than five seconds is aborted, and
 * its row left out.
 *
 * ```ts
 * import { from } from 'rxjs';
 * import { concatMapEager } from 'rxjs-concat-map-eager';
 *
 * from(ids)
 *   .pipe(
 *     concatMapEager((id, _index, { signal }) => fetch(`/rows/${id}`, { signal }).then((response) => response.json()), {
 *       concurrent: 8,
 *       timeout: 5_000,
 *       onError: 'skip',
 *     }),
 *   )
 *   .subscribe((row) => console.log(row));
 * ```
 *
 * @typeParam T - the values of the source
 * @typeParam O - what `project` returns
 * @typeParam F - what an `onError` function returns
 * @param project - Gets a value, its index (from 0) and the item's `{ signal, attempt }`, and returns its inner: any
 * `ObservableInput`. It is called when the item starts, in source order, and again for each retry.
 * @param concurrentOrConfig - How many items may be active at once (default: no limit), or the
 * {@link ConcatMapEagerConfig}. Limits are in milliseconds.
 * @returns An operator, whose result can be subscribed any number of times: each subscription has a state of its own. The
 * result fails as `onError` says, by default with the error of the first item in source order that failed; of a time limit
 * that is rxjs's `TimeoutError`.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a number out of range; both at the call.
 * @see {@link concatAllEager} for a source of Observables, {@link concatEager} for inputs that are read as needed
 */
export function concatMapEager<T, O extends ObservableInput<unknown>, F extends ObservableInput<unknown> = never>(
  project: (value: T, index: number, item: ItemContext) => O,
  concurrentOrConfig?: number | ConfigWithFallback<T, F>,
): OperatorFunction<T, ObservedValueOf<O | F>> {
  type Out = ObservedValueOf<O | F>;
  check(typeof project === 'function', 'project', 'a function', project);
  const settings = normalizeConfig(concurrentOrConfig as number | ConcatMapEagerConfig<T, Out>);
  return (source) => eagerly(project as Project<T, Out>, settings, (loop) => new PushedSource(source, loop));
}
