/**
 * Thrown when something else happens than a marble block shows. The message has file and line, and both pictures under each
 * other, with a `^` under the first column that differs in each row; `expected` and `actual` are there for test frameworks
 * to draw their own difference of.
 */
export class MarbleMismatch extends Error {
  override readonly name = 'MarbleMismatch';

  constructor(
    message: string,
    /** The block as it should have happened. */
    readonly expected: string,
    /** The block as it happened: as it would have to be drawn, to pass. */
    readonly actual: string,
  ) {
    super(message);
  }
}
