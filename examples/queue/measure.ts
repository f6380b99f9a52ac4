import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { kill, startConsumer, startRedis, stopAll } from './processes.js';
import type { Row } from './rows.js';
import {
  addRows,
  byRemainder,
  haveDrained,
  indexOf,
  lastIds,
} from './streams.js';

const USAGE = `npm run measure -- [options]

Measures how many rows a second one process works on, with all rows in one
stream, and two processes, with the accounts divided among two streams; and how
much CPU time each process needs, which other programs on the machine do not
change much. Says as well how many accounts move when there is one stream more.

  --rows N      how many rows (10000)
  --accounts N  how many accounts they are of, in turns (1000)
  --rounds N    how often each is measured, in turns (5)`;

for (const [name, status] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
  process.once(name, () => process.exit(status));
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000' },
    accounts: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const accounts = Number(values.accounts);
const rows = Array.from(
  { length: Number(values.rows) },
  (_, position): Row => ({
    position,
    account: `account-${position % accounts}`,
    email: `customer-${position}@example.org`,
  }),
);

const folder = mkdtempSync(join(tmpdir(), 'measure-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
try {
  await measure();
} finally {
  await stopAll();
}
sayWhatMoves();

async function measure(): Promise<void> {
  const { url } = await startRedis(folder);
  const redis = new Redis(url);
  // Not how fast the disk is.
  await redis.config('SET', 'appendonly', 'no');
  console.log(
    `${rows.length} rows of ${accounts} accounts, on ${availableParallelism()} cores ` +
      `(load before it began: ${loadavg()[0]!.toFixed(1)})\n`,
  );
  const runs = { 1: [] as Run[], 2: [] as Run[] };
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const streams of [1, 2] as const) {
      const done = await run(url, redis, streams);
      runs[streams].push(done);
      console.log(
        `round ${round}, ${streams} ${streams === 1 ? 'process:  ' : 'processes:'} ` +
          `${done.rate.toFixed(0).padStart(5)} rows/s, CPU time ` +
          done.cpu.map((seconds) => `${seconds.toFixed(1)} s`).join(' and '),
      );
    }
  }
  redis.disconnect();
  const rate = (runs: Run[]) => median(runs.map(({ rate }) => rate));
  /** How many rows a process does in a second in which it has a core. */
  const capacity = (runs: Run[]) =>
    median(runs.map(({ cpu }) => rows.length / Math.max(...cpu)));
  const compare = (what: string, numberOf: (runs: Run[]) => number) => {
    const [one, two] = [numberOf(runs[1]), numberOf(runs[2])];
    console.log(
      `${what.padEnd(34)} ${one.toFixed(0)} and ${two.toFixed(0)} rows/s: ` +
        `${(two / one).toFixed(2)} times as many`,
    );
  };
  console.log('\nmedians, with one process and two:');
  compare('measured', rate);
  compare('by CPU time, with a core for each', capacity);
}

interface Run {
  readonly rate: number;
  /** How much CPU time each process needed, in s. */
  readonly cpu: readonly number[];
}

/** All rows are there before the consumers begin. */
async function run(url: string, redis: Redis, streams: number): Promise<Run> {
  await redis.flushall();
  await addRows(redis, rows, streams);
  const ends = await lastIds(redis, streams);
  const consumers = await Promise.all(
    [...ends.keys()].map((stream) => startConsumer(url, stream)),
  );
  const began = performance.now();
  consumers.forEach((consumer) => consumer.send('go'));
  while (!(await haveDrained(redis, ends))) await sleep(10);
  const seconds = (performance.now() - began) / 1_000;
  const cpu = await Promise.all(consumers.map(cpuOf));
  await Promise.all(consumers.map(kill));
  return { rate: rows.length / seconds, cpu };
}

async function cpuOf(consumer: ChildProcess): Promise<number> {
  consumer.send('how much CPU time?');
  const [seconds] = (await once(consumer, 'message')) as [number];
  return seconds;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function sayWhatMoves(): void {
  const names = Array.from({ length: 10_000 }, (_, n) => `account-${n}`);
  const moved = (index: typeof indexOf, streams: number) => {
    const count = names.filter(
      (name) => index(name, streams) !== index(name, streams + 1),
    ).length;
    return `${(count / 100).toFixed(0)} %`.padStart(16);
  };
  console.log('\nof 10000 accounts move   hash % streams    highest hash');
  for (const streams of [1, 2, 4, 9]) {
    console.log(
      `from ${streams} to ${streams + 1}`.padEnd(23) +
        moved(byRemainder, streams) +
        moved(indexOf, streams),
    );
  }
}
