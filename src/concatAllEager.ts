import { identity, type ObservableInput, type ObservedValueOf, type OperatorFunction } from 'rxjs';
import { concatMapEager } from './concatMapEager.js';
import type { ConfigWithFallback } from './config.js';

/**
 * Flattens a source of Observables, promises or other inputs in source order, up to `concurrent` of them at once. It is
 * `concatMapEager(identity)`, as `concatAll` is `concatMap(identity)`.
 *
 * ```marble
 * source  abc|
 * a       ----1|
 * b        -2|
 * c         -3|
 * > concatAllEager
 * result  ----1(23|)
 * ```
 *
 * Laws and cost are {@link concatMapEager}'s. A promise runs whether or not it is listened to: `concurrent` limits how many
 * are listened to, and one that is rejected while it waits is not an unhandled rejection.
 *
 * @example
 * ```ts
 * import { of, timer, map } from 'rxjs';
 * import { concatAllEager } from 'rxjs-concat-map-eager';
 *
 * const after = (ms: number) => timer(ms).pipe(map(() => ms));
 *
 * of(after(30), after(10), after(20))
 *   .pipe(concatAllEager({ concurrent: 2, timeout: 1_000, onError: 'skip' }))
 *   .subscribe((ms) => console.log(ms)); // 30, 10, 20
 * ```
 *
 * @typeParam O - the inputs that the source emits
 * @typeParam F - what an `onError` function returns
 * @param concurrentOrConfig - How many may be active at once (default: no limit), or the {@link ConcatMapEagerConfig}.
 * @returns An operator, whose result can be subscribed any number of times.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a number out of range; both at the call.
 * @see {@link concatMapEager}, {@link concatEager}
 */
export function concatAllEager<O extends ObservableInput<unknown>, F extends ObservableInput<unknown> = never>(
  concurrentOrConfig?: number | ConfigWithFallback<O, F>,
): OperatorFunction<O, ObservedValueOf<O | F>> {
  return concatMapEager<O, O, F>(identity, concurrentOrConfig);
}
