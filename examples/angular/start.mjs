// Starts the NestJS example with this page: its Redis, its upstream, which is slow and fails now and then, and the service.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const nest = spawn(process.execPath, [folder('../nestjs/dist/demo/main.js')], {
  stdio: 'inherit',
  env: { ...process.env, WEB_ROOT: folder('dist/page/browser') },
});
nest.on('exit', (code, signal) => (process.exitCode = code ?? (signal ? 1 : 0)));
// Ctrl-C reaches it as well, and it ends when all that is under way has ended.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => nest.kill('SIGTERM'));
