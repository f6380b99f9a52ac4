import { defaultIfEmpty, scan, type OperatorFunction } from 'rxjs';

/**
 * The list so far, each time a value comes; an empty list if none does. Each is
 * a new array, as a signal wants it: for a thousand values that is nothing, for
 * a hundred thousand it is too much.
 */
export const collect =
  <T>(): OperatorFunction<T, readonly T[]> =>
  (source) =>
    source.pipe(
      scan((list: readonly T[], value) => [...list, value], []),
      defaultIfEmpty([]),
    );
