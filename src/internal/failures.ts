/** An error and the place in the order that it has: the index of its item, or `Infinity` for the source's own. */
export interface Failure {
  readonly index: number;
  readonly error: unknown;
}

/**
 * What the failures that were kept for the end make of it: the error the result ends with, in a box since an error may be
 * `undefined`; or `undefined`, where it completes.
 */
export function failureOf(failures: Failure[]): { error: unknown } | undefined {
  if (failures.length < 2) {
    return failures[0];
  }
  const errors = failures.sort((a, b) => a.index - b.index).map(({ error }) => error);
  return { error: new AggregateError(errors, `${errors.length} failures, in source order`) };
}
