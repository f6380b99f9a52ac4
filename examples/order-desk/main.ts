/**
 * The order desk: the actions of a shop, each validated by a slow service and entered in its book, through concatMap, mergeMap and
 * concatMapEager. See README.md beside this file.
 */
import { fileURLToPath } from 'node:url';
import type { Action } from './actions.js';
import { NO_FAULTS } from './faults.js';
import { Exit, parseOptions, type Options } from './options.js';
import { openInput, readActions } from './readActions.js';
import { startService } from './startService.js';
import { Interrupted, stopOnSignals } from './stopOnSignals.js';
import { count, plural } from './words.js';

const OWN_ACTIONS = fileURLToPath(new URL('actions.ndjson', import.meta.url));
const BAD_LINES_SHOWN = 10;

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const stop = stopOnSignals();
  const actions = await takeActions(options, stop.signal);

  if (options.faults !== undefined) {
    const { compareFaults } = await import('./compareFaults.js');
    return compareFaults(actions, options, stop.signal);
  }
  if (options.capacity !== undefined) {
    const { compareLimits } = await import('./compareLimits.js');
    return compareLimits(actions, { ...options, capacity: options.capacity }, stop.signal);
  }

  // Starting a process and loading a plotting library take about as long: both at once.
  const [service, { compareOperators }] = await Promise.all([
    startService({ seed: options.seed, latency: options.latency, faults: NO_FAULTS }),
    import('./compareOperators.js'),
  ]);
  service.gone.addEventListener('abort', () => stop.abort(service.gone.reason));
  try {
    return await compareOperators(service, actions, options, stop.signal);
  } finally {
    await service.stop();
  }
}

/** Reads the actions, says what it found, and reports the lines that are none. */
async function takeActions(
  { input, count: limit, ...options }: Options,
  stop: AbortSignal,
): Promise<readonly Action[]> {
  const path = input ?? OWN_ACTIONS;
  const name = path === '-' ? 'standard input' : (input ?? 'examples/order-desk/actions.ndjson');
  const { actions, badLines } = await read(path, name, stop);

  for (const { line, problem } of badLines.slice(0, BAD_LINES_SHOWN)) complain(`${name}, line ${line}: ${problem}`);
  const more = badLines.length - BAD_LINES_SHOWN;
  if (more > 0) complain(`${name}: ${plural(more, 'more line')} that ${more === 1 ? 'is' : 'are'} no action`);

  if (actions.length === 0)
    throw new UsageError(`there are no actions in ${name}: expected one JSON object a line (see --help)`);
  if (limit !== undefined && limit > actions.length) {
    throw new UsageError(`--count ${limit} is more than there is: ${name} holds ${plural(actions.length, 'action')}`);
  }

  const taken = actions.slice(0, limit);
  const cancellations = taken.filter(({ type }) => type === 'cancel').length;
  const { min, max } = options.latency;
  process.stdout.write(
    `${plural(taken.length, 'action')}, ${count(cancellations)} of them cancellations, from ${name}. ` +
      `Each is validated in ${min}-${max} ms (seed ${options.seed}).\n\n`,
  );
  return taken;
}

async function read(path: string, name: string, stop: AbortSignal) {
  const input = openInput(path);
  const onStop = () => input.destroy();
  stop.addEventListener('abort', onStop);
  try {
    return await readActions(input);
  } catch (error) {
    stop.throwIfAborted();
    throw new UsageError(`cannot read ${name}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a directory',
    EACCES: 'it may not be read',
  };
  return known[code ?? ''] ?? message;
}

/** A mistake of whoever started the program: one line, status 2. */
class UsageError extends Error {}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

// Whoever reads the output may leave early (`npm start | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(1);
});

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof Exit) return error.status;
  if (error instanceof Interrupted) return error.status;
  complain(`error: ${(error as Error).message}`);
  return error instanceof UsageError ? 2 : 1;
});
