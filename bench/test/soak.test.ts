import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pagesOf } from '../soak/report.js';
import { readResults, type Results } from '../soak/results.js';
import { judge } from '../soak/verdict.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const results = readResults();

test('six seconds of hangs, failures, retries and unsubscriptions leave nothing behind and nothing unhandled', async () => {
  const flags = ['--expose-gc', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, path('bench/soak/main.ts'), '--minutes', '0.1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 280_000,
  });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];

  expect(output).toMatch(/It has held\.\n$/);
  expect(code).toBe(0);
});

describe('the verdict on the last run', () => {
  test('is that all has held', () => {
    expect(judge(results).filter(({ isHeld }) => !isHeld)).toEqual([]);
    expect(results.minutes).toBeGreaterThanOrEqual(30);
  });

  const growing = (bytes: number): Partial<Results> => ({
    samples: results.samples.map((sample, i) => ({
      ...sample,
      heap: sample.heap + (i * bytes) / results.samples.length,
    })),
  });
  const changed = (what: Partial<Results['samples'][number]>): Partial<Results> => ({
    samples: results.samples.map((sample, i) => ({ ...sample, ...(i === 9 && what) })),
  });
  const mistakes: [what: string, Partial<Results>][] = [
    ['the heap had grown by a megabyte', growing(1e6)],
    ['a timer had been left, once', changed({ resources: { ...results.before, Timeout: 1 } })],
    ['a handle had been left at the end', { after: { ...results.before, PipeWrap: 7 } }],
    ['there had been a warning', { counts: { ...results.counts, 'alarm: warning': 1 } }],
    ['an item had been lost', { problems: ['item 7 is lost'] }],
    ['objects had piled up, and were released at the end', changed({ present: 1_000 })],
    ['a signal had been left', { left: { ...results.left, signals: 1 } }],
    [
      'somebody had left a listener on a signal, once',
      changed({ listeners: { ...results.listeners.live, 'the signal': 99 } }),
    ],
    ['a limit had been listened to after the end', { listeners: { ...results.listeners, after: { 'a limit': 1 } } }],
    ['no loop had been left', { counts: { ...results.counts, 'for await: left': 0 } }],
    ['nothing had hung', { counts: { ...results.counts, 'limit: first': 0 } }],
  ];

  test.each(mistakes)('would be another one if %s', (_, mistake) => {
    expect(judge({ ...results, ...mistake }).filter(({ isHeld }) => !isHeld)).toHaveLength(1);
  });

  test('looks at the heap after a warm-up: what grows only before is no leak', () => {
    const samples = results.samples.map((sample, i) => ({ ...sample, heap: sample.heap - (i < 5 ? 1e7 : 0) }));

    expect(judge({ ...results, samples }).filter(({ isHeld }) => !isHeld)).toEqual([]);
  });
});

test('its page and its chart are made from its results', async () => {
  for (const [file, content] of Object.entries(await pagesOf(results))) {
    expect(content, file).toBe(readFileSync(path(file), 'utf8'));
  }
});
