import { performance } from 'node:perf_hooks';
import { from, lastValueFrom, toArray } from 'rxjs';
import { concatMapEager } from '../../src/index.js';

/** One thing that works or does not. Cells of one row and one column of a table are told apart by their names. */
export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly name: string;
  /** Throws what is wrong. What it returns is worth a note. */
  check(): Promise<string | undefined>;
}

export interface Result {
  readonly row: string;
  readonly column: string;
  readonly name: string;
  readonly outcome: 'works' | 'impossible' | 'fails';
  readonly note?: string | undefined;
}

/** What a cell throws that cannot work, whatever this package does. */
export class Impossible extends Error {
  override name = 'Impossible';
}

/** Runs cells, some at once, and says on a line how each of them went. */
export function runCells(cells: readonly Cell[], concurrency: number): Promise<Result[]> {
  return lastValueFrom(from(cells).pipe(concatMapEager(runCell, concurrency), toArray()));
}

async function runCell({ row, column, name, check }: Cell): Promise<Result> {
  const start = performance.now();
  const cell = { row, column, name };
  let result: Result;
  try {
    result = { ...cell, outcome: 'works', note: await check() };
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error));
    result = { ...cell, outcome: error instanceof Impossible ? 'impossible' : 'fails', note: message };
    if (result.outcome === 'fails') console.log(`\n${typeof cause === 'string' ? cause : message}\n`);
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  const shown = { works: 'ok    ', impossible: '-     ', fails: 'FAILED' }[result.outcome];
  console.log(`${shown}  ${[row, column, name].filter((part) => part !== '').join(' · ')} (${seconds} s)`);
  return result;
}
