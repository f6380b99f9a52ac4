import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  after,
  afterEach,
  before,
  beforeEach,
  describe,
  test,
} from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { lastValueFrom, NEVER, of } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { expectRedis } from './connection.js';
import { faultsIn, readJournal, type Entry } from './journal.js';
import { Output } from './output.js';
import {
  hasEnded,
  kill,
  startConsumer,
  startProducer,
  startRedis,
  startWorker,
  stopAll,
  type RedisServer,
} from './processes.js';
import { pseudonymOf } from './pseudonym.js';
import { reasonOf } from './results.js';
import { jobId, readLines, readRows, type Line, type Row } from './rows.js';
import { addRows, GROUP, haveDrained, indexOf, lastIds } from './streams.js';

const LIMIT = { timeout: 180_000 }; // ms; a test that takes so long hangs

// A test runner that gives up, or a terminal that is closed: what was started
// ends with this process.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => process.exit(1));

let folder: string;
let redis: RedisServer;
let connection: Redis;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'queue-test-'));
  redis = await startRedis(folder);
  connection = new Redis(redis.url, {
    maxRetriesPerRequest: null,
    retryStrategy: () => 100,
  });
  connection.on('error', () => {});
});
after(async () => {
  connection.disconnect();
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
});

/** The same addresses come in all tests, and the hash is slow on purpose. */
const pseudonyms = new Map<string, Promise<string>>();
function expected(email: string): Promise<string> {
  const known = pseudonyms.get(email) ?? pseudonymOf(email);
  pseudonyms.set(email, known);
  return known;
}

async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  for (const began = Date.now(); !(await condition()); await sleep(20)) {
    if (Date.now() - began > 90_000)
      throw new Error(`It never came to this: ${what}.`);
  }
}

