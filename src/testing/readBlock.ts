import { readError } from './errors.js';
import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';
import {
  errorNames,
  fails,
  type MarbleError,
  type MarbleMark,
  type MarbleRow,
  type MarbleSpec,
  type MarbleStep,
} from './model.js';
import { type Drawing, readAxis } from './readAxis.js';
import { type Allowed, isValue, readMarks } from './readMarks.js';
import { readOperator } from './readOperator.js';
import { readWhere } from './readWhere.js';
import type { TimeAxis } from './TimeAxis.js';

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
  /** What is behind the label, and in which column of the text it begins, counted from 0. */
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
  const lines = new Lines(block);

  const first = lines.label;
  const rows = [lines.takeRow(FIRST.get(first), 'a row "source", "hot" or "inputs"')];
  while (lines.label === first) rows.push(lines.takeRow(FIRST.get(first)));
  while (isValue(lines.label)) rows.push(lines.takeRow(SUBSCRIBED));

  const operators: MarbleStep[] = [];
  do {
    const { text, place } = lines.take(lines.label === '>', 'the row of an inner, or an operator: "> name"');
    operators.push(readOperator(text, place));
  } while (lines.label === '>');

  const unsub = lines.label === 'unsub' ? lines.takeRow(UNSUB).marks[0]?.frame : undefined;
  const result = lines.takeRow(
    lines.label === 'result' ? RESULT : undefined,
    unsub === undefined ? 'a row "unsub" or "result"' : 'a row "result"',
  );
  const errors = new Set(errorNames(rows).values());
  const error = fails(result) ? takeError(lines, errors) : undefined;
  const where = takeWhere(lines, valuesOf([...rows, result]), errors);
  lines.expectEnd();

  const { name, file, line } = block;
  return { name, file, line, rows, operators, unsub, result, error, where };
}

/** How the result fails: what the `error` line says, or without one the only error there is. */
function takeError(lines: Lines, names: ReadonlySet<string>): MarbleError {
  const [only] = names;
  if (names.size === 1 && only !== undefined && lines.label !== 'error') return { row: only };
  const candidates = names.size === 0 ? 'no row fails' : `these rows fail: ${[...names].join(', ')}`;
  const expected = `a line "error", since the result fails and ${candidates}`;
  const { body, column, place } = lines.take(lines.label === 'error', expected);
  return readError(body, names, after(place, column));
}

/** The marks of what is emitted: inputs are not, they name the rows that are. */
function valuesOf(rows: readonly MarbleRow[]): ReadonlySet<string> {
  const emitting = rows.filter(({ label }) => label !== 'inputs');
  return new Set(emitting.flatMap(({ marks }) => marks.map(({ mark }) => mark)).filter(isValue));
}

function takeWhere(lines: Lines, marks: ReadonlySet<string>, errors: ReadonlySet<string>): MarbleSpec['where'] {
  const where: Record<string, MarbleSpec['where'][string]> = {};
  while (lines.label === 'where') {
    const { body, column, place } = lines.take(true, '');
    readWhere(where, body, marks, errors, after(place, column));
  }
  return where;
}

/** The lines of a block, read one after another. */
class Lines {
  readonly #lines: readonly Line[];
  /** Where a message points when the block has ended too early. */
  readonly #end: MarblePlace;
  /** The column of the text in which time begins: where the first row does. */
  readonly #indent: number;
  readonly #axis: TimeAxis;
  #at = 0;

  constructor(block: Block) {
    this.#lines = block.lines.flatMap((text, index) => readLine(text, index, block));
    this.#end = { file: block.file, line: block.line + block.lines.length + 1, column: block.indent + 1 };
    this.#indent = this.#lines[0]?.column ?? 0;
    this.#axis = readAxis(this.#drawings());
  }

  /** The label of the next line; empty if there is none, or it continues the row above. */
  get label(): string {
    return this.#lines[this.#at]?.label ?? '';
  }

