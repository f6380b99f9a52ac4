/** A position in a marble page; lines and columns are counted from 1. */
export interface MarblePlace {
  /** The file name, as it was given. */
  readonly file: string;
  /** The line, from 1. */
  readonly line: number;
  /** The column, from 1. */
  readonly column: number;
}

/**
 * Thrown for a marble block that cannot be read. The message says where, what was expected and what came.
 */
export class MarbleSyntaxError extends Error {
  /** Always `'MarbleSyntaxError'`. */
  override readonly name = 'MarbleSyntaxError';
  /** The file name that the reading function was given. */
  readonly file: string;
  /** The line of what cannot be read, from 1. */
  readonly line: number;
  /** The column of what cannot be read, from 1. */
  readonly column: number;

  constructor(place: MarblePlace, expected: string, got: string) {
    super(`${place.file}:${place.line}:${place.column}: expected ${expected}, got ${got}`);
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}

/** The position `columns` further to the right. */
export function after(place: MarblePlace, columns: number): MarblePlace {
  return { ...place, column: place.column + columns };
}

/** How a message quotes what came. */
export function quote(text: string | undefined): string {
  return text === undefined || text === '' ? 'the end of the line' : JSON.stringify(text);
}
