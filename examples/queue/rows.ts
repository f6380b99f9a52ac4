import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One row of the input: its line number, from 0, and what stands there. */
export interface Row {
  readonly position: number;
  /** Rows of one account are worked on one after the other. */
  readonly account: string;
  readonly email: string;
}

/**
 * One line of the output. There is one for each row, also for one that failed:
 * their number says where to go on.
 */
export type Line =
  | {
      readonly position: number;
      readonly pseudonym: string;
      readonly worker: string;
    }
  | { readonly position: number; readonly error: string };

/**
 * The same for the same row, so that adding a row again finds its job, and
 * whatever became of it. The position comes first for people; the hash keeps a
 * row of another input apart. A bare number would be refused by BullMQ.
 */
export function jobId(row: Row): string {
  const hash = createHash('sha256').update(JSON.stringify(row)).digest('hex');
  return `row-${row.position}-${hash.slice(0, 12)}`;
}

/** The rows of an input file, a line each: `ACCOUNT,ADDRESS`. */
export function readRows(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, position) => {
    const [account = '', email = ''] = line.split(',');
    return { position, account, email };
  });
}

/** The lines of an output file, except a torn last one. */
export function readLines(path: string): Line[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line) as Line);
}
