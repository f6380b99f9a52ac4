import { readdirSync, readFileSync } from 'node:fs';
import MarkdownIt from 'markdown-it';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const namesIn = (folder: string) => readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });

const documents = namesIn('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);

/** What is within each paragraph, heading and cell of a page. */
const inlinesOf = (text: string) =>
  new MarkdownIt()
    .parse(text, {})
    .filter(({ type }) => type === 'inline')
    .map(({ children }) => children ?? []);

/** Pieces of text with a backtick, and of code that begin or end with a blank: what backticks within backticks come to. */
const strayBackticks = (text: string): string[] =>
  inlinesOf(text)
    .flat()
    .filter(
      ({ type, content }) =>
        (type === 'text' && content.includes('`')) || (type === 'code_inline' && content !== content.trim()),
    )
    .map(({ content }) => content);

describe('no backtick is left over where a page is shown', () => {
  const pages = [
    ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/RESULTS.md', 'bench/soak/RESULTS.md', 'test/README.md'],
    ...namesIn('marbles').map((name) => `marbles/${name}`),
    ...namesIn('examples')
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => `examples/${name}`),
    ...documents,
  ];

  test.each(pages)('in %s', (page) => {
    expect(strayBackticks(read(page))).toEqual([]);
  });

  test('code with backticks in it would be seen, unless it stands in two', () => {
    expect(strayBackticks('`has its `then` called`')).not.toEqual([]);
    expect(strayBackticks('`calls `return``')).not.toEqual([]);
    expect(strayBackticks('`` calls `return` ``, ``has its `then` called``, `neither`')).toEqual([]);
  });
});
