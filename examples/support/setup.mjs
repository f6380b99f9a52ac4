// What `npm run setup` of an example does. It runs before anything is installed, so it needs nothing but Node.js.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the package, unless it is up to date, and installs the example in `folder`, which then has a copy of the built
 * package, as an installation from the registry would.
 */
export function install(folder) {
  if (!isBuilt(root, 'dist/index.d.ts', ['package.json', 'src'])) {
    if (!isInstalled(root)) run(root, 'npm', 'ci', '--no-fund', '--no-audit');
    run(root, 'npm', 'run', 'build');
  }
  if (!isInstalled(folder) || !hasCopy(folder)) run(folder, 'npm', 'ci', '--no-fund', '--no-audit');
}

/**
 * Sees to it that one of the programs is there. Nothing is installed from the system before this has said so, and who
 * needs it.
 */
export async function need(programs, debianPackage, who = 'This example') {
  const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  if (programs.some(has)) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${debianPackage}`;
  const needs = `${who} needs ${debianPackage}`;
  const may = process.getuid?.() === 0 && has('apt-get');
  if (may && (await agrees(`${needs}, which is missing. As root, this installs Debian's package: ${command}`))) {
    run(root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', command);
    if (programs.some(has)) return;
  }
  fail(`${needs}. On Debian: sudo sh -c '${command}'`);
}

/** Says it, and asks where somebody can answer. */
async function agrees(text) {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    console.log(text);
    return true;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${text}\nInstall it? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Whether a file of a folder has been built since its sources, files or folders of them, were changed. */
export function isBuilt(folder, file, sources) {
  const built = statSync(join(folder, file), { throwIfNoEntry: false });
  return (
    built !== undefined &&
    sources.flatMap((path) => filesIn(join(folder, path))).every((path) => statSync(path).mtimeMs <= built.mtimeMs)
  );
}

/** Whether what is installed in a folder is what its lock file says. */
function isInstalled(folder) {
  const installed = statSync(join(folder, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs;
}

/** Whether the example has the package as it was built last. */
function hasCopy(folder) {
  const copy = join(folder, 'node_modules/rxjs-concat-map-eager/dist');
  const built = join(root, 'dist');
  return filesIn(built).every((path) => {
    const copied = join(copy, relative(built, path));
    return existsSync(copied) && readFileSync(copied).equals(readFileSync(path));
  });
}

/** The path itself if it is that of a file, and otherwise those of all files below it. */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}

/** Says what it runs, and shows what that printed if it fails. */
export function run(cwd, ...command) {
  console.log(`$ ${command.join(' ')}   (in ${cwd})`);
  const { status, error, stdout, stderr } = spawnSync(command[0], command.slice(1), { cwd, encoding: 'utf8' });
  if (status !== 0) fail(`${stdout}${stderr}${error ?? ''}\n"${command.join(' ')}" failed in ${cwd}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
