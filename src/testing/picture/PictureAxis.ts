import { bursts } from '../model.js';
import type { Drawable } from '../drawRows.js';

/** Longer waits than this, in all rows, are drawn as a gap. */
const LONG = 12;
/** How many units a gap is wide. */
const GAP = 3;

/** A wait that is not drawn at full length. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  readonly frames: number;
}

/**
 * Where frames are in a picture, in units from the left: one a frame, more where several marks of one row are in it. Only
 * frames in which something happens are drawn.
 */
export class PictureAxis {
  readonly gaps: readonly Gap[];
  readonly width: number;
  readonly #units: ReadonlyMap<number, number>;

  constructor(rows: readonly Drawable[]) {
    const widths = new Map<number, number>();
    const reserve = (frame: number, width: number): void =>
      void widths.set(frame, Math.max(width, widths.get(frame) ?? 0));
    let end = 0;
    for (const { start, marks, throws } of rows) {
      reserve(start, 1);
      if (throws) end = Math.max(end, start);
      for (const [frame, burst] of bursts(marks)) reserve(frame, burst.length);
    }

    const gaps: Gap[] = [];
    const units = new Map<number, number>();
    let [free, unit] = [0, 0];
    for (const [frame, width] of [...widths].sort(([one], [other]) => one - other)) {
      const frames = frame - free;
      const isLong = frames > LONG;
      if (isLong) gaps.push({ from: unit, to: unit + GAP, frames });
      unit += isLong ? GAP : frames;
      units.set(frame, unit);
      unit += width;
      free = frame + 1;
    }
    this.gaps = gaps;
    this.#units = units;
    // There is room for the word `throws`.
    this.width = Math.max(unit, this.at(end) + 2.5);
  }

  /** The frames that are drawn, in order. */
  get frames(): readonly number[] {
    return [...this.#units.keys()];
  }

  /** The middle of the first unit of a frame that is drawn. Frame 0 always is: the result starts there. */
  at(frame: number): number {
    return this.#units.get(frame)! + 0.5;
  }
}
