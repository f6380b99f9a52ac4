import type { MarblePlace } from './MarbleSyntaxError.js';
import type { MarbleSpec, MarbleValue } from './model.js';
import { TextReader } from './TextReader.js';
import { printValue, readValue } from './values.js';

/** A value's character, or `#` and the name of a row that fails: its label, from the second on with a number. */
const NAME = /#(?:source|concurrent)\d*|#keys|#.\d*|./uy;

/**
 * Reads what stands behind `where`: `a: { id: 1 }, b: $bob, #b: { status: 404 }`.
 *
 * @param where - gets what is read
 * @param values - the values that may be named
 * @param errors - the names of the rows that fail
 * @throws MarbleSyntaxError if it cannot be read, or names what is not in the block
 */
export function readWhere(
  where: Record<string, MarbleValue>,
  text: string,
  values: ReadonlySet<string>,
  errors: ReadonlySet<string>,
  place: MarblePlace,
): void {
  const reader = new TextReader(text, place);
  do {
    const name = reader.takeMatch(NAME);
    const known = name.startsWith('#') ? errors.has(name.slice(1)) : values.has(name);
    if (!known) {
      const rows = [...errors].map((each) => `"#${each}"`).join(', ');
      reader.failAt(name, `a value of this block${rows && `, or the error of a row (${rows})`}`);
    }
    if (Object.hasOwn(where, name)) reader.failAt(name, 'each value and error once');
    reader.expect(':');
    where[name] = readValue(reader);
  } while (reader.skip(','));
  reader.expectEnd('"," or the end of the line');
}

/** Writes what {@link readWhere} reads. */
export function printWhere(where: MarbleSpec['where']): string {
  return Object.entries(where)
    .map(([name, value]) => `${name}: ${printValue(value)}`)
    .join(', ');
}
