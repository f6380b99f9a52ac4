import { readdirSync, readFileSync } from 'node:fs';
import * as rxjs from 'rxjs';
import * as concatMapEager from 'rxjs-concat-map-eager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { compile } from '../../../playground/freeform/compile.js';
import { PROGRAMS } from '../../../playground/freeform/programs.js';

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
  const write = (...parts: unknown[]) => void lines.push(`${Date.now() - start} ms ${parts.map(String).join(' ')}`);
  vi.spyOn(console, 'log').mockImplementation(write);
  vi.spyOn(console, 'info').mockImplementation(write);
  vi.spyOn(console, 'warn').mockImplementation(write);
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
    const { code } = PROGRAMS.find(({ id }) => id === 'rate-limit')!;
    const lines = await logOf(code.replace('take(12)', `take(${pages})`).replace('500', String(slow)));
    const [last, closed] = lines.slice(-2);
    expect(last).toMatch(new RegExp(`^\\d+ ms page ${pages - 1}$`));
    expect(closed).toBe(last!.replace(/page \d+/, 'asks no more'));
    expect(vi.getTimerCount()).toBe(0);
  },
);

test('the program that takes what it reads has six rows at most that are read and not taken, and ends the reading', async () => {
  const { code } = PROGRAMS.find(({ id }) => id === 'for-await')!;
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
/** What a program prints, whenever that is. */
async function printed(id: string, change = (code: string) => code): Promise<string[]> {
  const { code } = PROGRAMS.find((program) => program.id === id)!;
  return (await logOf(change(code))).map((line) => line.replace(/^\d+ ms /, ''));
}

const numbered = (name: string, from: number, to: number, rest = '') =>
  Array.from({ length: to - from + 1 }, (_, index) => `${name} ${from + index}${rest}`);

describe('a link to a program', () => {
  const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
  const guides = readdirSync(new URL('../../../../docs/guide', import.meta.url)).map((name) => `docs/guide/${name}`);
  const links = ['README.md', 'AGENTS.md', ...guides].flatMap((page) =>
    [...read(page).matchAll(/playground(?:\.md|\.html)?\?program=([\w-]*)/g)].map(({ 1: id, index }) => ({
      page,
      id: id!,
      before: read(page).slice(0, index),
    })),
  );
  /** There is no Node.js in a browser: the program has something else there. */
  const usesNode = (example: string, statement: string) =>
    [...example.matchAll(/^import \{[^}]*?(\w+) \} from 'node:/gm)].some(([, name]) => statement.includes(`${name}(`));
  const packed = (text: string) => text.replace(/\s|,(?=\s*[)\]}])/g, '');

  test('leads from each page to the programs that have its examples', () => {
    expect(links.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'order',
        'keys',
        'for-await',
        'failures',
        'time-limits',
        'limits',
        'streams',
        'settle',
        'migrating',
      ]),
    );
  });

  test.each(links)('$page: $id has the example above it, statement by statement', ({ id, before }) => {
    const [example] = /```ts\n(?:(?!```)[^])*\n```\s*\[[^\]]*\]\([^)]*$/.exec(before) ?? [];
    expect(example).toBeDefined();
    const { code } = PROGRAMS.find((program) => program.id === id)!;
    const statements = example!
      .slice('```ts'.length, example!.indexOf('\n```', 1))
      // Comments are other ones, and what is imported is what the program needs.
      .replace(/\/\*[^]*?\*\/|\/\/.*|^import [^;]*;/gm, '')
      .split(/;[ \t]*\n/)
      .map((statement) => packed(statement).replace(/;$/, ''))
      .filter((statement) => statement !== '' && !usesNode(example!, statement));
    expect(statements.length).toBeGreaterThan(0);
    for (const statement of statements) expect(packed(code)).toContain(statement);
  });

  test.each(links)('$page: there is a program $id', ({ id }) => {
    expect(PROGRAMS.map((program) => program.id)).toContain(id);
  });
});

test('each program has an id of its own', () => {
  expect(new Set(PROGRAMS.map(({ id }) => id)).size).toBe(PROGRAMS.length);
  expect(PROGRAMS.length).toBeGreaterThanOrEqual(10);
});

test.each<[string, readonly string[]]>([
  ['order', numbered('row', 0, 7)],
  ['keys', ['place A: done', 'place B: done', 'cancel A: done', 'place C: done', 'cancel C: done', 'place D: done']],
  ['failures', [...numbered('row', 1, 6), 'the result fails: there is no row 7']],
  [
    'settle',
    [
      ...numbered('page', 1, 2),
      'Error: no page 3',
      ...numbered('page', 4, 5),
      'Error: no page 6',
      ...numbered('page', 7, 8),
    ],
  ],
  ['time-limits', [...numbered('row', 1, 2), 'row 3: TimeoutError', ...numbered('row', 4, 8)]],
  [
    'stuck-head',
    [
      ...numbered('item', 0, 1),
      '2 is given up: TimeoutError: Item 2 exceeded its time limit: `blocking` is 400 ms',
      ...numbered('item', 3, 15),
    ],
  ],
  ['streams', numbered('row', 0, 39, ', enriched')],
  ['migrating', numbered('row', 1, 24)],
])('the program %s prints what its comments say', async (id, lines) => {
  expect(await printed(id)).toEqual(lines);
  expect(vi.getTimerCount()).toBe(0);
});

test('without its key, the program keys has two cancellations refused', async () => {
  expect(await printed('keys', (code) => code.replace(/^ *key: .*$/m, ''))).toEqual([
    'place A: done',
    'place B: done',
    'cancel A: refused',
    'place C: done',
    'cancel C: refused',
    'place D: done',
  ]);
});

test.each([
  ['immediate', ['the result fails: there is no row 7']],
  ['at-end', [...numbered('row', 1, 6), ...numbered('row', 8, 8), 'the result fails: there is no row 7']],
  ['skip', [...numbered('row', 1, 6), ...numbered('row', 8, 8), 'complete']],
])('with %s, the program failures goes on, or not', async (policy, lines) => {
  expect(await printed('failures', (code) => code.replace("onError: 'in-order'", `onError: '${policy}'`))).toEqual(
    lines,
  );
});

test('the program limits starts as many uploads as its comments say, and prints all in order', async () => {
  const lines = await logOf(PROGRAMS.find(({ id }) => id === 'limits')!.code);
  const startsAt = (time: number) => lines.filter((line) => line.startsWith(`${time} ms starts`)).length;
  expect([0, 100, 200, 300, 400, 500, 700, 900, 1_200].map(startsAt)).toEqual([4, 4, 4, 4, 0, 2, 2, 0, 4]);
  expect(lines.filter((line) => !line.includes('starts')).map((line) => line.replace(/^\d+ ms /, ''))).toEqual(
    numbered('upload', 0, 23),
  );
});

test('the program flaky-service gives a price for each id, in order, whatever comes', async () => {
  const luck = [0.05, 0.2, 0.5, 0.99, 0.3, 0.01, 0.7];
  let drawn = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => luck[drawn++ % luck.length]!);
  const lines = await printed('flaky-service');
  const prices = lines.filter((line) => line.startsWith('price'));
  expect(prices.map((line) => /^price (\d+): (\d+|unknown)$/.exec(line)?.[1])).toEqual(
    numbered('', 0, 15).map((id) => id.trim()),
  );
  // Of an item, the log has the last of its three attempts.
  for (const line of lines.filter((each) => !each.startsWith('price'))) expect(line).toMatch(/^\d+ attempt 3: /);
  expect(lines.length).toBeGreaterThan(16);
});
