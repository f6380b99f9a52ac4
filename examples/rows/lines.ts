import { createReadStream } from 'node:fs';

/** The end of a line. */
export interface Position {
  /** The number of the line, from 1; 0 at the beginning of the file. */
  readonly number: number;
  /** Where the next line begins, in bytes. */
  readonly end: number;
}

/** A line of a file. */
export interface Line extends Position {
  /** Without the line's end. Of a line that is too long, only the beginning. */
  readonly bytes: Buffer;
  readonly isTooLong: boolean;
  /** Whether it ends with a line feed: the last line of a file may not. */
  readonly isWhole: boolean;
}

export interface ReadOptions {
  /** Where to begin to read. */
  readonly after?: Position;
  /** The first line to give; those before it are only counted. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

export const BEGINNING: Position = { number: 0, end: 0 };

/** A line may have so many bytes: a file without line ends must not fill the memory. */
export const MAX_LENGTH = 2 ** 20;

const LINE_FEED = 10;

/**
 * Reads the lines of a file, no faster than they are asked for. Not by `node:readline`, which takes U+2028 for a line's end, and
 * does not say where a line was.
 */
export async function* readLines(
  path: string,
  { after = BEGINNING, from = 1, signal }: ReadOptions = {},
): AsyncGenerator<Line, void, undefined> {
  let { number, end } = after;
  let parts: Buffer[] = [];
  let length = 0;
  const line = (isWhole: boolean): Line => ({
    number,
    bytes: parts.length === 1 ? parts[0]! : Buffer.concat(parts),
    end,
    isTooLong: length > MAX_LENGTH,
    isWhole,
  });

  const chunks = createReadStream(path, {
    start: end,
    ...(signal && { signal }),
  });
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    for (let start = 0; ;) {
      const feed = chunk.indexOf(LINE_FEED, start);
      const part = chunk.subarray(start, feed === -1 ? chunk.length : feed);
      length += part.length;
      if (length <= MAX_LENGTH || parts.length === 0) parts.push(part);
      if (feed === -1) break;
      number++;
      end += length + 1;
      if (number >= from) yield line(true);
      parts = [];
      length = 0;
      start = feed + 1;
    }
  }
  if (length > 0) {
    number++;
    end += length;
    if (number >= from) yield line(false);
  }
}

/** The line with this number, or nothing where a file has fewer. */
export async function lineAt(
  path: string,
  number: number,
): Promise<Line | undefined> {
  for await (const line of readLines(path, { from: number })) return line;
  return undefined;
}
