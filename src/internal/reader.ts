import { hasMethod } from './check.js';
import { noop, type ReadableStreamLike } from 'rxjs';
import { show } from './show.js';

/** What can be read: it is asked for one result after another. */
export type Readable<V> = Iterable<V> | AsyncIterable<V> | ReadableStreamLike<V>;

/** Something readable that has been opened. */
export interface Reader<V> {
  /** What was opened, by which one knows it again: a stream, or what `[Symbol.iterator]()` or `[Symbol.asyncIterator]()` gave. */
  readonly opened: object;
  /** Asks for the next result, which is there at once where there is a `sync` iterator. */
  read(): IteratorResult<V> | PromiseLike<IteratorResult<V>>;
  readonly sync: boolean;
  /** To be called when it has ended by itself. */
  release(): void;
  /** Closes it at once, without waiting for an outstanding `read`, and never throws. */
  cancel(): void;
}

export function isReadable<V>(value: unknown): value is Readable<V> {
  return isReadLater(value) || hasMethod(value, Symbol.iterator);
}

/** Whether its results come later. */
function isReadLater<V>(value: unknown): value is AsyncIterable<V> | ReadableStreamLike<V> {
  return isWebStream(value) || hasMethod(value, Symbol.asyncIterator);
}

/**
 * Opens what is readable. A web stream is read by its reader even where it is an async iterable as well, and a Node stream is
 * destroyed: the `return` of their iterators would wait for the outstanding `read`, for data that may never come.
 */
export function openReader<V>(input: Readable<V>): Reader<V> {
  if (isWebStream<V>(input)) {
    return openWebStream(input);
  }
  const sync = !hasMethod(input, Symbol.asyncIterator);
  const iterator: Iterator<V> | AsyncIterator<V> = sync
    ? (input as Iterable<V>)[Symbol.iterator]()
    : (input as AsyncIterable<V>)[Symbol.asyncIterator]();
  const close = () => quietly(() => iterator.return?.());
  const isStream = isNodeStream(input);
  return {
    opened: isStream ? input : iterator,
    read: () => iterator.next(),
    sync,
    release: noop,
    cancel: isStream
      ? () => {
          ignoreErrors(input);
          quietly(() => input.destroy());
          close();
        }
      : close,
  };
}

function openWebStream<V>(stream: ReadableStreamLike<V>): Reader<V> {
  const reader: ReturnType<typeof stream.getReader> & { cancel?(): unknown } = stream.getReader();
  const release = () => quietly(() => reader.releaseLock());
  return {
    opened: stream,
    read: () => reader.read() as PromiseLike<IteratorResult<V>>,
    sync: false,
    release,
    cancel: () => {
      quietly(() => reader.cancel?.());
      release();
    },
  };
}

/**
 * Takes an iterator's result apart, as `for await` does.
 *
 * @throws TypeError for anything that is not a result; what its getters throw
 */
export function readResult<V>(result: IteratorResult<V>): {
  done: boolean;
  value: V;
} {
  if (Object(result) !== result) {
    throw new TypeError(
      `Expected \`next()\` of an iterator to return an object, \`{ done, value }\`, got ${show(result)}`,
    );
  }
  const done = !!result.done;
  return { done, value: done ? (undefined as V) : result.value };
}

const ignored = new WeakSet();

/** Has a Node stream that nobody reads, yet or any more, not end the process by an error. */
export function ignoreErrors(stream: NodeStream): void {
  if (!ignored.has(stream)) {
    ignored.add(stream);
    stream.on('error', noop);
  }
}

/** Cleaning up after the end: nobody is there to hear of an error. */
function quietly(cleanUp: () => unknown): void {
  try {
    Promise.resolve(cleanUp()).then(undefined, noop);
  } catch {
    // As rxjs's `from` does, whose iteration has ended by then as well.
  }
}

function isWebStream<V>(value: unknown): value is ReadableStreamLike<V> {
  return hasMethod(value, 'getReader');
}

/** What is used of a stream of Node.js. */
interface NodeStream {
  on(event: 'error', listener: () => void): unknown;
  destroy(): unknown;
}

export function isNodeStream(value: unknown): value is NodeStream {
  return hasMethod(value, 'pipe') && hasMethod(value, 'on') && hasMethod(value, 'destroy');
}
