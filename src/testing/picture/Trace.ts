import type { MarbleMark, MarbleRow } from '../model.js';
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
    // Inners first: what is the source's is passed on.
    const emitting = [...rows.filter((row) => !isSource(row)), ...rows.filter(isSource)];
    for (const mark of result.marks) {
      const origin = this.#origin(mark, emitting);
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
    return { from: waited[0]!.frame, to: waited.reduce((to, mark) => Math.max(to, this.#out.get(mark)!), 0) };
  }

  /** Since when the source value of an inner waited for a slot, if it did, and if it is clear which value that is. */
  waiting(row: MarbleRow): number | undefined {
    const rows = this.#rows.filter(({ label }) => label === row.label);
    const values = this.#rows.filter(isSource).flatMap(({ marks }) => marks.filter(({ mark }) => mark === row.label));
    const came = rows.length === values.length ? values[rows.indexOf(row)] : undefined;
    return came && came.frame < row.start ? came.frame : undefined;
  }

  /**
   * Where a value of the result comes from: what has just been emitted; else the first that has not come out yet, of a failed
   * attempt only if there is no other.
   */
  #origin({ mark, frame }: MarbleMark, rows: readonly MarbleRow[]): MarbleMark | undefined {
    if (!isValue(mark)) return undefined;
    const candidates = rows.flatMap((row) => {
      const failed = row.marks.at(-1)?.mark === '#';
      return row.marks
        .filter((each) => each.mark === mark && each.frame <= frame && !this.#out.has(each))
        .map((each) => ({ each, failed }));
    });
    const found =
      candidates.find(({ each }) => each.frame === frame) ?? candidates.find(({ failed }) => !failed) ?? candidates[0];
    return found?.each;
  }
}

/** Whether a row is what the operators work on. */
export function isSource({ label }: MarbleRow): boolean {
  return label === 'source' || label === 'hot' || label === 'inputs';
}
