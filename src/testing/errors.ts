import { isEqual } from './isEqual.js';
import { type MarblePlace } from './MarbleSyntaxError.js';
import type { MarbleError, MarbleValue } from './model.js';
import { isErrorObject } from './realms.js';
import { TextReader } from './TextReader.js';
import { printValue, readValue } from './values.js';

const ROW = /^(?:source|.\d*)$/u;
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
  if (LITERAL.test(token)) return { value: readValue(reader) };
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

/** Writes an error as {@link readError} reads it. */
export function printError(error: MarbleError): string {
  if ('row' in error) return error.row;
  if ('timeout' in error) return `timeout(${error.timeout.index}, ${error.timeout.limit})`;
  if ('aggregate' in error) return `aggregate(${error.aggregate.map(printError).join(', ')})`;
  return 'type' in error ? error.type : printValue(error.value);
}

/** What the errors of a block are, once its fixtures are there. */
export interface ErrorValues {
  /** The error of a row, by its name. */
  readonly errorOf: (row: string) => unknown;
  /** What a value in an `error` line means. */
  readonly fill: (value: MarbleValue) => unknown;
  /** What an error is called in an `error` line, if it has a name. */
  readonly nameOf: (error: unknown) => string | undefined;
}

/** Whether what came out is the error that is meant. */
export function isError(actual: unknown, expected: MarbleError, values: ErrorValues): boolean {
  if ('row' in expected) return isEqual(actual, values.errorOf(expected.row));
  if ('value' in expected) return isEqual(actual, values.fill(expected.value));
  if ('aggregate' in expected) {
    const errors = aggregated(actual);
    return (
      errors?.length === expected.aggregate.length &&
      expected.aggregate.every((each, index) => isError(errors[index], each, values))
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
 * @param values - of the block
 */
export function describeError(error: unknown, values: ErrorValues, depth = 0): string {
  const name = values.nameOf(error);
  if (name !== undefined) return name;
  const errors = aggregated(error);
  if (errors) {
    const described = depth === MAX_DEPTH ? ['...'] : errors.map((each) => describeError(each, values, depth + 1));
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

/** Any value in a few characters. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return `${String(value)} (${typeof value})`;
  if (isErrorObject(value)) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
