// Packs the package, installs it as a user would, and tries it wherever it is to work. All of it writes
// docs/evidence/compatibility.md; a part of it (`npm run matrix -- types bundlers`) is only printed.
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Argument, program } from 'commander';
import { browserCells } from './matrix/browser.js';
import { bundlerCells } from './matrix/bundlers.js';
import { type Cell, type Result, runCells } from './matrix/cell.js';
import { pageOf } from './matrix/page.js';
import { killAll } from './matrix/run.js';
import { runtimeCells } from './matrix/runtimes.js';
import { typeCells } from './matrix/types.js';
import { Workspace } from './matrix/workspace.js';

/** Most of them wait for npm or a compiler, which has a core for itself. */
const AT_ONCE = 2;

type Part = 'node' | 'bun' | 'deno' | 'browser' | 'types' | 'bundlers';

const parts: Record<Part, (workspace: Workspace) => Cell[] | Promise<Cell[]>> = {
  node: (workspace) => runtimeCells('node', workspace),
  bun: (workspace) => runtimeCells('bun', workspace),
  deno: (workspace) => runtimeCells('deno', workspace),
  browser: browserCells,
  types: typeCells,
  bundlers: bundlerCells,
};
const all = Object.keys(parts) as Part[];

program
  .name('npm run matrix --')
  .description('Tries the built package wherever it is to work, and writes docs/evidence/compatibility.md.')
  .addArgument(new Argument('[parts...]', 'only these, and nothing is written').choices(all))
  .parse();
const wanted = program.processedArgs[0] as Part[];
const isWhole = wanted.length === 0;

const started = performance.now();
const workspace = new Workspace();
process.on('exit', () => {
  killAll();
  workspace.remove();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const results = new Map<Part, Result[]>();
for (const part of isWhole ? all : wanted) {
  results.set(part, await runCells(await parts[part](workspace), AT_ONCE));
}
const page = await pageOf({
  runtimes: resultsOf('node', 'bun', 'deno', 'browser'),
  types: resultsOf('types'),
  bundlers: resultsOf('bundlers'),
});
if (isWhole) writeFileSync('docs/evidence/compatibility.md', page);
else console.log(`\n${page}`);

const found = [...results.values()].flat();
const count = (outcome: Result['outcome']) => found.filter((result) => result.outcome === outcome).length;
const seconds = Math.round((performance.now() - started) / 1_000);
console.log(`${count('works')} work, ${count('impossible')} cannot, ${count('fails')} fail (${seconds} s)`);
process.exitCode = count('fails') === 0 ? 0 : 1;

/** Those of some parts, one after the other; `undefined` if none of them ran. */
function resultsOf(...names: Part[]): Result[] | undefined {
  const ran = names.flatMap((name) => results.get(name) ?? []);
  return ran.length === 0 ? undefined : ran;
}
