// Redis comes from the system. It is only looked for here: the example starts one of its own, on a port of its own.
import { spawnSync } from 'node:child_process';

const found = () => spawnSync('redis-server', ['--version']).status === 0;
const run = (...command) =>
  spawnSync(command[0], command.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;

if (!found()) {
  const mayInstall = process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0;
  if (mayInstall) {
    run('apt-get', 'update', '-qq');
    run(
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      'redis-server',
    );
  }
  if (!found()) {
    console.error('There is no redis-server. On Debian: sudo apt-get install redis-server');
    process.exit(1);
  }
}
