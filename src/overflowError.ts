/**
 * The source's own error where more values would have waited than `maxWaiting`, and `overflow` is `'error'`.
 *
 * @example
 * ```ts
 * import { OverflowError } from 'rxjs-concat-map-eager';
 *
 * result.subscribe({
 *   error: (error) => {
 *     if (error instanceof OverflowError) console.error(`too many: ${error.message}`);
 *   },
 * });
 * ```
 */
export class OverflowError extends Error {
  /** Always `'OverflowError'`. */
  override readonly name = 'OverflowError';

  constructor(
    /** The option: how many values might wait. */
    readonly maxWaiting: number,
    /** The position in the source, from 0, of the value that was one too many. */
    readonly index: number,
  ) {
    super(
      `Expected no more than \`maxWaiting\` values to wait, ${maxWaiting}, got one more, with the index ${index}: the source is ` +
        'faster than the work. Raise `concurrent` or `maxWaiting`, or set `overflow` to drop values',
    );
  }
}
