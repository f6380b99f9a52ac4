// The site: `dev` serves it, `build` makes its files. Each of them builds the package first, and installs what the site needs
// where it is not there.
import { spawn } from 'node:child_process';
import { Argument, program } from 'commander';
import { isInstalled } from './install.js';

program
  .name('npm run docs, npm run docs:build')
  .addArgument(new Argument('<task>', 'what to do').choices(['dev', 'build']))
  .parse();

await npm('.', 'run', '--silent', 'build', '--', '--silent');
if (!isInstalled('site')) await npm('site', 'ci', '--no-fund', '--no-audit');
await npm('site', 'run', '--silent', program.args[0]!);

/** Runs npm in a folder, and ends with its code where that is not 0. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  const child = spawn('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  if (code !== 0) process.exit(code);
}
