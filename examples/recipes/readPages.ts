import type { ObservableInput } from 'rxjs';
import {
  concatMapEagerFrom,
  type ItemContext,
  type IterableObservable,
} from 'rxjs-concat-map-eager';

export interface Page<T> {
  readonly rows: readonly T[];
  /** Where the next page begins; absent on the last one. */
  readonly next?: string;
}

/**
 * Maps the rows of an API that gives them page by page. Eight run, and up to
 * twenty more are there: when the last of a page is, the next page is fetched.
 */
export function mapPages<T, R>(
  fetchPage: (
    from: string | undefined,
    signal: AbortSignal,
  ) => Promise<Page<T>>,
  project: (row: T, index: number, item: ItemContext) => ObservableInput<R>,
): IterableObservable<R> {
  async function* rows({ signal }: { signal: AbortSignal }) {
    let next: string | undefined;
    do {
      const page = await fetchPage(next, signal);
      yield* page.rows;
      next = page.next;
    } while (next !== undefined);
  }

  return concatMapEagerFrom(rows, project, {
    concurrent: 8,
    readAhead: 20,
    timeout: 5_000,
    onError: 'skip',
  });
}
