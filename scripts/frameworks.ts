// Runs examples/testing in each test framework: as it is, and with a result that is a column off, which must fail and show
// it. Run it after a build.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Framework {
  readonly name: string;
  /** What Node.js is started with to run the example in a folder. */
  readonly args: (folder: string) => string[];
  /** How the framework says how many tests passed, and how many failed. */
  readonly passed: RegExp;
  readonly failed: RegExp;
  /** The framework's own difference between the wrong row and the right one; `undefined` if it draws none. */
  readonly difference: RegExp | undefined;
}

const EXAMPLE = 'examples/testing';
const RIGHT = 'result  -----(1#)';
const WRONG = 'result  ----(1#)';

const frameworks: Framework[] = [
  {
    name: 'vitest',
    args: (folder) => ['node_modules/vitest/vitest.mjs', 'run', '--root', folder],
    passed: /^ +Tests .*?(\d+) passed/m,
    failed: /^ +Tests +(\d+) failed/m,
    difference: /^- result {2}----\(1#\)\n\+ result {2}-----\(1#\)$/m,
  },
  {
    name: 'jest',
    args: (folder) => ['node_modules/jest/bin/jest.js', '--rootDir', folder, 'jest.test.cjs'],
    passed: /^Tests: .*?(\d+) passed/m,
    failed: /^Tests: +(\d+) failed/m,
    difference: undefined,
  },
  {
    name: 'mocha',
    args: (folder) => ['node_modules/mocha/bin/mocha.js', `${folder}/mocha.test.mjs`],
    passed: /^ +(\d+) passing/m,
    failed: /^ +(\d+) failing/m,
    difference: /^ +-result {2}-----\(1#\)\n +\+result {2}----\(1#\)$/m,
  },
  {
    name: 'node:test',
    args: (folder) => ['--test', '--test-reporter=spec', `${folder}/node.test.mjs`],
    passed: /^ℹ pass (\d+)$/m,
    failed: /^ℹ fail (\d+)$/m,
    // It shows the two as properties of the error.
    difference: /^ +expected: .*result {2}----\(1#\).*\n +actual: .*result {2}-----\(1#\)/m,
  },
];

const page = readFileSync(`${EXAMPLE}/search.md`, 'utf8');
const pictures = shownFailure();
const blocks = page.match(/^```marble$/gm)?.length ?? 0;
const problems: string[] = [];

for (const file of ['dist/testing.js', 'dist/testing.cjs']) {
  expectFile(file, 'npm run build');
}
for (const [file = ''] of frameworks.map(({ args }) => args(EXAMPLE)).filter(([file]) => file !== '--test')) {
  expectFile(file, 'npm ci');
}
if (page.split(RIGHT).length !== 2) {
  throw new Error(`${EXAMPLE}/search.md: expected one row "${RIGHT}" to move by a column`);
}

// A folder of this package, so that its name leads to its own build; git ignores it.
mkdirSync('temp', { recursive: true });
const copy = mkdtempSync(join('temp', 'frameworks-')).replaceAll('\\', '/');
try {
  cpSync(EXAMPLE, copy, { recursive: true });
  writeFileSync(`${copy}/search.md`, page.replace(RIGHT, WRONG));
  const drawing = await run([`${EXAMPLE}/draw.mjs`, `${copy}/pictures`]);
  const drawn = drawing.code === 0 ? readdirSync(`${copy}/pictures`).length : 0;
  if (drawn !== blocks) problems.push(`draw.mjs: expected ${blocks} pictures, got ${drawn}\n\n${drawing.output}`);
  const checking = await run([`${EXAMPLE}/check.mjs`]);
  if (checking.output.trim() !== '[]') problems.push(`check.mjs: expected [], got\n\n${checking.output}`);
  for (const framework of frameworks) {
    const [asItIs, moved] = await Promise.all([run(framework.args(EXAMPLE)), run(framework.args(copy))]);
    checkPassing(framework, asItIs);
    checkFailing(framework, moved);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

process.stdout.write(
  problems.length === 0
    ? `${frameworks.map(({ name }) => name).join(', ')}: ${blocks} tests pass, and one that is a column off fails\n`
    : `${problems.join('\n\n')}\n`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkPassing({ name, passed, failed }: Framework, { code, output }: Run): void {
  const report = (expected: string) => problems.push(`${name}: expected ${expected}, got\n\n${output}`);
  if (code !== 0) {
    report(`${EXAMPLE} to pass`);
  } else if (count(passed, output) !== blocks || count(failed, output) !== 0) {
    report(`the ${blocks} tests of ${EXAMPLE} to pass`);
  }
}

function checkFailing({ name, passed, failed, difference }: Framework, { code, output }: Run): void {
  const shown = output.replaceAll(copy, EXAMPLE);
  const report = (expected: string) =>
    problems.push(`${name}, with a result that is a column off: expected ${expected}, got\n\n${output}`);
  if (code === 0) {
    report('an exit code that is not 0');
  } else if (count(passed, output) !== blocks - 1 || count(failed, output) !== 1) {
    report(`${blocks - 1} tests to pass and 1 to fail`);
  } else if (!showsFailure(shown)) {
    report('what docs/guide/testing.md shows of a failure');
  } else if (difference && !difference.test(output)) {
    report("the framework's own difference");
  } else if (!difference && /^\s*[-+] ?result/m.test(output)) {
    report('no difference, as docs/guide/testing.md says');
  }
}

/** What docs/guide/testing.md shows of the failure, which frameworks print among other things. */
function shownFailure(): string {
  const [, shown] = /^```text\n([^]*?)^```$/m.exec(readFileSync('docs/guide/testing.md', 'utf8')) ?? [];
  if (shown === undefined) {
    throw new Error('docs/guide/testing.md: expected a block "text" that shows a failure');
  }
  return shown;
}

/** Whether the documented failure is there, indented as a whole, or all lines except the first. */
function showsFailure(output: string): boolean {
  const [first = '', ...others] = linesOf(pictures);
  const lines = linesOf(output);
  return lines.some((line, at) => {
    const indent = lines[at + 1]?.search(/\S/) ?? 0;
    return line.endsWith(first) && others.every((other, index) => lines[at + 1 + index] === ' '.repeat(indent) + other);
  });
}

/** The lines that are not empty. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

function count(pattern: RegExp, output: string): number {
  return Number(pattern.exec(output)?.[1] ?? 0);
}

function expectFile(file: string, remedy: string): void {
  if (!existsSync(file)) {
    throw new Error(`expected ${file}, got no such file: run "${remedy}" first`);
  }
}

interface Run {
  readonly code: number;
  readonly output: string;
}

function run(args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.setEncoding('utf8').on('data', (data: string) => (output += data));
    child.stderr.setEncoding('utf8').on('data', (data: string) => (output += data));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: stripVTControlCharacters(output) }));
  });
}
