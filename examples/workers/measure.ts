import { basename } from 'node:path';
import {
  catchError,
  concatMap,
  defer,
  from,
  lastValueFrom,
  mergeMap,
  of,
  takeUntil,
  toArray,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import type { Pool } from './pool.js';
import { thumbnails, type Row } from './thumbnails.js';

export interface Leg {
  readonly name: string;
  readonly operator: OperatorFunction<string, Row>;
  /** One a round. */
  readonly seconds: number[];
  inOrder: boolean;
}

/**
 * The same pictures, by the same worker, in four ways. One thread is a thread of
 * a pool too.
 */
export function legs(one: Pool, all: Pool, folder: string): Leg[] {
  const threads = all.options.maxThreads;
  const row = (pool: Pool) => (file: string) =>
    defer(() => pool.run({ file, folder, attempt: 1 })).pipe(
      catchError((error: unknown) =>
        of({ file: basename(file), error: String(error) }),
      ),
    );
  const ways: [string, OperatorFunction<string, Row>][] = [
    ['one thread, concatMap', concatMap(row(one))],
    [`${threads} threads, concatMapEager`, thumbnails(all, folder)],
    [
      `the same with reorderWindow: ${threads}`,
      thumbnails(all, folder, { reorderWindow: threads }),
    ],
    [`${threads} threads, mergeMap`, mergeMap(row(all), threads)],
  ];
  return ways.map(([name, operator]) => ({
    name,
    operator,
    seconds: [],
    inOrder: true,
  }));
}

/**
 * Runs one leg after the other, so that what else the machine does in a round
 * meets them all.
 */
export async function measureRound(
  legs: readonly Leg[],
  files: readonly string[],
  stopped: Observable<unknown>,
): Promise<void> {
  for (const leg of legs) {
    const began = performance.now();
    const rows = await lastValueFrom(
      from(files).pipe(leg.operator, takeUntil(stopped), toArray()),
    );
    leg.seconds.push((performance.now() - began) / 1_000);
    leg.inOrder &&= isInOrder(files, rows);
  }
}

export function isInOrder(
  files: readonly string[],
  rows: readonly Row[],
): boolean {
  return (
    rows.length === files.length &&
    rows.every((row, n) => row.file === basename(files[n]!))
  );
}

/**
 * A line a leg: the median of its times, and the median of its part of the first
 * leg's time in the same round.
 */
export function table(legs: readonly Leg[]): string {
  const lines = legs.map(({ name, seconds, inOrder }) => {
    const parts = seconds.map((time, round) => time / legs[0]!.seconds[round]!);
    return [
      name,
      `${median(seconds).toFixed(2)} s`,
      median(parts).toFixed(2),
      inOrder ? 'kept' : 'lost',
    ];
  });
  const all = [['', 'time', 'ratio', 'order'], ...lines];
  const widths = all[0]!.map((_, column) =>
    Math.max(...all.map((line) => line[column]!.length)),
  );
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
