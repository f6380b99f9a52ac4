// The site: `dev` serves it, `build` makes its files, `test` builds it and opens it in Chromium. Each builds the package first
// and installs what the site needs where it is not there.
import { existsSync, statSync } from 'node:fs';
import { spawn } from 'node:child_process';

const task = process.argv[2] ?? '';
const mark = 'site/node_modules/.package-lock.json';
const upToDate = existsSync(mark) && statSync(mark).mtimeMs >= statSync('site/package-lock.json').mtimeMs;

await npm('.', 'run', 'build', '--', '--silent');
if (!upToDate) await npm('site', 'ci', '--no-fund', '--no-audit');
await npm('site', 'run', task);

/** Runs npm in a folder, and ends with its code where that is not 0. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const child = spawn('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  if (code !== 0) process.exit(code);
}
