/**
 * A short form of the benchmark, for `npm test`: less of everything, against what does not depend on how much there is. It
 * measures the sources, in a process of its own, and compares the best times: what else the machine does only adds.
 */
import { fileURLToPath } from 'node:url';
import { ask } from './child.js';

const root = fileURLToPath(new URL('../tsconfig.json', import.meta.url));

/** The ratio of each line; of those whose id is given, or of all. */
export function runShortForm(ids: readonly string[] = []): Promise<Record<string, number>> {
  return ask('shortChild.ts', ids, {
    execArgv: ['--expose-gc', '--import', 'tsx'],
    // Whatever the one that asks has set: here, the package's name stands for its sources.
    env: { ...process.env, TSX_TSCONFIG_PATH: root },
  });
}
