/** Tests packages within this one: each is installed by its lock file, sets itself up, and runs its own tests. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isInstalled } from './install.js';
import { killAll, type Run, run } from './matrix/run.js';
import { sideBySide } from './sideBySide.js';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A step that went wrong, with all that it printed. */
class Failure extends Error {
  constructor(
    message: string,
    readonly counts: Counts = { passed: 0, failed: 0, skipped: 0 },
  ) {
    super(message);
  }
}

const reports = mkdtempSync(join(tmpdir(), 'applications-'));
process.on('exit', () => {
  killAll();
  rmSync(reports, { recursive: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

/** What measures itself, and so runs alone. */
const ALONE = ['bench'];
/** Who runs what another one builds, and so runs after it. */
const AFTER: Readonly<Record<string, string>> = { 'examples/angular': 'examples/nestjs' };
/** What takes longest begins first. */
const LONGEST = ['site', 'examples/queue', 'examples/nestjs'];
/** One more than CI has processors: the tests of some kill programs and cut connections, and wait most of the time. */
const AT_ONCE = 3;

/** Tests the packages in these folders, which need the package built, some at a time, and counts what passed. */
export async function testPackages(folders: readonly string[]): Promise<Counts> {
  const failures = new Map<string, Failure>();
  const prepare = (folder: string, act: (folder: string) => Promise<void>) =>
    act(folder).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      failures.set(folder, error);
    });
  await sideBySide(folders.map((folder) => () => prepare(folder, install)));
  // One by one: some need what others do as well, and some ask the system's package manager.
  for (const folder of folders) if (!failures.has(folder)) await prepare(folder, setUp);

  const count = (folder: string) =>
    succeeds(folder.replace(/^examples\//, ''), () => {
      const failure = failures.get(folder);
      return failure ? Promise.reject(failure) : test(folder);
    });
  const rank = (folder: string) => (LONGEST.indexOf(folder) + LONGEST.length + 1) % (LONGEST.length + 1);
  const isAlone = (folder: string) => ALONE.includes(folder);
  const isAfter = (folder: string) => folders.includes(AFTER[folder] ?? '');
  const rows = folders
    .filter((folder) => !isAlone(folder) && !isAfter(folder))
    .sort((one, other) => rank(one) - rank(other))
    .map((first) => [first, ...folders.filter((folder) => AFTER[folder] === first)]);
  const counts = await sideBySide(
    rows.map((row) => async () => {
      const counted: Counts[] = [];
      for (const folder of row) counted.push(await count(folder));
      return counted;
    }),
    AT_ONCE,
  );
  for (const folder of folders.filter(isAlone)) counts.push([await count(folder)]);
  return counts.flat().reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** Whether packages of a folder are copies of other folders. */
const linksPackages = (folder: string) => readFileSync(`${folder}/package.json`, 'utf8').includes('"file:');

/** Does it, and says how it went and how long it took. What fails without a failed test counts as one. */
async function succeeds(name: string, act: () => Promise<Counts>): Promise<Counts> {
  const start = performance.now();
  let counts: Counts;
  let problem: Failure | undefined;
  try {
    counts = await act();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    problem = error;
    const { passed, failed, skipped } = error.counts;
    counts = { passed, failed: Math.max(failed, 1), skipped };
  }
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  console.log(`${problem ? 'FAILED' : 'ok    '}  ${name} (${seconds} s)${problem ? `\n\n${problem.message}\n` : ''}`);
  return counts;
}

async function install(folder: string): Promise<void> {
  if (!isInstalled(folder) || linksPackages(folder)) await npm(folder, ['ci', '--no-fund', '--no-audit'], 600);
}

async function setUp(folder: string): Promise<void> {
  await npm(folder, ['run', 'setup', '--if-present'], 600);
}

async function test(folder: string): Promise<Counts> {
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { scripts: { test: string } };
  const report = join(reports, `${folder.replaceAll('/', '-')}.json`);
  const args = scripts.test.includes('vitest')
    ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    : [];
  const { code, output } = await npm(folder, ['test', ...args], 1_800, false);
  const counts = existsSync(report) ? countsOfVitest(report) : countsOfOutput(output);
  if (code !== 0) throw new Failure(output, counts);
  if (counts.passed === 0) throw new Failure(`Expected tests that pass, got none\n\n${output}`, counts);
  return counts;
}

/** Runs npm in a folder, within so many seconds; if it `must`, it has to succeed. */
async function npm(cwd: string, args: string[], seconds: number, must = true): Promise<Run> {
  const command = `$ npm ${args.join(' ')}`;
  let result: Run;
  try {
    result = await run('npm', args, { cwd, seconds });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Failure(`${command}\n${String(cause)}\n${message}`);
  }
  const output = `${command}\n${result.output}`;
  if (must && result.code !== 0) throw new Failure(output);
  return { code: result.code, output };
}

function countsOfVitest(report: string): Counts {
  const results = JSON.parse(readFileSync(report, 'utf8')) as Record<
    'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
    number
  >;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/**
 * The closing lines of node:test (`# pass 3` in TAP, `ℹ pass 3` otherwise) and of vitest (`Tests  1 failed | 3 passed (4)`),
 * all added up: a script may run tests more than once.
 */
function countsOfOutput(output: string): Counts {
  const count = (...names: string[]) =>
    [
      ...output.matchAll(new RegExp(`^[#ℹ] (?:${names.join('|')}) (\\d+)$`, 'gm')),
      ...[...output.matchAll(/^ *Tests  (.+) \(\d+\)$/gm)].flatMap(([, line]) => [
        ...line!.matchAll(new RegExp(`(\\d+) (?:${names.join('|')})\\b`, 'g')),
      ]),
    ].reduce((sum, [, found]) => sum + Number(found), 0);
  return {
    passed: count('pass', 'passed'),
    failed: count('fail', 'failed'),
    skipped: count('skipped', 'todo'),
  };
}
