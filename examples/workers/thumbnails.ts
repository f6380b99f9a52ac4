import { basename } from 'node:path';
import { of, TimeoutError, type OperatorFunction } from 'rxjs';
import {
  concatMapEager,
  type ConcatMapEagerConfig,
} from 'rxjs-concat-map-eager';
import type { Pool } from './pool.js';
import type { Thumbnail } from './worker.js';

/** One line of the manifest. */
export type Row = Thumbnail | { readonly file: string; readonly error: string };

export type Options = Pick<
  ConcatMapEagerConfig<string>,
  'timeout' | 'reorderWindow' | 'monitor' | 'scheduler'
>;

/**
 * Makes the thumbnails of pictures on all threads of the pool, and emits one
 * row for each picture, in their order. No more are active than there
 * are threads: a task in the pool's own queue would wait while its clock runs.
 */
export function thumbnails(
  pool: Pool,
  folder: string,
  options: Options = {},
): OperatorFunction<string, Row> {
  return concatMapEager(
    (file, _index, { attempt, signal }) =>
      pool.run({ file, folder, attempt }, { signal }),
    {
      concurrent: pool.options.maxThreads,
      reorderWindow: 16 * pool.options.maxThreads,
      // When it passes, the signal ends the thread, even one in an endless
      // loop, and another thread is started.
      timeout: 30_000,
      // A thread may have died of something else than its picture.
      retry: 1,
      onError: (error, { value }) =>
        of({ file: basename(value), error: reasonOf(error) }),
      ...options,
    },
  );
}

/** The message of a time limit names an item by a number, and not its file. */
function reasonOf(error: unknown): string {
  return error instanceof TimeoutError ? 'took too long' : String(error);
}
