import { layOut } from './drawRows.js';
import { describeError, isError, printError, show } from './errors.js';
import type { Legend } from './Legend.js';
import { MarbleMismatch } from './MarbleMismatch.js';
import type { MarbleRow, MarbleSpec } from './model.js';
import { drawn, errorText, labelled, timed, unsubRow } from './printMarble.js';
import { printOperator } from './readOperator.js';
import { printWhere } from './readWhere.js';
import type { Take } from './Stage.js';

/** What really happened. */
export interface Observed {
  readonly takes: readonly Take[];
  readonly result: MarbleRow;
  /** What the result failed with, if it did. */
  readonly errors: readonly unknown[];
  /** What `?` in the result stands for. */
  readonly strange: readonly string[];
}

/** Lines of a block as they were expected and as they were observed, without their label. */
interface Comparison {
  /** What the first line begins with; empty where lines have no label. */
  readonly label: string;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
  /** What differs, in words. */
  readonly what: string;
}

/**
 * Compares a block with what happened, row by row, as drawings on one axis.
 *
 * @throws {@link MarbleMismatch} if they differ
 */
export function compare(spec: MarbleSpec, observed: Observed, legend: Legend): void {
  const takeOf = new Map(observed.takes.map((take) => [take.row, take]));
  const extra = observed.takes.filter(({ row, observed: seen }) => row === undefined && seen !== undefined);
  const pairs: [expected: MarbleRow | undefined, actual: MarbleRow | undefined][] = [
    ...spec.rows.map((row): [MarbleRow, MarbleRow | undefined] => [row, takeOf.get(row)?.observed]),
    ...extra.map((take): [undefined, MarbleRow | undefined] => [undefined, take.observed]),
  ];
  const unsub = unsubRow(spec.unsub);
  const all = [...pairs.flat(), ...unsub, spec.result, observed.result].filter((row) => row !== undefined);
  const axis = layOut(timed(all));
  const compared = (expected: MarbleRow | undefined, actual: MarbleRow | undefined): Comparison => {
    const { label } = (expected ?? actual)!;
    return {
      label,
      expected: expected ? drawn(expected, axis) : [],
      actual: actual ? drawn(actual, axis) : [''],
      what: label === 'inputs' ? label : `${label} at ${whenDifferent(expected, actual)} ms`,
    };
  };

  const rows: Comparison[] = [
    ...pairs.map(([expected, actual]) => compared(expected, actual)),
    ...spec.operators.map((step) => given('', printOperator(step))),
    ...unsub.map((row) => compared(row, row)),
    compared(spec.result, observed.result),
    ...compareErrors(spec, observed, legend),
    ...(Object.keys(spec.where).length > 0 ? [given('where', printWhere(spec.where))] : []),
  ];
  const notes = [...notesOnCalls(spec, observed, legend), ...observed.strange];
  const wrong = rows.filter((row) => !matches(row));
  if (wrong.length === 0 && notes.length === 0) return;

  const { expected, actual, marked } = printPictures(rows);
  const differs = wrong.length > 0 ? `\ndiffers: ${wrong.map(({ what }) => what).join(', ')}` : '';
  const said = notes.map((note) => `\n${note}`).join('');
  throw new MarbleMismatch(
    `${spec.file}:${spec.line}: ${spec.name}${differs}${said}\n\n` +
      `expected\n\n${indented(expected)}\n\nactual\n\n${indented(marked)}\n`,
    expected,
    `${actual}${said}`,
  );
}

function indented(picture: string): string {
  return picture.replace(/^(?=.)/gm, '  ');
}

/** A line that only says what is given. */
function given(label: string, text: string): Comparison {
  return { label, expected: [text], actual: [text], what: label };
}

