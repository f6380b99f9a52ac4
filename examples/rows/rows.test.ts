import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
import { NEVER, Subject } from 'rxjs';
import { faultOf, scoreOf, type Faults } from './answers.js';
import { connect, type Client } from './client.js';
import { contestants } from './contestants.js';
import { enrichFile } from './enrichFile.js';
import { enrichRows, type EnrichOptions } from './enrich.js';
import { generate, rowOf } from './generate.js';
import { BEGINNING, lineAt, MAX_LENGTH, readLines } from './lines.js';
import { inspect } from './resultFile.js';
import { startService } from './startService.js';

const LIMIT = { timeout: 120_000 }; // ms; a test that takes so long hangs

let temporary: string;
let folder: string;
let output: string;
const running = new Set<ChildProcess>();

before(() => {
  temporary = mkdtempSync(join(tmpdir(), 'rows-'));
});
after(() => rmSync(temporary, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(temporary, 'test-'));
  output = join(folder, 'out.ndjson');
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Waits until something is so, which takes as long as the machine takes. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = performance.now() + 100_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(10);
  }
}

function input(...lines: (string | Buffer)[]): string {
  const path = join(folder, 'in.ndjson');
  writeFileSync(path, Buffer.concat(lines.map((line) => Buffer.from(line))));
  return path;
}

async function rows(count: number): Promise<string> {
  const path = join(folder, 'in.ndjson');
  await generate(path, count);
  return path;
}

/** The command. What it is not told, it does without faults. */
function start(path: string, ...args: string[]) {
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=8', // as `npm start`
      fileURLToPath(new URL('main.js', import.meta.url)),
      ...['--input', path, '--output', output],
      // A healthy answer comes in this time on any machine.
      ...['--fail', '0%', '--hang', '0%', '--timeout', '60000'],
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.add(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += String(data)));
  child.stderr.on('data', (data) => (said.err += String(data)));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, ...said };
  });
  return { child, said, ended };
}

const size = () => statSync(output, { throwIfNoEntry: false })?.size ?? 0;
const written = () => readFileSync(output, 'utf8');

/** The result of generated rows. */
function expected(
  count: number,
  { seed = 1, faults = NO_FAULTS, timeout = 60_000 } = {},
): string {
  let text = '';
  for (let row = 1; row <= count; row++) {
    const json = rowOf(row);
    const { id } = JSON.parse(json) as { id: string };
    // The third attempt is the last.
    const fault = faultOf(id, 3, seed, faults);
    const value = {
      fail: { error: 'the service answered 500' },
      hang: { error: `no answer within ${timeout} ms` },
      none: { score: scoreOf(id, seed) },
    }[fault ?? 'none'];
    text += `{"row":${row},"data":${json},${JSON.stringify(value).slice(1)}\n`;
  }
  return text;
}

/** Texts of megabytes make no good message. */
function assertSame(text: string, wanted: string): void {
  const lines = text.split('\n');
  const others = wanted.split('\n');
  const wrong = others.findIndex((line, n) => line !== lines[n]);
  assert.equal(lines[wrong], others[wrong], `in line ${wrong + 1}`);
  assert.equal(lines.length, others.length);
}

function assertWritten(wanted: string): void {
  assertSame(written(), wanted);
}

