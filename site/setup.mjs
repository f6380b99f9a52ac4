// Installs Chromium where it may, and otherwise says how.
import { spawnSync } from 'node:child_process';

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const commands = ['apt-get update', 'apt-get install -y --no-install-recommends chromium'];

if (!has('chromium') && process.getuid?.() === 0 && has('apt-get')) {
  for (const command of commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync(command, { shell: true, stdio: ['ignore', 'ignore', 'inherit'], env });
  }
}
if (!has('chromium')) {
  console.error(`The tests need Chromium as \`chromium\`. On Debian: sudo sh -c '${commands.join(' && ')}'`);
  process.exitCode = 1;
}