/** The `error` line, where the block has one, or needs one to show what came instead. */
function compareErrors(spec: MarbleSpec, { errors }: Observed, legend: Legend): Comparison[] {
  const { error } = spec;
  const right = error === undefined ? errors.length === 0 : errors.length === 1 && isError(errors[0], error, legend);
  if (right) return errorText(spec).map((text) => given('error', text));
  const expected = error === undefined ? [] : [printError(error)];
  return [{ label: 'error', expected, actual: errors.map((each) => describeError(each, legend)), what: 'error' }];
}

/** What a picture cannot show. */
function notesOnCalls(spec: MarbleSpec, { takes, errors }: Observed, legend: Legend): string[] {
  const asked = spec.rows[0]!.label === 'inputs' ? 'read from the inputs' : 'projected';
  const notes: string[] = [];
  for (const { label, row, askedAt, observed } of takes) {
    if (row === undefined && !spec.rows.some((each) => each.label === label)) {
      notes.push(`"${label}" has no row, and is ${asked} at ${askedAt ?? observed?.start ?? 0} ms`);
    } else if (askedAt !== undefined && observed === undefined) {
      notes.push(`"${label}" is ${asked} at ${askedAt} ms, and never subscribed`);
    } else if (askedAt !== undefined && askedAt !== observed?.start) {
      notes.push(
        `"${label}" is ${asked} at ${askedAt} ms, and subscribed at ${observed?.start ?? 0} ms: must be the same`,
      );
    }
  }
  const unknown = errors.filter(
    (error) => legend.nameOf(error) === undefined && !(spec.error && isError(error, spec.error, legend)),
  );
  return [...notes, ...unknown.map((error) => `the error is ${show(error)}`)];
}

function matches({ expected, actual }: Comparison): boolean {
  return expected.join('\n') === actual.join('\n');
}

/** Both pictures, and the actual one with a `^` under the first column of each row that differs. */
function printPictures(rows: readonly Comparison[]): { expected: string; actual: string; marked: string } {
  const print = ({ label }: Comparison, lines: readonly string[]): string[] =>
    lines.map((line, index) => (label === '' ? line : labelled(index === 0 ? label : '', line)));
  const expected = rows.flatMap((row) => print(row, row.expected));
  const actual = rows.flatMap((row) => print(row, row.actual));
  const marked = rows.flatMap((row) => {
    const lines = print(row, row.actual);
    if (matches(row) || lines.length === 0) return lines;
    const { line, column } = firstDifference(row);
    return [...lines.slice(0, line + 1), labelled('', `${' '.repeat(column)}^`), ...lines.slice(line + 1)];
  });
  return { expected: expected.join('\n'), actual: actual.join('\n'), marked: marked.join('\n') };
}

/** Where two drawings part: the line of the actual one, and the column in it. */
function firstDifference({ expected, actual }: Comparison): { line: number; column: number } {
  for (let line = 0; line < Math.max(expected.length, actual.length); line++) {
    const one = [...(expected[line] ?? '')];
    const other = [...(actual[line] ?? '')];
    const length = Math.max(one.length, other.length);
    for (let column = 0; column < length; column++) {
      if ((one[column] ?? ' ') !== (other[column] ?? ' ')) return { line: Math.min(line, actual.length - 1), column };
    }
  }
  return { line: 0, column: 0 };
}

/** The first frame in which two rows differ. */
function whenDifferent(expected: MarbleRow | undefined, actual: MarbleRow | undefined): number {
  const [one, other] = [expected ?? actual!, actual ?? expected!];
  if (one === other || one.start !== other.start || one.throws || other.throws) return Math.min(one.start, other.start);
  const length = Math.max(one.marks.length, other.marks.length);
  for (let index = 0; index < length; index++) {
    const [mark, otherMark] = [one.marks[index], other.marks[index]];
    if (mark?.frame !== otherMark?.frame || mark?.mark !== otherMark?.mark) {
      return Math.min(mark?.frame ?? Infinity, otherMark?.frame ?? Infinity);
    }
  }
  return one.start;
}
