import {
  from,
  last,
  map,
  of,
  pipe,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

export interface Marker {
  readonly offset: number;
  readonly result: 'done' | 'failed';
  readonly error?: unknown;
}

/**
 * Handles messages concurrently, and commits their offsets one after the other.
 * When an offset is committed, every message before it is done. Thanks to
 * `last` each message gives one marker when it ends, however many values it
 * emits.
 */
export function commitInOrder<M extends { readonly offset: number }>(
  handle: (message: M, signal: AbortSignal) => ObservableInput<unknown>,
  commit: (offset: number, signal: AbortSignal) => ObservableInput<unknown>,
): OperatorFunction<M, Marker> {
  return pipe(
    concatMapEager(
      (message: M, _index, { signal }) =>
        from(handle(message, signal)).pipe(
          last(null, undefined),
          map((): Marker => ({ offset: message.offset, result: 'done' })),
        ),
      {
        concurrent: 16,
        timeout: 10_000,
        retry: { count: 2, delay: 1_000 },
        onError: (error, { value }) =>
          of<Marker>({ offset: value.offset, result: 'failed', error }),
      },
    ),
    concatMapEager(
      (marker, _index, { signal }) =>
        from(commit(marker.offset, signal)).pipe(
          last(null, undefined),
          map(() => marker),
        ),
      // A commit that fails ends the result: a later one would hide it.
      {
        concurrent: 1,
        timeout: 10_000,
        retry: { count: 2, delay: 1_000 },
        onError: 'in-order',
      },
    ),
  );
}
