import { identity, type ObservableInput, type OperatorFunction } from 'rxjs';
import type { ConcatMapEagerConfig, Concurrency, ConcurrentOrConfig, NoInfer } from './config.js';
import { eagerly } from './internal/eagerly.js';
import { notObservableInput } from './internal/notObservableInput.js';
import { PushedSource } from './internal/pushed.js';
import type { Project } from './internal/run.js';
import { normalizeConfig, type Mistake } from './internal/settings.js';

/**
 * Flattens a source of Observables, promises or other inputs: runs up to `concurrent` of them at once, and emits their values
 * in the order of the source. It is `concatMapEager(identity)`, as `concatAll` is `concatMap(identity)`.
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
 * - Law and cost are those of {@link concatMapEager}.
 * - A promise runs whether or not anybody listens to it: `concurrent` limits how many are listened to at once. One that is
 *   rejected while it waits does not become an unhandled rejection.
 * - `retry` subscribes to the same input again, which helps if that is an Observable: a promise only gives its result once
 *   more.
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
 * @typeParam L - an Observable or a limit that is given as `concurrent`
 * @param concurrentOrConfig - How many items may be active at once (default: `Infinity`): a number, an Observable of numbers, or a
 * {@link ConcurrencyLimit}; or a {@link ConcatMapEagerConfig}, whose times are in milliseconds. The `value` of an item is the input itself.
 * @returns An operator. Its result can be subscribed any number of times; each subscription has a state of its own.
 * @throws TypeError if an option has the wrong type, or there is no such option; RangeError if a number is out of range. Both
 * are thrown by the call of `concatAllEager`.
 * @see {@link concatMapEager} for values of which inputs are to be made, {@link concatEager} for inputs that are read as needed
 */
export function concatAllEager<
  O extends ObservableInput<unknown>,
  F extends ObservableInput<unknown> = never,
  L = number,
>(
  concurrentOrConfig?: ConcurrentOrConfig<L, ConcatMapEagerConfig<NoInfer<O>, unknown, F>>,
): OperatorFunction<
  O,
  (O extends ObservableInput<infer V> ? V : never) | (F extends ObservableInput<infer V> ? V : never)
> {
  const settings = normalizeConfig(concurrentOrConfig as Concurrency | ConcatMapEagerConfig<O>, mistake);
  return (source) => eagerly(identity as Project<O, never>, settings, (loop) => new PushedSource(source, loop));
}

const mistake: Mistake = (input, index) => {
  const project = typeof input === 'function' ? '(start) => start()' : 'project';
  return notObservableInput(
    input,
    'the source to emit',
    index,
    `. Use \`concatMapEager(${project})\` to make one of it`,
  );
};
