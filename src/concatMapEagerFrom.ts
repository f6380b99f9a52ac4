import type { ObservableInput, ReadableStreamLike } from 'rxjs';
import type { ConcatMapEagerConfig, Concurrency, ConcurrentOrConfig, ItemContext, NoInfer } from './config.js';
import { check } from './internal/check.js';
import { eagerlyFrom } from './internal/eagerlyFrom.js';
import type { Inputs } from './internal/pulled.js';
import type { Project } from './internal/run.js';
import type { IterableObservable } from './iterableObservable.js';

/** What is read from `V`: something readable, or a function that returns it, or a promise of it. */
type ReadFrom<V> = V extends (...args: never[]) => infer G
  ? G extends PromiseLike<infer P>
    ? Value<P>
    : Value<G>
  : Value<V>;

type Value<V> =
  V extends Iterable<infer T>
    ? T
    : V extends AsyncIterable<infer T>
      ? T
      : // Its type says `undefined` too, for its end.
        V extends ReadableStreamLike<infer T>
        ? Exclude<T, undefined>
        : never;

/** What a function may return. A stream as it is, so that what is not there at its end is not taken for a value. */
type Opened<T> =
  Iterable<T> | AsyncIterable<T> | { getReader(): { read(): PromiseLike<{ done: boolean; value?: T | undefined }> } };

type Emitted<O> = O extends ObservableInput<infer R> ? R : never;

/**
 * Reads values from what a function gives, anew for each subscription, and maps each: all that is said of `concatMapEagerFrom` with an
 * array holds. The function gets `{ signal }`, which aborts when what it returned is closed early.
 */
export function concatMapEagerFrom<
  T,
  O extends ObservableInput<unknown>,
  F extends ObservableInput<unknown> = never,
  L = number,
>(
  values: (context: { readonly signal: AbortSignal }) => Opened<T> | PromiseLike<Opened<T>>,
  project: (value: T, index: number, item: ItemContext) => O,
  concurrentOrConfig?: ConcurrentOrConfig<L, ConcatMapEagerConfig<NoInfer<T>, unknown, F>>,
): IterableObservable<Emitted<O> | Emitted<F>>;
/**
 * Reads values, maps each to an Observable, promise or other input, runs up to `concurrent` of these inners at once, and emits their
 * values in the order in which they were read. It is {@link concatMapEager} for values that are asked for: the next one is read only
 * when there is a slot for it and room in the reorder window. So the source goes only as fast as the work, and with `for await` only
 * as fast as its consumer.
 *
 * ```marble
 * inputs  abc|
 * a       -----1|
 * b       -2|
 * c         -3|
 * > concatMapEagerFrom concurrent: 2
 * result  -----1(23|)
 * ```
 *
 * - Law: the notifications are those of `from(values).pipe(concatMap(project))`, under the conditions of {@link concatMapEager}'s law.
 * - `readAhead` reads some values before there is a slot for them, `until` ends the reading from outside, and `signal` ends everything.
 * - If it ends before its values do, it closes what it reads in the same call: it calls the iterator's `return()`, cancels a
 *   ReadableStream, destroys a Node stream, and ignores the outcome. An async generator that is waiting closes only when what it
 *   waits for has come: give a function, and have its `signal` end the wait. Open streams in that function, or in `project`: nobody
 *   closes what has not been opened.
 * - What an iterator or the function throws is the source's own error: the last thing in the order.
 * - A promise that a synchronous iterable gives is a value like any other. The promises of an array or a `Set` do not become
 *   unhandled rejections while they wait.
 * - `concurrent: Infinity`, the default, starts as many items as the window has room for, 1,024, even for a consumer who takes one.
 *
 * @example
 * A file is read no faster than its rows are enriched and written.
 *
 * ```ts
 * import { createWriteStream } from 'node:fs';
 * import { open } from 'node:fs/promises';
 * import { Readable } from 'node:stream';
 * import { pipeline } from 'node:stream/promises';
 * import { concatMapEagerFrom } from 'rxjs-concat-map-eager';
 *
 * const rows = concatMapEagerFrom(
 *   async () => (await open('rows.ndjson')).readLines(),
 *   (line, _index, { signal }) => enrich(JSON.parse(line), { signal }),
 *   { concurrent: 64, timeout: 5_000, retry: 2 },
 * );
 *
 * await pipeline(Readable.from(rows), createWriteStream('enriched.ndjson'));
 * ```
 *
 * @typeParam V - what values are read from
 * @typeParam O - what `project` returns
 * @typeParam F - what an `onError` function returns
 * @typeParam L - an Observable or a limit that is given as `concurrent`
 * @param values - An array, iterable, async iterable or ReadableStream, or a function that returns one, or a promise of one. The
 * function is called for each subscription with `{ signal }`, which aborts when what it returned is closed early.
 * @param project - Gets a value, its index (from 0) and the item's `{ signal, attempt }`, and returns the inner, as for
 * {@link concatMapEager}.
 * @param concurrentOrConfig - How many items may be active at once (default: `Infinity`): a number, an Observable of numbers, or a
 * {@link ConcurrencyLimit}; or a {@link ConcatMapEagerConfig}, whose times are in milliseconds. The default `reorderWindow` is 1,024
 * where `concurrent` is `Infinity`: so at most that many values are read and not yet fully emitted.
 * @returns An {@link IterableObservable}, which reads the values anew for each subscription, and can be iterated by `for await`. An
 * array, a Set, a function, or anything else that gives a new iterator each time can be read any number of times. An iterator, a
 * generator object or a stream can be read once: another subscription fails with a `TypeError` that says so.
 * @throws TypeError if `values` cannot be iterated, `project` is not a function, an option has the wrong type, or there is no such
 * option; RangeError if a number is out of range. Both are thrown by the call of `concatMapEagerFrom`.
 * @see {@link concatMapEager} for an Observable of values, {@link concatEager} for inputs that need no `project`
 */
export function concatMapEagerFrom<
  V extends Inputs<unknown>,
  O extends ObservableInput<unknown>,
  F extends ObservableInput<unknown> = never,
  L = number,
>(
  values: V,
  project: (value: ReadFrom<V>, index: number, item: ItemContext) => O,
  concurrentOrConfig?: ConcurrentOrConfig<L, ConcatMapEagerConfig<NoInfer<ReadFrom<V>>, unknown, F>>,
): IterableObservable<Emitted<O> | Emitted<F>>;
export function concatMapEagerFrom<T, R>(
  values: unknown,
  project: Project<T, R>,
  concurrentOrConfig?: unknown,
): IterableObservable<R> {
  check(typeof project === 'function', 'project', 'a function', project);
  return eagerlyFrom(
    'values',
    values as Inputs<T>,
    '. Use `concatMapEager` for an Observable',
    project,
    concurrentOrConfig as Concurrency | ConcatMapEagerConfig<T, R>,
  );
}
