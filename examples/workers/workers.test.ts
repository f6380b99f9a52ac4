import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
import { Jimp } from 'jimp';
import { from, lastValueFrom, take, toArray, VirtualTimeScheduler } from 'rxjs';
import type { MonitorEvent } from 'rxjs-concat-map-eager';
import { checkRun } from 'rxjs-concat-map-eager/testing';
import { startPool, type Pool, type PoolSettings } from './pool.js';
import { thumbnails, type Options, type Row } from './thumbnails.js';

const LIMIT = { timeout: 240_000 }; // ms; a test that takes so long hangs

let temporary: string;
let out: string;
let pool: Pool | undefined;
let attempts: Map<string, number>;

before(() => {
  temporary = mkdtempSync(join(tmpdir(), 'workers-'));
});
after(() => rmSync(temporary, { recursive: true, force: true }));

beforeEach(() => {
  out = mkdtempSync(join(temporary, 'out-'));
  attempts = new Map();
});
afterEach(async () => {
  await pool?.destroy();
  pool = undefined;
});

/** Small pictures with these names; one that is called large is. */
async function pictures(...names: string[]): Promise<string[]> {
  const folder = mkdtempSync(join(temporary, 'in-'));
  for (const name of names) {
    const side = name.includes('large') ? 900 : 40;
    writeFileSync(
      join(folder, name),
      await new Jimp({
        width: side,
        height: side,
        color: 0x3366ccff,
      }).getBuffer('image/jpeg'),
    );
  }
  return names.map((name) => join(folder, name));
}

const count = (event: MonitorEvent<string>) => {
  if (event.type === 'started')
    attempts.set(basename(event.value), event.attempt);
};

function make(
  files: string[],
  poolSettings: PoolSettings = {},
  options: Options = {},
): Promise<Row[]> {
  pool = startPool(2, poolSettings);
  return lastValueFrom(
    from(files).pipe(
      thumbnails(pool, out, { monitor: count, ...options }),
      toArray(),
    ),
  );
}

const faulty = { worker: 'faultyWorker.js', memory: 64 };
const made = (rows: Row[]) =>
  rows.filter((row) => !('error' in row)).map(({ file }) => file);
const failed = (rows: Row[]) =>
  rows.flatMap((row) => ('error' in row ? [`${row.file}: ${row.error}`] : []));

