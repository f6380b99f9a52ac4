import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const blocks = (markdown: string) => [...markdown.matchAll(/```marble\n([^]*?)```/g)].map(([, block]) => block!);

/** The blocks that run as tests. */
const pages = [
  ...readdirSync(new URL('../marbles', import.meta.url)).map((name) => `marbles/${name}`),
  'examples/testing/search.md',
].flatMap((path) => blocks(read(path)));

test('the README shows examples/quick-start.ts', () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('examples/quick-start.ts')}\`\`\``);
});

test('examples/quick-start.ts prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  await import('../examples/quick-start.js');
  await vi.waitFor(() => expect(log).toHaveBeenCalledTimes(8));
  expect(log.mock.calls.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((id) => `row ${id}`));
  log.mockRestore();
});

describe('a marble that is shown is one of the pages, word for word', () => {
  const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' });
  const shown = [
    ...['README.md', ...readdirSync(new URL('../docs', import.meta.url)).map((name) => `docs/${name}`)]
      .filter((path) => path.endsWith('.md'))
      .map((path) => [path, blocks(read(path))] as const),
    ...sources
      .filter((path) => path.endsWith('.ts'))
      .map((path) => [`src/${path}`, blocks(read(`src/${path}`).replace(/^ *\* ?/gm, ''))] as const),
  ].filter(([, found]) => found.length > 0);

  test('in the README and in the documentation of each operator', () => {
    expect(shown.map(([path]) => path)).toEqual(
      expect.arrayContaining(['README.md', 'src/concatMapEager.ts', 'src/concatAllEager.ts', 'src/concatEager.ts']),
    );
  });

  test.each(shown)('%s', (_, found) => {
    for (const block of found) expect(pages).toContain(block);
  });
});
