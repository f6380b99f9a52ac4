import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { from, lastValueFrom, NEVER, of, Subscription, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, record } from '../support/record.js';

const block = (ms: number) => {
  const end = Date.now() + ms;
  while (Date.now() < end);
};

describe('a limit whose alarm is late, since the event loop was blocked,', () => {
  test('lets answers that have arrived meanwhile be heard', async () => {
    let answered = 0;
    const server = createServer((_request, response) => {
      setTimeout(() => {
        response.end('{"ok":true}');
        if (++answered === 10) {
          // The last answer lies in its socket, and nobody can have read it yet.
          block(4_000);
        }
      }, 30);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const get = (signal?: AbortSignal) => fetch(url, { signal: signal ?? null }).then((response) => response.json());
    try {
      // Connections are opened before, so that the answers are all that is missing.
      await Promise.all(Array.from({ length: 5 }, () => get()));
      const rows = from([1, 2, 3, 4, 5]).pipe(
        concatMapEager((_n, _index, { signal }) => get(signal), { timeout: 3_000 }),
        toArray(),
      );

      expect(await lastValueFrom(rows)).toEqual(Array(5).fill({ ok: true }));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('passes then, if nothing has come', async () => {
    const { heard } = record(of(0).pipe(concatMapEager(() => NEVER, { timeout: 20 })));
    block(60);

    await expect.poll(() => heard).toEqual([failure(expect.objectContaining({ name: 'TimeoutError' }))]);
  });

  test.each([101, 500])('asks once more, and no more than once, at %i ms instead of 100', (late) => {
    let now = 0;
    const due: (() => void)[] = [];
    const delays: number[] = [];
    const scheduler = {
      now: () => now,
      schedule: (work: unknown, delay = 0) => {
        delays.push(delay);
        due.push(work as () => void);
        return new Subscription();
      },
    };
    const { heard } = record(of(0).pipe(concatMapEager(() => NEVER, { timeout: 100, scheduler })));
    now = late;
    due.shift()!();
    expect(heard).toEqual([]);
    now = 900;
    due.shift()!();

    expect(heard).toEqual([failure(expect.objectContaining({ name: 'TimeoutError' }))]);
    expect(delays).toEqual([100, 0]);
    expect(due).toEqual([]);
  });

  test('is judged at once while it is punctual', () => {
    let now = 0;
    const due: (() => void)[] = [];
    const scheduler = {
      now: () => now,
      schedule: (work: unknown) => {
        due.push(work as () => void);
        return new Subscription();
      },
    };
    const { heard } = record(of(0).pipe(concatMapEager(() => NEVER, { timeout: 100, scheduler })));
    now = 100;
    due.shift()!();

    expect(heard).toHaveLength(1);
  });
});
