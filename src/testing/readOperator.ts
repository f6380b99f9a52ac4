import type { MarblePlace } from './MarbleSyntaxError.js';
import type { MarbleStep } from './model.js';
import { TextReader } from './TextReader.js';
import { printArgument, readArgument } from './values.js';

const NAME = /^[A-Za-z_][\w.]*$/;

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
  return { name, config };
}

/** Writes an operator line as {@link readOperator} reads it. */
export function printOperator({ name, config }: MarbleStep): string {
  return config === undefined ? `> ${name}` : `> ${name} ${printArgument(config)}`;
}
