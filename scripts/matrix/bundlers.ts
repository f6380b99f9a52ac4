import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell } from './cell.js';
import { succeed } from './run.js';
import { checkScenario } from './runtimes.js';
import { BUNDLER_OVERRIDES, BUNDLER_PARTS, BUNDLERS, NEWEST_RXJS } from './versions.js';
import type { Workspace } from './workspace.js';

type Bundler = keyof typeof BUNDLERS;

/** What only `concatEager` needs, in words that a minifier leaves as they are. */
export const PULLED_ONLY = [
  'not to have been read by another subscription',
  'an array, an iterable, an async iterable',
];

/** What bundlers leave out of programs, and whether what they make of them runs. */
export function bundlerCells(workspace: Workspace): Cell[] {
  const checks: [column: string, check: (bundler: Bundler) => Promise<void>][] = [
    ['the whole package runs', (bundler) => checkWhole(workspace, bundler)],
    ['unused imports leave nothing', (bundler) => checkUnused(workspace, bundler)],
    ['`concatMapEager` alone runs, and leaves `concatEager` out', (bundler) => checkParts(workspace, bundler)],
  ];
  return Object.entries(BUNDLERS).flatMap(([bundler, version]) =>
    checks.map(([column, check]) => ({
      row: `${bundler} ${version}`,
      column,
      name: '',
      check: () => check(bundler as Bundler).then(() => undefined),
    })),
  );
}

async function checkWhole(workspace: Workspace, bundler: Bundler) {
  const { output } = await bundled(workspace, bundler, 'main.mjs');
  checkScenario(output, true);
}

async function checkUnused(workspace: Workspace, bundler: Bundler) {
  const [unused, nothing] = await Promise.all([
    bundled(workspace, bundler, 'unused.mjs'),
    bundled(workspace, bundler, 'nothing.mjs'),
  ]);
  if (unused.text !== nothing.text) {
    throw new Error(`Expected the bundle of a program without the imports, got ${unused.text.length} characters`, {
      cause: unused.text,
    });
  }
}

async function checkParts(workspace: Workspace, bundler: Bundler) {
  const [pushed, pulled] = await Promise.all([
    bundled(workspace, bundler, 'pushed.mjs'),
    bundled(workspace, bundler, 'pulled.mjs'),
  ]);
  for (const { output } of [pushed, pulled]) {
    if (output !== '20\n10\n0\n') throw new Error(`Expected the bundle to print 20, 10, 0, got ${output}`);
  }
  for (const word of PULLED_ONLY) {
    if (!pulled.text.includes(word)) throw new Error(`Expected "${word}" where concatEager is used, got none`);
    if (pushed.text.includes(word)) throw new Error(`Expected no "${word}" where concatEager is not used, got one`);
  }
}

/** A bundle of one of the consumer's programs, and what it prints. */
async function bundled(workspace: Workspace, bundler: Bundler, program: string) {
  const folder = await bundlersFolder(workspace);
  const bundle = join(folder, `${bundler}-${program}`);
  await succeed(process.execPath, ['bundle.mjs', bundler, program, bundle], { cwd: folder });
  const output = await succeed(process.execPath, [bundle], { cwd: folder });
  return { text: readFileSync(bundle, 'utf8'), output };
}

/** The folder in which `bundle.mjs` finds every bundler. */
export function bundlersFolder(workspace: Workspace): Promise<string> {
  return workspace.folder('bundlers', async () => ({
    dependencies: { ...(await workspace.dependencies(NEWEST_RXJS)), ...BUNDLERS, ...BUNDLER_PARTS },
    overrides: BUNDLER_OVERRIDES,
  }));
}