describe('thumbnails', () => {
  test(
    'come in the order of the pictures, although later ones are done sooner',
    LIMIT,
    async () => {
      const names = ['large-hang-once.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
      const scheduler = new VirtualTimeScheduler(undefined, 1_000);
      const ended: string[] = [];
      const events: MonitorEvent<string>[] = [];
      const rows = make(await pictures(...names), faulty, {
        scheduler,
        timeout: 1_000,
        monitor: (event) => {
          events.push(event);
          if (event.type === 'ended') ended.push(basename(event.value));
        },
      });
      while (ended.length < 3) await sleep(10);
      scheduler.flush();
      assert.deepEqual(made(await rows), names);
      // What `thumbnails` gives the operator: two workers, one retry.
      const options = { concurrent: 2, reorderWindow: 32, retry: 1 };
      assert.deepEqual(checkRun(events, { ...options, onError: () => [] }), []);
      assert.deepEqual(ended, [
        'b.jpg',
        'c.jpg',
        'd.jpg',
        'large-hang-once.jpg',
      ]);
      assert.deepEqual(
        readdirSync(out).sort(),
        names.map((name) => `${name}.jpg`).sort(),
      );
      assert.deepEqual((await rows)[0], {
        ...(await rows)[0],
        width: 900,
        height: 900,
      });
      const { width, height } = await Jimp.read(
        join(out, 'large-hang-once.jpg.jpg'),
      );
      assert.deepEqual([width, height], [160, 160]);
    },
  );

  test(
    'a file that is not a picture costs only its own row',
    LIMIT,
    async () => {
      const files = await pictures('a.jpg', 'b.jpg', 'c.jpg');
      writeFileSync(files[1]!, 'these are words');
      const rows = await make(files);
      assert.deepEqual(made(rows), ['a.jpg', 'c.jpg']);
      assert.match(failed(rows).join(), /^b\.jpg: Error: .*MIME/);
    },
  );

  for (const [fault, message] of [
    ['exit', /worker exited with code: 7/],
    ['throw', /nobody catches this/],
    ['memory', /ERR_WORKER_OUT_OF_MEMORY/],
  ] as const) {
    test(
      `a thread that dies (${fault}) costs its own picture only, and its neighbour runs once`,
      LIMIT,
      async () => {
        const rows = await make(
          await pictures(
            'large.jpg',
            `b-${fault}.jpg`,
            'c.jpg',
            'd.jpg',
            'e.jpg',
          ),
          faulty,
        );
        assert.deepEqual(
          rows.map(({ file }) => file),
          ['large.jpg', `b-${fault}.jpg`, 'c.jpg', 'd.jpg', 'e.jpg'],
        );
        assert.deepEqual(made(rows), ['large.jpg', 'c.jpg', 'd.jpg', 'e.jpg']);
        assert.match(failed(rows)[0]!, message);
        assert.deepEqual([...attempts.values()], [1, 2, 1, 1, 1]);
      },
    );
  }

  test('a thread that dies once costs nothing', LIMIT, async () => {
    const names = [
      'a-exit-once.jpg',
      'b-throw-once.jpg',
      'c-memory-once.jpg',
      'd.jpg',
      'e-exit-once.jpg',
    ];
    const rows = await make(await pictures(...names), faulty);
    assert.deepEqual(made(rows), names);
    assert.deepEqual([...attempts.values()], [2, 2, 2, 1, 2]);
  });

  test(
    'a picture that never ends has its thread taken away when the limit passes',
    LIMIT,
    async () => {
      const names = ['a-hang.jpg', 'b.jpg', 'c-hang-once.jpg', 'd.jpg'];
      // The clock stands still unless nothing but endless loops is active: how fast the machine is makes no difference.
      const scheduler = new VirtualTimeScheduler(undefined, 0);
      const active = new Set<string>();
      const rows = make(await pictures(...names), faulty, {
        scheduler,
        timeout: 1_000,
        monitor: (event) => {
          const attempt = `${basename(event.value)} ${event.attempt}`;
          if (event.type === 'started') active.add(attempt);
          if (event.type === 'failed' || event.type === 'ended')
            active.delete(attempt);
        },
      });
      for (const hanging of [
        ['a-hang.jpg 1', 'c-hang-once.jpg 1'],
        ['a-hang.jpg 2'],
      ]) {
        while ([...active].sort().join() !== hanging.join()) await sleep(10);
        scheduler.maxFrames += 1_000;
        scheduler.flush();
      }
      assert.deepEqual(made(await rows), ['b.jpg', 'c-hang-once.jpg', 'd.jpg']);
      assert.match(failed(await rows)[0]!, /^a-hang\.jpg: took too long$/);
      assert.equal(pool!.threads.length, 2);
    },
  );

  test(
    'a consumer who leaves ends the task that runs, and no other starts',
    LIMIT,
    async () => {
      const files = await pictures(
        'a.jpg',
        'b.jpg',
        'c-hang.jpg',
        'd.jpg',
        'e.jpg',
      );
      pool = startPool(2, faulty);
      const exits = pool.threads.map((thread) => once(thread, 'exit'));
      const rows = await lastValueFrom(
        from(files).pipe(
          thumbnails(pool, out, { monitor: count }),
          take(2),
          toArray(),
        ),
      );
      assert.deepEqual(made(rows), ['a.jpg', 'b.jpg']);
      await Promise.race(exits); // the endless loop is no more
      assert.deepEqual([...attempts.keys()], ['a.jpg', 'b.jpg', 'c-hang.jpg']);
      assert.equal(pool.queueSize, 0);
      assert.equal(pool.threads.length, 2);
    },
  );
});

describe('npm start', () => {
  const running = new Set<ChildProcess>();
  afterEach(() => running.forEach((child) => child.kill('SIGKILL')));

  function start(...args: string[]) {
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('main.js', import.meta.url)),
        '--out',
        out,
        ...args,
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    running.add(child);
    child.once('exit', () => running.delete(child));
    const said = { out: '', err: '' };
    child.stdout.on('data', (data) => (said.out += String(data)));
    child.stderr.on('data', (data) => (said.err += String(data)));
    const ended = once(child, 'close').then(([code]) => ({
      code: code as number,
      ...said,
    }));
    return { child, ended };
  }
  const manifest = () =>
    readFileSync(join(out, 'manifest.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row);

  test(
    'writes the manifest of a folder in order, and measures',
    LIMIT,
    async () => {
      const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
      const [file] = await pictures(...names);
      const {
        code,
        out: said,
        err,
      } = await start(dirname(file!), '--rounds', '1', '--threads', '2').ended;
      assert.deepEqual([code, err], [0, '']);
      assert.deepEqual(made(manifest()), names);
      assert.match(said, /4 of 4 pictures, in order/);
      assert.match(said, /^one thread, concatMap +\d+\.\d\d s +1\.00 +kept$/m);
      assert.match(
        said,
        /^2 threads, concatMapEager +\d+\.\d\d s +\d+\.\d\d +kept$/m,
      );
    },
  );

  test(
    'with --faults says which pictures were lost, and has a row for each',
    LIMIT,
    async () => {
      const { code, out: said } = await start(
        '--faults',
        '--count',
        '6',
        '--threads',
        '2',
        '--limit',
        '60',
      ).ended;
      assert.equal(code, 0);
      assert.match(
        said,
        /^picture-002-exit\.jpg: Error: worker exited with code: 7$/m,
      );
      assert.match(said, /6 of 6 pictures, in order/);
      assert.equal(made(manifest()).length, 5);
    },
  );

  test(
    'stops at Ctrl-C with what is done so far, in order',
    LIMIT,
    async () => {
      const { child, ended } = start(
        '--count',
        '40',
        '--rounds',
        '0',
        '--threads',
        '2',
      );
      const file = join(out, 'manifest.ndjson');
      while (!existsSync(file) || readFileSync(file, 'utf8') === '') {
        assert.equal(child.exitCode, null);
        await sleep(20);
      }
      child.kill('SIGINT');
      const { code, out: said } = await ended;
      assert.equal(code, 130);
      const done = manifest();
      assert.ok(done.length < 40);
      assert.deepEqual(
        made(done),
        done.map((_, n) => `picture-${String(n).padStart(3, '0')}.jpg`),
      );
      assert.match(said, new RegExp(`has the first ${done.length} pictures`));
      assert.equal(existsSync(join(out, 'drawn')), false);
    },
  );

  for (const [args, message] of [
    [
      ['--rounds', 'many'],
      'Expected `--rounds` to be an integer from 0 and up, got `many`\n',
    ],
    [['--fast'], /Unknown option '--fast'/],
    [['/there/is/no/such/folder'], /no such file or directory/],
  ] as const) {
    test(`refuses ${args.join(' ')}`, LIMIT, async () => {
      const { code, err } = await start(...args).ended;
      assert.equal(code, 1);
      if (typeof message === 'string') assert.equal(err, message);
      else assert.match(err, message);
    });
  }
});
