/** A duration between columns: ` 100ms `, blanks included. */
export interface Break {
  /** Its first column, counted from 0. */
  readonly column: number;
  readonly text: string;
  /** How many frames pass in its columns. */
  readonly frames: number;
}

/**
 * The columns of a block in time. A column is a frame, except where a duration stands: its columns are as many frames as it
 * says, in every row. So what stands in one column happens at one time.
 */
export class TimeAxis {
  /** From left to right. */
  readonly breaks: readonly Break[];
  /** Where what is behind a break begins. */
  readonly #ends: readonly { readonly column: number; readonly frame: number }[];

  /** @param breaks - from left to right */
  constructor(breaks: readonly Break[]) {
    this.breaks = breaks;
    let [column, frame] = [0, 0];
    this.#ends = breaks.map((each) => {
      frame += each.column - column + each.frames;
      column = each.column + each.text.length;
      return { column, frame };
    });
  }

  /** The frame of a column, which is not within a break. */
  frameOf(column: number): number {
    const end = last(this.#ends, (each) => each.column <= column);
    return end ? end.frame + column - end.column : column;
  }

  /** The column of a frame, which is not within a break. */
  columnOf(frame: number): number {
    const end = last(this.#ends, (each) => each.frame <= frame);
    return end ? end.column + frame - end.frame : frame;
  }
}

/** The last for which `test` holds, where it holds for the first ones only. */
function last<T>(all: readonly T[], test: (each: T) => boolean): T | undefined {
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (test(all[middle]!)) from = middle + 1;
    else to = middle;
  }
  return all[from - 1];
}
