import { bursts, type MarbleMark, type MarbleRow } from './model.js';
import { type Break, TimeAxis } from './TimeAxis.js';

/** Longer waits than this, in all rows, are drawn as a duration. */
const LONG = 20;

/** What a row is drawn of. */
export type Drawable = Pick<MarbleRow, 'start' | 'marks' | 'throws'>;

/** The axis on which all of these rows have room, and nothing happens for long. */
export function layOut(rows: readonly Drawable[]): TimeAxis {
  const widths = new Map<number, number>();
  const reserve = (frame: number, width: number): void =>
    void widths.set(frame, Math.max(width, widths.get(frame) ?? 0));
  for (const { start, marks } of rows) {
    reserve(start, 1);
    // A first burst may have to be drawn as a group: see `drawRow`.
    let least = 3;
    for (const [frame, burst] of bursts(marks)) {
      reserve(frame, Math.max(least, burst.length === 1 ? 1 : burst.length + 2));
      least = 1;
    }
  }

  const breaks: Break[] = [];
  let free = 0;
  let saved = 0;
  for (const [frame, width] of [...widths].sort(([one], [other]) => one - other)) {
    const frames = frame - free;
    // A duration has to stand in some row.
    if (frames > LONG && rows.some((row) => row.start < frame && lastFrame(row) >= frame)) {
      const text = ` ${frames}ms `;
      breaks.push({ column: free - saved, text, frames });
      saved += frames - text.length;
    }
    free = Math.max(free, frame + width);
  }
  return new TimeAxis(breaks);
}

function lastFrame({ marks }: Drawable): number {
  return marks.at(-1)?.frame ?? 0;
}

/**
 * Draws a row as {@link readMarbles} reads it. Two rows are the same if and only if their drawings on one axis are.
 *
 * @param row - what to draw
 * @param axis - made for this row and others
 * @returns the lines; more than one where something happens in a column that a group before it needs
 */
export function drawRow(row: Drawable, axis: TimeAxis): string[] {
  const { start, throws } = row;
  if (throws) return [`${' '.repeat(axis.columnOf(start))}throws`];
  const lines = draw(row, axis, inOneGo);
  // Values that would be read as something else: one that is drawn as a group is not.
  const isWord = /^ *(?:throws$|\d+(?:\.\d+)?(?:ms?|s)(?: |$))/.test(lines[0]!);
  return isWord ? draw(row, axis, (burst) => `(${textOf(burst)})`) : lines;
}

function draw(
  { start, marks }: Drawable,
  axis: TimeAxis,
  firstInOneGo: (burst: readonly MarbleMark[]) => string,
): string[] {
  const lines = [new DrawnLine(axis, axis.columnOf(start), '-')];
  let text = firstInOneGo;
  for (const [frame, burst] of bursts(marks)) {
    const column = axis.columnOf(frame);
    if (!lines.some((line) => line.put(column, text(burst)))) {
      const line = new DrawnLine(axis, 0, ' ');
      line.put(column, text(burst));
      lines.push(line);
    }
    text = inOneGo;
  }
  // Where nothing happens. Otherwise the column is taken.
  lines[0]!.put(axis.columnOf(start), '-');
  return lines.map(({ text }) => text);
}

function inOneGo(burst: readonly MarbleMark[]): string {
  return burst.length === 1 ? textOf(burst) : `(${textOf(burst)})`;
}

function textOf(burst: readonly MarbleMark[]): string {
  return burst.map(({ mark }) => mark).join('');
}

class DrawnLine {
  text: string;

  /** @param free - the first column that is still free */
  constructor(
    private readonly axis: TimeAxis,
    private free: number,
    private fill: string,
  ) {
    this.text = ' '.repeat(free);
  }

  /** Draws `text` in a column and says so, unless the column is taken. */
  put(column: number, text: string): boolean {
    if (column < this.free) return false;
    for (const each of this.axis.breaks) {
      if (this.fill === '-' && each.column >= this.free && each.column < column) {
        this.text += this.fill.repeat(each.column - this.free) + each.text;
        this.free = each.column + each.text.length;
      }
    }
    this.text += this.fill.repeat(column - this.free) + text;
    this.free = column + [...text].length;
    this.fill = '-';
    return true;
  }
}
