import {
  concatMap,
  EMPTY,
  of,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

/** An upload emits how much of it is done, from 0 to 1, and then its result. */
export type UploadEvent<R> =
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'result'; readonly result: R };

/**
 * Uploads three files at once. `report` hears the progress of each of them as
 * it happens; the results are emitted in the order of the files. The limit is
 * in the inner operator, where every report of progress starts its clock again.
 */
export function uploadAll<T, R>(
  upload: (file: T, signal: AbortSignal) => ObservableInput<UploadEvent<R>>,
  report: (index: number, done: number) => void,
): OperatorFunction<T, R> {
  return concatMapEager(
    (file, index) =>
      of(file).pipe(
        concatMapEager((_file, _index, { signal }) => upload(file, signal), {
          timeout: { each: 10_000 },
          onError: 'in-order',
        }),
        concatMap((event) => {
          if (event.type === 'result') return of(event.result);
          report(index, event.done);
          return EMPTY;
        }),
      ),
    { concurrent: 3, retry: 2, onError: 'skip' },
  );
}
