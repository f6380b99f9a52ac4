// Starts a slow service, the NestJS example in front of it, and with that the page. Ctrl-C ends them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { slowly } from '../nestjs/dist/demo/slowly.js';
import { UpstreamServer } from '../nestjs/dist/demo/upstream-server.js';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const upstream = await UpstreamServer.start(slowly);
const service = fork(folder('service.mjs'), {
  env: {
    ...process.env,
    UPSTREAM_URL: upstream.url,
    WEB_ROOT: folder('dist/page/browser'),
  },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
service.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  const [, url] = /Listening on (http:\/\/[\d.:]+)/.exec(text) ?? [];
  if (url) process.stdout.write(`\nThe page: ${url}/   (Ctrl-C ends it)\n\n`);
});
// Ctrl-C reaches the service as well, and it ends when all that is under way has ended.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => service.kill('SIGTERM'));

const [code, signal] = await once(service, 'exit');
await upstream.stop();
process.exitCode = code ?? (signal ? 1 : 0);