describe('the queue', () => {
  let name: string;
  let input: string;
  let output: string;
  let journal: string;
  let queue: Queue<Row, Line>;
  let started: ChildProcess[];
  let tests = 0;

  beforeEach(() => {
    name = `rows-${++tests}`;
    input = join(folder, `${name}.txt`);
    output = join(folder, `${name}.ndjson`);
    journal = join(folder, `${name}.journal.ndjson`);
    writeFileSync(output, '');
    writeFileSync(journal, '');
    queue = new Queue(name, { connection });
    queue.on('error', () => {}); // Redis is away
    started = [];
  });
  afterEach(async () => {
    await Promise.all(started.map(kill));
    await queue.close();
  });

  /** Each row is of another account, or they are of so many, in turns. */
  function writeInput(
    count: number,
    special: Record<number, string> = {},
    accounts = count,
  ): Row[] {
    writeFileSync(
      input,
      Array.from(
        { length: count },
        (_, n) => `a${n % accounts},${special[n] ?? `c${n}@example.org`}\n`,
      ).join(''),
    );
    return readRows(input);
  }
  async function worker(workerName: string): Promise<ChildProcess> {
    const child = await startWorker(redis.url, name, workerName, journal);
    started.push(child);
    return child;
  }
  function producer() {
    const { process: child, ended } = startProducer(
      redis.url,
      name,
      input,
      output,
    );
    started.push(child);
    return { child, ended };
  }
  const written = () => readLines(output).length;

  /** Whether there is one line a row, in order, with what the work makes of it. */
  async function assertComplete(rows: Row[]): Promise<void> {
    const lines = readLines(output);
    assert.deepEqual(
      lines.map(({ position }) => position),
      rows.map(({ position }) => position),
    );
    for (const row of rows) {
      const line = lines[row.position]!;
      if ('pseudonym' in line)
        assert.equal(line.pseudonym, await expected(row.email));
    }
  }
  /** The ids of the jobs to which this happened, by the queue's own log. */
  async function jobsWith(event: string): Promise<string[]> {
    const log = (await connection.xrange(
      `bull:${name}:events`,
      '-',
      '+',
    )) as unknown as [string, string[]][];
    const field = (fields: string[], key: string) =>
      fields[fields.indexOf(key) + 1]!;
    return log
      .map(([, fields]) => fields)
      .filter((fields) => field(fields, 'event') === event)
      .map((fields) => field(fields, 'jobId'));
  }

  test(
    'gives a line a row, in order, made by several processes, and leaves nothing behind',
    LIMIT,
    async () => {
      const rows = writeInput(40, { 7: 'no address', 20: 'nor this' });
      await Promise.all([worker('one'), worker('two')]);
      const { code, said } = await producer().ended;
      assert.equal(code, 0, said);
      await assertComplete(rows);
      const lines = readLines(output);
      assert.deepEqual(
        lines.filter((line) => 'error' in line),
        [
          { position: 7, error: 'not an address: no address' },
          { position: 20, error: 'not an address: nor this' },
        ],
      );
      assert.deepEqual(
        new Set(
          lines.flatMap((line) => ('worker' in line ? [line.worker] : [])),
        ),
        new Set(['one', 'two']),
      );
      const counts = await queue.getJobCounts();
      assert.deepEqual(
        Object.values(counts).filter((count) => count !== 0),
        [],
      );
    },
  );

  test(
    'gives a line with an error where a worker gives nothing, and no reason',
    LIMIT,
    async () => {
      writeInput(3);
      const odd = new Worker<Row>(
        name,
        async ({ data: { position } }) => {
          if (position === 1) throw new Error('');
          return position === 2 ? { position: 7, worker: 'odd' } : undefined;
        },
        { connection },
      );
      try {
        const { code, said } = await producer().ended;
        assert.equal(code, 0, said);
        const error = 'its worker gave neither a line nor a reason';
        assert.deepEqual(readLines(output), [
          { position: 0, error },
          { position: 1, error },
          { position: 2, worker: 'odd' },
        ]);
      } finally {
        await odd.close();
      }
    },
  );

  test(
    'holds no more jobs than the window, and no more that wait than `concurrent`',
    LIMIT,
    async () => {
      const rows = writeInput(400);
      let letGo = () => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const quick = new Worker<Row, Line>(
        name,
        async ({ data: { position } }) => {
          if (position === 0) await held;
          return { position, error: 'quick' };
        },
        { connection, concurrency: 8 },
      );
      try {
        const { ended } = producer();
        await until('the window is full', async () => {
          const {
            waiting = 0,
            active = 0,
            completed = 0,
          } = await queue.getJobCounts('waiting', 'active', 'completed');
          assert.ok(waiting + active <= 32);
          assert.ok(waiting + active + completed <= 256);
          return completed === 255;
        });
        assert.equal(written(), 0);
        letGo();
        const { code, said } = await ended;
        assert.equal(code, 0, said);
        assert.match(said, /at most 256 were ready ahead of their turn/);
        await assertComplete(rows);
      } finally {
        letGo();
        await quick.close();
      }
    },
  );

  test(
    'goes on without a worker that is killed in the middle of its jobs: another takes them over',
    LIMIT,
    async () => {
      const rows = writeInput(40);
      const [one] = await Promise.all([worker('one'), worker('two')]);
      const { ended } = producer();
      await until('some lines are there', () => written() >= 10);

      let inHand: string[] = [];
      await until('one has a job in hand', async () => {
        one.kill('SIGSTOP');
        await sleep(50); // what it had sent before has arrived
        inHand = (await queue.getActive())
          .filter(({ processedBy }) => processedBy === 'one')
          .map(({ id }) => id!);
        if (inHand.length === 0) one.kill('SIGCONT');
        return inHand.length > 0;
      });
      await kill(one);

      const { code, said } = await ended;
      assert.equal(code, 0, said);
      await assertComplete(rows);
      for (const id of inHand) {
        const line =
          readLines(output)[rows.findIndex((row) => jobId(row) === id)]!;
        assert.equal('worker' in line && line.worker, 'two');
      }
      const stalled = new Set(await jobsWith('stalled'));
      assert.deepEqual(
        inHand.filter((id) => !stalled.has(id)),
        [],
      );
    },
  );

  /**
   * Whether every row has been worked on, and no two of one account at once or
   * in another order, by what the workers wrote themselves.
   */
  function assertOneByOne(rows: Row[]): Entry[] {
    const entries = readJournal(journal);
    assert.deepEqual(faultsIn(entries), []);
    for (const what of ['begins', 'ends'] as const) {
      assert.deepEqual(
        new Set(
          entries
            .filter((entry) => entry.what === what)
            .map(({ position }) => position),
        ),
        new Set(rows.map(({ position }) => position)),
      );
    }
    return entries;
  }
  const workersOf = (entries: readonly Entry[], account: string) =>
    new Set(
      entries
        .filter((entry) => entry.account === account)
        .map(({ worker }) => worker),
    );

  test(
    'works on the rows of one account one after the other, on all machines, and of others meanwhile',
    LIMIT,
    async () => {
      const rows = writeInput(60, { 9: 'no address' }, 6);
      await Promise.all([worker('one'), worker('two'), worker('three')]);
      const { code, said } = await producer().ended;
      assert.equal(code, 0, said);
      await assertComplete(rows);
      const entries = assertOneByOne(rows);
      assert.equal(entries.length, 120);
      assert.ok(workersOf(entries, 'a0').size > 1);
      let underWay = 0;
      const most = entries.map(({ what }) =>
        what === 'begins' ? ++underWay : underWay--,
      );
      assert.ok(Math.max(...most) >= 4);
    },
  );

  test(
    'swaps no two rows of an account, and overlaps none, when workers are killed in the middle',
    LIMIT,
    async () => {
      const rows = writeInput(80, {}, 5);
      const workers = await Promise.all([
        worker('one'),
        worker('two'),
        worker('three'),
      ]);
      const { ended } = producer();
      for (const [index, name] of ['one', 'two'].entries()) {
        await until('some lines are there', () => written() >= 10 + 25 * index);
        await until(`${name} is in the middle of a row`, async () => {
          workers[index]!.kill('SIGSTOP');
          await sleep(50); // its signal has arrived
          const last = readJournal(journal)
            .filter((entry) => entry.worker === name)
            .at(-1);
          const isInTheMiddle = last?.what === 'begins';
          if (!isInTheMiddle) workers[index]!.kill('SIGCONT');
          return isInTheMiddle;
        });
        await kill(workers[index]!);
      }
      const { code, said } = await ended;
      assert.equal(code, 0, said);
      await assertComplete(rows);
      const entries = assertOneByOne(rows);
      // Those that were begun twice: by a worker that died, and by another.
      for (const name of ['one', 'two']) {
        const last = entries.filter(({ worker }) => worker === name).at(-1)!;
        const begun = entries.filter(
          ({ what, position }) =>
            what === 'begins' && position === last.position,
        );
        assert.deepEqual([begun.length, begun[0]!.worker], [2, name]);
      }
    },
  );

  test(
    'swaps no two rows of an account, and overlaps none, when the producer is killed in the middle',
    LIMIT,
    async () => {
      const rows = writeInput(60, {}, 4);
      await Promise.all([worker('one'), worker('two')]);
      for (const lines of [5, 20, 35]) {
        const { child } = producer();
        await until(`${lines} lines are there`, () => written() >= lines);
        await kill(child);
      }
      const { code, said } = await producer().ended;
      assert.equal(code, 0, said);
      await assertComplete(rows);
      // No worker died: nothing is done twice.
      assert.equal(assertOneByOne(rows).length, 120);
    },
  );

  test('goes on when Redis has stopped for two seconds', LIMIT, async () => {
    const rows = writeInput(40);
    await Promise.all([worker('one'), worker('two')]);
    const { ended } = producer();
    await until('some lines are there', () => written() >= 10);
    redis.pause();
    try {
      await sleep(2_000);
      assert.ok(written() < 40);
    } finally {
      redis.goOn();
    }
    const { code, said } = await ended;
    assert.equal(code, 0, said);
    await assertComplete(rows);
  });

  test(
    'goes on when Redis was killed, and came back with what was on its disk',
    LIMIT,
    async () => {
      const rows = writeInput(40);
      await Promise.all([worker('one'), worker('two')]);
      const { ended } = producer();
      await until('some lines are there', () => written() >= 10);
      await redis.kill();
      try {
        await sleep(2_000);
        assert.ok(written() < 40);
      } finally {
        await redis.restart();
      }
      const { code, said } = await ended;
      assert.equal(code, 0, said);
      assert.match(
        said,
        /^Redis is away: waits for it\n(Redis: .*\n)*Redis: connect ECONNREFUSED .*\nRedis is back$/m,
      );
      await assertComplete(rows);
    },
  );

  test(
    'goes on when all connections have broken without a word',
    LIMIT,
    async () => {
      const rows = writeInput(40);
      const proxy = await startProxy(redis.url);
      try {
        started.push(await startWorker(proxy.url, name, 'one', journal));
        const { process: child, ended } = startProducer(
          proxy.url,
          name,
          input,
          output,
        );
        started.push(child);
        await until('some lines are there', () => written() >= 10);
        proxy.break();
        await sleep(500);
        assert.ok(written() < 40);
        const { code, said } = await ended;
        assert.equal(code, 0, said);
        assert.match(said, /^Redis: Socket timeout\./m);
        await assertComplete(rows);
      } finally {
        proxy.close();
      }
    },
  );

  test('a worker stops at SIGTERM although Redis is away', LIMIT, async () => {
    writeInput(40);
    const one = await worker('one');
    producer();
    await until('some lines are there', () => written() >= 5);
    await redis.kill();
    try {
      await sleep(500); // its jobs have ended, and cannot be reported
      const ended = once(one, 'exit');
      one.kill('SIGTERM');
      assert.deepEqual(await Promise.race([ended, sleep(120_000)]), [1, null]);
    } finally {
      await redis.restart();
    }
  });

  test('a worker says what keeps it from working', LIMIT, async () => {
    await connection.set(`bull:${name}:marker`, 'of another program');
    const child = spawnProgram('worker', redis.url, name, 'one');
    started.push(child);
    const [text] = (await once(child.stderr, 'data')) as [Buffer];
    assert.match(String(text), /^one: .*WRONGTYPE/);
  });

  test(
    'continues after its producer was killed, without a gap, a repetition or work done twice',
    LIMIT,
    async () => {
      const rows = writeInput(80);
      await Promise.all([worker('one'), worker('two')]);

      for (const lines of [5, 15, 25]) {
        const { child } = producer();
        await until(`${lines} lines are there`, () => written() >= lines);
        await kill(child);
        // Killed while it wrote: a beginning that may even look whole.
        appendFileSync(output, '{"position":0}'.slice(0, lines === 5 ? 9 : 14));
        await until(
          'the workers have done what was asked of them',
          async () => {
            const { waiting, active } = await queue.getJobCounts(
              'waiting',
              'active',
            );
            return waiting === 0 && active === 0;
          },
        );
      }
      assert.ok(
        (await queue.getCompletedCount()) > 0,
        'there are results for the next producer to find',
      );

      const before = readFileSync(output, 'utf8').replace(/[^\n]*$/, '');
      const { code, said } = await producer().ended;
      assert.equal(code, 0, said);
      assert.ok(readFileSync(output, 'utf8').startsWith(before));
      await assertComplete(rows);
      const done = await jobsWith('completed');
      assert.equal(done.length, 80);
      assert.equal(new Set(done).size, 80);
    },
  );

  test(
    'stops at SIGTERM with what is done so far, and continues from there',
    LIMIT,
    async () => {
      const rows = writeInput(40);
      await worker('one');
      const first = producer();
      await until('some lines are there', () => written() >= 5);
      first.child.kill('SIGTERM');
      assert.equal((await first.ended).code, 1);
      const there = written();
      assert.ok(there < 40);
      const { code, said } = await producer().ended;
      assert.equal(code, 0, said);
      assert.match(
        said,
        new RegExp(`^goes on behind line ${there} of 40$`, 'm'),
      );
      await assertComplete(rows);
    },
  );

  test('has nothing to do when all lines are there', LIMIT, async () => {
    writeInput(3);
    await worker('one');
    assert.equal((await producer().ended).code, 0);
    const all = readFileSync(output, 'utf8');
    const { code, said } = await producer().ended;
    assert.equal(code, 0);
    assert.match(said, /^goes on behind line 3 of 3$/m);
    assert.equal(readFileSync(output, 'utf8'), all);
  });
});

