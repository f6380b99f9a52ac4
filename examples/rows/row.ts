import { isUtf8 } from 'node:buffer';
import { MAX_LENGTH, type Line } from './lines.js';

/** What a line of the input holds: a JSON object that has an `id`. */
export interface Row {
  readonly id: string | number;
  /** The object as it was written: no number is rounded, no name is lost. */
  readonly json: Buffer;
}

/** What the service knows of a row. */
export interface Score {
  readonly risk: number;
  readonly region: string;
}

/** A line of the result. `row` is the number of the input's line. */
export interface Result {
  readonly row: number;
  /** The object of the input; absent where the line has none. */
  readonly data?: { readonly id: Row['id'] };
  readonly score?: Score;
  /** Why there is no score. */
  readonly error?: string;
}

/** Says what was expected, and what is there instead. */
export class NotARow extends Error {}

/**
 * Parses a line of the input.
 *
 * @returns nothing for a blank line
 * @throws NotARow
 */
export function parseRow({ bytes, isTooLong }: Line): Row | undefined {
  if (isTooLong)
    throw new NotARow(
      `expected at most ${MAX_LENGTH.toLocaleString('en')} bytes, got more`,
    );
  if (!isUtf8(bytes))
    throw new NotARow(`expected UTF-8, got ${show(bytes.toString())}`);
  const json = bytes.indexOf('\uFEFF') === 0 ? bytes.subarray(3) : bytes;
  const text = json.toString();
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotARow(`expected one JSON object, got ${show(text)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NotARow(`expected one JSON object, got ${show(text)}`);
  const { id } = value as { id?: unknown };
  if (Number.isSafeInteger(id) || (typeof id === 'string' && id !== ''))
    return { id: id as Row['id'], json };
  throw new NotARow(
    'expected `id` to be a whole number or a text that is not empty, got ' +
      (id === undefined ? 'nothing' : show(JSON.stringify(id))),
  );
}

function show(text: string): string {
  const line = text.trim().replace(/\p{Cc}/gu, '\u00b7');
  return `\`${line.length > 60 ? `${line.slice(0, 60)}\u2026` : line}\``;
}
