import { layOut } from './drawRows.js';
import { describeError, isError, printError } from './errors.js';
import type { Legend } from './Legend.js';
import { MarbleMismatch } from './MarbleMismatch.js';
import { type MarbleRow, type MarbleSpec, namesOfErrors } from './model.js';
import { drawn, errorText, indentOf, keysRow, labelled, timed, unsubRow } from './printMarble.js';
import { printOperator } from './readOperator.js';
import { printWhere } from './readWhere.js';
import { show } from './show.js';
import type { Take } from './Stage.js';
import type { TimeAxis } from './TimeAxis.js';

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
  /** Empty for what did not happen. */
  readonly actual: readonly string[];
  /** What differs, in words. */
  readonly what: string;
  /** The column before which nothing differs but how long nothing happens. */
  readonly column: number;
}

/**
 * Compares a block with what happened, row by row, as drawings on one axis.
 *
 * @throws {@link MarbleMismatch} if they differ
 */
export function compare(spec: MarbleSpec, observed: Observed, legend: Legend): void {
  const pairs = pairUp(spec.rows, observed.takes);
  const unsub = unsubRow(spec.unsub);
  const all = [...pairs.flat(), ...unsub, spec.result, observed.result].filter((row) => row !== undefined);
  const axis = layOut(timed(all));

  const [source, ...inners] = pairs.map(([expected, actual]) => compareRow(expected, actual, axis));
  const rows: Comparison[] = [
    source!,
    ...compareKeys(spec, pairs[0]![1], axis),
    ...inners,
    ...spec.operators.map((step) => given('', printOperator(step))),
    ...unsub.map((row) => compareRow(row, row, axis)),
    compareRow(spec.result, observed.result, axis),
    ...compareErrors(spec, observed, legend),
    ...(Object.keys(spec.where).length > 0 ? [given('where', printWhere(spec.where))] : []),
  ];
  const notes = [...notesOnRows(pairs), ...notesOnCalls(spec, observed, legend), ...observed.strange];
  const wrong = rows.filter((row) => !matches(row));
  if (wrong.length === 0 && notes.length === 0) return;

  const { expected, actual, marked } = printPictures(rows, indentOf(spec));
  const differs = wrong.length > 0 ? `\ndiffers: ${wrong.map(({ what }) => what).join(', ')}` : '';
  if (!hasEnd(observed.result) && observed.result.marks.length < spec.result.marks.length) notes.push(NOT_VIRTUAL);
  const said = notes.map((note) => `\n${note}`).join('');
  throw new MarbleMismatch(
    `${spec.file}:${spec.line}: ${spec.name}${differs}${said}\n\n` +
      `expected\n\n${indented(expected)}\n\nactual\n\n${indented(marked)}\n`,
    expected,
    `${actual}${said}`,
  );
}

/** May be why something has not happened: nothing else would tell. */
const NOT_VIRTUAL =
  'Promises, async iterables, streams and `setTimeout` do not run in virtual time. If the operators of this block wait for ' +
  'one, give them Observables instead, or test them in real time';

const hasEnd = ({ marks }: MarbleRow): boolean => marks.some(({ mark }) => mark === '|' || mark === '#');

function indented(picture: string): string {
  return picture.replace(/^(?=.)/gm, '  ');
}

/** A row as it was expected and as it was observed: at least one of them. */
type Pair = readonly [expected: MarbleRow | undefined, actual: MarbleRow | undefined];

/** What was observed beside the row that was used; beyond them behind the last row of that label. */
function pairUp(rows: readonly MarbleRow[], takes: readonly Take[]): Pair[] {
  const takeOf = new Map(takes.map((take) => [take.row, take]));
  const pairs: Pair[] = rows.map((row) => [row, takeOf.get(row)?.observed]);
  for (const { row, observed } of takes) {
    if (row !== undefined || observed === undefined) continue;
    const last = pairs.map(([expected, actual]) => (expected ?? actual)!.label).lastIndexOf(observed.label);
    pairs.splice(last < 0 ? pairs.length : last + 1, 0, [undefined, observed]);
  }
  return pairs;
}

function compareRow(expected: MarbleRow | undefined, actual: MarbleRow | undefined, axis: TimeAxis): Comparison {
  const { label } = (expected ?? actual)!;
  const lines = { expected: expected ? drawn(expected, axis) : [], actual: actual ? drawn(actual, axis) : [] };
  if (label === 'inputs') return { label, ...lines, what: label, column: 0 };
  const when = whenDifferent(expected, actual);
  return { label, ...lines, what: `${label} at ${when} ms`, column: axis.columnOf(when) };
}

