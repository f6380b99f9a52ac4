/**
 * A short form of the benchmark, for `npm run check`: less of everything, against what does not depend on how much there is. It
 * builds the sources into a folder of its own, measures in a process of its own without other threads, by the processor's
 * time and not by the clock on the wall, and compares the best rounds: what else the machine does matters little.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask } from './child.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The ratio of each line; of those whose id is given, or of all. */
export async function runShortForm(ids: readonly string[] = []): Promise<Record<string, number>> {
  // Not by way of tsx: it gives every function its name while it runs, which costs more than all that is measured.
  const build = [path('../node_modules/tsup/dist/cli-default.js'), '--silent', '--no-dts', '--out-dir', 'temp/speed'];
  await promisify(execFile)(process.execPath, build, { cwd: path('..') });
  return ask('shortChild.ts', ids, {
    execArgv: ['--expose-gc', '--single-threaded', '--import', 'tsx'],
    env: { ...process.env, TSX_TSCONFIG_PATH: path('tsconfig.short.json') },
  });
}
