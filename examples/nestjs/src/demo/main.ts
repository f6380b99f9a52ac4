/**
 * Starts all that the service needs, the service itself, and gives it something
 * to do. Ctrl-C ends it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { RedisServer } from './redis-server.js';
import { slowly } from './slowly.js';
import { UpstreamServer } from './upstream-server.js';

const redis = await RedisServer.start({ detached: true });
const upstream = await UpstreamServer.start(slowly);
const service = fork(fileURLToPath(new URL('../main.js', import.meta.url)), {
  env: { ...process.env, UPSTREAM_URL: upstream.url, REDIS_URL: redis.url },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const exited = once(service, 'exit');
// Ctrl-C reaches the service as well, and a second signal does no harm.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => service.kill('SIGTERM'));

let url: string | undefined;
service.stdout!.setEncoding('utf8').on('data', (text: string) => {
  process.stdout.write(text);
  const found =
    url === undefined
      ? /Listening on (http:\/\/[\d.:]+)/.exec(text)?.[1]
      : undefined;
  if (found !== undefined) explain((url = found));
});

const client = new Redis(redis.url);
for (let order = 1; order <= 20; order++) {
  await client.xadd(
    'orders',
    '*',
    'type',
    order % 5 === 0 ? 'cancelled' : 'placed',
    'account',
    `C-${order % 4}`,
    'order',
    `A-${order}`,
  );
}
await exited;
client.disconnect();
await Promise.all([redis.stop(), upstream.stop()]);

function explain(service: string): void {
  const { port } = new URL(redis.url);
  if (process.env['WEB_ROOT'])
    process.stdout.write(`\nThe page: ${service}/\n`);
  process.stdout.write(`
Try, in another terminal:

  curl ${service}/rows/1
  curl -N --limit-rate 100 ${service}/rows
  seq -s, 1 1000 | sed 's/.*/[&]/' | curl -N -H 'Content-Type: application/json' -d @- ${service}/enrich
  curl -N '${service}/enrich/events?ids=1,2,3'
  curl ${service}/health
  redis-cli -p ${port} XADD orders '*' type placed account C-1 order A-21
  redis-cli -p ${port} XPENDING orders shipping

Ctrl-C ends it, when all that is under way has ended.

`);
}
