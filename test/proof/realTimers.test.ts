import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EMPTY, NEVER, of, Subject, timer, TimeoutError } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { record, recordAt } from '../support/record.js';

describe("under vitest's fake timers", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const now = () => Date.now() - 1_000_000;

  test.each([
    [{ first: 50 }, '50:#first'],
    [{ each: 50 }, '50:#each'],
    [{ total: 50 }, '50:#total'],
  ])('a limit passes when its time has come: %o', (timeout, expected) => {
    const seen = recordAt(now, of(0).pipe(concatMapEager(() => NEVER, { timeout })));
    vi.advanceTimersByTime(49);
    expect(seen.heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen.log).toEqual([expected]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('`blocking` passes when its time has come', () => {
    const seen = recordAt(
      now,
      of(0, 20).pipe(concatMapEager((ms) => (ms === 0 ? NEVER : timer(ms)), { timeout: { blocking: 50 } })),
    );
    vi.advanceTimersByTime(1000);
    expect(seen.log).toEqual(['70:#blocking']);
  });

  test('retries come after their delay, each with a fresh clock', () => {
    const seen = recordAt(
      now,
      of(0).pipe(concatMapEager(() => NEVER, { timeout: 50, retry: { count: 2, delay: 100 } })),
    );
    vi.advanceTimersByTime(1000);
    expect(seen.log).toEqual(['350:#total']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('promises are timed as well', async () => {
    const seen = recordAt(
      now,
      of(10, 90, 20).pipe(
        concatMapEager((ms) => new Promise<number>((resolve) => setTimeout(resolve, ms, ms)), {
          timeout: 50,
          onError: 'skip',
        }),
      ),
    );
    await vi.advanceTimersByTimeAsync(200);
    expect(seen.log).toEqual(['10:10', '50:20', '50:|']);
  });

  test('one timer at most is left to an idle stream, none once it has fired, and none at the end', () => {
    const source = new Subject<number>();
    const seen = record(source.pipe(concatMapEager((n) => of(n), { timeout: 1000 })));
    for (let n = 0; n < 100; n++) {
      source.next(n);
      expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    }
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(0);
    source.next(100);
    source.complete();
    expect(seen.heard.at(-1)).toBe('|');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('unsubscribing leaves none', () => {
    const seen = record(of(0, 1, 2).pipe(concatMapEager(() => NEVER, { timeout: { first: 10, each: 20, total: 30 } })));
    expect(vi.getTimerCount()).toBe(1);
    seen.subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a system time that is set back does not delay a limit', () => {
    const seen = record(of(0).pipe(concatMapEager(() => NEVER, { timeout: 100, onError: () => EMPTY })));
    vi.advanceTimersByTime(50);
    vi.setSystemTime(0);
    vi.advanceTimersByTime(49);
    expect(seen.heard).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(seen.heard).toEqual(['|']);
  });
});

describe('by a real clock', () => {
  test('a limit passes, not before its time and not long after it', async () => {
    const start = performance.now();
    const error = await new Promise<unknown>((resolve) => {
      of(0)
        .pipe(concatMapEager(() => NEVER, { timeout: 60 }))
        .subscribe({ error: resolve });
    });
    const took = performance.now() - start;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(took).toBeGreaterThan(57);
    // Milliseconds, and not seconds: a busy machine may take its time.
    expect(took).toBeLessThan(30_000);
  });

  test('a process ends by itself when its streams have ended, although long limits were set', async () => {
    const program = fileURLToPath(new URL('../support/longLimits.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 110_000,
    });
    let output = '';
    child.stdout.on('data', (data) => (output += String(data)));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(output.trim().split('\n').sort()).toEqual(['completed', 'failed', 'taken', 'unsubscribed']);
  });
});
