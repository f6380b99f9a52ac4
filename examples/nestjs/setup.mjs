// Installs redis-server where it may, and otherwise says how.
import { spawnSync } from 'node:child_process';

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const commands = ['apt-get update', 'apt-get install -y --no-install-recommends redis-server'];

if (!has('redis-server') && process.getuid?.() === 0 && has('apt-get')) {
  for (const command of commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync(command, { shell: true, stdio: ['ignore', 'ignore', 'inherit'], env });
  }
}
if (!has('redis-server')) {
  console.error(`This example needs redis-server. On Debian: sudo sh -c '${commands.join(' && ')}'`);
  process.exitCode = 1;
}
