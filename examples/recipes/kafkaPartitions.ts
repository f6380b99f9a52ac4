import {
  from,
  groupBy,
  last,
  map,
  mergeMap,
  pipe,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

export interface ConsumedRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
}

/**
 * Handles up to sixteen records of each partition at once, those of one key one
 * after the other, and commits the offsets of each partition in order. Emits
 * the records whose offsets are committed. A record that fails ends the result
 * when all before it in its partition are committed.
 */
export function handlePartitions<M extends ConsumedRecord>(
  handle: (record: M, signal: AbortSignal) => ObservableInput<unknown>,
  commit: (record: M, signal: AbortSignal) => ObservableInput<unknown>,
): OperatorFunction<M, M> {
  const doing =
    (work: typeof handle) =>
    (record: M, _index: number, { signal }: { signal: AbortSignal }) =>
      from(work(record, signal)).pipe(
        last(null, undefined),
        map(() => record),
      );
  return pipe(
    groupBy(({ partition }) => partition),
    mergeMap((records) =>
      records.pipe(
        concatMapEager(doing(handle), {
          // A record without a key is ordered with no other.
          key: (record) => record.key ?? record,
          concurrent: 16,
          timeout: 10_000,
          retry: { count: 2, delay: 1_000 },
          onError: 'in-order',
        }),
        concatMapEager(doing(commit), {
          concurrent: 1,
          timeout: 10_000,
          onError: 'in-order',
        }),
      ),
    ),
  );
}