/** The keys of the values that the source should have given, and of those that it gave. */
function compareKeys({ rows, keys }: MarbleSpec, actual: MarbleRow | undefined, axis: TimeAxis): Comparison[] {
  if (keys === undefined) return [];
  const lines = (source: MarbleRow) => keysRow(source, keys).flatMap((row) => drawn(row, axis));
  const [expected, observed] = [lines(rows[0]!), actual ? lines(actual) : []];
  return [{ label: 'keys', expected, actual: observed, what: 'keys', column: 0 }];
}

/** A line that only says what is given. */
function given(label: string, text: string): Comparison {
  return { label, expected: [text], actual: [text], what: label, column: 0 };
}

/** The `error` line, where the block has one, or needs one to show what came instead. */
function compareErrors(spec: MarbleSpec, { errors }: Observed, legend: Legend): Comparison[] {
  const { error } = spec;
  if (error && errors.length === 1 && isError(errors[0], error, legend))
    return errorText(spec).map((text) => given('error', text));
  const expected = error === undefined ? [] : [printError(error, namesOfErrors(spec))];
  return [
    { label: 'error', expected, actual: errors.map((each) => describeError(each, legend)), what: 'error', column: 0 },
  ];
}

/** What is not in the picture of what happened, since it did not. */
function notesOnRows(pairs: readonly Pair[]): string[] {
  return pairs.flatMap(([expected, actual]) =>
    expected && !actual ? [`the row "${expected.label}" at ${expected.start} ms is never used`] : [],
  );
}

/** What a picture cannot show. */
function notesOnCalls(spec: MarbleSpec, { takes, errors }: Observed, legend: Legend): string[] {
  const asked = spec.rows[0]!.label === 'inputs' ? 'read from the inputs' : 'projected';
  const labels = new Set(spec.rows.map(({ label }) => label));
  // What is read may wait for its key.
  const mayWait = asked === 'read from the inputs' && spec.keys !== undefined;
  const notes: string[] = [];
  for (const { label, name, askedAt, observed } of takes) {
    const start = observed?.start;
    if (!labels.has(label)) {
      notes.push(`${name} has no row, and is ${askedAt === undefined ? 'asked for' : `${asked} at ${askedAt} ms`}`);
    } else if (askedAt !== undefined && start === undefined) {
      notes.push(`${name} is ${asked} at ${askedAt} ms, and never subscribed`);
    } else if (askedAt !== undefined && askedAt !== start && !(mayWait && askedAt < start!)) {
      notes.push(`${name} is ${asked} at ${askedAt} ms, and subscribed at ${start} ms: must be the same`);
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
function printPictures(
  rows: readonly Comparison[],
  indent: number,
): { expected: string; actual: string; marked: string } {
  const print = ({ label }: Comparison, lines: readonly string[]): string[] =>
    lines.map((line, index) => (label === '' ? line : labelled(index === 0 ? label : '', line, indent)));
  const expected = rows.flatMap((row) => print(row, row.expected));
  const actual = rows.flatMap((row) => print(row, row.actual));
  const marked = rows.flatMap((row) => {
    const lines = print(row, row.actual);
    if (matches(row) || lines.length === 0) return lines;
    const { line, column } = firstDifference(row);
    return [...lines.slice(0, line + 1), labelled('', `${' '.repeat(column)}^`, indent), ...lines.slice(line + 1)];
  });
  return { expected: expected.join('\n'), actual: actual.join('\n'), marked: marked.join('\n') };
}

/** The first column in which drawings differ, not counting how long nothing happens, and its line, which one of them may lack. */
function firstDifference({ expected, actual, column }: Comparison): { line: number; column: number } {
  const columns = Array.from({ length: Math.max(expected.length, actual.length) }, (_, index) => {
    const [one, other] = [[...(expected[index] ?? '')], [...(actual[index] ?? '')]];
    const length = Math.max(one.length, other.length);
    for (let at = 0; at < length; at++) if ((one[at] ?? ' ') !== (other[at] ?? ' ')) return at;
    return Infinity;
  });
  const first = Math.min(...columns);
  return { line: columns.indexOf(first), column: Math.max(column, first) };
}

/** The first frame in which two rows differ. */
function whenDifferent(expected: MarbleRow | undefined, actual: MarbleRow | undefined): number {
  const [one, other] = [expected ?? actual!, actual ?? expected!];
  if (one.start !== other.start || one.throws || other.throws) return Math.min(one.start, other.start);
  const length = Math.max(one.marks.length, other.marks.length);
  for (let index = 0; index < length; index++) {
    const [mark, otherMark] = [one.marks[index], other.marks[index]];
    if (mark?.frame !== otherMark?.frame || mark!.mark !== otherMark!.mark) {
      return Math.min(mark?.frame ?? Infinity, otherMark?.frame ?? Infinity);
    }
  }
  return one.start;
}
