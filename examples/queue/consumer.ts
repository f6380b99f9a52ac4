/**
 * A consumer: a process that has one stream to itself. It works on rows of one
 * account one after the other, and acknowledges all in the order of the stream.
 * On SIGTERM it reads no more, and finishes what it has read. After a crash it
 * does again what was not acknowledged, all of it; the consumer in
 * examples/nestjs remembers what it has done.
 * Usage: node dist/consumer.js REDIS_URL STREAM [JOURNAL]
 */
import { pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fromEvent, lastValueFrom } from 'rxjs';
import { concatMapEager, concatMapEagerFrom } from 'rxjs-concat-map-eager';
import { connect, expectRedis } from './connection.js';
import { journal } from './journal.js';
import type { Row } from './rows.js';
import { GROUP } from './streams.js';

const NAME = 'consumer';
const BATCH = 256;

const [url = '', stream = '', path] = process.argv.slice(2);
try {
  await expectRedis(url);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
const write = journal(path, stream);
const redis = connect(url);
// A read that waits holds up everything else on its connection.
const reader = connect(url);

interface Message {
  readonly id: string;
  readonly row: Row;
}

/** First what was read before and not acknowledged, then what is new. */
async function* messages({
  signal,
}: {
  signal: AbortSignal;
}): AsyncGenerator<Message> {
  // Ends a read that waits. What it still brings is read again by the next start.
  signal.addEventListener('abort', () => reader.disconnect());
  for (let after = '0'; ;) {
    const reply = await reader.xreadgroup(
      ...(['GROUP', GROUP, NAME, 'COUNT', BATCH, 'BLOCK', 1_000] as const),
      ...(['STREAMS', stream, after] as const),
    );
    const entries = (reply?.[0]?.[1] ?? []) as [string, string[]][];
    if (after !== '>') after = entries.at(-1)?.[0] ?? '>';
    for (const [id, [, text]] of entries)
      yield { id, row: JSON.parse(text!) as Row };
  }
}

/** A part for the thread of this process, and a part for somebody else. */
async function workOn({ row, id }: Message): Promise<string> {
  write('begins', row);
  pbkdf2Sync(row.email, 'a secret of the shop', 500, 16, 'sha256');
  await sleep(5);
  write('ends', row);
  return id;
}

await redis
  .xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM')
  .catch((error: Error) => {
    if (!error.message.startsWith('BUSYGROUP')) throw error;
  });
if (process.send) {
  process.on('disconnect', () => process.exit());
  process.send('ready');
  await once(process, 'message');
  // When it is asked again, it says how much CPU time it has needed, in s.
  const began = process.cpuUsage();
  process.on('message', () => {
    const { user, system } = process.cpuUsage(began);
    process.send!((user + system) / 1e6);
  });
}
await lastValueFrom(
  concatMapEagerFrom(messages, workOn, {
    key: ({ row }) => row.account,
    concurrent: 64,
    reorderWindow: 1_024,
    timeout: 10_000,
    onError: 'in-order',
    until: fromEvent(process, 'SIGTERM'),
  }).pipe(
    // They are sent in this order, on one connection.
    concatMapEager((id) => redis.xack(stream, GROUP, id), {
      concurrent: BATCH,
      timeout: 10_000,
      onError: 'in-order',
    }),
  ),
  { defaultValue: undefined },
);
process.exit();
