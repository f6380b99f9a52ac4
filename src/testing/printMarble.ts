import { drawRow, layOut } from './drawRows.js';
import { printError } from './errors.js';
import { LIMITS, type MarbleRow, type MarbleSpec, namesOfErrors, valuesIn } from './model.js';
import { printOperator } from './readOperator.js';
import { printWhere } from './readWhere.js';
import type { TimeAxis } from './TimeAxis.js';

/** The column in which time begins: behind the longest label. */
export function indentOf({ rows }: Pick<MarbleSpec, 'rows'>): number {
  return rows.some(({ label }) => label === LIMITS) ? LIMITS.length + 1 : 8;
}

/** Behind a label, in the column in which time begins. */
export function labelled(label: string, body: string, indent: number): string {
  return label.padEnd(indent + label.length - [...label].length) + body;
}

/** The keys, as a row below the one that they belong to. */
interface KeysRow extends MarbleRow {
  readonly of: MarbleRow;
}

/** What of a specification is printed: all but what the page says of it. */
export type MarblePicture = Omit<MarbleSpec, 'name' | 'file' | 'line'>;

/**
 * Prints a marble block as {@link readMarbles} reads it: the lines between its fences. Waits of more than 20 ms, in all rows,
 * are printed as durations.
 *
 * - Law: reading what is printed gives the same specification.
 *
 * @example
 * ```ts
 * const [spec] = readMarbles(page);
 * console.log(printMarble({ ...spec, unsub: 3 }));
 * ```
 *
 * @param picture - A specification from `readMarbles`, or one that your program made.
 * @returns Lines, with none empty at the end.
 */
export function printMarble(picture: MarblePicture): string {
  const { rows, keys, operators, unsub, result, where } = picture;
  const [source, ...inners] = rows as [MarbleRow, ...MarbleRow[]];
  const unsubscription = unsubRow(unsub);
  const axis = layOut(timed([...rows, ...unsubscription, result]));
  const indent = indentOf(picture);
  const print = (row: MarbleRow): string[] =>
    drawn(row, axis).map((line, index) => labelled(index === 0 ? row.label : '', line, indent));
  return [
    ...print(source),
    ...keysRow(source, keys).flatMap(print),
    ...inners.flatMap(print),
    ...operators.map(printOperator),
    ...unsubscription.flatMap(print),
    ...print(result),
    ...errorText(picture).map((text) => labelled('error', text, indent)),
    ...(Object.keys(where).length > 0 ? [labelled('where', printWhere(where), indent)] : []),
  ].join('\n');
}

/** The row of the keys, if there is one: each where the value is in the row that it belongs to. */
export function keysRow(source: MarbleRow, keys: readonly string[] | undefined): KeysRow[] {
  if (keys === undefined) return [];
  const marks = valuesIn(source).map(({ frame }, index) => ({ frame, mark: keys[index] ?? '-' }));
  return [{ label: 'keys', start: 0, marks, throws: false, of: source }];
}

/** Inputs, and their keys, have no columns of time. */
export function drawn(row: MarbleRow | KeysRow, axis: TimeAxis): string[] {
  if ('of' in row ? row.of.label !== 'inputs' : row.label !== 'inputs') return drawRow(row, axis);
  return [row.marks.map(({ mark }) => mark).join('') || '-'];
}

/** The rows that have columns of time. */
export function timed(rows: readonly MarbleRow[]): MarbleRow[] {
  return rows.filter(({ label }) => label !== 'inputs');
}

/** The row in which the consumer unsubscribes, if it does. */
export function unsubRow(unsub: number | undefined): MarbleRow[] {
  if (unsub === undefined) return [];
  return [{ label: 'unsub', start: 0, marks: [{ frame: unsub, mark: '!' }], throws: false }];
}

/** What the line `error` says, unless the block needs none: see `readBlock`. */
export function errorText(picture: Pick<MarblePicture, 'rows' | 'keys' | 'error'>): string[] {
  const { error } = picture;
  if (error === undefined) return [];
  const names = namesOfErrors(picture);
  const inferred = names.size === 1 && 'row' in error && names.has(error.row);
  return inferred ? [] : [printError(error, names)];
}
