import { readdirSync, readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const blocks = (markdown: string) => [...markdown.matchAll(/```marble\n([^]*?)```/g)].map(([, block]) => block!);

const pages = readdirSync(new URL('../marbles', import.meta.url)).flatMap((name) => blocks(read(`marbles/${name}`)));

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

test('the README shows a marble that is tested', () => {
  const shown = blocks(read('README.md'));
  expect(shown).toHaveLength(1);
  expect(pages).toContain(shown[0]);
});

test.each(['concatMapEager', 'concatAllEager', 'concatEager'])(
  'the documentation of %s shows a marble that is tested',
  (name) => {
    const shown = blocks(read(`src/${name}.ts`).replace(/^ \* ?/gm, ''));
    expect(shown).toHaveLength(1);
    expect(pages).toContain(shown[0]);
  },
);