test('a row that is never done is named, with what to do', async () => {
  const rows = of<Row>({ position: 7, account: 'a', email: 'a' }).pipe(
    concatMapEager(() => NEVER, { timeout: 1, retry: 2 }),
  );
  await assert.rejects(lastValueFrom(rows), (error) => {
    assert.equal(
      reasonOf(error),
      'row 7 was asked for 3 times in vain: ' +
        'is a worker running, and does its work end? ' +
        'Start the producer again to go on from there.',
    );
    return true;
  });
});

describe('the journal', () => {
  const entry = (text: string): Entry => {
    const [position, account, what, worker] = text.split(' ');
    return {
      position: Number(position),
      account: account!,
      what: what as Entry['what'],
      worker: worker!,
    };
  };
  const faults = (...entries: string[]) => faultsIn(entries.map(entry));

  test('has no fault when rows of an account follow one another', () => {
    assert.deepEqual(
      faults(
        '0 a begins one',
        '1 b begins two',
        '0 a ends one',
        '2 a begins two',
        '1 b ends two',
        '2 a ends two',
      ),
      [],
    );
  });
  test('has no fault when a row is done again before the next', () => {
    assert.deepEqual(
      faults(
        '0 a begins one',
        '0 a begins two',
        '0 a ends two',
        '0 a begins two',
        '0 a ends two',
        '1 a begins two',
      ),
      [],
    );
  });
  test('shows a row that begins before the last one has ended', () => {
    assert.deepEqual(faults('0 a begins one', '1 a begins two'), [
      'row 1 of a begins at two before row 0 has ended',
    ]);
  });
  test('shows a row that ends after the next one has begun', () => {
    assert.deepEqual(
      faults(
        '0 a begins one',
        '0 a begins two',
        '0 a ends two',
        '1 a begins two',
        '0 a ends one',
      ),
      ['row 0 of a ends at one after row 1'],
    );
  });
  test('shows rows that are swapped', () => {
    assert.deepEqual(
      faults(
        '1 a begins one',
        '1 a ends one',
        '0 a begins one',
        '0 a ends one',
      ),
      [
        'row 0 of a begins at one after row 1',
        'row 0 of a ends at one after row 1',
      ],
    );
  });
});

