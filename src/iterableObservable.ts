import type { Observable } from 'rxjs';

/**
 * An Observable that can be iterated as well: by `for await`, `Readable.from`, `ReadableStream.from` or `pipeline`. A subscriber is
 * given values as they become ready; whoever iterates asks for each. What nobody has asked for waits inside: the window
 * (`reorderWindow`) bounds how many items are read and not yet taken, and `maxParked` the values of each.
 *
 * - Each call of `[Symbol.asyncIterator]()` gives an iterator of its own, with a subscription that begins at its first `next()`.
 * - `break`, `return()`, `throw()` and `await using` end it as unsubscribing does, in the same call.
 * - An error is thrown once, at its turn; after that, and after the end, the iterator is done.
 * - Whoever stops asking without any of these leaves everything as it is.
 *
 * @example
 * ```ts
 * import { concatMapEagerFrom } from 'rxjs-concat-map-eager';
 *
 * for await (const row of concatMapEagerFrom(readRows, (row) => enrich(row), 16)) {
 *   await write(row);
 * }
 * ```
 *
 * @typeParam R - the values of the result
 */
export interface IterableObservable<R> extends Observable<R>, AsyncIterable<R> {
  [Symbol.asyncIterator](): AsyncIterableIterator<R>;
}
