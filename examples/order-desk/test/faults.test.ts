import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Action } from '../actions.js';
import { connect, type Client } from '../client.js';
import { faultOf, NO_FAULTS, type Faults } from '../faults.js';
import { OrderBook } from '../orderBook.js';
import { policies } from '../policies.js';
import { isBalanced, runPolicy } from '../runPolicy.js';
import { startService } from '../startService.js';

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe('the faults of the service', () => {
  test('depend on the id, the attempt and the seed alone, in their shares', () => {
    const faults = { hang: 0.1, fail: 0.2, reset: 0.3 };
    const drawn = Array.from({ length: 2_000 }, (_, id) => faultOf(id, 1, 7, faults));
    expect(drawn).toEqual(Array.from({ length: 2_000 }, (_, id) => faultOf(id, 1, 7, faults)));
    const share = (fault: string) => drawn.filter((each) => each === fault).length / drawn.length;
    expect(share('hang')).toBeCloseTo(0.1, 1);
    expect(share('fail')).toBeCloseTo(0.2, 1);
    expect(share('reset')).toBeCloseTo(0.3, 1);
    expect(drawn).not.toEqual(Array.from({ length: 2_000 }, (_, id) => faultOf(id, 2, 7, faults)));
  });

  test('are none, except for the action that is stuck', () => {
    expect(faultOf(1, 1, 7, NO_FAULTS)).toBe(undefined);
    expect(faultOf(1, 1, 7, { ...NO_FAULTS, stuck: 1 })).toBe('hang');
  });
});

// A busy machine takes its time to start a process.
describe('the book of the service', () => {
  const action = (id: number): Action => ({ id, type: 'place', order: `A-${id}` });
  const { signal } = new AbortController();
  const latency = { min: 1, max: 1 };

  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  beforeAll(() => vi.stubEnv('NODE_OPTIONS', `--import ${tsx}`));
  afterAll(() => vi.unstubAllEnvs());

  /** Gives the service, and stops it. */
  async function withService(faults: Faults, use: (client: Client) => Promise<void>, slower = latency): Promise<void> {
    const service = await startService({ seed: 7, latency: slower, faults });
    try {
      await use(connect(service)());
    } finally {
      await service.stop();
    }
  }

  test('has an action once, although its answers are lost and it is sent again', async () => {
    await withService({ ...NO_FAULTS, reset: 1 }, async ({ validate, ledger }) => {
      for (const attempt of [1, 2]) await expect(validate(action(1), 0, { signal, attempt })).rejects.toThrow();
      expect(await ledger()).toEqual({ entered: [0], refused: [], shipped: ['A-1'] });
    });
  });

  test('has no action that fails, or that is given up before it has been validated', async () => {
    await withService({ ...NO_FAULTS, fail: 1 }, async ({ validate, ledger }) => {
      await expect(validate(action(1), 0, { signal })).rejects.toThrow('the service answered 500');
      expect(await ledger()).toEqual({ entered: [], refused: [], shipped: [] });
    });
    const slow = { min: 200, max: 200 };
    await withService(
      NO_FAULTS,
      async ({ validate, ledger }) => {
        const given = validate(action(1), 0, { signal: AbortSignal.timeout(50) });
        await expect(given).rejects.toThrow();
        await validate(action(2), 1, { signal }); // by then, the other one would have been entered
        expect(await ledger()).toEqual({ entered: [1], refused: [], shipped: ['A-2'] });
      },
      slow,
    );
  });

  test('is there again after a crash', async () => {
    await withService({ ...NO_FAULTS, crashAfter: 2 }, async ({ validate, ledger }) => {
      await validate(action(1), 0, { signal });
      await expect(validate(action(2), 1, { signal })).rejects.toThrow();
      expect(await ledger()).toEqual({ entered: [0], refused: [], shipped: ['A-1'] });
    });
  });
});

