import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
} from 'node:fs';
import type { Line } from './rows.js';

const NEWLINE = 0x0a;

/**
 * A file of lines that only grows. How many it has is all that a new start must
 * know.
 */
export class Output {
  /** How many lines were there already. */
  readonly lines: number;
  readonly #file: number;

  /** Opens the file, and cuts off a last line that is not complete. */
  constructor(path: string) {
    this.#file = openSync(path, 'a+');
    const { lines, end } = countLines(this.#file);
    if (end < fstatSync(this.#file).size) ftruncateSync(this.#file, end);
    this.lines = lines;
  }

  append(line: Line): void {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function countLines(file: number): { lines: number; end: number } {
  const chunk = Buffer.alloc(64 * 1_024);
  let lines = 0;
  let end = 0;
  for (
    let position = 0, read = 0;
    (read = readSync(file, chunk, 0, chunk.length, position)) > 0;
    position += read
  ) {
    for (
      let at = chunk.indexOf(NEWLINE);
      at >= 0 && at < read;
      at = chunk.indexOf(NEWLINE, at + 1)
    ) {
      lines++;
      end = position + at + 1;
    }
  }
  return { lines, end };
}
