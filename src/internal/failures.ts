/**
 * What the failures so far make of the result's end. An error that takes its place in the order makes everything after it
 * unreachable, so it is simply the end of the result; errors kept for the end stand in source order.
 */
export class Failures {
  private list: { index: number; error: unknown }[] = [];

  /** Keeps an error for the end. The source's own comes last: its index is `Infinity`. */
  add(index: number, error: unknown): void {
    this.list.push({ index, error });
  }

  /** Ends the result with this error, in place of every later one. */
  cut(index: number, error: unknown): void {
    this.list = [{ index, error }];
  }

  /** The error the result ends with, in a box since an error may be `undefined`; or `undefined`, where it completes. */
  result(): { error: unknown } | undefined {
    const { list } = this;
    if (list.length < 2) {
      return list[0];
    }
    const errors = list.sort((a, b) => a.index - b.index).map(({ error }) => error);
    return {
      error: new AggregateError(errors, `${errors.length} failures, in source order`),
    };
  }
}
