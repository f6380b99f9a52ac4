import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { QueueEvents } from 'bullmq';
import { connect } from './connection.js';
import { faultsIn, readJournal } from './journal.js';
import {
  kill,
  startProducer,
  startRedis,
  startWorker,
  stopAll,
} from './processes.js';
import { readLines } from './rows.js';

const USAGE = `npm start -- [options]

Starts a Redis, workers and a producer, each a process of its own, and looks at
what they wrote.

  --rows N         how many rows (200)
  --accounts N     how many accounts they are of, in turns (20)
  --workers N      how many workers (2)
  --out FILE       where the lines go (out/lines.ndjson); what the workers do,
                   and when, is in journal.ndjson beside it
  --kill           kills a worker in the middle (SIGKILL)
  --kill-producer  kills the producer in the middle, and starts it again
  --stop-redis     stops Redis in the middle, for two seconds
  --kill-redis     kills Redis in the middle, and starts it two seconds later`;

const QUEUE = 'pseudonyms';

for (const [name, status] of Object.entries({
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
})) {
  process.once(name, () => process.exit(status));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '200' },
      accounts: { type: 'string', default: '20' },
      workers: { type: 'string', default: '2' },
      out: { type: 'string', default: 'out/lines.ndjson' },
      kill: { type: 'boolean', default: false },
      'kill-producer': { type: 'boolean', default: false },
      'stop-redis': { type: 'boolean', default: false },
      'kill-redis': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const rows = positive('--rows', values.rows);
  const accounts = positive('--accounts', values.accounts);
  const workerCount = positive('--workers', values.workers);
  const output = resolve(values.out);
  const journal = join(dirname(values.out), 'journal.ndjson');

  const folder = mkdtempSync(join(tmpdir(), 'queue-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const input = join(folder, 'addresses.txt');
  writeFileSync(
    input,
    Array.from(
      { length: rows },
      (_, n) => `account-${n % accounts},customer-${n}@example.org\n`,
    ).join(''),
  );
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, '');
  writeFileSync(journal, '');

  try {
    const redis = await startRedis(folder);
    const workers = await Promise.all(
      Array.from({ length: workerCount }, (_, n) =>
        startWorker(redis.url, QUEUE, `worker-${n + 1}`, journal),
      ),
    );
    const connection = connect(redis.url);
    const events = new QueueEvents(QUEUE, { connection, lastEventId: '0-0' });
    events.on('error', () => {});
    events.on('stalled', ({ jobId }) =>
      say(`${jobId} has lost its worker and is free again`),
    );

    const began = performance.now();
    const say = (text: string) =>
      console.log(
        `${((performance.now() - began) / 1_000).toFixed(1).padStart(5)} s  ${text}`,
      );
    const produce = () =>
      startProducer(redis.url, QUEUE, input, output, (line) =>
        say(`producer: ${line}`),
      );
    let producer = produce();
    const reached = async (part: number) => {
      while (
        producer.process.exitCode === null &&
        readLines(output).length < rows * part
      )
        await sleep(20);
      return readLines(output).length;
    };

    if (values.kill) {
      say(`line ${await reached(0.2)}: worker-1 is killed`);
      await kill(workers[0]!);
    }
    if (values['stop-redis']) {
      say(`line ${await reached(0.4)}: Redis stops`);
      redis.pause();
      await sleep(2_000);
      redis.goOn();
      say('Redis goes on');
    }
    if (values['kill-redis']) {
      say(`line ${await reached(0.6)}: Redis is killed`);
      await redis.kill();
      await sleep(2_000);
      await redis.restart();
      say('Redis is back');
    }
    if (values['kill-producer']) {
      say(`line ${await reached(0.8)}: the producer is killed`);
      await kill(producer.process);
      producer = produce();
    }
    const { code } = await producer.ended;
    await events.close();
    connection.disconnect();

    const lines = readLines(output);
    const good =
      lines.length === rows && lines.every(({ position }, n) => position === n);
    const shares = new Map<string, number>();
    for (const line of lines)
      if ('worker' in line)
        shares.set(line.worker, (shares.get(line.worker) ?? 0) + 1);
    console.log(
      [...shares]
        .sort()
        .map(([worker, share]) => `${worker} made ${share} of them`)
        .join(', '),
    );
    console.log(
      `${values.out}: ${lines.length} of ${rows} lines, ${good ? 'in order, none twice' : 'NOT AS THE ROWS ARE'}`,
    );
    const faults = faultsIn(readJournal(journal));
    console.log(
      faults.length === 0
        ? `${journal}: the rows of each account one after the other, in order`
        : `${journal}: ${faults.join('; ')}`,
    );
    if (!good || faults.length > 0 || code !== 0) process.exitCode = 1;
  } finally {
    await stopAll();
  }
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(
    `Expected \`${option}\` to be an integer from 1 and up, got \`${text}\``,
  );
}
