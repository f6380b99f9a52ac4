import { readError } from './errors.js';
import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';
import { errorNames, type MarbleMark, type MarbleRow, type MarbleSpec, type MarbleStep, playedRows } from './model.js';
import { type Allowed, isValue, readMarks } from './readMarks.js';
import { readOperator } from './readOperator.js';

/** A fenced block, unread. */
export interface Block {
  readonly name: string;
  readonly file: string;
  /** The line of the opening fence, counted from 1. */
  readonly line: number;
  /** How far the fence itself is indented. */
  readonly indent: number;
  readonly lines: readonly string[];
}

const TIMED = { groups: true, values: true, waiting: true };
const SUBSCRIBED: Allowed = { ...TIMED, ends: '|#!' };
const RESULT: Allowed = { ...TIMED, ends: '|#' };
const INPUTS: Allowed = { groups: false, values: true, waiting: false, ends: '|!' };
const UNSUB: Allowed = { groups: false, values: false, waiting: true, ends: '!' };
const FIRST = new Map([
  ['source', SUBSCRIBED],
  ['hot', SUBSCRIBED],
  ['inputs', INPUTS],
]);

interface Line {
  readonly text: string;
  /** Empty where the line continues the row above. */
  readonly label: string;
  /** What is behind the label, and in which column it begins, counted from 0. */
  readonly body: string;
  readonly column: number;
  readonly place: MarblePlace;
}

/**
 * Reads one marble block: the source, its inners, the operators, the result, in this order.
 *
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readBlock(block: Block): MarbleSpec {
  const lines = block.lines.flatMap((text, index) => readLine(text, index, block));
  const end: MarblePlace = { file: block.file, line: block.line + block.lines.length + 1, column: block.indent + 1 };
  let at = 0;

  const next = (): Line | undefined => lines[at];
  const fail = (expected: string): never => {
    const line = next();
    throw new MarbleSyntaxError(line?.place ?? end, expected, line ? quote(line.text.trim()) : 'the end of the block');
  };
  const take = (wanted: boolean, expected: string): Line => {
    const line = next();
    if (line === undefined || !wanted) return fail(expected);
    at++;
    return line;
  };
  const row = (first: Line, allowed: Allowed, indent: number): MarbleRow => {
    const all = [first];
    for (let line = next(); line?.label === ''; line = next()) {
      all.push(line);
      at++;
    }
    return readRow(all, allowed, indent);
  };
  const label = (): string => next()?.label ?? '';

  const first = take(FIRST.has(label()), 'a row "source", "hot" or "inputs"');
  const indent = first.column;
  const source = row(first, FIRST.get(first.label) ?? SUBSCRIBED, indent);

  const inners: MarbleRow[] = [];
  while (isValue(label())) inners.push(row(take(true, ''), SUBSCRIBED, indent));

  const operators: MarbleStep[] = [];
  const operatorLine = 'the row of an inner, or an operator: "> name"';
  do {
    const line = take(label() === '>', operatorLine);
    operators.push(readOperator(line.text.trim(), line.place));
  } while (label() === '>');

  const unsub = label() === 'unsub' ? row(take(true, ''), UNSUB, indent) : undefined;
  if (unsub?.marks.length === 0) {
    throw new MarbleSyntaxError(
      { ...end, line: unsub.line },
      '"!" in the row "unsub"',
      quote(unsub.text.join('').trim()),
    );
  }
  const result = row(
    take(label() === 'result', unsub ? 'a row "result"' : 'a row "unsub" or "result"'),
    RESULT,
    indent,
  );

  const names = new Set(errorNames(playedRows({ source, inners })).values());
  const mustFail = result.marks.some(({ mark }) => mark === '#');
  let error: string | undefined;
  let errorText: string | undefined;
  if (mustFail && names.size === 1 && label() !== 'error') {
    [error] = names;
  } else if (mustFail) {
    const candidates = names.size === 0 ? 'no row fails' : `these rows fail: ${[...names].join(', ')}`;
    const line = take(label() === 'error', `a line "error", since the result fails and ${candidates}`);
    error = readError(line.body, names, after(line.place, line.column));
    errorText = line.text;
  }
  if (next() !== undefined) fail('the end of the block');

  const { name, file, line } = block;
  return { name, file, line, indent, source, inners, operators, unsub, result, error, errorText };
}

function readLine(raw: string, index: number, block: Block): Line[] {
  const text = raw.trimEnd();
  if (text === '') return [];
  const labelText = /^\S*/.exec(text)?.[0] ?? '';
  const label = labelText.startsWith('>') ? '>' : labelText;
  const body = text.slice(label.length).trimStart();
  const column = [...text.slice(0, text.length - body.length)].length;
  const place = { file: block.file, line: block.line + index + 1, column: block.indent + 1 };
  return [{ text, label, body, column, place }];
}

function readRow(lines: readonly Line[], allowed: Allowed, indent: number): MarbleRow {
  const [first] = lines;
  if (first === undefined) throw new RangeError('A row has at least one line');
  const marks: MarbleMark[] = [];
  for (const line of lines) {
    const place = after(line.place, line.column);
    if (line.body === '') throw new MarbleSyntaxError(place, 'what happens in the row', quote(undefined));
    if (line.column < indent) {
      const expected = `the row to begin in column ${indent + first.place.column} or later, as the first row's`;
      throw new MarbleSyntaxError(place, expected, quote(line.body));
    }
    if (isThrow(line, allowed)) continue;
    marks.push(...readMarks(line.body, line.column - indent, allowed, place));
  }
  // A line that continues a row fills the frames beside a group: sort, and keep the order within a frame.
  marks.sort((one, other) => one.frame - other.frame);
  const start = first.column - indent;
  const ended = marks.findIndex(({ mark }) => '|#!'.includes(mark));
  const throws = isThrow(first, allowed);
  const outside = (marks[0]?.frame ?? start) < start || (ended >= 0 && ended < marks.length - 1);
  if (outside || (throws && lines.length > 1)) {
    throw new MarbleSyntaxError(first.place, 'nothing before the start of a row or after its end', quote(first.text));
  }
  return {
    label: first.label,
    start,
    marks,
    throws,
    line: first.place.line,
    text: lines.map(({ text }) => text),
  };
}

function isThrow(line: Line, allowed: Allowed): boolean {
  return allowed === SUBSCRIBED && line.body === 'throws' && [...line.label].length === 1;
}
