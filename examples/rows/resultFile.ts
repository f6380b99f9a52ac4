import { existsSync, statSync } from 'node:fs';
import { readLines, type Line } from './lines.js';
import { NotARow, parseRow, type Result } from './row.js';

/** What a result file holds. */
export interface Held {
  /** The last row that is there as a whole; 0 if there is none. */
  readonly last: number;
  /** The result of that row. */
  readonly result?: Result;
  /** So many bytes hold whole rows, in order. */
  readonly size: number;
  /** So many bytes behind them do not: the process or the machine stopped in the middle of them. */
  readonly torn: number;
}

/** What is wrong with how the program was started. */
export class UsageError extends Error {}

/**
 * Looks at what a result file holds, line by line, up to row `before`. A process
 * that is killed may leave a part of a line; a machine that loses power may
 * leave zeros instead of lines.
 */
export async function inspect(path: string, before = Infinity): Promise<Held> {
  if (!existsSync(path)) return { last: 0, size: 0, torn: 0 };
  const { size } = statSync(path);
  let last = 0;
  let whole = 0;
  let line: Line | undefined;
  for await (const next of readLines(path)) {
    const row = rowOf(next);
    if (row <= last) {
      if (last > 0 || isTorn(next)) return { ...held(), torn: size - whole };
      throw new UsageError(
        `${path} is not a result of this program: expected its first line to begin with {"row":, got ` +
          `\`${next.bytes.toString('utf8', 0, 40)}\`. Name another file with --output.`,
      );
    }
    if (row >= before) return held();
    last = row;
    whole = next.end;
    line = next;
  }
  return held();

  function held(): Held {
    return {
      last,
      size: whole,
      torn: 0,
      ...(line && { result: JSON.parse(line.bytes.toString()) as Result }),
    };
  }
}

/** The number of a row's result, or 0 for anything else. */
function rowOf({ bytes, isWhole }: Line): number {
  if (!isWhole || bytes.at(-1) !== CLOSING) return 0;
  const begin = bytes.toString('latin1', 0, 32);
  return Number(/^\{"row":(\d+),/.exec(begin)?.[1] ?? 0);
}

const CLOSING = '}'.charCodeAt(0);

/** Whether it may be what is left of the first result. */
function isTorn({ bytes, isWhole }: Line): boolean {
  const begin = bytes.toString('latin1', 0, 7);
  return !isWhole && ('{"row":'.startsWith(begin) || begin.startsWith('\0'));
}

/** Whether a result is that of a line of the input. */
export function isOf(line: Line, result: Result): boolean {
  try {
    return parseRow(line)?.id === result.data?.id;
  } catch (error) {
    if (!(error instanceof NotARow)) throw error;
    return result.error === error.message;
  }
}