  take(wanted: boolean, expected: string): Line {
    const line = this.#lines[this.#at];
    if (line === undefined || !wanted) return this.#fail(expected);
    this.#at++;
    return line;
  }

  /** Takes a row with the lines that continue it. */
  takeRow(allowed: Allowed | undefined, expected = 'a row'): MarbleRow {
    const first = this.take(allowed !== undefined, expected);
    const lines = [first];
    for (let line = this.#lines[this.#at]; line?.label === ''; line = this.#lines[this.#at]) {
      lines.push(line);
      this.#at++;
    }
    return readRow(
      first,
      lines.map((line) => this.#drawing(line)),
      allowed ?? SUBSCRIBED,
      this.#axis,
    );
  }

  expectEnd(): void {
    if (this.#at < this.#lines.length) this.#fail('the end of the block');
  }

  /** The lines that show what happens when. */
  #drawings(): Drawing[] {
    const drawings: Drawing[] = [];
    let row = '';
    for (const line of this.#lines) {
      row = line.label || row;
      const timed = row === 'unsub' || row === 'result' || isValue(row) || FIRST.get(row) === SUBSCRIBED;
      if (timed && line.column >= this.#indent) drawings.push(this.#drawing(line));
    }
    return drawings;
  }

  #drawing({ body, column, label, place }: Line): Drawing {
    return { body, column: column - this.#indent, continues: label === '', place: after(place, column) };
  }

  #fail(expected: string): never {
    const line = this.#lines[this.#at];
    throw new MarbleSyntaxError(
      line?.place ?? this.#end,
      expected,
      line ? quote(line.text.trim()) : 'the end of the block',
    );
  }
}

function readLine(raw: string, index: number, block: Block): Line[] {
  const text = raw.trimEnd();
  if (text === '') return [];
  const place = { file: block.file, line: block.line + index + 1, column: block.indent + 1 };
  // How wide a tab is, only an editor knows.
  const tab = text.indexOf('\t');
  if (tab >= 0) throw new MarbleSyntaxError(after(place, [...text.slice(0, tab)].length), 'no tabs', quote('\t'));

  const labelText = /^\S*/.exec(text)?.[0] ?? '';
  const label = labelText.startsWith('>') ? '>' : labelText;
  const body = text.slice(label.length).trimStart();
  const column = [...text.slice(0, text.length - body.length)].length;
  return [{ text, label, body, column, place }];
}

function readRow(
  { label, place, text }: Line,
  drawings: readonly Drawing[],
  allowed: Allowed,
  axis: TimeAxis,
): MarbleRow {
  const marks: MarbleMark[] = [];
  let throws = false;
  let start = 0;
  drawings.forEach((drawing, index) => {
    if (drawing.body === '') throw new MarbleSyntaxError(drawing.place, 'what happens in the row', quote(undefined));
    if (drawing.column < 0) {
      const expected = `the row to begin in column ${drawing.place.column - drawing.column} or later, as the first row's`;
      throw new MarbleSyntaxError(drawing.place, expected, quote(drawing.body));
    }
    if (index === 0) start = axis.frameOf(drawing.column);
    if (index === 0 && drawing.body === 'throws' && isValue(label)) throws = true;
    else for (const mark of readMarks(drawing.body, drawing.column, allowed, axis, drawing.place)) marks.push(mark);
  });
  if (allowed === UNSUB && marks.length === 0) {
    throw new MarbleSyntaxError(place, '"!" in the row "unsub"', quote(text));
  }
  // A line that continues a row fills the frames beside a group: sort, and keep the order within a frame.
  marks.sort((one, other) => one.frame - other.frame);
  const ended = marks.findIndex(({ mark }) => '|#!'.includes(mark));
  const outside = (marks[0]?.frame ?? start) < start || (ended >= 0 && ended < marks.length - 1);
  if (outside || (throws && drawings.length > 1)) {
    throw new MarbleSyntaxError(place, 'nothing before the start of a row or after its end', quote(text));
  }
  return { label, start, marks, throws };
}
