import { appendFileSync, readFileSync } from 'node:fs';
import type { Row } from './rows.js';

/**
 * A line of a journal. The workers of one machine append to the same file, so
 * its lines are in the order in which things happened.
 */
export interface Entry {
  readonly what: 'begins' | 'ends';
  readonly account: string;
  readonly position: number;
  readonly worker: string;
}

/** Appends lines to a journal. Without a path, nothing is written. */
export function journal(path: string | undefined, worker: string) {
  return (what: Entry['what'], { account, position }: Row): void => {
    if (path === undefined) return;
    const entry: Entry = { what, account, position, worker };
    appendFileSync(path, `${JSON.stringify(entry)}\n`);
  };
}

export function readJournal(path: string): Entry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

/**
 * Where two rows of an account overlap, or a later one comes before an earlier
 * one. That a row begins again is none: a worker that dies in the middle does
 * not write that it ends.
 */
export function faultsIn(entries: readonly Entry[]): string[] {
  const faults: string[] = [];
  const accounts = new Map<string, { last: number; isUnderWay: boolean }>();
  for (const { what, account, position, worker } of entries) {
    const { last, isUnderWay } = accounts.get(account) ?? {
      last: -1,
      isUnderWay: false,
    };
    const text = `row ${position} of ${account} ${what} at ${worker}`;
    if (position < last) faults.push(`${text} after row ${last}`);
    if (position > last && isUnderWay)
      faults.push(`${text} before row ${last} has ended`);
    accounts.set(account, {
      last: Math.max(last, position),
      isUnderWay: position < last ? isUnderWay : what === 'begins',
    });
  }
  return faults;
}
