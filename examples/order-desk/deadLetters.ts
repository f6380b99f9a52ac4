import { appendFile, readFile, writeFile } from 'node:fs/promises';
import type { FailedItem } from 'rxjs-concat-map-eager';
import { defer, ignoreElements, type Observable } from 'rxjs';
import { describe } from './client.js';

/** Where they go: a file in the folder in which the program is run. */
export const DEAD_LETTERS = 'dead-letters.ndjson';

/** An item that failed for good, as one line. The item keeps its turn and its slot until the line is written, and then ends. */
export function deadLetter<T>(path: string, error: unknown, item: FailedItem<T>): Observable<never> {
  const { value, index, attempt: attempts } = item;
  const line = `${JSON.stringify({ value, index, attempts, error: describe(error) })}\n`;
  return defer(() => appendFile(path, line)).pipe(ignoreElements());
}

export async function emptyDeadLetters(path: string): Promise<void> {
  await writeFile(path, '');
}

/** The positions of the actions whose letters are in the file. */
export async function readDeadLetters(path: string): Promise<number[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { index: number }).index);
}