/** The processes that one has started. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return []; // it has just been closed
    }
  });
}

const NO_FAULTS: Faults = { fail: 0, hang: 0 };
const stopping: (() => unknown)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
});

async function service({ seed = 1, faults = NO_FAULTS } = {}) {
  const latency = { min: 1, max: 5 };
  const started = await startService({ seed, latency, faults });
  const client = connect(started.url, 64);
  stopping.push(
    () => started.stop(),
    () => client.close(),
  );
  return { url: started.url, client };
}

describe('the program', () => {
  test(
    'writes a result for each row, in the order of the rows, and one that says why for a row that fails',
    LIMIT,
    async () => {
      const faults = { fail: 0.04, hang: 0.02 };
      const text = expected(600, { seed: 3, faults, timeout: 1_000 });
      assert.match(text, /no answer within/);
      assert.match(text, /answered 500/);
      const { code, out, err } = await start(
        await rows(600),
        ...['--fail', '4%', '--hang', '2%', '--seed', '3'],
        ...['--timeout', '1000'],
      ).ended;
      assert.deepEqual([code, err], [0, '']);
      assertWritten(text);
      const failed = text.split('"error"').length - 1;
      assert.match(out, new RegExp(`${600 - failed} scored, ${failed} failed`));
    },
  );

  test(
    'reports a line that is not a row, with its number and what was expected, and writes that too',
    LIMIT,
    async () => {
      const path = input(
        '\uFEFF{"id":1}\n',
        '{"id":\n',
        '\n',
        'null\r\n',
        '[1]\n',
        '{"name":"x"}\n',
        '{"id":1.5}\n',
        '{"id":""}\n',
        Buffer.from([0x7b, 0xff, 0x7d, 10]),
        `{"id":"${'x'.repeat(MAX_LENGTH)}"}\n`,
        '  \r\n',
        '{"id":"a\u2028b","n":12345678901234567890}\r\n',
        '{"id":2}',
      );
      const { code, out, err } = await start(path).ended;
      const bad: [number, string][] = [
        [2, 'expected one JSON object, got `{"id":`'],
        [4, 'expected one JSON object, got `null`'],
        [5, 'expected one JSON object, got `[1]`'],
        [
          6,
          'expected `id` to be a whole number or a text that is not empty, got nothing',
        ],
        [
          7,
          'expected `id` to be a whole number or a text that is not empty, got `1.5`',
        ],
        [
          8,
          'expected `id` to be a whole number or a text that is not empty, got `""`',
        ],
        [9, 'expected UTF-8, got `{\ufffd}`'],
        [10, 'expected at most 1,048,576 bytes, got more'],
      ];
      assert.equal(
        err,
        bad.map(([row, text]) => `${path}, line ${row}: ${text}\n`).join(''),
      );
      assert.equal(code, 0);
      assert.match(out, /3 scored, 0 failed, 8 bad/);
      const scored = (row: number, json: string) =>
        `{"row":${row},"data":${json},"score":${JSON.stringify(scoreOf(String((JSON.parse(json) as { id: unknown }).id), 1))}}\n`;
      assert.equal(
        written(),
        scored(1, '{"id":1}') +
          bad
            .map(([row, error]) => `${JSON.stringify({ row, error })}\n`)
            .join('') +
          scored(12, '{"id":"a\u2028b","n":12345678901234567890}\r') +
          scored(13, '{"id":2}'),
      );
    },
  );

  test('shows ten of many bad lines', LIMIT, async () => {
    const path = input('no\n'.repeat(25));
    const { err } = await start(path).ended;
    assert.equal(err.split('\n').length, 12);
    assert.match(err, /\n15 more lines are not rows: see /);
    assert.equal(written().split('\n').length, 26);
  });

  test(
    'does again what is behind --from, and has nothing to do when all is done',
    LIMIT,
    async () => {
      const path = await rows(50);
      await start(path).ended;
      const { out, code } = await start(path).ended;
      assert.equal(code, 0);
      assert.match(out, /has the rows up to 50/);
      assert.match(out, /nothing left to do/);
      for (const from of [31, 1]) {
        const { code, out } = await start(path, '--from', `${from}`).ended;
        assert.equal(code, 0);
        assert.match(out, new RegExp(`^${51 - from} rows in`, 'm'));
        assertWritten(expected(50));
      }
      // With other answers, one sees which rows were done again.
      await start(path, '--from', '41', '--seed', '2').ended;
      const all = expected(50).split('\n').slice(0, 40);
      const again = expected(50, { seed: 2 }).split('\n').slice(40);
      assertWritten([...all, ...again].join('\n'));
    },
  );

  test('begins anywhere in a new file', LIMIT, async () => {
    await start(await rows(50), '--from', '41').ended;
    const last = expected(50).split('\n').slice(40);
    assertWritten(last.join('\n'));
  });

  for (const [name, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(
      `finishes at ${name} what has been read, and says where to go on`,
      LIMIT,
      async () => {
        const path = await rows(2_000);
        const { child, ended } = start(path, '--slow-disk', '500');
        await until('some rows are written', () => size() > 10_000);
        child.kill(name);
        const { code, out } = await ended;
        assert.equal(code, status);
        const [, from] = / --from (\d+)$/m.exec(out)!;
        const some = written().split('\n').length - 1;
        assert.equal(Number(from), some + 1);
        assert.ok(some < 2_000, `${some} rows`);
        assertWritten(expected(some));

        await start(path, '--from', from!).ended;
        assertWritten(expected(2_000));
      },
    );
  }

  test('ends at once at the second Ctrl-C', LIMIT, async () => {
    const { child, said, ended } = start(
      await rows(500),
      ...['--slow-disk', '1'], // it would take eight minutes to finish
    );
    await until('something is written', () => size() > 0);
    child.kill('SIGINT');
    await until('it says so', () => said.out.includes('Ctrl-C again'));
    child.kill('SIGINT');
    assert.equal((await ended).code, 130);
  });

  test(
    'neither loses nor repeats a row when it is killed, again and again',
    LIMIT,
    async () => {
      const path = await rows(2_000);
      for (let kills = 0; kills < 4; kills++) {
        const { child, ended } = start(path);
        const before = size();
        await until('more is written', () => size() > before + 20_000);
        const [service] = childrenOf(child.pid!);
        child.kill('SIGKILL');
        await ended;
        await until(
          'its service has ended',
          () => !existsSync(`/proc/${service}`),
        );
        // What a write that was under way may have left.
        writeFileSync(output, '{"row":1999,"da'.slice(0, 1 + 5 * kills), {
          flag: 'a',
        });
      }
      assert.ok(written().split('\n').length < 2_000);
      const { code, out } = await start(path).ended;
      assert.equal(code, 0);
      assert.match(out, /bytes are not a whole row: dropped/);
      assertWritten(expected(2_000));
    },
  );

  test(
    'ends when the service does, without a row that has failed of it, and goes on from there',
    LIMIT,
    async () => {
      const path = await rows(2_000);
      const { child, ended } = start(path);
      await until('some rows are written', () => size() > 10_000);
      process.kill(childrenOf(child.pid!)[0]!, 'SIGKILL');
      const { code, out, err } = await ended;
      assert.equal(code, 1);
      assert.match(err, /the service has ended \(SIGKILL\)/);
      assert.match(out, /To go on: npm start -- .* --from \d+$/m);
      await start(path).ended;
      assertWritten(expected(2_000));
    },
  );

  for (const [what, args, lines, message] of [
    ['a number that is none', ['--rows', 'many'], '', /'many' is invalid/],
    [
      'an input that is not there',
      ['--input', '/none'],
      '',
      /There is no file/,
    ],
    [
      'a gap',
      ['--from', '9'],
      '{"row":1,"data":{"id":"order-0000001"}}\n',
      /Expected --from to be at most 2/,
    ],
    ['a row that is not there', ['--from', '9'], '', /has fewer than 8 lines/],
    ['another file', [], 'my diary\n', /is not a result of this program/],
    [
      'another file without a line',
      [],
      'my diary',
      /is not a result of this program/,
    ],
    [
      'the result of another input',
      [],
      '{"row":1,"data":{"id":"x"}}\n',
      /is the result of another input/,
    ],
    [
      'the result of a longer input',
      [],
      '{"row":9,"data":{"id":"x"}}\n',
      /is the result of another input/,
    ],
  ] as const) {
    test(`refuses ${what}, and leaves the output as it is`, LIMIT, async () => {
      const path = await rows(5);
      writeFileSync(output, lines);
      const { code, err } = await start(path, ...args).ended;
      assert.equal(code, 2);
      assert.match(err, message);
      assert.equal(written(), lines);
    });
  }
});

describe('memory', () => {
  /** MB */
  const peakOf = (out: string) => Number(/peak memory (\d+) MB/.exec(out)![1]);
  let large: string;
  before(async () => {
    large = join(temporary, 'large.ndjson');
    await generate(large, 8_000, { noteLength: 25_000 });
    assert.ok(statSync(large).size > 200_000_000);
  });

  for (const [how, args] of [
    ['', []],
    [', also where the disk is slow', ['--slow-disk', '1000']],
  ] as const) {
    test(
      `200 MB of rows take at most 80 MB more than none${how}`,
      LIMIT,
      async () => {
        const idle = await start(input()).ended;
        const { code, out } = await start(
          large,
          ...['--window', '128', '--latency', '1-5'],
          ...args,
        ).ended;
        assert.equal(code, 0);
        assert.ok(size() > 200_000_000);
        const more = peakOf(out) - peakOf(idle.out);
        assert.ok(more <= 80, `${more} MB`);
      },
    );
  }
});

