import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
    ...[
      'README.md',
      'AGENTS.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      'bench/RESULTS.md',
      'bench/soak/RESULTS.md',
      'test/README.md',
    ],
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

describe('a file that is named in code is there', () => {
  const folders = ['src', 'test', 'scripts', 'marbles', 'docs', 'bench', 'site', 'examples'];
  const paths = new Set(folders.flatMap(filesIn));
  const names = new Set([...paths, ...readdirSync(root)].map((path) => path.slice(path.lastIndexOf('/') + 1)));

  test.each([...documents, 'AGENTS.md', 'CONTRIBUTING.md'])('in %s', (page) => {
    expect(missingIn(read(page))).toEqual([]);
  });

  test('a path and a name that are not there would be seen', () => {
    expect(
      missingIn('`src/internal/loop.ts` and `loop.ts › title`, not `src/index.ts`, `index.ts` or `src/internal/`'),
    ).toEqual(['src/internal/loop.ts', 'loop.ts']);
  });

  function missingIn(text: string): string[] {
    const named = inlinesOf(text)
      .flat()
      .filter(({ type }) => type === 'code_inline')
      .map(({ content }) => content.replace(/ › .*/, ''));
    return named.filter((name) => {
      if (folders.some((folder) => name.startsWith(`${folder}/`)) && /^[\w./@-]+$/.test(name)) {
        return !isMade(name) && !existsSync(new URL(name, root));
      }
      return /^[\w.-]+\.(?:ts|mjs|cjs|md)$/.test(name) && !names.has(name);
    });
  }

  /** What git ignores is there only once it has been made. */
  const isMade = (path: string) => path.split('/').includes('dist');

  function filesIn(folder: string): string[] {
    return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (!entry.isDirectory()) return [path];
      return ['node_modules', 'dist'].includes(entry.name) ? [] : filesIn(path);
    });
  }
});
