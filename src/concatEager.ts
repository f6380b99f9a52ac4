import { identity, type Observable, type ObservableInput, type ObservedValueOf } from 'rxjs';
import type { ConcatMapEagerConfig, ConfigWithFallback } from './config.js';
import { check } from './internal/check.js';
import { eagerly } from './internal/eagerly.js';
import type { Project } from './internal/run.js';
import { handleRejection } from './internal/rejections.js';
import { hasMethod, isReadable } from './internal/reader.js';
import { normalizeConfig } from './internal/settings.js';
import { PulledSource } from './internal/pulled.js';

/**
 * Concatenates inputs, up to `concurrent` of them at once, and reads them one at a time: the next one only when there is a
 * place for it and room in the reorder window. So a generator that makes a request at each `yield` is throttled by the
 * progress of its consumer, and an endless one is ordinary input.
 *
 * ```marble
 * inputs  abc|
 * a       -----1|
 * b       -2|
 * c         -3|
 * > concatEager concurrent: 2
 * result  -----1(23|)
 * ```
 *
 * rxjs's `concat` takes its inputs as arguments; here they are one argument, since there may be no end of them.
 *
 * - Law: the notifications are those of `concat(...inputs)`, under the conditions of {@link concatMapEager}'s law.
 * - When it ends before its inputs do, it calls the iterator's `return()` (a ReadableStream is cancelled), and does not
 *   listen to what that leads to. What an iterator throws is the source's own error: the last thing in the order.
 * - The promises of an array run, and may be rejected, before it is their turn: none becomes an unhandled rejection.
 *
 * @example
 * One page after another, two of them ahead, for as long as somebody wants more.
 *
 * ```ts
 * import { take } from 'rxjs';
 * import { fromFetch } from 'rxjs/fetch';
 * import { concatEager } from 'rxjs-concat-map-eager';
 *
 * function* pages() {
 *   for (let page = 1; ; page++) {
 *     yield fromFetch(`/search?page=${page}`, { selector: (response) => response.json() });
 *   }
 * }
 *
 * concatEager(pages(), { concurrent: 2, reorderWindow: 2, timeout: 10_000, onError: 'skip' })
 *   .pipe(take(5))
 *   .subscribe((page) => console.log(page));
 * ```
 *
 * @typeParam O - the inputs
 * @typeParam F - what an `onError` function returns
 * @param inputs - An array, iterable, async iterable or ReadableStream of `ObservableInput`s.
 * @param concurrentOrConfig - How many may be active at once (default: no limit, so that all inputs are read as fast as
 * they come), or the {@link ConcatMapEagerConfig}.
 * @returns An Observable that reads the inputs anew for each subscription.
 * @throws TypeError where `inputs` cannot be iterated, for a wrong type or an unknown option, RangeError for a number out
 * of range; all at the call.
 * @see {@link concatMapEager}, {@link concatAllEager}
 */
export function concatEager<O extends ObservableInput<unknown>, F extends ObservableInput<unknown> = never>(
  inputs: Iterable<O> | AsyncIterable<O>,
  concurrentOrConfig?: number | ConfigWithFallback<O, F>,
): Observable<ObservedValueOf<O | F>> {
  type Out = ObservedValueOf<O | F>;
  check(
    isReadable(inputs) || hasMethod(inputs, Symbol.iterator),
    'inputs',
    'an array, an iterable or an async iterable',
    inputs,
  );
  const settings = normalizeConfig(concurrentOrConfig as number | ConcatMapEagerConfig<O, Out>);
  handleRejections(inputs);
  return eagerly(identity as Project<O, Out>, settings, (loop) => {
    handleRejections(inputs);
    return new PulledSource<O>(inputs, loop);
  });
}

/** The promises of an array are there before it is their turn, and may be rejected before it is. */
function handleRejections(inputs: unknown): void {
  if (Array.isArray(inputs)) {
    inputs.forEach(handleRejection);
  }
}
