import { MAX_FRAME } from './readAxis.js';
import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';
import type { MarbleMark } from './model.js';
import type { TimeAxis } from './TimeAxis.js';

/** Which marks a row may have. */
export interface Allowed {
  /** The characters that end a row, of `|`, `#` and `!`. */
  readonly ends: string;
  readonly values: boolean;
  readonly groups: boolean;
  readonly waiting: boolean;
  /** Whether the row goes on after what ends others. */
  readonly endless?: boolean;
  /** What a value is called, where it is not just any. */
  readonly value?: string;
}

/** What never is a value: blanks, and what means something else here, in rxjs's own marbles or in a printed picture. */
const RESERVED = /[\s|#!()^?>-]/;

/** Whether a text can stand for a value: one character without a meaning of its own. */
export function isValue(text: string): boolean {
  return [...text].length === 1 && !RESERVED.test(text);
}

/**
 * Reads what is drawn, from its first mark on: `--1(23|)`. A group happens as a whole in the column of its `(`, and
 * takes as many columns as it has characters, as in rxjs.
 *
 * @param text - the drawing, without the blanks before it
 * @param start - the column of its first character
 * @param allowed - which marks may come
 * @param axis - when columns are
 * @param place - where the text stands
 * @returns the marks in order, and where each stands
 * @throws {@link MarbleSyntaxError} if it cannot be read
 */
export function readMarks(
  text: string,
  start: number,
  allowed: Allowed,
  axis: TimeAxis,
  place: MarblePlace,
): Map<MarbleMark, MarblePlace> {
  const marks = new Map<MarbleMark, MarblePlace>();
  const characters = [...text];
  const skipped = new Map(axis.breaks.map((each) => [each.column - start, each.text.length]));
  let groupAt = -1;
  let ended = '';

  for (let index = 0; index < characters.length; index++) {
    const mark = characters[index]!;
    const inGroup = groupAt >= 0;
    const fail = (expected: string): never => {
      throw new MarbleSyntaxError(after(place, index), expected, quote(mark));
    };
    const put = (): void => {
      const frame = axis.frameOf(start + (inGroup ? groupAt : index));
      if (frame > MAX_FRAME) fail(`nothing later than ${MAX_FRAME} ms`);
      marks.set({ frame, mark }, after(place, index));
    };
    if (mark === ')') {
      if (!inGroup) fail(describe(allowed, false));
      if (groupAt === index - 1) fail('what happens in the group');
      groupAt = -1;
    } else if (ended !== '') {
      fail(`${inGroup ? '")"' : 'the end of the line'} after "${ended}"`);
    } else if (!inGroup && skipped.has(index) && allowed.waiting) {
      index += skipped.get(index)! - 1;
    } else if (mark === '(' && allowed.groups && !inGroup) {
      groupAt = index;
    } else if (allowed.ends.includes(mark)) {
      if (!allowed.endless) ended = mark;
      put();
    } else if (allowed.values && isValue(mark)) {
      put();
    } else if (mark !== '-' || inGroup || !allowed.waiting) {
      fail(describe(allowed, inGroup));
    }
  }

  if (groupAt >= 0) {
    throw new MarbleSyntaxError(after(place, characters.length), '")" to close the group', quote(undefined));
  }
  return marks;
}

function describe(allowed: Allowed, inGroup: boolean): string {
  const parts = [...allowed.ends].map((end) => `"${end}"`);
  if (inGroup) parts.push('")"');
  else if (allowed.groups) parts.push('"("');
  if (allowed.waiting && !inGroup) parts.unshift('"-"');
  if (allowed.values) parts.unshift(allowed.value ?? 'a value of one character');
  return `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
}