function spawnProgram(program: string, ...args: string[]) {
  const script = fileURLToPath(new URL(`${program}.js`, import.meta.url));
  return spawn(process.execPath, [script, ...args]);
}
async function runProgram(program: string, ...args: string[]) {
  const child = spawnProgram(program, ...args);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => (said += String(data)));
  }
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

/** Passes everything on, to and from Redis, until `break` is called. */
async function startProxy(url: string) {
  const { hostname, port } = new URL(url);
  const all = new Set<Socket>();
  let broken = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      all.add(from);
      from.on('data', (data) => broken.has(from) || to.write(data));
      from.on('close', () => broken.has(from) || to.destroy());
      from.on('error', () => {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All connections stay, and nothing passes; new ones are as before. */
    break: () => void (broken = new Set(all)),
    close: () => {
      server.close();
      for (const socket of all) socket.destroy();
    },
  };
}

describe('with wrong arguments', () => {
  test('a program says which it expects', LIMIT, async () => {
    for (const [program, expected] of [
      ['worker', 'REDIS_URL QUEUE NAME [JOURNAL]'],
      ['producer', 'REDIS_URL QUEUE INPUT OUTPUT'],
    ] as const) {
      const { code, said } = await runProgram(program, redis.url, 'rows');
      assert.equal(code, 2);
      assert.match(said, /^Expected .* arguments: node /);
      assert.ok(said.endsWith(`dist/${program}.js ${expected}\n`), said);
    }
  });

  test('the producer says which file is missing', LIMIT, async () => {
    const missing = join(folder, 'missing.txt');
    assert.deepEqual(
      await runProgram('producer', redis.url, 'rows', missing, missing),
      {
        code: 1,
        said: `ENOENT: no such file or directory, open '${missing}'\n`,
      },
    );
  });

  test(
    'the producer leaves the output of a longer input alone',
    LIMIT,
    async () => {
      const input = join(folder, 'two.txt');
      const output = join(folder, 'three.ndjson');
      writeFileSync(input, 'a,a@example.org\nb,b@example.org\n');
      writeFileSync(output, '{}\n'.repeat(3));
      assert.deepEqual(
        await runProgram('producer', redis.url, 'rows', input, output),
        {
          code: 1,
          said:
            `${output} has 3 lines, and ${input} only 2 rows: ` +
            'this is the output of another input\n',
        },
      );
      assert.equal(readFileSync(output, 'utf8'), '{}\n'.repeat(3));
    },
  );
});

test('the rows of an input may end as they do on Windows', () => {
  const input = join(folder, 'windows.txt');
  writeFileSync(input, 'a,a@example.org\r\nb,b@example.org\r\n');
  assert.deepEqual(readRows(input), [
    { position: 0, account: 'a', email: 'a@example.org' },
    { position: 1, account: 'b', email: 'b@example.org' },
  ]);
});

describe('without the Redis that was meant', () => {
  /** Runs a program whose further arguments are never read. */
  const run = (program: string, url: string) =>
    runProgram(program, url, 'rows', '/dev/null', join(folder, 'none'));
  /** The message, and how long it took, in ms. */
  async function failure(url: string) {
    const began = performance.now();
    const error = await expectRedis(url).then(
      () => undefined,
      (error: Error) => error.message,
    );
    return { error, took: performance.now() - began };
  }

  test('says that there is none, and what to do', LIMIT, async () => {
    const message =
      'There is no Redis at 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1. ' +
      'Start it, or give its address: redis://HOST:PORT';
    for (const program of ['producer', 'worker']) {
      const { code, said } = await run(program, 'redis://127.0.0.1:1');
      assert.deepEqual([code, said], [1, `${message}\n`]);
    }
    const { error, took } = await failure('redis://127.0.0.1:1');
    assert.equal(error, message);
    assert.ok(took < 30_000, `${took} ms`);
  });

  test('says that nothing answers there', LIMIT, async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { error, took } = await failure(`redis://127.0.0.1:${port}`);
    server.close();
    for (const socket of sockets) socket.destroy();
    assert.match(
      error!,
      /^There is no Redis at .*: no answer in 1500 ms\. Start/,
    );
    assert.ok(took < 30_000, `${took} ms`);
  });

  test(
    'says that the password is wrong, and not which one',
    LIMIT,
    async () => {
      const { host } = new URL(redis.url);
      const message =
        `Redis at ${host} refuses the password. ` +
        'Give the right one in its address: redis://:PASSWORD@HOST:PORT';
      await connection.config('SET', 'requirepass', 'right');
      try {
        for (const program of ['producer', 'worker']) {
          const { code, said } = await run(program, `redis://:wrong@${host}`);
          assert.deepEqual([code, said], [1, `${message}\n`]);
        }
        for (const url of [`redis://:wrong@${host}`, redis.url]) {
          const { error, took } = await failure(url);
          assert.equal(error, message);
          assert.ok(took < 30_000, `${took} ms`);
        }
        assert.equal(
          (await failure(`redis://:right@${host}`)).error,
          undefined,
        );
      } finally {
        await connection.config('SET', 'requirepass', '');
      }
    },
  );

  test('says what an address looks like', LIMIT, async () => {
    const { code, said } = await run('producer', 'localhost:6379');
    assert.equal(code, 1);
    assert.match(
      said,
      /^Expected the address of Redis to be redis:\/\/HOST:PORT/,
    );
  });
});

