import { identity, type ObservableInput } from 'rxjs';
import type { ConcatMapEagerConfig, Concurrency, ConcurrentOrConfig, NoInfer } from './config.js';
import { eagerlyFrom } from './internal/eagerlyFrom.js';
import { notObservableInput } from './internal/notObservableInput.js';
import type { InputsFunction } from './internal/pulled.js';
import { hasMethod } from './internal/check.js';
import type { Project } from './internal/run.js';
import type { Mistake } from './internal/settings.js';
import type { IterableObservable } from './iterableObservable.js';

/**
 * Concatenates inputs in their order, up to `concurrent` of them at once, and reads them one at a time: the next one only
 * when there is a free slot and room in the reorder window. So a generator that makes a request at each `yield` goes only as
 * fast as its consumer.
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
 * rxjs's `concat` takes its inputs as arguments. Here they are one argument, since there may be no end of them.
 *
 * - Law: the notifications are those of `concat(...inputs)`, under the conditions of {@link concatMapEager}'s law.
 * - `key` gets the input itself. While inputs wait for their keys, it reads on, until more of them wait than the window has
 *   room for, or than 1,024.
 * - If it ends before its inputs do, it closes what it reads in the same call: it calls the iterator's `return()`, cancels a
 *   ReadableStream, destroys a Node stream, and ignores the outcome. An async generator that is waiting closes only when what it
 *   waits for has come: give a function, and have its `signal` end the wait.
 * - What an iterator or the function throws is the source's own error: the last thing in the order.
 * - The promises of an array or a `Set` run, and may be rejected, before it is their turn: none becomes an unhandled rejection.
 *   Nobody can look after the promises that a one-shot iterator holds: give an array.
 * - Inputs of an async iterable are already awaited. An `async function*` that yields promises waits for each of them before
 *   it goes on, so they run one after another; and what arrives here is a promise's result, which then counts as the input: of
 *   a string its characters, of an array its elements are emitted. Yield the promises from a `function*`, or yield Observables.
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
 * @typeParam L - an Observable or a limit that is given as `concurrent`
 * @param inputs - An array, iterable, async iterable or ReadableStream of `ObservableInput`s, or a function that returns one, or a
 * promise of one. The function is called for each subscription with `{ signal }`, which aborts when what it returned is closed
 * early.
 * @param concurrentOrConfig - How many items may be active at once (default: `Infinity`): a number, an Observable of numbers, or a
 * {@link ConcurrencyLimit}; or a {@link ConcatMapEagerConfig}, whose times are in milliseconds. The `value` of an item is the input
 * itself. The default `reorderWindow` is 1,024 where `concurrent` is `Infinity`: so at most that many inputs are read and not yet
 * fully emitted.
 * @returns An {@link IterableObservable}, which reads the inputs anew for each subscription, and can be iterated by `for await`. An
 * array, a Set, a function, or anything else that gives a new iterator each time can be subscribed any number of times. An iterator, a
 * generator object or a stream can be read once: another subscription fails with a `TypeError` that says so.
 * @throws TypeError if `inputs` cannot be iterated, an option has the wrong type, or there is no such option; RangeError if a
 * number is out of range. Both are thrown by the call of `concatEager`.
 * @see {@link concatMapEager} for values of which inputs are to be made, {@link concatAllEager} for an Observable of inputs
 */
export function concatEager<O extends ObservableInput<unknown>, F extends ObservableInput<unknown> = never, L = number>(
  inputs: Iterable<O> | AsyncIterable<O> | InputsFunction<O>,
  concurrentOrConfig?: ConcurrentOrConfig<L, ConcatMapEagerConfig<NoInfer<O>, unknown, F>>,
): IterableObservable<
  (O extends ObservableInput<infer V> ? V : never) | (F extends ObservableInput<infer V> ? V : never)
> {
  return eagerlyFrom(
    'inputs',
    inputs,
    '. Put inputs into one array, `concatEager([a, b])`, or use `concatAllEager` for an Observable that emits them',
    identity as Project<O, never>,
    concurrentOrConfig as Concurrency | ConcatMapEagerConfig<O>,
    mistakeIn(inputs),
  );
}

/** An async generator waits for the promises that it yields, and gives their results. A stream does not. */
const isAwaited = (inputs: unknown) => hasMethod(inputs, Symbol.asyncIterator) && !hasMethod(inputs, 'getReader');

function mistakeIn(inputs: unknown): Mistake {
  // Not `inputs` themselves, which every subscription would hold.
  const mayBeAwaited = typeof inputs === 'function' || isAwaited(inputs);
  return (input, index) => {
    let hint = '. Use `concatMapEager` to make one of each value';
    if (typeof input === 'function') {
      hint = '. Call the function, for example at a `yield` of a generator';
    } else if (mayBeAwaited) {
      hint =
        '. An async iterable has already awaited the promises in it: if this is the result of one, yield promises from a ' +
        '`function*`, yield Observables, or use `concatMapEager` to make one of each value';
    }
    return notObservableInput(input, '`inputs` to hold', index, hint);
  };
}
