import { type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

const encoder = new TextEncoder();

/** The same number below `buckets` for the same name: FNV-1a, 32 bits. */
export function bucketOf(name: string, buckets: number): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(name)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % buckets;
}

/**
 * Spreads the values over the connections, always the same name over the same
 * one. A connection is used by one value at a time, in the order of the source.
 */
export function overConnections<T, C, R>(
  connections: readonly C[],
  name: (value: T) => string,
  send: (connection: C, value: T, signal: AbortSignal) => ObservableInput<R>,
): OperatorFunction<T, R> {
  const bucket = (value: T) => bucketOf(name(value), connections.length);
  return concatMapEager(
    (value, _index, { signal }) =>
      send(connections[bucket(value)]!, value, signal),
    {
      key: bucket,
      concurrent: connections.length,
      timeout: 5_000,
      onError: 'skip',
    },
  );
}