describe('several streams', () => {
  const accounts = Array.from({ length: 2_000 }, (_, n) => `account-${n}`);

  test('divide the accounts evenly, and one stream more takes from all and moves no other', () => {
    for (const streams of [1, 2, 3, 7]) {
      const counts = new Array<number>(streams).fill(0);
      for (const account of accounts) counts[indexOf(account, streams)]!++;
      for (const count of counts)
        assert.ok(Math.abs(count - 2_000 / streams) < 120, `${count}`);
      const after = accounts.filter((account) => {
        const index = indexOf(account, streams + 1);
        return index !== indexOf(account, streams) && index !== streams;
      });
      assert.deepEqual(after, []);
    }
  });

  test(
    'keep the order of each account when one is added, if its consumer begins when the others have drained',
    LIMIT,
    async () => {
      await connection.flushall();
      const path = join(folder, 'streams.ndjson');
      writeFileSync(path, '');
      const rows = Array.from({ length: 800 }, (_, position): Row => ({
        position,
        account: `account-${position % 8}`,
        email: 'c@example.org',
      }));
      const moved = rows
        .map(({ account }) => account)
        .filter((account) => indexOf(account, 2) !== 0);
      assert.ok(new Set(moved).size > 0);
      const one = await startConsumer(redis.url, 'rows:0', path);
      const two = await startConsumer(redis.url, 'rows:1', path);
      one.send('go');
      await addRows(connection, rows.slice(0, 400), 1);
      await until('some rows are done', () => readJournal(path).length > 50);

      // From here on, writers use two streams.
      const upTo = await lastIds(connection, 1);
      await addRows(connection, rows.slice(400), 2);
      assert.ok(!(await haveDrained(connection, upTo)));
      await until('the first has drained', () => haveDrained(connection, upTo));
      two.send('go');
      const all = await lastIds(connection, 2);
      await until('all is done', () => haveDrained(connection, all));
      await Promise.all([one, two].map(kill));

      const entries = readJournal(path);
      assert.deepEqual(faultsIn(entries), []);
      assert.equal(entries.length, 1_600);
      assert.deepEqual(
        new Set(entries.map(({ worker }) => worker)),
        new Set(['rows:0', 'rows:1']),
      );
    },
  );

  test(
    'on SIGTERM a consumer finishes what it has read, and the next one goes on there',
    LIMIT,
    async () => {
      await connection.flushall();
      const path = join(folder, 'stopped.ndjson');
      writeFileSync(path, '');
      // More than are read ahead.
      const rows = Array.from({ length: 3_000 }, (_, position): Row => ({
        position,
        account: `account-${position % 64}`,
        email: 'c@example.org',
      }));
      await addRows(connection, rows, 1);
      const first = await startConsumer(redis.url, 'rows:0', path);
      first.send('go');
      await until('some rows are done', () => readJournal(path).length > 50);
      const ended = once(first, 'exit');
      first.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);

      const done = readJournal(path).length / 2;
      assert.ok(done < rows.length, `${done}`);
      const [[read, pending]] = (await connection.eval(
        `local group = redis.call('XINFO', 'GROUPS', 'rows:0')[1]
         return {{ group[10], group[6] }}`,
        0,
      )) as [[number, number]];
      assert.equal(read - pending, done);

      const next = await startConsumer(redis.url, 'rows:0', path);
      next.send('go');
      const all = await lastIds(connection, 1);
      await until('all is done', () => haveDrained(connection, all));
      await kill(next);
      const entries = readJournal(path);
      assert.deepEqual(faultsIn(entries), []);
      assert.equal(entries.length, 2 * rows.length);
    },
  );

  test('have not drained while something is pending or unread', async () => {
    await connection.flushall();
    const row: Row = { position: 0, account: 'a', email: '' };
    await addRows(connection, [row, row], 1);
    const upTo = await lastIds(connection, 1);
    const first = (await connection.xrange('rows:0', '-', '+'))[0]![0];
    assert.equal(await haveDrained(connection, upTo), false);
    await connection.xgroup('CREATE', 'rows:0', GROUP, '0');
    const read = () =>
      connection.xreadgroup(
        ...(['GROUP', GROUP, 'c', 'COUNT', 1] as const),
        ...(['STREAMS', 'rows:0', '>'] as const),
      );
    await read();
    await connection.xack('rows:0', GROUP, first);
    assert.equal(await haveDrained(connection, upTo), false);
    assert.ok(await haveDrained(connection, new Map([['rows:0', first]])));
    await read();
    assert.equal(await haveDrained(connection, upTo), false);
    await connection.xack('rows:0', GROUP, upTo.get('rows:0')!);
    assert.ok(await haveDrained(connection, upTo));
    // What comes later is not meant.
    await addRows(connection, [row], 1);
    assert.ok(await haveDrained(connection, upTo));
  });
});

