// What is made of the README and of the changelog for a release.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { repositoryOf, withAbsoluteLinks } from '../../scripts/pack.js';
import { notesOf } from '../../scripts/releaseNotes.js';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const manifest = { version: '1.2.3', repository: 'github:owner/name', homepage: 'https://example.com/docs/' };

describe('the README of the packed package', () => {
  test.each([
    ['a link to a file', '[x](docs/README.md#y)', '[x](https://github.com/owner/name/blob/v1.2.3/docs/README.md#y)'],
    ['a link to a folder', '[x](marbles)', '[x](https://github.com/owner/name/tree/v1.2.3/marbles)'],
    ['a picture', '![x](docs/README.md)', '![x](https://raw.githubusercontent.com/owner/name/v1.2.3/docs/README.md)'],
    [
      'a picture in a link',
      '[![x](README.md)](docs)',
      '[![x](https://raw.githubusercontent.com/owner/name/v1.2.3/README.md)](https://github.com/owner/name/tree/v1.2.3/docs)',
    ],
    [
      'a program of the playground',
      '[x](site/playground.md?program=keys)',
      '[x](https://example.com/docs/playground.html?program=keys)',
    ],
    ['another site', '[x](https://rxjs.dev)', '[x](https://rxjs.dev)'],
    ['a heading of its own', '[x](#options)', '[x](#options)'],
    ['code', '```ts\nrows[0](docs)\n```', '```ts\nrows[0](docs)\n```'],
  ])('has, for %s, an address that is right everywhere', (_, given, expected) => {
    expect(withAbsoluteLinks(given, manifest)).toBe(expected);
  });

  test('has no relative address left', () => {
    const packed = withAbsoluteLinks(read('README.md'), manifest);
    const targets = [...packed.replace(/^```[^]*?^```$/gm, '').matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((target) => !/^(?:https:|#)/.test(target))).toEqual([]);
  });

  test.each([undefined, 'example.com'])('is not made without the address of the site, as with %s', (homepage) => {
    const incomplete = { version: '1.2.3', repository: 'owner/name', ...(homepage !== undefined && { homepage }) };
    expect(() => withAbsoluteLinks('[x](site/playground.md)', incomplete)).toThrow(
      /^Expected `homepage` in package\.json to be the address of the site, as "https:\/\/…", got /,
    );
  });

  test('is not made of links to files that are not there', () => {
    expect(() => withAbsoluteLinks('[x](nowhere.md)', manifest)).toThrow('got nowhere.md');
  });

  test.each([
    'github:owner/name',
    'owner/name',
    'https://github.com/owner/name',
    'git+https://github.com/owner/name.git',
  ])('is made from %s', (repository) => {
    expect(repositoryOf({ version: '1.2.3', repository })).toBe('owner/name');
    expect(repositoryOf({ version: '1.2.3', repository: { url: repository } })).toBe('owner/name');
  });

  test.each([undefined, 'https://example.com/owner/name'])(
    'is not made from %s, and the error says what is missing',
    (url) => {
      expect(() => withAbsoluteLinks('', { version: '1.2.3', ...(url !== undefined && { repository: url }) })).toThrow(
        /^Expected `repository` in package\.json to be a repository at GitHub, as "github:owner\/name", got /,
      );
    },
  );
});

describe('the notes of a release', () => {
  const changelog = '# Changelog\n\n## 1.2.3 (2026-12-01)\n\n- New.\n\n## 1.2.2 (unreleased)\n\n- Old.\n';

  test('are the section of its version', () => {
    expect(notesOf(changelog, '1.2.3')).toBe('- New.\n');
  });

  test('need a date', () => {
    expect(() => notesOf(changelog, '1.2.2')).toThrow('got "## 1.2.2 (unreleased)"');
  });

  test('need a section', () => {
    expect(() => notesOf(changelog, '1.2')).toThrow('Expected a heading "## 1.2 (date)" in CHANGELOG.md, got none');
  });

  test('there is a section for the version of package.json', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(read('CHANGELOG.md')).toContain(`\n## ${version} (`);
  });
});
