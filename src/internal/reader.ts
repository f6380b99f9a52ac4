import { noop, type ReadableStreamLike } from 'rxjs';
import { show } from './show.js';

/** An async iterable or a `ReadableStream`, read one result at a time. */
export interface Reader<V> {
  /** Asks for the next result. */
  read(): PromiseLike<IteratorResult<V>>;
  /** To be called when it has ended by itself. */
  release(): void;
  /** Ends it at once, without waiting for an outstanding `read`, and never throws. */
  cancel(): void;
}

export type Readable<V> = AsyncIterable<V> | ReadableStreamLike<V>;

export function isReadable<V>(value: unknown): value is Readable<V> {
  return isStream(value) || hasMethod(value, Symbol.asyncIterator);
}

/**
 * A stream is read by its reader even where it is an async iterable as well, as in Node.js: the iterator's `return` would
 * wait for the outstanding `read` before it cancels.
 */
export function openReader<V>(input: Readable<V>): Reader<V> {
  if (isStream(input)) {
    const reader: ReturnType<typeof input.getReader> & { cancel?(): unknown } = input.getReader();
    const release = () => quietly(() => reader.releaseLock());
    return {
      read: () => reader.read() as PromiseLike<IteratorResult<V>>,
      release,
      cancel: () => {
        quietly(() => reader.cancel?.());
        release();
      },
    };
  }
  const iterator = input[Symbol.asyncIterator]();
  return {
    read: () => iterator.next(),
    release: noop,
    cancel: () => quietly(() => iterator.return?.()),
  };
}

/**
 * Takes an iterator's result apart, as `for await` does.
 *
 * @throws TypeError for what is no result; what its getters throw
 */
export function readResult<V>(result: IteratorResult<V>): {
  done: boolean;
  value: V;
} {
  if (Object(result) !== result) {
    throw new TypeError(`Expected an iterator's result to be an object, got ${show(result)}`);
  }
  const done = !!result.done;
  return { done, value: done ? (undefined as V) : result.value };
}

/** Cleaning up after the end: nobody is there to hear of an error. */
export function quietly(cleanUp: () => unknown): void {
  try {
    Promise.resolve(cleanUp()).then(undefined, noop);
  } catch {
    // As rxjs's `from` does, whose iteration has ended by then as well.
  }
}

/** Whether `value` has a method of that name, without which `from` would not take it for what it stands for. */
export function hasMethod(value: unknown, name: PropertyKey): boolean {
  return typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[name] === 'function';
}

function isStream<V>(value: unknown): value is ReadableStreamLike<V> {
  return hasMethod(value, 'getReader');
}
