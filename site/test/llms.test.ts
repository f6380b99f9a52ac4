// The documentation for language models, as it is built.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documents, read } from '../build/routes.js';
import { DIST, isSource, pages } from './browser.js';

const list = readFileSync(`${DIST}llms.txt`, 'utf8');
const full = readFileSync(`${DIST}llms-full.txt`, 'utf8');

test('llms.txt has a title, a summary, and every page once, except the first one and sources', () => {
  expect(list).toMatch(/^# rxjs-concat-map-eager\n\n> .+\n\n## Guide\n\n- \[/);
  const listed = [...list.matchAll(/^- \[[^\]]+\]\(([^)]+)\)(?:: .+)?$/gm)].map(([, address]) => address);
  expect(listed.sort()).toEqual(pages.filter((page) => !isSource(page) && page !== 'index.html').sort());
});

test('llms.txt says of most pages what they are about', () => {
  const lines = list.match(/^- .*/gm)!;
  expect(lines.filter((line) => /\): [A-Z`].*\.$/.test(line)).length).toBeGreaterThan(lines.length * 0.75);
});

test('llms-full.txt has the text of every document, and of the API', () => {
  const parts = [...documents.keys()].flatMap((file) => [`<!-- ${file} -->`, read(file).trimEnd().split('\n').at(-1)!]);
  // Not the whole text in a message.
  expect([...parts, '### concatMapEager()'].filter((part) => !full.includes(part))).toEqual([]);
  expect(full.match(/<!-- samples?:|<script setup/g)).toBeNull();
});

test('llms-full.txt shows the first example', () => {
  expect(full.includes(read('examples/quick-start.ts').trimEnd())).toBe(true);
});
