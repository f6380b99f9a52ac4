import type { ObservableInput } from 'rxjs';
import {
  concatMapEagerFrom,
  type ItemContext,
  type IterableObservable,
} from 'rxjs-concat-map-eager';
import type { Attempt, Client } from './client.js';
import { readLines, type Line, type Position } from './lines.js';
import { NotARow, parseRow, type Result, type Row } from './row.js';

export interface EnrichOptions {
  readonly concurrent: number;
  /** How many rows may be ahead: read, and not yet written. */
  readonly window: number;
  /** How long an attempt may take, in ms. */
  readonly timeout: number;
  /** Its first value ends the reading; what has been read is finished. */
  readonly until: ObservableInput<unknown>;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  readonly onRead?: (line: Position) => void;
}

/** What becomes of a line of the input, and where that ended. */
export interface Enriched extends Position {
  readonly kind: 'scored' | 'failed' | 'bad';
  /** The line for the result file. */
  readonly bytes: Buffer;
}

/**
 * Enriches each row of a file, and gives the results in the order of the rows.
 * A row that fails has a result too, and so has a line that is not a row. Lines
 * are read only as fast as results are taken.
 */
export function enrichRows(
  input: string,
  after: Position,
  client: Client,
  { concurrent, window, timeout, until, signal, onRead }: EnrichOptions,
): IterableObservable<Enriched> {
  return concatMapEagerFrom(
    ({ signal }) => readLines(input, { after, signal }),
    (line, _index, item) => {
      if (item.attempt === 1) onRead?.(line);
      return enrich(line, client, item);
    },
    {
      concurrent,
      reorderWindow: window,
      timeout,
      retry: { count: 2, delay: 50 },
      onError: (error, { value: line }) => [
        failed(line, reasonOf(error, timeout)),
      ],
      until,
      signal,
    },
  );
}

function enrich(
  line: Line,
  client: Client,
  item: ItemContext,
): Promise<Enriched> | Enriched[] {
  let row: Row | undefined;
  try {
    row = parseRow(line);
  } catch (error) {
    // It is a result, and not a failure: another attempt would not help.
    if (error instanceof NotARow) return [bad(line, error)];
    throw error;
  }
  return row === undefined ? [] : score(line, row, client, item);
}

export async function score(
  line: Line,
  row: Row,
  client: Client,
  attempt: Attempt,
): Promise<Enriched> {
  const score = await client.score(row, attempt);
  return enriched(line, 'scored', { score }, row);
}

/** What takes the place of a row that has failed. */
export function failed(line: Line, error: string): Enriched {
  return enriched(line, 'failed', { error }, parseRow(line));
}

function bad(line: Line, { message: error }: NotARow): Enriched {
  return enriched(line, 'bad', { error });
}

/** By the number that it begins with, a program that starts again knows where to go on. */
function enriched(
  { number, end }: Line,
  kind: Enriched['kind'],
  value: Pick<Result, 'score' | 'error'>,
  row?: Row,
): Enriched {
  const last = `${JSON.stringify(value).slice(1)}\n`;
  const bytes =
    row === undefined
      ? Buffer.from(`{"row":${number},${last}`)
      : Buffer.concat([
          Buffer.from(`{"row":${number},"data":`),
          row.json,
          Buffer.from(`,${last}`),
        ]);
  return { number, end, kind, bytes };
}

export function reasonOf(error: unknown, timeout: number): string {
  const { name, message } = error as Error;
  return name === 'TimeoutError' ? `no answer within ${timeout} ms` : message;
}
