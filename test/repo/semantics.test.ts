import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Rule {
  readonly text: string;
  /** A file and a title in it. */
  readonly heldBy: readonly (readonly [file: string, title: string])[];
}

const rules = read('docs/reference/semantics.md')
  .split(/\n(?=- )/)
  .slice(1)
  .map((rule) => rule.split(/\n\n|\n#/)[0]!)
  .map((rule): Rule => ({
    text: rule.split(/\n {2}- /)[0]!.replace(/\s+/g, ' '),
    heldBy: [...rule.matchAll(/^ {2}- (``?) ?(.+?) › (.+?) ?\1$/gm)].map(([, , file, title]) => [file!, title!]),
  }));

const files = [...new Set(rules.flatMap(({ heldBy }) => heldBy.map(([file]) => file)))];
const titles = new Map(files.filter((file) => file.endsWith('.md')).map((file) => [file, headingsOf(file)]));
for (const { file, name } of listTests(files.filter((file) => file.endsWith('.ts')))) {
  const path = relative(root, file);
  titles.set(path, titles.get(path)?.add(name) ?? new Set([name]));
}

function headingsOf(page: string): Set<string> {
  return new Set([...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!));
}

/** What vitest would run in these files, skipped tests excluded. Titles of `test.each` are listed as they are written, once. */
function listTests(files: string[]): { file: string; name: string }[] {
  const vitest = `${dirname(createRequire(import.meta.url).resolve('vitest/package.json'))}/vitest.mjs`;
  const args = [vitest, 'list', '--static-parse', '--json', '--typecheck.enabled=false', ...files];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const start = stdout.indexOf('[\n');
  if (start < 0) throw new Error(`vitest has listed nothing:\n${stdout}${stderr}`);
  return JSON.parse(stdout.slice(start)) as { file: string; name: string }[];
}

/** Whether the title is that of a test, of a `describe` with tests, of both in a row, or of a block. */
const isThere = (file: string, title: string): boolean =>
  [...(titles.get(file) ?? [])].some((name) => ` > ${name} > `.includes(` > ${title} > `));

describe('docs/reference/semantics.md', () => {
  test('has rules', () => {
    expect(rules.length).toBeGreaterThan(40);
  });

  test.each(rules)('$text names what holds it', ({ text, heldBy }) => {
    expect(text).toMatch(/MUST/);
    expect(heldBy).not.toEqual([]);
    expect(heldBy.filter(([file, title]) => !isThere(file, title))).toEqual([]);
  });

  test('cannot name a part of a title, or what is a title nowhere', () => {
    const [file, title] = ['test/repo/semantics.test.ts', 'names what holds it'];
    titles.set(file, new Set(['docs/reference/semantics.md > $text names what holds it']));

    expect(isThere(file, `$text ${title}`)).toBe(true);
    expect(isThere(file, 'docs/reference/semantics.md > $text names what holds it')).toBe(true);
    expect(isThere(file, title)).toBe(false);
    expect(isThere(file, 'isThere')).toBe(false);
    expect(isThere('marbles/order.md', 'emits in source order')).toBe(false);
  });
});
