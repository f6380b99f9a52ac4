import { type MarbleMark, type MarbleRow } from '../model.js';
import { isValue } from '../readMarks.js';
import { PALETTE } from './style.js';

/** Where the values of a block come from, and where they go. */
export class Trace {
  readonly #rows: readonly MarbleRow[];
  readonly #colours = new Map<string, string>();
  readonly #colourOf = new Map<MarbleMark, string>();
  readonly #out = new Map<MarbleMark, number>();

  /** @param rows - the source first */
  constructor(rows: readonly MarbleRow[], result: MarbleRow) {
    this.#rows = rows;
    for (const { mark } of rows[0]!.marks) this.colour(mark);
    for (const row of rows) {
      for (const mark of row.marks) this.#colourOf.set(mark, this.colour(isSource(row) ? mark.mark : row.label));
    }
    // A value of the result is the first of an inner that has not come out yet; else the source's, passed on.
    const inners = rows.filter((row) => !isSource(row)).flatMap(({ marks }) => marks);
    const all = [...inners, ...rows.flatMap(({ marks }) => marks)];
    for (const mark of result.marks) {
      const origin = isValue(mark.mark) ? all.find((each) => this.#isOrigin(each, mark)) : undefined;
      if (origin === undefined) continue;
      this.#out.set(origin, mark.frame);
      this.#colourOf.set(mark, this.colourOf(origin));
    }
  }

  /** The colour of a source value, by its label: another for each, as long as there are others. */
  colour(label: string): string {
    if (!isValue(label)) return 'n';
    const known = this.#colours.get(label) ?? `c${this.#colours.size % PALETTE.length}`;
    this.#colours.set(label, known);
    return known;
  }

  /** The colour of what is in a row. */
  colourOf(mark: MarbleMark): string {
    return this.#colourOf.get(mark) ?? 'n';
  }

  /** From when to when the values of an inner waited for their turn, if any did. */
  parked(row: MarbleRow): { from: number; to: number } | undefined {
    const waited = row.marks.filter((mark) => (this.#out.get(mark) ?? 0) > mark.frame);
    if (isSource(row) || waited.length === 0) return undefined;
    return { from: waited[0]!.frame, to: waited.reduce((to, mark) => Math.max(to, this.#out.get(mark) ?? 0), 0) };
  }

  /** Since when the source value of an inner waited for a place, if it did. */
  waiting(row: MarbleRow): number | undefined {
    const nth = this.#rows.filter(({ label }) => label === row.label).indexOf(row);
    const came = this.#rows.filter(isSource).flatMap(({ marks }) => marks.filter(({ mark }) => mark === row.label))[
      nth
    ];
    return came && came.frame < row.start ? came.frame : undefined;
  }

  #isOrigin(mark: MarbleMark, of: MarbleMark): boolean {
    return mark.mark === of.mark && mark.frame <= of.frame && !this.#out.has(mark);
  }
}

/** Whether a row is what the operators work on. */
export function isSource({ label }: MarbleRow): boolean {
  return label === 'source' || label === 'hot' || label === 'inputs';
}