describe('an action that is tried again', () => {
  const actions: Action[] = [
    { id: 1, type: 'place', order: 'A' },
    { id: 2, type: 'cancel', order: 'A' },
    { id: 3, type: 'place', order: 'B' },
  ];
  const run = async (name: string, firstAttempt: () => Promise<never>) => {
    const book = new OrderBook();
    const client: Client = {
      validate: async (action, index, { attempt }) => {
        if (index === 0 && attempt === 1) await firstAttempt();
        book.enter(action, index);
        return action;
      },
      ledger: () => Promise.resolve(book.ledger()),
    };
    const policy = policies.find((policy) => policy.name === name)!;
    const ran = await runPolicy(
      policy,
      actions,
      { client, concurrent: 3, letters: '' },
      new AbortController().signal,
      () => {},
    );
    return { ...book.ledger(), output: ran.output, swapped: ran.swapped, isBalanced: isBalanced(ran) };
  };

  test.each([
    ['fails', () => Promise.reject(new Error('no'))],
    ['exceeds its time limit', () => new Promise<never>(() => {})],
  ])('since it %s keeps its turn among those of its order, with a key', async (_what, firstAttempt) => {
    const right = { refused: [], shipped: ['B'], output: [0, 1, 2], swapped: 0, isBalanced: true };
    const wrong = { refused: [1], shipped: ['B', 'A'], output: [0, 1, 2], swapped: 1, isBalanced: true };
    const [keyed, unkeyed] = await Promise.all(
      ['retry, 200 ms later', 'the same without a key'].map((name) => run(name, firstAttempt)),
    );
    expect(keyed).toEqual({ entered: [2, 0, 1], ...right });
    expect(unkeyed).toEqual({ entered: [1, 2, 0], ...wrong });
  });
});

describe('the program under faults', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'faults-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = (...args: string[]) =>
    new Promise<{ status: number; out: string; err: string }>((resolve) => {
      const flags = ['--tsconfig', here('tsconfig.run.json'), here('main.ts')];
      execFile(
        here('../../node_modules/.bin/tsx'),
        [...flags, ...args],
        { cwd: folder, timeout: 150_000 },
        (error, out, err) => {
          resolve({ status: error ? Number(error.code ?? -1) : 0, out, err });
        },
      );
    });

  /** The rows of the table, as numbers by column. */
  const rows = (out: string) =>
    out
      .split('\n')
      .filter((line) => line.startsWith('│') && /\d/.test(line))
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .map(([, policy, read, emitted, skipped, dead, notReached, , order, swapped, , balance]) => ({
        policy,
        counts: [read, emitted, skipped, dead, notReached].map(Number),
        order,
        swapped: Number(swapped),
        balance,
      }));

  test('balances its books under every policy, although the service hangs, fails, resets and dies', async () => {
    const { status, out } = await run(
      '--fail',
      '10%',
      '--hang',
      '2%',
      '--crash',
      '--count',
      '200',
      '--latency',
      '1-20',
    );
    const table = rows(out);
    expect(table.map(({ policy }) => policy)).toEqual([
      'no policy',
      'retry, 200 ms later',
      'the same without a key',
      "'skip'",
      'one retry, then dead letters',
      'blocking: 250',
    ]);
    for (const { policy, counts, order, balance } of table) {
      const [read, emitted, skipped, dead, notReached] = counts as [number, number, number, number, number];
      expect({ policy, order, balance }).toEqual({ policy, order: 'yes', balance: 'yes' });
      expect(emitted + skipped + dead + notReached, policy).toBe(read);
      expect(read).toBe(200);
    }
    const [plain, retry, unkeyed, skip, letters, blocking] = table.map(({ counts }) => counts);
    expect(plain![4]).toBeGreaterThan(0);
    expect(retry).toEqual([200, 200, 0, 0, 0]);
    expect(unkeyed).toEqual(retry);
    expect(skip![2]).toBeGreaterThan(0);
    expect(blocking).toEqual([200, 199, 1, 0, 0]);

    // An action that is tried again, even after the crash, keeps its turn among those of its order.
    expect(table.map(({ policy, swapped }) => [policy, swapped > 0])).toEqual(
      table.map(({ policy }) => [policy, policy === 'the same without a key']),
    );
    expect(out).toMatch(/\nEffects: [^\n]+ keeps its turn [^\n]+ Without a key, those of \d+ orders were\.\n$/);

    const written = readFileSync(join(folder, 'dead-letters.ndjson'), 'utf8').trim().split('\n');
    expect(written).toHaveLength(letters![3]!);
    expect(JSON.parse(written[0]!) as unknown).toEqual({
      value: expect.objectContaining({ id: expect.anything() as unknown }) as unknown,
      index: expect.any(Number) as unknown,
      attempts: 2,
      error: expect.any(String) as unknown,
    });
    expect(status).toBe(0);
  });

  test.each(['1', '101%', '-1%', 'x%'])('says in one line that %s is no share, and exits with 2', async (share) => {
    const { status, err } = await run(`--hang=${share}`);
    expect(status).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('0% to 100%');
  });
});
