/** The command: see README.md. */
import { mkdirSync, statSync, truncateSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CommanderError } from 'commander';
import { enrichFile } from './enrichFile.js';
import { generated } from './generate.js';
import { BEGINNING, lineAt, type Position } from './lines.js';
import { parseOptions } from './options.js';
import { Progress } from './progress.js';
import { inspect, isOf, UsageError } from './resultFile.js';
import type { Result } from './row.js';
import { startService, type Service } from './startService.js';
import { stopOnSignals, type Stop } from './stopOnSignals.js';

const BAD_LINES_SHOWN = 10;

const stop = stopOnSignals();
process.exitCode = await main(process.argv.slice(2), stop).catch(
  (error: unknown) => {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (stop.signal.aborted) return stop.asked;
    complain(`error: ${(error as Error).message}`);
    return error instanceof UsageError ? 2 : 1;
  },
);

async function main(args: string[], stop: Stop): Promise<number> {
  const options = parseOptions(args);
  const input = options.input ?? (await generated(options.rows, stop.signal));
  const size = sizeOf(input);
  if (size === undefined) throw new UsageError(`There is no file ${input}.`);
  const output =
    options.output ??
    join('out', `${basename(input).replace(/\.[^.]*$/, '')}.enriched.ndjson`);

  const after = await takeUp(input, output, options.from);
  if (after.number > 0 && after.end === size) {
    say('There is nothing left to do. To do it again: --from 1');
    return 0;
  }

  const progress = new Progress(size, after);
  let bad = 0;
  let failure: unknown;
  let service: Service | undefined;
  try {
    service = await startService(options.service);
    void stop.asked.then(() => {
      say('\nFinishing what has been read. Ctrl-C again ends at once.');
    });
    await enrichFile(input, output, {
      ...options,
      after,
      url: service.url,
      until: stop.asked,
      signal: service.gone,
      onRead: (line) => progress.onRead(line),
      onWritten: (row) => {
        progress.onWritten(row);
        if (row.kind === 'bad' && ++bad <= BAD_LINES_SHOWN)
          complain(
            `${input}, line ${row.number}: ${(JSON.parse(row.bytes.toString()) as Result).error!}`,
          );
      },
    });
  } catch (error) {
    failure = error;
  } finally {
    progress.stop();
    service?.stop();
  }

  if (bad > BAD_LINES_SHOWN)
    complain(`${bad - BAD_LINES_SHOWN} more lines are not rows: see ${output}`);
  say(progress.summary);
  const { number, end } = progress.position;
  if (failure === undefined && end === size) {
    say(`${output} has all rows, in order.`);
    return 0;
  }
  if (failure !== undefined) complain(`error: ${(failure as Error).message}`);
  say(
    `${output} has the rows up to ${number}. To go on: ` +
      `npm start -- ${withFrom(args, number + 1).join(' ')}`,
  );
  return failure === undefined ? stop.asked : 1;
}

/** Makes the output end with a whole row of this input, and says where the input goes on. */
async function takeUp(
  input: string,
  output: string,
  from: number | undefined,
): Promise<Position> {
  mkdirSync(dirname(output), { recursive: true });
  const size = sizeOf(output) ?? 0;
  const { last, result, ...held } = await inspect(output, from);
  if (from !== undefined && last > 0 && from > last + 1)
    throw new UsageError(
      `Expected --from to be at most ${last + 1}, behind the last row of ${output}, got ${from}. ` +
        'Name another file with --output to leave rows out.',
    );

  const number = result === undefined ? (from ?? 1) - 1 : last;
  const line = number > 0 ? await lineAt(input, number) : undefined;
  if (result !== undefined && !(line && isOf(line, result)))
    throw new UsageError(
      `${output} is the result of another input: its last row is not line ${last} of ${input}. ` +
        'Name another file with --output.',
    );
  if (number > 0 && line === undefined)
    throw new UsageError(`${input} has fewer than ${number} lines.`);

  if (last > 0) say(`${output} has the rows up to ${last}.`);
  if (held.torn > 0)
    say(`Behind them, ${held.torn} bytes are not a whole row: dropped.`);
  if (held.size < size) truncateSync(output, held.size);
  return line ?? BEGINNING;
}

/** The size of a file, in bytes, or nothing where there is none. */
function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() === false)
    throw new UsageError(`Expected ${path} to be a file.`);
  return found?.size;
}

/** The arguments, but with another first row. */
function withFrom(args: readonly string[], from: number): string[] {
  const others = args.filter(
    (arg, n) => !arg.startsWith('--from') && args[n - 1] !== '--from',
  );
  return [...others, '--from', String(from)];
}

function say(text: string): void {
  console.log(text);
}

function complain(text: string): void {
  console.error(text);
}