describe('enriching', () => {
  const options: EnrichOptions = {
    concurrent: 64,
    window: 100,
    timeout: 60_000,
    until: NEVER,
    signal: new AbortController().signal,
  };

  test(
    'never reads further ahead than the window allows, however slow the disk is',
    LIMIT,
    async () => {
      const path = await rows(1_000);
      const { url } = await service();
      const stop = new Subject<void>();
      let read = 0;
      let written = 0;
      let most = 0;
      const done = enrichFile(path, output, {
        ...options,
        after: BEGINNING,
        url,
        slowDisk: 50,
        until: stop,
        onRead: () => {
          most = Math.max(most, ++read - written);
        },
        onWritten: () => {
          written++;
        },
      });
      await until('the window is full', () => read - written >= 100);
      await until('more is written', () => written > 20);
      stop.next();
      await done;
      assertWritten(expected(read));
      // Node's streams hold a few more.
      assert.ok(most <= 110, `${most} rows`);
    },
  );

  test(
    'leaving the loop aborts the requests that are under way, and closes the file',
    LIMIT,
    async () => {
      const path = await rows(1_000);
      let underWay = 0;
      // The first row is answered, and no other.
      const score: Client['score'] = ({ id }, { signal }) =>
        new Promise((resolve) => {
          if (id === 'order-0000001') return resolve(scoreOf(id, 1));
          underWay++;
          signal!.addEventListener('abort', () => underWay--);
        });
      const client = { score } as Client;
      for await (const { number } of enrichRows(
        path,
        BEGINNING,
        client,
        options,
      )) {
        assert.equal(number, 1);
        await until('64 are under way', () => underWay === 64);
        assert.ok(openFiles().includes(path));
        break;
      }
      assert.equal(underWay, 0);
      await until('the file is closed', () => !openFiles().includes(path));
    },
  );

  test(
    'a disk that is full ends it with an error, and the requests with it',
    { ...LIMIT, skip: !existsSync('/dev/full') },
    async () => {
      const { url, client } = await service();
      const path = await rows(1_000);
      await assert.rejects(
        enrichFile(path, '/dev/full', { ...options, after: BEGINNING, url }),
        /ENOSPC/,
      );
      const { begun } = await client.counts();
      assert.ok(begun < 1_000, `${begun} requests`);
    },
  );
});

