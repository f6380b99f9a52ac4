import { readError } from './errors.js';
import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';
import {
  fails,
  isDigit,
  isEnd,
  LIMITS,
  type MarbleError,
  type MarbleMark,
  type MarbleRow,
  type MarbleSpec,
  type MarbleStep,
  namesOfErrors,
  valuesIn,
  valuesOf,
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
const KEYS: Allowed = { ...TIMED, ends: '#', endless: true };
const KEYS_OF_INPUTS: Allowed = { ...KEYS, groups: false, waiting: false };
const LIMIT = 'the limit from here on (a digit, or a character that "where" gives a value)';
const CONCURRENT: Allowed = { ...SUBSCRIBED, value: LIMIT };
const FIRST = new Map([
  ['source', SUBSCRIBED],
  ['hot', SUBSCRIBED],
  ['inputs', INPUTS],
]);

const TIMED_LABELS = new Set([LIMITS, 'unsub', 'result']);

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
 * Reads one marble block: the source, its keys, the limits, the inners, the operators, the result, in this order.
 *
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readBlock(block: Block): MarbleSpec {
  const lines = new Lines(block);

  const first = lines.label;
  const source = FIRST.get(first) ?? lines.fail('a row "source", "hot" or "inputs"');
  const rows = [lines.takeRow(source)];
  const keys = lines.label === 'keys' ? lines.takeKeys(rows[0]!) : undefined;
  while (lines.label === first) rows.push(lines.takeRow(source));
  while (lines.label === LIMITS) rows.push(lines.takeRow(CONCURRENT));
  while (isValue(lines.label)) rows.push(lines.takeRow(SUBSCRIBED));

  const operators: MarbleStep[] = [];
  if (lines.label !== '>') lines.fail('the row of an inner, or an operator: "> name"');
  while (lines.label === '>') {
    const { text, place } = lines.take();
    operators.push(readOperator(text, place));
  }

  const unsub = lines.label === 'unsub' ? lines.takeRow(UNSUB).marks[0]!.frame : undefined;
  if (lines.label !== 'result') lines.fail(unsub === undefined ? 'a row "unsub" or "result"' : 'a row "result"');
  const result = lines.takeRow(RESULT);
  const errors = namesOfErrors({ rows, keys });
  const error = fails(result) ? takeError(lines, errors) : undefined;
  const where = takeWhere(lines, valuesOf({ rows, keys, result }), errors);
  expectLimits(rows, where, lines);
  lines.expectEnd();

  const { name, file, line } = block;
  return { name, file, line, rows, ...(keys && { keys }), operators, unsub, result, error, where };
}

/** How the result fails: what the `error` line says, or without one the only error there is. */
function takeError(lines: Lines, names: ReadonlySet<string>): MarbleError {
  const [only] = names;
  if (names.size === 1 && lines.label !== 'error') return { row: only! };
  const candidates = names.size === 0 ? 'no row fails' : `these rows fail: ${[...names].join(', ')}`;
  const expected = `a line "error", since the result fails and ${candidates}`;
  if (lines.label !== 'error') lines.fail(expected);
  const { body, column, place } = lines.take();
  return readError(body, names, after(place, column));
}

function takeWhere(lines: Lines, marks: ReadonlySet<string>, errors: ReadonlySet<string>): MarbleSpec['where'] {
  const where: Record<string, MarbleSpec['where'][string]> = {};
  while (lines.label === 'where') {
    const { body, column, place } = lines.take();
    readWhere(where, body, marks, errors, after(place, column));
  }
  return where;
}

/** Each limit has to be a number: one that it looks like, or one that `where` gives it. */
function expectLimits(rows: readonly MarbleRow[], where: MarbleSpec['where'], lines: Lines): void {
  const limits = rows.filter(({ label }) => label === LIMITS).flatMap(valuesIn);
  const wrong = limits.find(({ mark }) => !isDigit(mark) && !Object.hasOwn(where, mark));
  if (wrong) throw new MarbleSyntaxError(lines.placeOf(wrong), LIMIT, quote(wrong.mark));
}

/** The lines of a block, read one after another. */
class Lines {
  readonly #lines: readonly Line[];
  /** Where a message points when the block has ended too early. */
  readonly #end: MarblePlace;
  /** The column of the text in which time begins: where the first row does. */
  readonly #indent: number;
  readonly #axis: TimeAxis;
  readonly #places = new Map<MarbleMark, MarblePlace>();
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

  /** Takes the next line, which there is: see `label`. */
  take(): Line {
    return this.#lines[this.#at++]!;
  }

  /** Takes a row with the lines that continue it. */
  takeRow(allowed: Allowed): MarbleRow {
    const first = this.take();
    const lines = [first];
    while (this.#lines[this.#at]?.label === '') lines.push(this.take());
    return readRow(
      first,
      lines.map((line) => this.#drawing(line)),
      allowed,
      this.#axis,
      this.#places,
    );
  }

  /** Where a mark stands that has been read. */
  placeOf(mark: MarbleMark): MarblePlace {
    return this.#places.get(mark)!;
  }

  /** Takes the row of the keys: one under each value of the row above. */
  takeKeys(source: MarbleRow): string[] {
    const { place } = this.#lines[this.#at]!;
    const keys = this.takeRow(source.label === 'inputs' ? KEYS_OF_INPUTS : KEYS).marks;
    const values = valuesIn(source);
    for (let at = 0; at < Math.max(values.length, keys.length); at++) {
      const [value, key] = [values[at], keys[at]];
      if (value?.frame === key?.frame) continue;
      const column = this.#indent + this.#axis.columnOf((value ?? key)!.frame);
      const expected = value ? `the key of "${value.mark}" under it` : `no more keys than "${source.label}" has values`;
      const got = key ? quote(key.mark) : 'the end of the row';
      const where = value && key ? ` further ${key.frame < value.frame ? 'left' : 'right'}` : '';
      throw new MarbleSyntaxError(after(place, column), expected, got + where);
    }
    return keys.map(({ mark }) => mark);
  }

  expectEnd(): void {
    if (this.#at < this.#lines.length) this.fail('the end of the block');
  }

  /** The lines that show what happens when. */
  #drawings(): Drawing[] {
    const drawings: Drawing[] = [];
    let timed = false;
    for (const line of this.#lines) {
      const { label } = line;
      if (label === 'keys') timed = this.label !== 'inputs';
      else if (label !== '') timed = TIMED_LABELS.has(label) || isValue(label) || FIRST.get(label) === SUBSCRIBED;
      if (timed && line.column >= this.#indent) drawings.push(this.#drawing(line));
    }
    return drawings;
  }

  #drawing({ body, column, label, place }: Line): Drawing {
    return { body, column: column - this.#indent, continues: label === '', place: after(place, column) };
  }

  /** @throws MarbleSyntaxError always, at the next line */
  fail(expected: string): never {
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

  const label = text.startsWith('>') ? '>' : text.split(/\s/, 1)[0]!;
  const body = text.slice(label.length).trimStart();
  const column = [...text.slice(0, text.length - body.length)].length;
  return [{ text, label, body, column, place }];
}

function readRow(
  { label, place, text }: Line,
  drawings: readonly Drawing[],
  allowed: Allowed,
  axis: TimeAxis,
  places: Map<MarbleMark, MarblePlace>,
): MarbleRow {
  const marks: MarbleMark[] = [];
  let start = 0;
  let throws = false;
  drawings.forEach((drawing, index) => {
    const { body, column, place: at } = drawing;
    if (body === '') throw new MarbleSyntaxError(at, 'what happens in the row', quote(undefined));
    const whole = allowed === RESULT || allowed === UNSUB;
    if (column < 0 || (whole && index === 0 && column > 0)) {
      const expected = `the row to begin in column ${at.column - column}${whole ? '' : ' or later'}, as the first row's`;
      throw new MarbleSyntaxError(at, expected, quote(body));
    }
    if (index === 0) start = axis.frameOf(column);
    if (index === 0 && body === 'throws' && isValue(label)) throws = true;
    // Nothing happens, or no input was read.
    else if (body !== '-') {
      for (const [mark, where] of readMarks(body, column, allowed, axis, at)) {
        marks.push(mark);
        places.set(mark, where);
      }
    }
  });
  // A line that continues a row fills the frames beside a group: sort, and keep the order within a frame.
  marks.sort((one, other) => one.frame - other.frame);
  if (allowed === UNSUB && marks.length === 0) {
    throw new MarbleSyntaxError(place, '"!" in the row "unsub"', quote(text));
  }
  const end = allowed.endless ? -1 : marks.findIndex(isEnd);
  const outside = marks.find(({ frame }, index) => throws || frame < start || (end >= 0 && index > end));
  if (outside) {
    throw new MarbleSyntaxError(
      places.get(outside)!,
      'nothing before the start of a row or after its end',
      quote(outside.mark),
    );
  }
  return { label, start, marks, throws };
}
