/**
 * A worker: a process of its own, here or on any machine that reaches Redis.
 * Usage: node dist/worker.js REDIS_URL QUEUE NAME [JOURNAL]
 */
import { UnrecoverableError, Worker } from 'bullmq';
import { connect, expectRedis } from './connection.js';
import { journal } from './journal.js';
import { pseudonymOf } from './pseudonym.js';
import type { Line, Row } from './rows.js';

const STOP_LIMIT = 5_000; // ms

const [url = '', queue = '', name = '', path] = process.argv.slice(2);
if (name === '') {
  console.error(
    'Expected three or four arguments: ' +
      'node dist/worker.js REDIS_URL QUEUE NAME [JOURNAL]',
  );
  process.exit(2);
}
const write = journal(path, name);
const say = (text: string) => console.error(`${name}: ${text}`);

try {
  await expectRedis(url);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}

const worker = new Worker<Row, Line>(
  queue,
  async ({ data: row }) => {
    const { position, email } = row;
    write('begins', row);
    try {
      if (!email.includes('@'))
        throw new UnrecoverableError(`not an address: ${email}`);
      return { position, pseudonym: await pseudonymOf(email), worker: name };
    } finally {
      write('ends', row);
    }
  },
  {
    name,
    connection: connect(url, say),
    concurrency: 2,
    // The work runs beside the event loop, which renews the locks; a processor
    // that keeps the loop busy loses its jobs. A dead worker's jobs are free
    // when their locks have expired, and found by the next look: at most 6 s
    // here, a minute with BullMQ's defaults. Locks are renewed at half their
    // time, so one of 5 s bears 2 s without Redis.
    lockDuration: 5_000,
    stalledInterval: 1_000,
    // A job whose workers died three times is taken to be the reason, and
    // fails.
    maxStalledCount: 2,
  },
);
// If Redis is away, the connection says so, and the worker goes on when it is
// back. Anything else must not go unheard.
worker.on('error', (error) => {
  if (!('syscall' in error)) say(error.message);
});
// Who started it is gone, or wants it to finish what it has.
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Redis may be away, or work may never end. What is left is free for other
    // workers when its lock has expired.
    setTimeout(() => process.exit(1), STOP_LIMIT);
    void worker.close().then(() => process.exit());
  });
}
await worker.waitUntilReady();
process.send?.('ready');
