// Installs and builds the NestJS example, and chromium where it may; otherwise says how.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../nestjs', import.meta.url));
for (const args of [
  ['ci', '--no-fund', '--no-audit'],
  ['run', 'setup'],
  ['run', 'build'],
]) {
  const { status } = spawnSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    console.error(`This example needs ../nestjs, where "npm ${args.join(' ')}" failed`);
    process.exit(1);
  }
}

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const hasBrowser = () => ['chromium', 'chromium-browser', 'google-chrome'].some(has);
const commands = ['apt-get update', 'apt-get install -y --no-install-recommends chromium'];

if (!hasBrowser() && process.getuid?.() === 0 && has('apt-get')) {
  for (const command of commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync(command, { shell: true, stdio: ['ignore', 'ignore', 'inherit'], env });
  }
}
if (!hasBrowser()) {
  console.error(`This example needs chromium. On Debian: sudo sh -c '${commands.join(' && ')}'`);
  process.exitCode = 1;
}
