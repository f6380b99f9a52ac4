import { MarbleFixture, type MarbleValue } from './model.js';
import type { TextReader } from './TextReader.js';

const KEY = /^[A-Za-z_]\w*$/;
const NUMBER = /^[+-]?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const WORD = /^[A-Za-z_][\w-]*$/;
const FIXTURE = /^\$[A-Za-z_]\w*$/;
const VALUE = 'a number, a word, a "string", "[", "{" or a "$fixture"';

/** Words and signs that are not strings. */
const CONSTANTS = new Map<string, MarbleValue>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** Deep enough for any configuration, and shallow enough for any text. */
const MAX_DEPTH = 16;

/**
 * Reads the argument of an operator: one value, or `key: value` pairs, which are one object.
 *
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readArgument(reader: TextReader): MarbleValue {
  if (!KEY.test(reader.peek())) return readValue(reader);
  const word = reader.take();
  if (!reader.skip(':')) return constant(word);
  const entries = new Map([[word, readValue(reader)]]);
  while (reader.skip(',')) readPair(reader, entries, 0);
  return Object.fromEntries(entries);
}

/**
 * Reads one value: a number, a word, a string in double quotes, a list, an object, or the name of a fixture.
 *
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readValue(reader: TextReader, depth = 0): MarbleValue {
  const token = reader.peek();
  if (NUMBER.test(token)) return Number(reader.take().replaceAll('_', ''));
  if (WORD.test(token) || CONSTANTS.has(token)) return constant(reader.take());
  if (FIXTURE.test(token)) return new MarbleFixture(reader.take().slice(1));
  if (isQuoted(token)) {
    const text = parse(reader, token);
    reader.take();
    return text;
  }
  if (token !== '{' && token !== '[') reader.fail(VALUE);
  if (depth === MAX_DEPTH) reader.fail(`at most ${MAX_DEPTH} "{" or "[" within one another`);
  return reader.take() === '[' ? readList(reader, depth + 1) : readObject(reader, depth + 1);
}

function readList(reader: TextReader, depth: number): MarbleValue[] {
  const values: MarbleValue[] = [];
  if (reader.skip(']')) return values;
  do values.push(readValue(reader, depth));
  while (reader.skip(','));
  reader.expect(']', '"," or "]"');
  return values;
}

function readObject(reader: TextReader, depth: number): MarbleValue {
  const entries = new Map<string, MarbleValue>();
  if (reader.skip('}')) return {};
  do readPair(reader, entries, depth);
  while (reader.skip(','));
  reader.expect('}', '"," or "}"');
  return Object.fromEntries(entries);
}

/** Whether a token is a text in quotes. */
const isQuoted = (token: string): boolean => token.startsWith('"');

function readPair(reader: TextReader, entries: Map<string, MarbleValue>, depth: number): void {
  const token = reader.peek();
  if (!KEY.test(token) && !isQuoted(token)) reader.fail('the name of an option');
  const key = isQuoted(token) ? parse(reader, token) : token;
  if (entries.has(key)) reader.fail('each option once');
  reader.take();
  reader.expect(':');
  entries.set(key, readValue(reader, depth));
}

function parse(reader: TextReader, token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    return reader.fail('a string in double quotes, as in JSON');
  }
}

/** Whether a word is not a string. */
export function isConstant(word: string): boolean {
  return CONSTANTS.has(word);
}

function constant(word: string): MarbleValue {
  return CONSTANTS.has(word) ? CONSTANTS.get(word) : word;
}

/** Writes the argument of an operator as {@link readArgument} reads it. */
export function printArgument(value: MarbleValue): string {
  if (isObject(value)) {
    const [first] = Object.keys(value);
    if (first !== undefined && KEY.test(first)) return printPairs(value);
  }
  return printValue(value);
}

/** Writes a value as {@link readValue} reads it. */
export function printValue(value: MarbleValue): string {
  if (typeof value === 'string') return WORD.test(value) && !CONSTANTS.has(value) ? value : JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  if (value instanceof MarbleFixture) return `$${value.name}`;
  if (isList(value)) return `[${value.map(printValue).join(', ')}]`;
  if (!isObject(value)) return String(value);
  return Object.keys(value).length === 0 ? '{}' : `{ ${printPairs(value)} }`;
}

function printPairs(value: Readonly<Record<string, MarbleValue>>): string {
  return Object.entries(value)
    .map(([key, each]) => `${KEY.test(key) ? key : JSON.stringify(key)}: ${printValue(each)}`)
    .join(', ');
}

function isList(value: MarbleValue): value is readonly MarbleValue[] {
  return Array.isArray(value);
}

/** Whether a value is `key: value` pairs. */
export function isObject(value: MarbleValue): value is Readonly<Record<string, MarbleValue>> {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof MarbleFixture);
}

/** Whether a value is a fixture of this name, or has one in it. */
export function isNamedIn(value: MarbleValue, name: string): boolean {
  if (value instanceof MarbleFixture) return value.name === name;
  return isObject(value) || isList(value) ? Object.values(value).some((each) => isNamedIn(each, name)) : false;
}

/**
 * The value that is meant, fixtures filled in.
 *
 * @param find - gives a fixture by its name
 */
export function fill(value: MarbleValue, find: (name: string) => unknown): unknown {
  if (value instanceof MarbleFixture) return find(value.name);
  if (isList(value)) return value.map((each) => fill(each, find));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, find)]));
}
