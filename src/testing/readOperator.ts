import type { MarblePlace } from './MarbleSyntaxError.js';
import { MarbleFixture, type MarbleStep, type MarbleValue } from './model.js';
import { TextReader } from './TextReader.js';

const NAME = /^[A-Za-z_][\w.]*$/;
const KEY = /^[A-Za-z_]\w*$/;
const NUMBER = /^[+-]?\d[\d_]*(\.\d+)?$/;
const WORD = /^[A-Za-z_][\w-]*$/;
const FIXTURE = /^\$[A-Za-z_]\w*$/;
const VALUE = 'a number, a word, "{" or a "$fixture"';

/** Deep enough for any configuration, and shallow enough for any text. */
const MAX_DEPTH = 16;

/**
 * Reads an operator line: `> name`, `> name 2` or `> name key: value, key: { nested: value }`.
 *
 * @param text - the line from its `>` on
 * @param place - where the `>` stands
 * @throws MarbleSyntaxError if it cannot be read
 */
export function readOperator(text: string, place: MarblePlace): MarbleStep {
  const reader = new TextReader(text, place);
  reader.expect('>');
  if (!NAME.test(reader.peek())) reader.fail('the name of an operator');
  const name = reader.take();
  const config = reader.peek() === '' ? undefined : readArgument(reader);
  reader.expectEnd('"," or the end of the line');
  return { name, config, line: place.line, text };
}

/** Either one value, or `key: value` pairs, which are one object. */
function readArgument(reader: TextReader): MarbleValue {
  if (!KEY.test(reader.peek())) return readValue(reader, 0);
  const word = reader.take();
  if (!reader.skip(':')) return constant(word);
  const entries = new Map([[word, readValue(reader, 0)]]);
  while (reader.skip(',')) readPair(reader, entries, 0);
  return Object.fromEntries(entries);
}

function readValue(reader: TextReader, depth: number): MarbleValue {
  const token = reader.peek();
  if (NUMBER.test(token)) return Number(reader.take().replaceAll('_', ''));
  if (WORD.test(token)) return constant(reader.take());
  if (FIXTURE.test(token)) return new MarbleFixture(reader.take().slice(1));
  if (token !== '{') reader.fail(VALUE);
  if (depth === MAX_DEPTH) reader.fail(`at most ${MAX_DEPTH} "{" within one another`);
  reader.take();
  const entries = new Map<string, MarbleValue>();
  if (reader.skip('}')) return {};
  do readPair(reader, entries, depth + 1);
  while (reader.skip(','));
  reader.expect('}', '"," or "}"');
  return Object.fromEntries(entries);
}

function readPair(reader: TextReader, entries: Map<string, MarbleValue>, depth: number): void {
  if (!KEY.test(reader.peek())) reader.fail('the name of an option');
  if (entries.has(reader.peek())) reader.fail('each option once');
  const key = reader.take();
  reader.expect(':');
  entries.set(key, readValue(reader, depth));
}

function constant(word: string): string | number | boolean {
  if (word === 'Infinity') return Infinity;
  if (word === 'true') return true;
  return word === 'false' ? false : word;
}
