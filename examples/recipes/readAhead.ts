/**
 * Reads one value more than was asked for, so that the next one is there, or on
 * its way, when a slot becomes free. Values come in order, and are read one at
 * a time.
 */
export function readAhead<T>(values: AsyncIterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = values[Symbol.asyncIterator]();
      let closed = false;
      let ahead: Promise<IteratorResult<T>> | undefined;

      const readAfter = async (earlier: Promise<IteratorResult<T>>) => {
        const result = await earlier;
        return result.done || closed ? result : iterator.next();
      };

      return {
        next() {
          const current = ahead ?? iterator.next();
          ahead = readAfter(current);
          // Whoever asks for it hears of its failure; perhaps nobody asks.
          ahead.catch(() => undefined);
          return current;
        },
        async return() {
          closed = true;
          // A Node.js stream that waits is closed by nothing else.
          (values as { destroy?: () => void }).destroy?.();
          await iterator.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
