import type { MarbleMark, MarbleSpec, MarbleTimeline } from './model.js';

/** Longer waits than this, right of everything that was expected, are printed as a duration. */
const LONG = 20;

/**
 * Draws a subscription with one column a frame. Two timelines are the same if and only if their drawings are.
 *
 * @param timeline - what to draw; `undefined` draws as nothing, for what was never subscribed
 * @param width - how many columns the picture has: to the right of them a long wait is printed as ` 1234ms `
 * @returns the lines; more than one where something happens in a column that a group before it needs
 */
export function drawTimeline(timeline: MarbleTimeline | undefined, width: number): string[] {
  if (timeline === undefined) return [''];
  const { start, marks, throws } = timeline;
  if (throws) return [`${blank(start)}throws`];

  const lines = [new DrawnLine(blank(start), start, '-', width)];
  for (const [frame, burst] of bursts(marks)) {
    const text = burst.length === 1 ? burst.join('') : `(${burst.join('')})`;
    if (!lines.some((line) => line.put(frame, text))) {
      const line = new DrawnLine('', 0, ' ', width);
      line.put(frame, text);
      lines.push(line);
    }
  }
  return marks.length === 0 ? [`${blank(start)}-`] : lines.map(({ text }) => text);
}

/** The marks of each frame, in order of time. */
export function bursts(marks: readonly MarbleMark[]): ReadonlyMap<number, readonly string[]> {
  const byFrame = new Map<number, string[]>();
  for (const { frame, mark } of marks) {
    const burst = byFrame.get(frame);
    if (burst) burst.push(mark);
    else byFrame.set(frame, [mark]);
  }
  return byFrame;
}

class DrawnLine {
  /** @param free - the first frame that still has its column */
  constructor(
    public text: string,
    private free: number,
    private fill: string,
    private readonly width: number,
  ) {}

  /** Draws `text` at `frame` and says so, unless the column is taken. */
  put(frame: number, text: string): boolean {
    if (frame < this.free) return false;
    const wait = frame - this.free;
    this.text += wait > LONG && frame > this.width + LONG ? ` ${wait}ms ` : this.fill.repeat(wait);
    this.text += text;
    this.free = frame + [...text].length;
    this.fill = '-';
    return true;
  }
}

/** A row of a block as it was expected and as it was observed. */
export interface Comparison {
  readonly label: string;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
  /** The lines of the block for this row, if it is one of its. */
  readonly text: readonly string[];
}

/** Whether what was observed is what was expected. */
export function matches({ expected, actual }: Comparison): boolean {
  return expected.join('\n') === actual.join('\n');
}

/** The expected and the actual picture of a block. */
export interface Pictures {
  readonly expected: string;
  readonly actual: string;
  /** The actual picture, with a `^` under the first column of each row that differs. */
  readonly marked: string;
}

/**
 * Prints a block as it is written and as it was observed. Rows that match are printed as they are written.
 *
 * @param spec - the block
 * @param rows - its rows and the operators' lines in order, compared
 */
export function printPictures(spec: MarbleSpec, rows: readonly Comparison[]): Pictures {
  const expected: string[] = [];
  const actual: string[] = [];
  const marked: string[] = [];
  for (const row of rows) {
    expected.push(...row.text);
    if (matches(row)) {
      actual.push(...row.text);
      marked.push(...row.text);
      continue;
    }
    const lines = row.actual.map((line, index) => (index === 0 ? row.label : '').padEnd(spec.indent) + line);
    const { line, column } = firstDifference(row);
    actual.push(...lines.map((text) => text.trimEnd()));
    if (lines.length > 0) lines.splice(line + 1, 0, `${blank(spec.indent + column)}^`);
    marked.push(...lines.map((text) => text.trimEnd()));
  }
  return { expected: expected.join('\n'), actual: actual.join('\n'), marked: marked.join('\n') };
}

/** Where two drawings part: the line, and the column in it. */
export function firstDifference({ expected, actual }: Comparison): { line: number; column: number } {
  for (let line = 0; ; line++) {
    const one = [...(expected[line] ?? '')];
    const other = [...(actual[line] ?? '')];
    const length = Math.max(one.length, other.length);
    for (let column = 0; column < length; column++) {
      if ((one[column] ?? ' ') !== (other[column] ?? ' ')) return { line: Math.min(line, actual.length - 1), column };
    }
    if (line >= expected.length && line >= actual.length) return { line: 0, column: 0 };
  }
}

/** When two drawings part, in words: a group happens as a whole where it opens. */
export function whenDifferent(row: Comparison): string {
  if (row.label === 'inputs' || row.label === 'error') return row.label;
  const { line, column } = firstDifference(row);
  const opened = [row.expected, row.actual].map((lines) => {
    const before = (lines[line] ?? '').slice(0, column + 1);
    return before.lastIndexOf('(') > before.lastIndexOf(')') ? before.lastIndexOf('(') : column;
  });
  return `${row.label} at ${Math.min(...opened)} ms`;
}

function blank(columns: number): string {
  return ' '.repeat(Math.max(0, columns));
}
