import type { MarbleSpec } from './model.js';
import type { Pictures } from './printMarbles.js';

/** What {@link MarbleMismatch} is made of. */
export interface Mismatch extends Pictures {
  /** Which rows differ, and from when on. */
  readonly differs: string;
  /** What the pictures cannot show, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Thrown when something else happens than a marble block shows. The message has both pictures under each other, with a
 * `^` under the first column that differs in each row.
 */
export class MarbleMismatch extends Error {
  override readonly name = 'MarbleMismatch';
  /** The block as it is written. */
  readonly expected: string;
  /** The block as it would have to be written. */
  readonly actual: string;

  constructor(spec: Pick<MarbleSpec, 'name' | 'file' | 'line'>, mismatch: Mismatch) {
    const { expected, actual, marked, differs, notes } = mismatch;
    const said = notes.map((note) => `\n${note}`).join('');
    super(
      `${spec.file}:${spec.line}: ${spec.name}${differs && `\ndiffers: ${differs}`}${said}\n\n` +
        `expected\n\n${indented(expected)}\n\nactual\n\n${indented(marked)}\n`,
    );
    this.expected = expected;
    this.actual = `${actual}${said}`;
  }
}

function indented(picture: string): string {
  return picture.replace(/^(?=.)/gm, '  ');
}
