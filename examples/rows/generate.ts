import {
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { draw } from './draw.js';

const WORDS =
  'deliver to the back door and leave it with a neighbour if nobody answers before noon'.split(
    ' ',
  );

/** Row `number` is the same in a file of any length, so that a longer file goes on where a shorter one ends. */
export function rowOf(number: number, noteLength?: number): string {
  let note = '';
  for (let word = 0; note.length < 90; word++) {
    note += `${WORDS[Math.floor(draw(word, `note ${number}`) * WORDS.length)]!} `;
  }
  return JSON.stringify({
    id: `order-${String(number).padStart(7, '0')}`,
    customer: `customer-${Math.floor(draw(1, `customer ${number}`) * 50_000)}`,
    amount: Math.round(draw(1, `amount ${number}`) * 100_000) / 100,
    currency: 'EUR',
    note:
      noteLength === undefined ? note.trimEnd() : note.padEnd(noteLength, note),
  });
}

/** Writes a file of rows. One that is there is whole: it gets its name last. */
export async function generate(
  path: string,
  count: number,
  { noteLength, signal }: { noteLength?: number; signal?: AbortSignal } = {},
): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(
      Readable.from(blocks(count, noteLength)),
      createWriteStream(part),
      { signal: signal! },
    );
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
}

function* blocks(count: number, noteLength?: number): Generator<string> {
  for (let begin = 1; begin <= count; begin += 500) {
    let block = '';
    for (let n = begin; n < begin + 500 && n <= count; n++) {
      block += `${rowOf(n, noteLength)}\n`;
    }
    yield block;
  }
}

/** The file of so many rows, which is written at the first run, and kept for the next ones. */
export async function generated(
  count: number,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(tmpdir(), 'rxjs-concat-map-eager-rows');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `rows-${count}.ndjson`);
  if (!existsSync(path)) {
    console.log(`Writing ${count.toLocaleString('en')} rows to ${path}`);
    await generate(path, count, { signal });
  }
  return path;
}
