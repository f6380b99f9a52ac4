import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { of } from 'rxjs';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';

/** The lines of a file, which is closed when no more of them are wanted. */
export async function* linesOf(path: string): AsyncGenerator<string> {
  const file = await open(path);
  try {
    yield* file.readLines();
  } finally {
    await file.close();
  }
}

/**
 * Writes a line for each line of a file, in order. The file is read no faster
 * than the disk takes what is written. In the place of a line that cannot be
 * enriched, `failed` is written.
 */
export async function enrichFile(
  from: string,
  to: string,
  enrich: (line: string, signal: AbortSignal) => Promise<string>,
  failed: (error: unknown, line: string) => string,
  signal?: AbortSignal,
): Promise<void> {
  const lines = concatMapEagerFrom(
    () => linesOf(from),
    async (line, _index, item) => `${await enrich(line, item.signal)}\n`,
    {
      concurrent: 16,
      timeout: 5_000,
      retry: 2,
      onError: (error, { value }) => of(`${failed(error, value)}\n`),
      signal,
    },
  );
  await pipeline(Readable.from(lines), createWriteStream(to));
}
