import { describeError, show } from './errors.js';
import { MarbleMismatch } from './MarbleMismatch.js';
import { type MarbleRow, type MarbleSpec, type MarbleTimeline, playedRows } from './model.js';
import { type Comparison, drawTimeline, matches, printPictures, whenDifferent } from './printMarbles.js';
import type { Take } from './Stage.js';

/** What really happened. */
export interface Observed {
  readonly takes: readonly Take[];
  readonly result: MarbleTimeline;
  /** What the result failed with, if it did. */
  readonly errors: readonly unknown[];
  /** The errors that have a name. */
  readonly names: ReadonlyMap<unknown, string>;
  /** What `?` in the result stands for. */
  readonly strange: readonly string[];
}

/**
 * Compares a block with what happened, row by row, as drawings.
 *
 * @throws {@link MarbleMismatch} if they differ
 */
export function compare(spec: MarbleSpec, observed: Observed, width: number): void {
  const takeOf = new Map(observed.takes.map((take) => [take.row, take]));
  const compared = (row: MarbleRow, actual: MarbleTimeline | undefined): Comparison => ({
    label: row.label,
    expected: drawTimeline(row, width),
    actual: drawTimeline(actual, width),
    text: row.text,
  });
  const played = playedRows(spec).map((row) => compared(row, takeOf.get(row)?.timeline));
  const extra = observed.takes
    .filter(({ row, timeline }) => row === undefined && timeline !== undefined)
    .map(({ label, timeline }) => ({ label, expected: [], actual: drawTimeline(timeline, width), text: [] }));
  const given = [...spec.operators.map(({ text }) => [text]), ...(spec.unsub ? [spec.unsub.text] : [])];

  const rows: Comparison[] = [
    ...played,
    ...extra,
    ...given.map((text) => ({ label: '', expected: [], actual: [], text })),
    compared(spec.result, observed.result),
    ...compareErrors(spec, observed),
  ];
  const notes = [...notesOnCalls(spec, observed), ...observed.strange];
  const wrong = rows.filter((row) => !matches(row));
  if (wrong.length === 0 && notes.length === 0) return;

  const pictures = printPictures(spec, rows);
  throw new MarbleMismatch(spec, { ...pictures, differs: wrong.map(whenDifferent).join(', '), notes });
}

/** The `error` line, where the block has one, or needs one to show what came instead. */
function compareErrors(spec: MarbleSpec, { errors, names }: Observed): Comparison[] {
  const actual = errors.map((error) => describeError(error, names));
  const expected = spec.error === undefined ? [] : [spec.error];
  const inferred = expected.map((error) => `error${' '.repeat(Math.max(1, spec.indent - 5))}${error}`);
  const row = { label: 'error', expected, actual, text: spec.errorText === undefined ? inferred : [spec.errorText] };
  return spec.errorText === undefined && matches(row) ? [] : [row];
}

/** What a picture cannot show. */
function notesOnCalls(spec: MarbleSpec, { takes, errors, names }: Observed): string[] {
  const asked = spec.source.label === 'inputs' ? 'read from the inputs' : 'projected';
  const notes: string[] = [];
  for (const { label, row, askedAt, timeline } of takes) {
    if (row === undefined && !playedRows(spec).some((each) => each.label === label)) {
      notes.push(`"${label}" has no row, and is ${asked} at ${askedAt ?? timeline?.start ?? 0} ms`);
    } else if (askedAt !== undefined && timeline === undefined) {
      notes.push(`"${label}" is ${asked} at ${askedAt} ms, and never subscribed`);
    } else if (askedAt !== undefined && askedAt !== timeline?.start) {
      notes.push(
        `"${label}" is ${asked} at ${askedAt} ms, and subscribed at ${timeline?.start ?? 0} ms: must be the same`,
      );
    }
  }
  const unknown = errors.filter((error) => !names.has(error) && describeError(error, names) !== spec.error);
  return [...notes, ...unknown.map((error) => `the error is ${show(error)}`)];
}
