/** Something that happens in a row, and when. */
export interface MarbleMark {
  /** Milliseconds of virtual time since the consumer subscribed. In a row `inputs`, the position, from 0. */
  readonly frame: number;
  /** A value of one character, or `|` (completes), `#` (fails), `!` (is unsubscribed). */
  readonly mark: string;
}

/** A row of a block, which is one subscription: when it starts, and what happens in it. */
export interface MarbleRow {
  /** `source`, `hot`, `inputs`, `concurrent`, `result`, or the one character of the source value that an inner belongs to. */
  readonly label: string;
  /** The frame of the subscription. */
  readonly start: number;
  /** In order of time; marks of one frame are one synchronous burst. */
  readonly marks: readonly MarbleMark[];
  /** Nothing is subscribed: `project` throws. */
  readonly throws: boolean;
}

/** Something that the caller of `runMarble` provides: `$name`. */
export class MarbleFixture {
  constructor(
    /** The name, without the `$`. */
    readonly name: string,
  ) {}
}

/** What can be said in an operator line, and behind `where`. */
export type MarbleValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | MarbleFixture
  | readonly MarbleValue[]
  | { readonly [key: string]: MarbleValue };

/** An operator line: `> name argument`. */
export interface MarbleStep {
  /** The name of the operator. */
  readonly name: string;
  /** The argument; `undefined` where the line gives the name only. */
  readonly config: MarbleValue;
}

/** How the result fails: as a line `error` says, or, without one, with the only error there is. */
export type MarbleError =
  /** The error of a row: `b` for the first row of `b`, `b2` for its second, `source`. */
  | { readonly row: string }
  /** rxjs's `TimeoutError` of an item: its index, and the name of the limit. */
  | { readonly timeout: { readonly index: number; readonly limit: string } }
  /** An `AggregateError` of these, in this order. */
  | { readonly aggregate: readonly MarbleError[] }
  /** Any error with this `name`. */
  | { readonly type: string }
  /** This very value, or one that is equal to it. */
  | { readonly value: MarbleValue };

/** One marble block of a Markdown page, read. */
export interface MarbleSpec {
  /** The heading above the block; from the second block of that name on with a number: `heading (2)`. */
  readonly name: string;
  /** The file name that {@link readMarbles} was given, for messages. */
  readonly file: string;
  /** The line of the block's opening fence, counted from 1. */
  readonly line: number;
  /**
   * What is subscribed: first the `source` (cold), the source `hot` or the `inputs` of a creation operator, then the limits
   * of `concurrent`, then the inners. Rows with one label are used one after another.
   */
  readonly rows: readonly MarbleRow[];
  /**
   * The keys of the first row's values, in their order, one character each; `#` where the key function throws. `undefined`
   * if there is no row `keys`.
   */
  readonly keys?: readonly string[] | undefined;
  /** The operators, from the source to the result. At least one. */
  readonly operators: readonly MarbleStep[];
  /** The frame in which the consumer unsubscribes; `undefined` if it does not. */
  readonly unsub: number | undefined;
  /** What the consumer receives. */
  readonly result: MarbleRow;
  /** How the result fails; `undefined` if it does not. */
  readonly error: MarbleError | undefined;
  /**
   * The characters that do not stand for themselves: values by their character, errors by `#` and the name of their row
   * (`#b`, `#source`).
   */
  readonly where: Readonly<Record<string, MarbleValue>>;
}

/** The label of a row that has the limits of an operator. */
export const LIMITS = 'concurrent';

/** Whether a value in a row of limits, which is one character, is the number that it looks like, and never what `where` says. */
export function isDigit(mark: string): boolean {
  return /\d/.test(mark);
}

/** Whether a row ends with an error of its own. */
export function fails(row: MarbleRow): boolean {
  return row.throws || row.marks.some(({ mark }) => mark === '#');
}

/** What the error of each row that fails is called: `b`, `b2` for the second row of `b`, `source`. */
export function errorNames(rows: readonly MarbleRow[]): ReadonlyMap<MarbleRow, string> {
  const seen = new Map<string, number>();
  const names = new Map<MarbleRow, string>();
  for (const row of rows) {
    const label = row.label === 'hot' ? 'source' : row.label;
    const nth = (seen.get(label) ?? 0) + 1;
    seen.set(label, nth);
    if (fails(row)) names.set(row, nth === 1 ? label : `${label}${nth}`);
  }
  return names;
}

/** What the errors are called that a block has of its own: those of its rows, and `keys` where the key function throws. */
export function namesOfErrors({ rows, keys }: Pick<MarbleSpec, 'rows' | 'keys'>): ReadonlySet<string> {
  return new Set([...errorNames(rows).values(), ...(keys?.includes('#') ? ['keys'] : [])]);
}

/** The marks of each frame, in order of time. */
export function bursts(marks: readonly MarbleMark[]): ReadonlyMap<number, readonly MarbleMark[]> {
  const byFrame = new Map<number, MarbleMark[]>();
  for (const mark of marks) {
    const burst = byFrame.get(mark.frame);
    if (burst) burst.push(mark);
    else byFrame.set(mark.frame, [mark]);
  }
  return byFrame;
}

/** Whether a mark ends its row. */
export function isEnd({ mark }: MarbleMark): boolean {
  return mark === '|' || mark === '#' || mark === '!';
}

/** The values of a row, without its end. */
export function valuesIn({ marks }: MarbleRow): MarbleMark[] {
  return marks.filter((mark) => !isEnd(mark));
}

/**
 * The characters of what is emitted in a block, and of the keys. Inputs are not emitted: they name the rows that are. Nor are
 * digits that are limits.
 */
export function valuesOf({
  rows,
  keys = [],
  result,
}: Pick<MarbleSpec, 'rows' | 'keys' | 'result'>): ReadonlySet<string> {
  const emitted = [...rows, result]
    .filter(({ label }) => label !== 'inputs')
    .flatMap((row) => valuesIn(row).filter(({ mark }) => row.label !== LIMITS || !isDigit(mark)));
  return new Set([...emitted.map(({ mark }) => mark), ...keys.filter((key) => key !== '#')]);
}
