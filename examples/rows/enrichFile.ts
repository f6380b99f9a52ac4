import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from './client.js';
import { enrichRows, type Enriched, type EnrichOptions } from './enrich.js';
import type { Position } from './lines.js';

export interface FileOptions extends EnrichOptions {
  /** Where the input goes on. */
  readonly after: Position;
  /** The address of the service. */
  readonly url: string;
  /** Write no more than so many rows a second. */
  readonly slowDisk?: number;
  readonly onWritten?: (row: Enriched) => void;
}

/** Appends the results to a file, in the order of the rows. */
export async function enrichFile(
  input: string,
  output: string,
  { after, url, slowDisk = Infinity, onWritten, ...options }: FileOptions,
): Promise<void> {
  const client = connect(url, options.concurrent);

  async function* texts(rows: AsyncIterable<Enriched>) {
    const began = performance.now();
    let written = 0;
    for await (const row of rows) {
      const wait = began + (1_000 * written++) / slowDisk - performance.now();
      if (wait > 0) await sleep(wait);
      yield row.bytes;
      onWritten?.(row);
    }
  }

  try {
    await pipeline(
      Readable.from(enrichRows(input, after, client, options)),
      texts,
      // It is not reported as written before it is on the disk.
      createWriteStream(output, { flags: 'a', flush: true }),
    );
  } finally {
    await client.close();
  }
}
