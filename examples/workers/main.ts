import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { from, fromEvent, lastValueFrom, takeUntil, tap, toArray } from 'rxjs';
import { isInOrder, legs, measureRound, table } from './measure.js';
import { drawPictures, listPictures } from './pictures.js';
import { startPool } from './pool.js';
import { thumbnails } from './thumbnails.js';

const USAGE = `npm start -- [FOLDER] [options]

Makes thumbnails of the pictures in FOLDER (without one, of pictures that it
draws) on all cores, and a manifest of them in order; then measures that against
one thread.

  --count N     the first N pictures only, or so many drawn ones (24)
  --rounds N    how often each way is measured (3); 0 measures nothing
  --threads N   how many threads there are (as many as cores)
  --limit N     how many seconds a picture may take (30; with --faults 5)
  --out FOLDER  where thumbnails and manifest go (out)
  --faults      draws pictures that kill the thread that takes them, or never let
                go of it; measures nothing`;

const stop = new AbortController();
for (const [name, status] of Object.entries({
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
})) {
  process.once(name, () => {
    process.exitCode = status;
    stop.abort();
  });
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode ??= 1;
});

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      count: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      threads: { type: 'string', default: String(availableParallelism()) },
      limit: { type: 'string' },
      out: { type: 'string', default: 'out' },
      faults: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const count =
    values.count === undefined
      ? undefined
      : integer('--count', values.count, 1);
  const rounds = integer('--rounds', values.rounds, 0);
  const threads = integer('--threads', values.threads, 1);
  const limit = integer(
    '--limit',
    values.limit ?? (values.faults ? '5' : '30'),
    1,
  );
  const folder = values.out;
  const [input] = positionals;

  const stopped = fromEvent(stop.signal, 'abort');
  const drawn = join(folder, 'drawn');
  const manifest = join(folder, 'manifest.ndjson');
  mkdirSync(folder, { recursive: true });
  const settings = values.faults
    ? { worker: 'faultyWorker.js', memory: 64 }
    : {};
  const one = startPool(1, settings);
  const all = startPool(threads, settings);
  try {
    const files =
      input === undefined
        ? await drawPictures(drawn, count ?? 24, values.faults)
        : (await listPictures(input)).slice(0, count);
    if (files.length === 0)
      throw new Error(`There are no pictures in ${String(input)}.`);

    // Whoever reads the manifest while it grows sees a beginning of it, without
    // a gap.
    writeFileSync(manifest, '');
    const rows = await lastValueFrom(
      from(files).pipe(
        thumbnails(all, folder, { timeout: 1_000 * limit }),
        tap((row) => appendFileSync(manifest, `${JSON.stringify(row)}\n`)),
        takeUntil(stopped),
        toArray(),
      ),
    );
    for (const row of rows)
      if ('error' in row) console.log(`${row.file}: ${row.error}`);
    if (stop.signal.aborted)
      return console.log(
        `stopped: ${manifest} has the first ${rows.length} pictures`,
      );
    const good = isInOrder(files, rows);
    console.log(
      `${manifest}: ${rows.length} of ${files.length} pictures, ${good ? 'in order' : 'OUT OF ORDER'}`,
    );
    if (!good) process.exitCode = 1;

    if (rounds === 0 || values.faults) return;
    const measured = legs(one, all, folder);
    for (let round = 1; round <= rounds; round++) {
      await measureRound(measured, files, stopped);
      if (stop.signal.aborted) return;
      console.log(`measured: round ${round} of ${rounds}`);
    }
    console.log(`\n${table(measured)}`);
  } finally {
    await Promise.all([one.destroy(), all.destroy()]);
    rmSync(drawn, { recursive: true, force: true });
  }
}

function integer(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(
    `Expected \`${option}\` to be an integer from ${least} and up, got \`${text}\``,
  );
}
