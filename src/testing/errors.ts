import { isEqual } from './isEqual.js';
import type { Legend } from './Legend.js';
import type { MarblePlace } from './MarbleSyntaxError.js';
import type { MarbleError } from './model.js';
import { isErrorObject } from './realms.js';
import { show } from './show.js';
import { firstToken, TextReader } from './TextReader.js';
import { isConstant, printValue, readValue } from './values.js';

const ROW = /^(?:source|concurrent|.)\d*$/u;
const LITERAL = /^(?:["[{$]|[+-]?\d)/;
const CLASS = /^[A-Z]\w+$/;
const INDEX = /^\d+$/;
const WORD = /^[a-z]\w*$/i;
const ERROR =
  'a row that fails, "$fixture", "timeout(index, limit)", "aggregate(error, error)", the name of a class or a value';

/** Deep enough for any error, and shallow enough for any text. */
const MAX_DEPTH = 16;

/**
 * Reads which error the result must fail with.
 *
 * @param text - what stands behind `error`
 * @param rows - what the errors of rows are called
 * @param place - where the text stands
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readError(text: string, rows: ReadonlySet<string>, place: MarblePlace): MarbleError {
  const reader = new TextReader(text, place);
  const error = readOne(reader, rows, 0);
  reader.expectEnd();
  return error;
}

function readOne(reader: TextReader, rows: ReadonlySet<string>, depth: number): MarbleError {
  const token = reader.peek();
  if (rows.has(token)) return { row: reader.take() };
  if (token === 'timeout') return { timeout: readTimeout(reader) };
  if (token === 'aggregate') {
    if (depth === MAX_DEPTH) reader.fail(`at most ${MAX_DEPTH} "aggregate" within one another`);
    reader.take();
    reader.expect('(');
    const errors: MarbleError[] = [];
    do errors.push(readOne(reader, rows, depth + 1));
    while (reader.skip(','));
    reader.expect(')', '"," or ")"');
    return { aggregate: errors };
  }
  if (token === 'value') {
    reader.take();
    reader.expect('(');
    const value = readValue(reader);
    reader.expect(')');
    return { value };
  }
  if (LITERAL.test(token) || isConstant(token)) return { value: readValue(reader) };
  if (ROW.test(token)) reader.fail(`a row that fails (${[...rows].join(', ') || 'none does'})`);
  if (!CLASS.test(token)) reader.fail(ERROR);
  return { type: reader.take() };
}

function readTimeout(reader: TextReader): { index: number; limit: string } {
  reader.take();
  reader.expect('(');
  if (!INDEX.test(reader.peek())) reader.fail('the index of the item');
  const index = Number(reader.take());
  reader.expect(',');
  if (!WORD.test(reader.peek())) reader.fail('the name of the limit');
  const limit = reader.take();
  reader.expect(')');
  return { index, limit };
}

/**
 * Writes an error as {@link readError} reads it.
 *
 * @param rows - what the errors of rows are called
 */
export function printError(error: MarbleError, rows: ReadonlySet<string>): string {
  if ('row' in error) return error.row;
  if ('timeout' in error) return `timeout(${error.timeout.index}, ${error.timeout.limit})`;
  if ('aggregate' in error) return `aggregate(${error.aggregate.map((each) => printError(each, rows)).join(', ')})`;
  if ('type' in error) return error.type;
  // A word would be the name of a row or of a class.
  const text = typeof error.value === 'string' ? JSON.stringify(error.value) : printValue(error.value);
  return rows.has(firstToken(text)) ? `value(${text})` : text;
}

/** Whether what came out is the error that is meant. */
export function isError(actual: unknown, expected: MarbleError, legend: Legend): boolean {
  if ('row' in expected) return legend.isErrorOf(expected.row, actual);
  if ('value' in expected) return isEqual(actual, legend.fill(expected.value));
  if ('aggregate' in expected) {
    const errors = aggregated(actual);
    return (
      errors?.length === expected.aggregate.length &&
      expected.aggregate.every((each, index) => isError(errors[index], each, legend))
    );
  }
  if ('type' in expected) return isErrorObject(actual) && actual.name === expected.type;
  const item = timedOut(actual);
  return item?.index === expected.timeout.index && item.limit === expected.timeout.limit;
}

/**
 * Says what an error is, in the words of an `error` line where it has any.
 *
 * @param error - whatever came out
 * @param legend - of the block
 */
export function describeError(error: unknown, legend: Legend, depth = 0): string {
  const name = legend.nameOf(error);
  if (name !== undefined) return name;
  const errors = aggregated(error);
  if (errors) {
    const described = depth === MAX_DEPTH ? ['...'] : errors.map((each) => describeError(each, legend, depth + 1));
    return `aggregate(${described.join(', ')})`;
  }
  const item = timedOut(error);
  if (item) return `timeout(${String(item.index)}, ${String(item.limit)})`;
  return isErrorObject(error) ? error.name : show(error);
}

function aggregated(error: unknown): readonly unknown[] | undefined {
  const { name, errors } = (error ?? {}) as { name?: unknown; errors?: unknown };
  return isErrorObject(error) && name === 'AggregateError' && Array.isArray(errors) ? errors : undefined;
}

/** What this package's `TimeoutError`s say of the item; rxjs's own say nothing. */
function timedOut(error: unknown): { index: unknown; limit: unknown } | undefined {
  if (!isErrorObject(error) || error.name !== 'TimeoutError') return undefined;
  const { meta } = (error as { info?: { meta?: unknown } }).info ?? {};
  const isItem = typeof meta === 'object' && meta !== null && 'index' in meta && 'limit' in meta;
  return isItem ? meta : undefined;
}
