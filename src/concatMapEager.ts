import type { ObservableInput, OperatorFunction } from 'rxjs';
import type { ConcatMapEagerConfig, Concurrency, ConcurrentOrConfig, ItemContext, NoInfer } from './config.js';
import { check } from './internal/check.js';
import { eagerly } from './internal/eagerly.js';
import { PushedSource } from './internal/pushed.js';
import type { Project } from './internal/run.js';
import { normalizeConfig } from './internal/settings.js';

/**
 * Maps each value to an Observable, promise or other input, runs up to `concurrent` of these inners at once, and emits their
 * values in the order of the source. It is `concatMap` that does not wait: what is ready too early is parked until its turn.
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
 * `concatMap` starts an inner only when the one before it has completed, `mergeMap` emits whatever comes first, and
 * `switchMap` and `exhaustMap` drop work. Here nothing is dropped; an item waits only for a free slot or for its turn. With
 * `concurrent: 1` it behaves like `concatMap`, without its limit of about 800 synchronous inners behind an asynchronous one
 * (https://github.com/ReactiveX/rxjs/issues/7334).
 *
 * - Law: the same notifications as `concatMap`, only sooner; with the defaults, for cold, finite inners that do not depend on
 *   earlier output, and a source that does not fail.
 * - Cost: constant time for each value, one small object for each item that is started and not yet fully emitted, and a stack
 *   that does not grow.
 * - Without `key`, only the output is in order: when item 3 fails, the request of item 4 may already have been sent. Effects
 *   that need the order belong downstream, or get a `key`: then what `project` does is in order too, key by key, while other
 *   keys run at the same time.
 * - It does not slow the source: values that come faster than they are processed wait in memory, without a limit unless
 *   `maxWaiting` sets one. `concatMapEagerFrom` reads values only as it needs them.
 * - An inner that is hot is heard only from its start on: what it emits while its item waits is lost.
 *
 * @example
 * Up to eight requests at once, rows in the order of the ids. A request that takes longer than five seconds is aborted, and
 * its row is left out.
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
 * @typeParam L - an Observable or a limit that is given as `concurrent`
 * @param project - Gets a value, its index (from 0) and the item's `{ signal, attempt }`, and returns the inner: any
 * `ObservableInput`. It is called when the item starts, in source order (with `key`, within each key), and again for each retry. A
 * promise cannot be cancelled, only ignored: unless you pass `signal` on, its work continues and no longer counts towards `concurrent`.
 * @param concurrentOrConfig - How many items may be active at once (default: `Infinity`): a number, an Observable of numbers, or a
 * {@link ConcurrencyLimit}; or a {@link ConcatMapEagerConfig}, whose times are in milliseconds.
 * @returns An operator. Its result can be subscribed any number of times; each subscription has a state of its own. The
 * result fails as `onError` says: by default with the error of the first item, in source order, that failed. The error of an
 * item that exceeded a time limit is rxjs's `TimeoutError`.
 * @throws TypeError if `project` is not a function, an option has the wrong type, or there is no such option; RangeError if a
 * number is out of range. Both are thrown by the call of `concatMapEager`.
 * @see {@link concatAllEager} for a source of Observables, {@link concatEager} for inputs that are read as needed
 */
export function concatMapEager<
  T,
  O extends ObservableInput<unknown>,
  F extends ObservableInput<unknown> = never,
  L = number,
>(
  project: (value: T, index: number, item: ItemContext) => O,
  concurrentOrConfig?: ConcurrentOrConfig<L, ConcatMapEagerConfig<NoInfer<T>, unknown, F>>,
): OperatorFunction<
  T,
  (O extends ObservableInput<infer V> ? V : never) | (F extends ObservableInput<infer V> ? V : never)
> {
  check(typeof project === 'function', 'project', 'a function', project);
  const settings = normalizeConfig(concurrentOrConfig as Concurrency | ConcatMapEagerConfig<T>);
  return (source) => eagerly(project as Project<T, never>, settings, (loop) => new PushedSource(source, loop));
}
