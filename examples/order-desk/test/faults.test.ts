import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultOf, NO_FAULTS } from '../faults.js';

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
        { cwd: folder, timeout: 50_000 },
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
      .map(([, policy, read, emitted, skipped, dead, notReached, , order, twice, , balance]) => ({
        policy,
        counts: [read, emitted, skipped, dead, notReached].map(Number),
        order,
        twice,
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
      "'skip'",
      'one retry, then dead letters',
      'blocking: 250',
    ]);
    for (const { policy, counts, order, twice, balance } of table) {
      const [read, emitted, skipped, dead, notReached] = counts as [number, number, number, number, number];
      expect({ policy, order, twice, balance }).toEqual({ policy, order: 'yes', twice: '0', balance: 'yes' });
      expect(emitted + skipped + dead + notReached, policy).toBe(read);
      expect(read).toBe(200);
    }
    const [plain, retry, skip, letters, blocking] = table.map(({ counts }) => counts);
    expect(plain![4]).toBeGreaterThan(0);
    expect(retry).toEqual([200, 200, 0, 0, 0]);
    expect(skip![2]).toBeGreaterThan(0);
    expect(blocking).toEqual([200, 199, 1, 0, 0]);

    const written = readFileSync(join(folder, 'dead-letters.ndjson'), 'utf8').trim().split('\n');
    expect(written).toHaveLength(letters![3]!);
    expect(JSON.parse(written[0]!) as unknown).toEqual({
      value: expect.objectContaining({ id: expect.anything() as unknown }) as unknown,
      index: expect.any(Number) as unknown,
      attempts: 2,
      error: expect.any(String) as unknown,
    });
    expect(status).toBe(0);
  }, 60_000);

  test.each(['1', '101%', '-1%', 'x%'])('says in one line that %s is no share, and exits with 2', async (share) => {
    const { status, err } = await run(`--hang=${share}`);
    expect(status).toBe(2);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('0% to 100%');
  });
});
