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
  await main((name) => (name === 'rxjs' ? rxjs : concatMapEager), {});
  await vi.advanceTimersByTimeAsync(10_000);
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
