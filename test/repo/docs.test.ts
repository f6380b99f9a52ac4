import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const namesIn = (folder: string) =>
  readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' });
const blocks = (markdown: string) => [...markdown.matchAll(/```marble\n([^]*?)```/g)].map(([, block]) => block!);

/** The blocks that run as tests. */
const pages = [
  ...readdirSync(new URL('../../marbles', import.meta.url)).map((name) => `marbles/${name}`),
  'examples/testing/search.md',
].flatMap((path) => blocks(read(path)));

test('the README shows examples/quick-start.ts', () => {
  expect(read('README.md')).toContain(`\`\`\`ts\n${read('examples/quick-start.ts')}\`\`\``);
});

test('the README says what the package is at most, and what it needs, as package.json does', () => {
  const manifest = JSON.parse(read('package.json')) as {
    'size-limit': { name: string; limit: string }[];
    engines: { node: string };
    peerDependencies: Record<string, string>;
    dependencies?: object;
  };
  const [, said] = /^\*\*[^]*?\n\n/m.exec(read('README.md'))![0].split('**', 3).slice(1);
  const { limit } = manifest['size-limit'].find(({ name }) => name === 'concatMapEager')!;
  expect(said).toContain(`${limit} `);
  expect(said).toContain('no dependencies');
  expect(manifest.dependencies).toBeUndefined();
  expect(manifest.peerDependencies).toEqual({ rxjs: `^${/rxjs ([\d.]+) or later/.exec(said!)![1]}.0` });
  expect(manifest.engines.node).toBe(`>=${/Node\.js (\d+) or later/.exec(said!)![1]}`);
});

test('examples/quick-start.ts prints what it says', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  await import('../../examples/quick-start.js');
  await expect.poll(() => log.mock.calls.length).toBe(8);
  expect(log.mock.calls.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((id) => `row ${id}`));
  log.mockRestore();
});

describe('a marble that is shown is one of the pages, word for word', () => {
  const sources = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' });
  const shown = [
    ...[
      'README.md',
      ...namesIn('docs').map((name) => `docs/${name}`),
      ...readdirSync(new URL('../../site', import.meta.url)).map((name) => `site/${name}`),
    ]
      .filter((path) => path.endsWith('.md'))
      .map((path) => [path, blocks(read(path))] as const),
    ...sources
      .filter((path) => path.endsWith('.ts'))
      .map((path) => [`src/${path}`, blocks(read(`src/${path}`).replace(/^ *\* ?/gm, ''))] as const),
  ].filter(([, found]) => found.length > 0);

  test('in the documentation of each operator', () => {
    expect(shown.map(([path]) => path)).toEqual(
      expect.arrayContaining(['src/concatMapEager.ts', 'src/concatAllEager.ts', 'src/concatEager.ts']),
    );
  });

  test.each(shown)('%s', (_, found) => {
    for (const block of found) expect(pages).toContain(block);
  });
});

describe('code that is shown of an example with a package of its own', () => {
  const exists = (path: string) => existsSync(new URL(`../../${path}`, import.meta.url));
  const applications = readdirSync(new URL('../../examples', import.meta.url)).filter(
    (name) => exists(`examples/${name}/package.json`) && exists(`docs/guide/${name}.md`),
  );

  test.each(applications)(
    'docs/guide/%s.md: is lines of the file that is named above it, except for their indent',
    (name) => {
      const page = read(`docs/guide/${name}.md`);
      const shown = [...page.matchAll(/^\[(examples\/.+)\]\(\.\.\/\.\.\/\1\)\n\n```ts\n([^]*?)^```$/gm)];
      expect(shown.length).toBeGreaterThan(0);
      // No code but that.
      expect(page.match(/^```[jt]sx?$/gm)).toHaveLength(shown.length);
      for (const [, path, code] of shown) {
        expect(isPartOf(linesOf(read(path!)), linesOf(code!)), `${path}:\n${code}`).toBe(true);
      }
    },
  );

  test('docs/guide/keys.md: the whole of the Angular example that it names', () => {
    const [, path, code] = /^\[(examples\/angular\/.+)\]\(\.\.\/\.\.\/\1\)\n\n```ts\n([^]*?)^```$/m.exec(
      read('docs/guide/keys.md'),
    )!;
    expect(code).toBe(read(path!));
  });

  const linesOf = (text: string) => text.trimEnd().split('\n');

  /** Whether the lines follow one another in a file, each with the same indent added. */
  function isPartOf(file: readonly string[], lines: readonly string[]): boolean {
    return file.some((first, at) => {
      const indent = first.slice(0, first.length - lines[0]!.length);
      return indent.trim() === '' && lines.every((line, index) => file[at + index] === (line && indent + line));
    });
  }
});

describe('a link leads to a file that is there', () => {
  const pages = [
    ...['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/RESULTS.md', 'bench/soak/RESULTS.md'],
    ...['docs', 'marbles'].flatMap((folder) => namesIn(folder).map((name) => `${folder}/${name}`)),
    ...namesIn('examples').map((name) => `examples/${name}`),
  ].filter((path) => path.endsWith('.md') && !path.includes('node_modules'));

  test.each(pages)('in %s', (page) => {
    const text = read(page).replace(/^(```+)[^]*?^\1$/gm, '');
    for (const [, target] of text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      expect(existsSync(new URL(target!, new URL(`../../${page}`, import.meta.url))), target).toBe(true);
    }
  });
});

test('CONTRIBUTING.md says of every file of src/internal what it does, and of every script', () => {
  const page = read('CONTRIBUTING.md');
  const table = page.split('### src/internal\n')[1]!.split('\n## ')[0]!;
  const said = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, files]) => files!.match(/\w+\.ts/g)!);
  expect(said.sort()).toEqual(namesIn('src/internal').sort());

  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = Object.keys(scripts).filter((name) => !/^(?:pre|post)[a-z]/.test(name));
  const unsaid = commands.filter((name) => !new RegExp(`\`(?:npm run |npm )?${name}\``).test(page));
  expect(unsaid).toEqual([]);
});