describe('the lines of a file', () => {
  test('are the same wherever the chunks part them', async () => {
    // A chunk has 65,536 bytes.
    for (const length of [65_534, 65_535, 65_536, 65_537, 131_072]) {
      const path = input(`${'x'.repeat(length)}\n\n\u00e4\nlast`);
      const seen: [number, number, boolean, number][] = [];
      for await (const { number, end, isWhole, bytes } of readLines(path))
        seen.push([number, end, isWhole, bytes.length]);
      assert.deepEqual(seen, [
        [1, length + 1, true, length],
        [2, length + 2, true, 0],
        [3, length + 5, true, 2],
        [4, length + 9, false, 4],
      ]);
      const third = await lineAt(path, 3);
      assert.ok(third);
      assert.equal(third.bytes.toString(), '\u00e4');
      for await (const { number, bytes } of readLines(path, { after: third }))
        assert.deepEqual([number, bytes.toString()], [4, 'last']);
    }
  });
});

describe('what a result file holds', () => {
  const one = '{"row":1,"data":{"id":1}}\n';
  const three = '{"row":3,"data":{"id":"\u00e4"}}\n';
  for (const [what, text, last, size] of [
    ['an empty file', '', 0, 0],
    ['whole rows', one + three, 3, 55],
    ['half a row', `${one}{"row":3,"da`, 1, 26],
    ['nothing but half a row', '{"ro', 0, 0],
    ['a row without its line feed', one + three.trimEnd(), 1, 26],
    ['half a character', Buffer.from(one + three).subarray(0, -5), 1, 26],
    ['zeros', `${one}${'\0'.repeat(9)}`, 1, 26],
    ['nothing but zeros', '\0'.repeat(9), 0, 0],
    ['zeros between rows', `${one}${'\0'.repeat(9)}\n${three}`, 1, 26],
    ['a row that comes again', one + three + one, 3, 55],
  ] as const) {
    test(what, async () => {
      writeFileSync(output, text);
      const torn = Buffer.byteLength(text) - size;
      const held = await inspect(output);
      assert.deepEqual(
        { last: held.last, size: held.size, torn: held.torn },
        { last, size, torn },
      );
    });
  }
});

test(
  'all libraries that are compared give the same results',
  LIMIT,
  async () => {
    const faults = { fail: 0.04, hang: 0.02 };
    const given = { seed: 3, faults, timeout: 1_000 };
    const { client } = await service(given);
    const path = await rows(300);
    await Promise.all(
      Object.values(contestants).map(async (contestant) => {
        const results = contestant({
          lines: readLines(path),
          client,
          concurrent: 64,
          window: 256,
          timeout: 1_000,
        });
        const all: Buffer[] = [];
        for await (const { bytes } of results) all.push(bytes);
        assertSame(Buffer.concat(all).toString(), expected(300, given));
      }),
    );
  },
);

test('the README shows the code as it is', () => {
  const read = (name: string) =>
    readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
  const [, block] = /^```ts\n([^]+?)^```$/m.exec(read('README.md'))!;
  const code = read('enrich.ts').replace(/^ {2}/gm, '');
  assert.ok(code.includes(block!));
});
