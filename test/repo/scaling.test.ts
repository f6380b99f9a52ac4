import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/guide/scaling.md');
const shown = [...page.matchAll(/^\[(examples\/.+)\]\(\.\.\/\.\.\/\1\)\n\n```ts\n([^]*?)^```$/gm)].map(
  ([, path, code]) => [path!, code!] as const,
);

test.each(shown)('docs/guide/scaling.md shows lines of %s', (path, code) => {
  expect(`\n${read(path)}`).toContain(`\n${code}`);
});

test('docs/guide/scaling.md shows no other code', () => {
  expect(shown.map(([path]) => path)).toEqual([
    'examples/workers/thumbnails.ts',
    'examples/workers/pool.ts',
    'examples/queue/results.ts',
    'examples/queue/producer.ts',
    'examples/queue/worker.ts',
    'examples/queue/streams.ts',
  ]);
  expect(page.match(/```\w+/g)).toHaveLength(shown.length);
});
