import * as rxjs from 'rxjs';
import * as concatMapEager from 'rxjs-concat-map-eager';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compile } from '../../../playground/freeform/compile.js';
import { SAMPLES } from '../../../playground/freeform/samples.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What a program logs, each line with its time, on a machine that needs none. */
async function logOf(program: string): Promise<string[]> {
  const start = Date.now();
  const lines: string[] = [];
  const write = (line: string) => void lines.push(`${Date.now() - start} ms ${line}`);
  vi.spyOn(console, 'log').mockImplementation(write);
  vi.spyOn(console, 'info').mockImplementation(write);
  const code = `data:text/javascript,${encodeURIComponent(compile(program).module)}`;
  const { default: main } = (await import(/* @vite-ignore */ code)) as {
    default: (require: (name: string) => object, exports: object) => Promise<void>;
  };
  // It may wait for its timers itself.
  const ended = main((name) => (name === 'rxjs' ? rxjs : concatMapEager), {});
  await vi.advanceTimersByTimeAsync(10_000);
  await ended;
  return lines;
}

// It is asked, waits for its rate or waits for room when nobody wants more, by how many are wanted and when they come.
test.each([130, 500, 530].flatMap((slow) => Array.from({ length: 12 }, (_, index) => [index + 1, slow] as const)))(
  'the program with a generator closes it in the millisecond in which nobody wants more than %i, if some take %i ms',
  async (pages, slow) => {
    const { code } = SAMPLES.find(({ name }) => name === 'rate-limit')!;
    const lines = await logOf(code.replace('take(12)', `take(${pages})`).replace('500', String(slow)));
    const [last, closed] = lines.slice(-2);
    expect(last).toMatch(new RegExp(`^\\d+ ms page ${pages - 1}$`));
    expect(closed).toBe(last!.replace(/page \d+/, 'asks no more'));
    expect(vi.getTimerCount()).toBe(0);
  },
);

test('the program that takes what it reads has six rows at most that are read and not taken, and ends the reading', async () => {
  const { code } = SAMPLES.find(({ name }) => name === 'slow-reader')!;
  const lines = await logOf(code);
  const ahead: number[] = [];
  for (const line of lines) {
    ahead.push((ahead.at(-1) ?? 0) + (line.includes('reads row') ? 1 : line.includes(' ms row ') ? -1 : 0));
  }
  // And the one that the loop has, and has not logged.
  expect(Math.max(...ahead)).toBe(7);
  expect(lines.filter((line) => line.includes(' ms row ')).map((line) => line.replace(/^.* ms /, ''))).toEqual(
    Array.from({ length: 12 }, (_, row) => `row ${row}`),
  );
  expect(lines.at(-1)).toMatch(/no more is read$/);
  expect(vi.getTimerCount()).toBe(0);
});
