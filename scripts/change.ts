// What a change does to size and speed, as the text of a comment: `npm run --silent change -- main` compares the files as they are with that
// commit. Sizes are of the built package. Speed is the short form of the benchmark: ratios to other operators, each the best of three runs,
// which take turns with those before the change. What differs by more than 30 % is named; on a busy machine it may be chance.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from './markdown.js';

/** Below that, a ratio may differ by chance. */
const NOTICEABLE = 0.3;
const RUNS = 3;

const root = fileURLToPath(new URL('..', import.meta.url));
const { positionals } = parseArgs({ allowPositionals: true });
const [commit] = positionals;
if (commit === undefined || positionals.length > 1) {
  console.error(
    `Expected a commit to compare with, as in \`npm run --silent change -- main\`, got ${positionals.length}`,
  );
  process.exit(1);
}

const bytes = (size: number) => `${size.toLocaleString('en')} B`;

type Figures = Readonly<Record<string, number>>;

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The ratios of all lines of the short form. */
function speedOf(folder: string): Figures {
  const url = pathToFileURL(join(folder, 'bench/short.ts')).href;
  const program = `console.log(JSON.stringify(await (await import(${JSON.stringify(url)})).runShortForm()))`;
  return JSON.parse(
    run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], folder),
  ) as Figures;
}

function sizeOf(folder: string): Figures {
  run(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js'), '--silent', '--no-dts'], folder);
  // It fails where a size is over its budget, which is no reason not to say by how much.
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/size-limit/bin.js'), '--json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const entries = JSON.parse(stdout) as { name: string; size: number }[];
  return Object.fromEntries(entries.map(({ name, size }) => [name, size]));
}

const better = (one: Figures, other: Figures): Figures =>
  Object.fromEntries(Object.entries(one).map(([id, ratio]) => [id, Math.min(ratio, other[id] ?? ratio)]));

const signed = (difference: number, text: string) =>
  difference === 0 ? 'same' : `${difference > 0 ? '+' : '−'}${text}`;

const inBytes = (before: number, after: number) => signed(after - before, bytes(Math.abs(after - before)));

function inPercent(before: number, after: number): string {
  const by = Math.round((after / before - 1) * 100);
  return signed(by, `${Math.abs(by)} %`);
}

function compare(
  before: Figures,
  after: Figures,
  show: (figure: number) => string,
  differ: (before: number, after: number) => string,
): string[][] {
  return Object.entries(after).map(([id, figure]) => {
    const was = before[id];
    return was === undefined ? [id, '', show(figure), 'new'] : [id, show(was), show(figure), differ(was, figure)];
  });
}

const base = mkdtempSync(join(tmpdir(), 'change-'));
try {
  run('git', ['worktree', 'add', '--quiet', '--detach', base, commit], root);
  // What both need is installed once, as this commit has it.
  for (const folder of ['', 'bench'])
    symlinkSync(join(root, folder, 'node_modules'), join(base, folder, 'node_modules'));
  const sizes = [base, root].map(sizeOf) as [Figures, Figures];
  let speeds: [Figures, Figures] | undefined;
  for (let round = 0; round < RUNS; round++) {
    const [before, after] = [base, root].map(speedOf) as typeof sizes;
    speeds = speeds === undefined ? [before, after] : [better(speeds[0], before), better(speeds[1], after)];
  }
  const [before, after] = speeds!;
  const noticeable = Object.keys(after).filter(
    (id) => Math.abs(after[id]! / (before[id] ?? after[id]!) - 1) > NOTICEABLE,
  );
  const head = (what: string) => [what, 'before', 'after', 'change'];
  console.log(
    [
      `## Size and speed, compared with \`${run('git', ['rev-parse', '--short', commit], root).trim()}\``,
      table(head('minified and brotli-compressed, without rxjs'), compare(...sizes, bytes, inBytes)),
      noticeable.length === 0
        ? `No line of the benchmark differs by more than ${NOTICEABLE * 100} %.`
        : `Differs by more than ${NOTICEABLE * 100} %, which may be chance: ${noticeable.join(', ')}.`,
      '<details><summary>All lines: the time of <code>concatMapEager</code> divided by that of what it is compared with</summary>',
      table(head('line'), compare(before, after, String, inPercent)),
      '</details>',
    ].join('\n\n'),
  );
} finally {
  run('git', ['worktree', 'remove', '--force', base], root);
  rmSync(base, { recursive: true, force: true });
}
