import { readError } from './errors.js';
import { after, type MarblePlace, MarbleSyntaxError, quote } from './MarbleSyntaxError.js';
import {
  errorNames,
  fails,
  type MarbleMark,
  type MarbleRow,
  type MarbleSpec,
  type MarbleStep,
  playedRows,
} from './model.js';
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
  const lines = new Lines(block);

  const indent = lines.first?.column ?? 0;
  const kind = FIRST.get(lines.label);
  const source = lines.takeRow(kind, indent, 'a row "source", "hot" or "inputs"');

  const inners: MarbleRow[] = [];
  while (isValue(lines.label)) inners.push(lines.takeRow(SUBSCRIBED, indent));

  const operators: MarbleStep[] = [];
  do {
    const { text, place } = lines.take(lines.label === '>', 'the row of an inner, or an operator: "> name"');
    operators.push(readOperator(text, place));
  } while (lines.label === '>');

  const unsub = lines.label === 'unsub' ? lines.takeRow(UNSUB, indent) : undefined;
  const result = lines.takeRow(
    lines.label === 'result' ? RESULT : undefined,
    indent,
    unsub ? 'a row "result"' : 'a row "unsub" or "result"',
  );
  const names = new Set(errorNames(playedRows({ source, inners })).values());
  const failure = fails(result) ? takeError(lines, names) : { error: undefined, errorText: undefined };
  lines.expectEnd();

  const { name, file, line } = block;
  return { name, file, line, indent, source, inners, operators, unsub, result, ...failure };
}

/** How the result fails: what the `error` line says, or without one the only error there is. */
function takeError(lines: Lines, names: ReadonlySet<string>): { error: string; errorText: string | undefined } {
  const [only] = names;
  if (names.size === 1 && only !== undefined && lines.label !== 'error') return { error: only, errorText: undefined };
  const candidates = names.size === 0 ? 'no row fails' : `these rows fail: ${[...names].join(', ')}`;
  const expected = `a line "error", since the result fails and ${candidates}`;
  const { body, column, place, text } = lines.take(lines.label === 'error', expected);
  return { error: readError(body, names, after(place, column)), errorText: text };
}

/** The lines of a block, read one after another. */
class Lines {
  readonly #lines: readonly Line[];
  /** Where a message points when the block has ended too early. */
  readonly #end: MarblePlace;
  #at = 0;

  constructor(block: Block) {
    this.#lines = block.lines.flatMap((text, index) => readLine(text, index, block));
    this.#end = { file: block.file, line: block.line + block.lines.length + 1, column: block.indent + 1 };
  }

  get first(): Line | undefined {
    return this.#lines[0];
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
  takeRow(allowed: Allowed | undefined, indent: number, expected = 'a row'): MarbleRow {
    const lines = [this.take(allowed !== undefined, expected)];
    for (let line = this.#lines[this.#at]; line?.label === ''; line = this.#lines[this.#at]) {
      lines.push(line);
      this.#at++;
    }
    return readRow(lines, allowed ?? SUBSCRIBED, indent);
  }

  expectEnd(): void {
    if (this.#at < this.#lines.length) this.#fail('the end of the block');
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
  if (allowed === UNSUB && marks.length === 0) {
    throw new MarbleSyntaxError(first.place, '"!" in the row "unsub"', quote(first.text));
  }
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
