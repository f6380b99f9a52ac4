import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The rules of docs/reference/semantics.md, each with the names of what holds it. */
const rules = read('docs/reference/semantics.md')
  .split(/\n(?=- )/)
  .slice(1)
  .map((rule) => rule.split(/\n\n|\n#/)[0]!)
  .map((rule) => ({
    text: rule.split(/\n {2}- /)[0]!.replace(/\s+/g, ' '),
    held: [...rule.matchAll(/^ {2}- `(.+)`$/gm)].map(([, name]) => name!.split(' › ') as [string, string]),
  }));

test('docs/reference/semantics.md has rules', () => {
  expect(rules.length).toBeGreaterThan(40);
});

test.each(rules)('$text names what holds it', ({ text, held }) => {
  expect(text).toMatch(/MUST/);
  expect(held).not.toEqual([]);
  for (const [file, title] of held) {
    const names = file.endsWith('.md')
      ? read(file)
          .match(/^#+ .*$/gm)!
          .map((line) => line.replace(/^#+ /, ''))
      : read(file);
    expect(names, `${file} › ${title}`).toContain(title);
  }
});
