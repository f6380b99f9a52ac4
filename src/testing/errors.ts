import type { MarblePlace } from './MarbleSyntaxError.js';
import { TextReader } from './TextReader.js';

const ROW = /^(?:source|.\d*)$/u;
const FIXTURE = /^\$[A-Za-z_]\w*$/;
const CLASS = /^[A-Z]\w+$/;
const INDEX = /^\d+$/;
const WORD = /^[a-z]\w*$/i;
const ERROR = 'a row that fails, "$fixture", "timeout(index, limit)", "aggregate(error, error)" or the name of a class';

/** Deep enough for any error, and shallow enough for any text. */
const MAX_DEPTH = 16;

/**
 * Reads which error the result must fail with, and gives it back in the one way that {@link describeError} has of
 * saying it, so that comparing errors is comparing texts.
 *
 * @param text - what stands behind `error`
 * @param rows - what the errors of rows are called
 * @param place - where the text stands
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readError(text: string, rows: ReadonlySet<string>, place: MarblePlace): string {
  const reader = new TextReader(text, place);
  const error = readOne(reader, rows, 0);
  reader.expectEnd();
  return error;
}

function readOne(reader: TextReader, rows: ReadonlySet<string>, depth: number): string {
  const token = reader.peek();
  if (token === 'timeout') {
    reader.take();
    reader.expect('(');
    if (!INDEX.test(reader.peek())) reader.fail('the index of the item');
    const index = Number(reader.take());
    reader.expect(',');
    if (!WORD.test(reader.peek())) reader.fail('the name of the limit');
    const limit = reader.take();
    reader.expect(')');
    return `timeout(${index}, ${limit})`;
  }
  if (token === 'aggregate') {
    if (depth === MAX_DEPTH) reader.fail(`at most ${MAX_DEPTH} "aggregate" within one another`);
    reader.take();
    reader.expect('(');
    const errors: string[] = [];
    do errors.push(readOne(reader, rows, depth + 1));
    while (reader.skip(','));
    reader.expect(')', '"," or ")"');
    return `aggregate(${errors.join(', ')})`;
  }
  if (ROW.test(token) && !rows.has(token)) reader.fail(`a row that fails (${[...rows].join(', ') || 'none does'})`);
  if (!rows.has(token) && !FIXTURE.test(token) && !CLASS.test(token)) reader.fail(ERROR);
  return reader.take();
}

/**
 * Says what an error is, in the words of an `error` line.
 *
 * @param error - whatever came out
 * @param names - the errors that have a name
 */
export function describeError(error: unknown, names: ReadonlyMap<unknown, string>): string {
  return describe(error, names, 0);
}

function describe(error: unknown, names: ReadonlyMap<unknown, string>, depth: number): string {
  const name = names.get(error);
  if (name !== undefined) return name;
  if (!(error instanceof Error)) return show(error);
  const { errors, info } = error as { errors?: unknown; info?: { meta?: unknown } };
  if (error.name === 'AggregateError' && Array.isArray(errors)) {
    if (depth === MAX_DEPTH) return 'aggregate(...)';
    return `aggregate(${errors.map((each) => describe(each, names, depth + 1)).join(', ')})`;
  }
  const meta = info?.meta;
  if (
    error.name === 'TimeoutError' &&
    typeof meta === 'object' &&
    meta !== null &&
    'index' in meta &&
    'limit' in meta
  ) {
    return `timeout(${String(meta.index)}, ${String(meta.limit)})`;
  }
  return error.name;
}

/** Any value in a few characters. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return `${String(value)} (${typeof value})`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
