import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';
import { type Break, TimeAxis } from './TimeAxis.js';

/** What is drawn in a line of a block. */
export interface Drawing {
  /** From the first mark on. */
  readonly body: string;
  /** The column of the first mark: 0 is where time begins. */
  readonly column: number;
  /** Whether the line goes on with the row above. */
  readonly continues: boolean;
  /** Where the body stands. */
  readonly place: MarblePlace;
}

const DURATION = /(?<=^| )(\d+(?:\.\d+)?)(ms|s|m)(?=$| )/gu;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/** The latest frame that a block may show: almost 25 days. */
export const MAX_FRAME = 2 ** 31 - 1;

/**
 * Finds the durations in the rows of a block. As in rxjs, one is a number and `ms`, `s` or `m` with a blank on either side
 * (none before it where the row begins); unlike in rxjs it stands in the same columns of every row that goes on meanwhile.
 *
 * @throws MarbleSyntaxError if a row shows anything else there, or a duration is no whole number of milliseconds
 */
export function readAxis(drawings: readonly Drawing[]): TimeAxis {
  const breaks = new Map<number, Break>();
  for (const drawing of drawings) {
    for (const found of findBreaks(drawing)) if (!breaks.has(found.column)) breaks.set(found.column, found);
  }
  const sorted = [...breaks.values()].sort((one, other) => one.column - other.column);
  for (const drawing of drawings) checkBreaks(drawing, sorted);
  return new TimeAxis(sorted);
}

function findBreaks({ body, column, continues, place }: Drawing): Break[] {
  const found: Break[] = [];
  let behind = -1;
  let [counted, at] = [0, 0];
  for (const { 0: text, 1: digits, 2: unit, index } of body.matchAll(DURATION)) {
    // What is right behind a duration are values, or two of them could not be told from one and values.
    if (index === behind || (index === 0 && continues)) continue;
    behind = index + text.length + 1;
    at += [...body.slice(counted, index)].length;
    counted = index;
    const fail = (expected: string): never => {
      throw new MarbleSyntaxError(after(place, at), expected, quote(text));
    };
    if (index === 0 && column > 0) fail('the row to begin with what happens in it, such as "-"');
    // 1.1 s are 1100 ms, though not in binary fractions.
    const frames = Number((Number(digits) * UNITS[unit!]!).toFixed(6));
    if (!Number.isInteger(frames) || frames < 1) fail('a whole number of milliseconds, 1 or more');
    if (frames > MAX_FRAME) fail(`at most ${MAX_FRAME} ms`);
    const before = index === 0 ? '' : ' ';
    found.push({ column: column + at - before.length, text: `${before}${text} `, frames });
  }
  return found;
}

/** A line shows a duration, or ends before it, or begins behind it. */
function checkBreaks({ body, column, place }: Drawing, breaks: readonly Break[]): void {
  // The word is wider than what it stands for.
  const marks = [...(body === 'throws' ? '-' : body)];
  const end = column + marks.length;
  for (const each of breaks) {
    if (each.column >= end) return;
    const from = each.column - column;
    const to = from + each.text.length;
    const shown = marks.slice(Math.max(0, from), Math.max(0, to)).join('');
    // Nothing where the line begins further right.
    if (shown === '' || (from >= 0 && shown.padEnd(each.text.length) === each.text)) continue;
    const blanks = shown.length - shown.trimStart().length;
    throw new MarbleSyntaxError(
      after(place, Math.max(0, from) + (shown.trim() === '' ? 0 : blanks)),
      `the duration "${each.text.trim()}" in the same columns as in another row`,
      quote([...body].slice(Math.max(0, from) + blanks).join('')),
    );
  }
}
