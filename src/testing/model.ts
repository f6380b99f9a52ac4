/**
 * Something that happens in a row, and when. One column is one frame, and one frame is one millisecond.
 */
export interface MarbleMark {
  /** Milliseconds of virtual time since the consumer subscribed. */
  readonly frame: number;
  /** A value of one character, or `|` (completes), `#` (fails), `!` (is unsubscribed). */
  readonly mark: string;
}

/** One subscription: where it starts and what happens in it. Expected (a row of a block) or observed (a run). */
export interface MarbleTimeline {
  /** `source`, `hot`, `inputs`, `result`, or the one character of the source value that an inner belongs to. */
  readonly label: string;
  /** The frame of the subscription. */
  readonly start: number;
  /** In order of time; marks of one frame are one synchronous burst. */
  readonly marks: readonly MarbleMark[];
  /** Nothing is subscribed: `project` throws. */
  readonly throws: boolean;
}

/** A row of a marble block. */
export interface MarbleRow extends MarbleTimeline {
  /** Where the row stands in its file, counted from 1. */
  readonly line: number;
  /** The row as it is written, with the lines that continue it. */
  readonly text: readonly string[];
}

/** An argument that the runner must provide: `$name` in the operator line. */
export class MarbleFixture {
  constructor(readonly name: string) {}
}

/** What an operator line can say. */
export type MarbleValue = string | number | boolean | MarbleFixture | { readonly [key: string]: MarbleValue };

/** An operator line: `> name argument`. */
export interface MarbleStep {
  readonly name: string;
  /** `undefined` where the line gives the name only. */
  readonly config: MarbleValue | undefined;
  readonly line: number;
  /** The line as it is written. */
  readonly text: string;
}

/** One marble block of a Markdown page, read. */
export interface MarbleSpec {
  /** The heading above the block; from the second block of that name on with a number: `heading (2)`. */
  readonly name: string;
  /** The file as {@link readMarbles} was told, for messages. */
  readonly file: string;
  /** The line of the block's opening fence, counted from 1. */
  readonly line: number;
  /** The width of the labels: the column in which time begins. */
  readonly indent: number;
  /** The first row: a cold `source`, a `hot` one, or the `inputs` of a creation operator. */
  readonly source: MarbleRow;
  /** The rows of the inners. Several with one label are used one after another. */
  readonly inners: readonly MarbleRow[];
  /** The operators, from the source to the result. At least one. */
  readonly operators: readonly MarbleStep[];
  /** When the consumer unsubscribes; without it, never. */
  readonly unsub: MarbleRow | undefined;
  readonly result: MarbleRow;
  /** How the result must fail, in the words of an `error` line; `undefined` if it must not. */
  readonly error: string | undefined;
  /** The `error` line as it is written, if there is one. */
  readonly errorText: string | undefined;
}

/** The rows that play a part on their own: what is subscribed. */
export function playedRows(spec: Pick<MarbleSpec, 'source' | 'inners'>): readonly MarbleRow[] {
  return [spec.source, ...spec.inners];
}

/** Whether a row ends with an error of its own. */
export function fails(row: MarbleTimeline): boolean {
  return row.throws || row.marks.some(({ mark }) => mark === '#');
}

/**
 * What an `error` line calls the error of each row that fails: `b` for the first row of `b`, `b2` for its second,
 * `source`.
 */
export function errorNames(rows: readonly MarbleRow[]): ReadonlyMap<MarbleRow, string> {
  const seen = new Map<string, number>();
  const names = new Map<MarbleRow, string>();
  for (const row of rows) {
    const nth = (seen.get(row.label) ?? 0) + 1;
    seen.set(row.label, nth);
    const label = row.label === 'hot' ? 'source' : row.label;
    if (fails(row)) names.set(row, nth === 1 ? label : `${label}${nth}`);
  }
  return names;
}
