/** Starts all that the service needs, the service itself, and gives it something to do. Ctrl-C ends it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { RedisServer } from './redis-server.js';
import { UpstreamServer, type Answer, type Asked } from './upstream-server.js';

/** Takes 20 to 200 ms. Every 10th row fails the first time, every 25th one is not there, and every 40th hangs. */
async function slowly({ line, body, times, signal }: Asked): Promise<Answer> {
  await sleep(20 + Math.random() * 180, undefined, { signal });
  const id = Number(/^GET \/rows\/(\d+)$/.exec(line)?.[1]);
  if (line === 'POST /shipments') {
    const { order } = body as { order: string };
    return order.endsWith('7') ? { status: 422, body: {} } : { body: { tracking: `T-${order}` } };
  }
  if (!(id > 0) || id % 25 === 0) return { status: 404, body: {} };
  if (id % 40 === 0) await sleep(60_000, undefined, { signal });
  if (id % 10 === 0 && times === 1) return { status: 503, body: {} };
  return { body: { id, name: `row ${id}` } };
}

const redis = await RedisServer.start({ detached: true });
const upstream = await UpstreamServer.start(slowly);
const service = fork(fileURLToPath(new URL('../main.js', import.meta.url)), {
  env: { ...process.env, UPSTREAM_URL: upstream.url, REDIS_URL: redis.url },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const exited = once(service, 'exit');
// Ctrl-C reaches the service as well, and a second signal does no harm.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => service.kill('SIGTERM'));

let url: string | undefined;
service.stdout!.setEncoding('utf8').on('data', (text: string) => {
  process.stdout.write(text);
  const found = url === undefined ? /Listening on (http:\/\/[\d.:]+)/.exec(text)?.[1] : undefined;
  if (found !== undefined) explain((url = found));
});

const client = new Redis(redis.url);
for (let order = 1; order <= 20; order++) {
  await client.xadd('orders', '*', 'type', order % 5 === 0 ? 'cancelled' : 'placed', 'order', `A-${order}`);
}
await exited;
client.disconnect();
await Promise.all([redis.stop(), upstream.stop()]);

function explain(service: string): void {
  const { port } = new URL(redis.url);
  if (process.env['WEB_ROOT']) process.stdout.write(`\nThe page: ${service}/\n`);
  process.stdout.write(`
Try, in another terminal:

  curl ${service}/rows/1
  seq -s, 1 1000 | sed 's/.*/[&]/' | curl -N -H 'Content-Type: application/json' -d @- ${service}/enrich
  curl -N '${service}/enrich/events?ids=1,2,3'
  redis-cli -p ${port} XADD orders '*' type placed order A-21
  redis-cli -p ${port} XPENDING orders shipping

Ctrl-C ends it, when all that is under way has ended.

`);
}
