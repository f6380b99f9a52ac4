import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { adaptiveLimit } from 'rxjs-concat-map-eager';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Action } from '../actions.js';
import { connect } from '../client.js';
import { sample, tableOf, verdictOf, type LimitRun } from '../compareLimits.js';
import { NO_FAULTS } from '../faults.js';
import { policies } from '../policies.js';
import { startService } from '../startService.js';

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe('a service with a capacity', () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  beforeAll(() => vi.stubEnv('NODE_OPTIONS', `--import ${tsx}`));
  afterAll(() => vi.unstubAllEnvs());

  const { signal } = new AbortController();
  const actions = Array.from({ length: 5 }, (_, id): Action => ({ id, type: 'place', order: `A-${id}` }));

  test('validates so many at once, lets as many wait, and refuses the others with 429', async () => {
    const service = await startService({
      seed: 1,
      latency: { min: 500, max: 500 },
      faults: NO_FAULTS,
      capacity: 2,
    });
    try {
      const { validate, ledger } = connect(service)();
      const began = performance.now();
      const ends = await Promise.all(
        actions.map((action, index) =>
          validate(action, index, { signal }).then(
            () => ({ status: 200, halves: Math.floor((performance.now() - began) / 500) }),
            (error: unknown) => ({ status: (error as { status: number }).status, halves: 0 }),
          ),
        ),
      );
      // Five connections may be opened in any order.
      expect(ends.sort((a, b) => a.status - b.status || a.halves - b.halves)).toEqual([
        { status: 200, halves: 1 },
        { status: 200, halves: 1 },
        { status: 200, halves: 2 },
        { status: 200, halves: 2 },
        { status: 429, halves: 0 },
      ]);
      expect((await ledger()).entered).toHaveLength(4);

      // There is room again.
      await validate(actions[0]!, 9, { signal });
    } finally {
      await service.stop();
    }
  });
});

describe('the report of limits', () => {
  const runOf = (more: Partial<LimitRun>): LimitRun => ({
    policy: { ...policies[0]!, name: 'a limit' },
    read: 100,
    emitted: 100,
    skipped: 0,
    deadLettered: 0,
    notReached: 0,
    failedAttempts: 0,
    swapped: 0,
    output: [],
    late: 0,
    milliseconds: 1_000,
    limit: 20,
    refused: 0,
    durations: [1, 50, 100],
    limits: [[0, 20]],
    ...more,
  });
  const adaptive = (more: Partial<LimitRun> = {}) =>
    runOf({ limit: adaptiveLimit(), milliseconds: 1_250, limits: [[0, 4], [260, 8], [300, 16], [1_100, 18]], ...more }); // prettier-ignore

  test('says what the limit was over time, and what it came to', () => {
    expect(verdictOf([runOf({ limit: 10, milliseconds: 2_000 }), runOf({}), adaptive()], 20).slice(1)).toEqual([
      'What adaptiveLimit() let through at once, every 0.25 s: 4, 4, 16, 16, 16, 18. The service validates 20 at once.',
      'Nobody told adaptiveLimit() that number. It did 80 % of the actions a second that the right limit did.',
    ]);
  });

  test('says so when an action could not be validated, or the order was broken', () => {
    const stopped = new Error('the service answered 429');
    const runs = [
      runOf({ notReached: 2, emitted: 98, stopped }),
      runOf({ late: 1 }),
      runOf({ swapped: 1 }),
      runOf({ emitted: 99 }),
      adaptive(),
    ];
    expect(verdictOf(runs, 20)).toEqual([
      'a limit: 2 actions could not be validated: the service answered 429.',
      'a limit: the totals do not match, or the order is broken.',
      'a limit: the totals do not match, or the order is broken.',
      'a limit: the totals do not match, or the order is broken.',
    ]);
  });

  test('counts actions a second, refusals and the median of attempts', () => {
    const cells = tableOf([runOf({ milliseconds: 500, refused: 1_234 })])
      .split('\n')
      .at(-2)!
      .split('│')
      .slice(1, -1)
      .map((cell) => cell.trim());
    expect(cells).toEqual(['a limit', '0.50 s', '200', '1,234', '50 ms', 'yes', '0', '0']);
  });

  test('samples a limit about a dozen times, whatever the length of the run', () => {
    expect(sample([[0, 1], [250, 2]], 500)).toEqual({ every: 250, seen: [1, 2, 2] }); // prettier-ignore
    for (const milliseconds of [1, 2_999, 3_000, 3_001, 60_000]) {
      const { every, seen } = sample([[0, 1]], milliseconds);
      expect(every % 250).toBe(0);
      expect(seen.length).toBeLessThanOrEqual(13);
      expect((seen.length - 1) * every).toBeGreaterThan(milliseconds - every);
    }
  });
});

describe('the program with --adaptive', () => {
  const run = (...args: string[]) =>
    new Promise<{ status: number; out: string; err: string }>((resolve) => {
      const flags = ['--tsconfig', here('tsconfig.run.json'), here('main.ts')];
      execFile(
        here('../../node_modules/.bin/tsx'),
        [...flags, ...args],
        { cwd: tmpdir(), timeout: 150_000 },
        (error, out, err) => resolve({ status: error ? Number(error.code ?? -1) : 0, out, err }),
      );
    });

  test('compares limits: a right one is not refused, one that is too large is, and every action is validated', async () => {
    const { status, out, err } = await run(
      '--capacity', '8', '--count', '200', '--latency', '1-40', '--concurrent', '60',
    ); // prettier-ignore
    expect(out).toContain('The service validates 8 actions at once, lets 8 wait, and refuses the others with 429.');
    const rows = out
      .split('\n')
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .filter(([, name]) => /\d|Limit/.test(name ?? ''))
      .map(([, name, , , refused, , inOrder, swapped, lost]) => [name, Number(refused) > 0, inOrder, swapped, lost]);
    expect(rows.slice(0, 3)).toEqual([
      ['4, too small', false, 'yes', '0', '0'],
      ['8, right', false, 'yes', '0', '0'],
      ['60, too large', true, 'yes', '0', '0'],
    ]);
    expect(rows[3]).toEqual(['adaptiveLimit()', expect.any(Boolean), 'yes', '0', '0']);
    expect(out).toMatch(/\nWhat adaptiveLimit\(\) let through at once, every [\d.]+ m?s: 4(, \d+)*\. The service /);
    expect(out).toMatch(/\nNobody told adaptiveLimit\(\) that number\. It did \d+ % [^\n]+\n$/);
    expect(err.split('\n').filter(Boolean)).toHaveLength(4);
    expect(status).toBe(0);
  });
});
