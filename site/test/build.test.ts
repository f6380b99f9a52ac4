// What the build is to notice.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentOf } from '../build/pages.js';
import { check, samplesOfPage } from '../build/samples.js';
import { DIST } from './browser.js';

describe('a code sample', () => {
  const page = (...code: string[]) => ['# A page', '', 'Text.', '', '```ts', ...code, '```', ''].join('\n');

  test('with a wrong type is a mistake with its file and line', () => {
    const text = page(
      "import { of } from 'rxjs';",
      "import { concatMapEager } from 'rxjs-concat-map-eager';",
      "of(1).pipe(concatMapEager((n) => of(n), { concurrent: '8' }));",
    );
    expect(check(samplesOfPage('docs/page.md', text))).toEqual([
      expect.stringMatching(/^docs\/page\.md:8:\d+: .*'string' is not assignable to type 'Concurrency/),
    ]);
  });

  test('that names an option that is not there is a mistake', () => {
    const text = page(
      "import { of } from 'rxjs';",
      "import { concatMapEager } from 'rxjs-concat-map-eager';",
      'of(1).pipe(concatMapEager((n) => of(n), { concurrency: 8 }));',
    );
    expect(check(samplesOfPage('docs/page.md', text))).toEqual([expect.stringMatching(/^docs\/page\.md:8:\d+: /)]);
  });

  test('may take for granted what a comment declares', () => {
    const text = page('ids.map((id) => id.toFixed());');
    expect(check(samplesOfPage('docs/page.md', text))).toContainEqual(
      expect.stringMatching(/^docs\/page\.md:6:1: Cannot find name 'ids'/),
    );
    expect(check(samplesOfPage('docs/page.md', `<!-- samples:\ndeclare const ids: number[];\n-->\n\n${text}`))).toEqual(
      [],
    );
  });

  test('is of the built package, with the root’s only rxjs', () => {
    expect(
      check(samplesOfPage('docs/page.md', page("import { of } from 'rxjs';", 'of(1).pipe(map(String));'))),
    ).toEqual([expect.stringContaining("Cannot find name 'map'")]);
  });
});

describe('a link', () => {
  test.each([
    ['to a file that is not there', 'nowhere.md'],
    ['to a heading that is not there', '../reference/semantics.md#nowhere'],
    ['to a heading of its own page that is not there', '#nowhere'],
  ])('%s is a mistake with its file and line', (_, target) => {
    const text = `# Choosing\n\nText, and\n[a link](${target}).\n`;
    expect(() => documentOf('docs/guide/choosing.md', 'choosing.md', text)).toThrow(
      /^docs\/guide\/choosing\.md:4: .*nowhere/,
    );
  });

  test('leads to a heading by the anchor that it has on GitHub', () => {
    const text =
      '# Choosing\n\n[Here](#the-same-twice-1), or [there](../reference/semantics.md#order-and-flow).\n\n## The same, `twice`\n\n## The same, `twice`\n';
    expect(documentOf('docs/guide/choosing.md', 'choosing.md', text)).toContain('(/semantics#order-and-flow)');
  });
});

test('a marble that cannot be read is a mistake with its file and line', () => {
  const text = '# Choosing\n\n```marble\nsource  a|\n> nothing\n```\n';
  expect(() => documentOf('docs/guide/choosing.md', 'choosing.md', text)).toThrow(/^docs\/guide\/choosing\.md:6:1: /);
});

describe('the built site', () => {
  const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(?:js|html|css)$/.test(name),
  );
  const texts = files.map((name) => [name, readFileSync(`${DIST}${name}`, 'utf8')] as const);

  test('names no path that it was built for', () => {
    expect(texts.filter(([, text]) => text.includes('/-base-/')).map(([name]) => name)).toEqual([]);
  });

  test('has one rxjs, and the worker of the playground has its own', () => {
    // The message of one of its errors, which is in each copy. A page has its script twice, `lean` for who has the page already.
    const copies = texts
      .map(([name, text]) => [basename(name), text] as const)
      .filter(
        ([name, text]) =>
          name.endsWith('.js') && !name.endsWith('.lean.js') && text.includes('errors occurred during unsubscription'),
      )
      .map(([name]) => name.startsWith('worker.'));
    expect(copies.sort()).toEqual([false, true]);
  });
});