describe('the output', () => {
  for (const [what, text, lines, rest] of [
    ['an empty file', '', 0, ''],
    ['whole lines', '{"a":1}\n{"b":2}\n', 2, '{"a":1}\n{"b":2}\n'],
    ['a torn last line', '{"a":1}\n{"b"', 1, '{"a":1}\n'],
    ['nothing but a torn line', '{"a":1}', 0, ''],
    ['a torn character', 'é\né'.slice(0, 2) + '\ud83d', 1, 'é\n'],
    [
      'more than fits into one read',
      `${'x'.repeat(99)}\n`.repeat(2_000) + 'x',
      2_000,
      `${'x'.repeat(99)}\n`.repeat(2_000),
    ],
  ] as const) {
    test(`goes on behind the last whole line of ${what}`, () => {
      const path = join(folder, 'output.ndjson');
      writeFileSync(path, text);
      const output = new Output(path);
      assert.equal(output.lines, lines);
      output.append({ position: lines, error: 'none' });
      output.close();
      assert.equal(
        readFileSync(path, 'utf8'),
        `${rest}{"position":${lines},"error":"none"}\n`,
      );
    });
  }
});

describe('npm start', () => {
  let running: ChildProcess | undefined;
  afterEach(async () => {
    if (running && !hasEnded(running)) running.kill('SIGTERM');
  });

  function start(...args: string[]) {
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('main.js', import.meta.url)),
        '--out',
        join(folder, 'lines.ndjson'),
        ...args,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    running = child;
    const said = { out: '', err: '' };
    child.stdout.on('data', (data) => (said.out += String(data)));
    child.stderr.on('data', (data) => (said.err += String(data)));
    return {
      child,
      said,
      ended: once(child, 'close').then(([code]) => ({
        code: code as number,
        ...said,
      })),
    };
  }

  /** The processes whose parent this one is. */
  function childrenOf(parent: number): number[] {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .filter((pid) => {
        try {
          return (
            Number(
              /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))![1],
            ) === parent
          );
        } catch {
          return false; // it has just ended
        }
      })
      .map(Number);
  }
  const lives = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test(
    'kills a worker, says what happened, and leaves no process behind',
    LIMIT,
    async () => {
      const { child, said, ended } = start('--rows', '40', '--kill');
      await until('a worker was killed', () =>
        said.out.includes('worker-1 is killed'),
      );
      // It comes when the producer says it, not at the end.
      assert.match(said.out, /producer: goes on behind line 0 of 40\n/);
      const processes = childrenOf(child.pid!);
      const { code, out, err } = await ended;
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, /40 of 40 lines, in order, none twice/);
      assert.match(out, /the rows of each account one after the other/);
      assert.ok(processes.length >= 3); // Redis, a worker, the producer
      await until('they have all ended', () => !processes.some(lives));
    },
  );

  test('leaves no process behind when it is stopped', LIMIT, async () => {
    const { child, ended } = start('--rows', '1000');
    await until('all have started', () => childrenOf(child.pid!).length === 4);
    const processes = childrenOf(child.pid!);
    child.kill('SIGTERM');
    assert.equal((await ended).code, 143);
    await until('they have all ended', () => !processes.some(lives));
  });

  test('refuses a number that is none', LIMIT, async () => {
    const { code, err } = await start('--rows', 'many').ended;
    assert.equal(code, 1);
    assert.equal(
      err,
      'Expected `--rows` to be an integer from 1 and up, got `many`\n',
    );
  });
});
