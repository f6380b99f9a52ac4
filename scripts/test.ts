// The tests, in two runs: those of `test/proof` by themselves, since the coverage is full without them and would slow them down. The
// second run follows whatever comes of the first. `npm test -- keys` runs the files with that in their names, without coverage.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
// As many workers as there are processors: vitest takes one fewer, which leaves half of two unused.
const common = ['--maxWorkers=100%', '--reporter=default', '--reporter=./scripts/closingLine.ts'];

const wanted = process.argv.slice(2);
const runs =
  wanted.length > 0
    ? [wanted]
    : [
        ['--coverage', '--exclude=test/proof/**'],
        ['test/proof', '--typecheck.enabled=false'],
      ];

const statuses = runs.map(
  (args) => spawnSync(process.execPath, [vitest, 'run', ...args, ...common], { stdio: 'inherit' }).status,
);
process.exitCode = statuses.every((status) => status === 0) ? 0 : 1;
