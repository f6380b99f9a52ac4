// What `npm run setup` of an example does. It runs before anything is installed, so it needs nothing but Node.js.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the package, unless it is up to date, and installs the example in `folder`, which then has a copy of the built
 * package, as an installation from the registry would.
 */
export function install(folder) {
  if (!isBuilt()) {
    if (!isInstalled(root)) run(root, 'npm', 'ci', '--no-fund', '--no-audit');
    run(root, 'npm', 'run', 'build');
  }
  if (!isInstalled(folder) || !hasCopy(folder)) run(folder, 'npm', 'ci', '--no-fund', '--no-audit');
}

/** Sees to it that one of the programs is there. Nothing is installed from the system before this has said so. */
export async function need(programs, debianPackage) {
  const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
  if (programs.some(has)) return;
  const command = `apt-get update && apt-get install -y --no-install-recommends ${debianPackage}`;
  const may = process.getuid?.() === 0 && has('apt-get');
  if (may && (await agrees(`${debianPackage} is missing. As root, this installs Debian's package: ${command}`))) {
    run(root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', command);
    if (programs.some(has)) return;
  }
  fail(`This example needs ${debianPackage}. On Debian: sudo sh -c '${command}'`);
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

/** Whether the package has been built since its source was changed. */
function isBuilt() {
  const built = statSync(join(root, 'dist/index.d.ts'), { throwIfNoEntry: false });
  const sources = ['package.json', ...filesIn(join(root, 'src')).map((name) => join('src', name))];
  return built !== undefined && sources.every((path) => statSync(join(root, path)).mtimeMs <= built.mtimeMs);
}

/** Whether what is installed in a folder is what its lock file says. */
function isInstalled(folder) {
  const installed = statSync(join(folder, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs;
}

/** Whether the example has the package as it was built last. */
function hasCopy(folder) {
  const copy = join(folder, 'node_modules/rxjs-concat-map-eager/dist');
  return filesIn(join(root, 'dist')).every(
    (name) =>
      existsSync(join(copy, name)) && readFileSync(join(copy, name)).equals(readFileSync(join(root, 'dist', name))),
  );
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true }).filter((name) => statSync(join(folder, name)).isFile());
}

/** Says what it runs, and shows what that printed if it fails. */
function run(cwd, ...command) {
  console.log(`$ ${command.join(' ')}   (in ${cwd})`);
  const { status, error, stdout, stderr } = spawnSync(command[0], command.slice(1), { cwd, encoding: 'utf8' });
  if (status !== 0) fail(`${stdout}${stderr}${error ?? ''}\n"${command.join(' ')}" failed in ${cwd}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
