/**
 * Thrown when something else happens than a marble block shows. The message has file and line, and both pictures one below the
 * other, with a `^` under the first column that differs in each row. From `expected` and `actual`, test frameworks make their
 * own diff.
 */
export class MarbleMismatch extends Error {
  /** Always `'MarbleMismatch'`. */
  override readonly name = 'MarbleMismatch';

  constructor(
    message: string,
    /** The block as it should have happened. */
    readonly expected: string,
    /** The block as it happened, which would pass. */
    readonly actual: string,
  ) {
    super(message);
  }
}
