// Every page with a text is opened: it has no error, is accessible, and fits a desktop and a phone. Some pages have among them all kinds of
// elements: they stand for the others where only colours and other widths are looked at. With `EVERY_PAGE` set all pages are looked at so,
// also those that show the source of a file, of which otherwise a few are opened and the others read.
import { waitUntil } from './waitUntil.js';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bars,
  desktop,
  DIST,
  isSource,
  pages,
  phone,
  serve,
  setTheme,
  type Site,
  useBrowser,
  violations,
  type Watched,
} from './browser.js';
import { misfits, widths } from './fit.js';

const browser = useBrowser();
let site: Site;
/** Windows that are free: a page is loaded much faster where others have been loaded before. */
const free: Watched[] = [];
beforeAll(async () => {
  site = await serve('/');
});
afterAll(() => site.close());

/** What links of a page lead to, and what can be led to in it. */
interface Ends {
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}
const seen = new Map<string, Ends>();

const textOf = (path: string) => readFileSync(DIST + path, 'utf8');

/** The same by the text of a page. */
function read(path: string): Ends {
  const all = (attribute: RegExp) => [...textOf(path).matchAll(attribute)].map(([, value]) => value!);
  return {
    links: all(/<a [^>]*?\bhref="([^"]*)"/g).map(
      (link) => new URL(link.replaceAll('&amp;', '&'), site.url + path).href,
    ),
    ids: new Set(all(/<[^>]* id="([^"]*)"/g)),
  };
}

const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;

/** The kinds of elements of a page: their classes and colours, and what they stand in. */
function kindsOf(path: string): Set<string> {
  const kinds = new Set<string>();
  const parents: string[] = [];
  for (const [, end, tag, attributes = ''] of textOf(path).matchAll(/<(\/?)([a-z][\w-]*)((?:\s[^>]*)?)>/g)) {
    if (end === '/') {
      parents.pop();
      continue;
    }
    const of = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
    // One class is the name of the page.
    const classes = of('class').replace(/\S*_-base-_\S*/g, '');
    const colours = [...(of('style').match(/#\w+/g) ?? []), of('fill'), of('stroke')];
    const kind = [tag, classes, ...colours].join();
    kinds.add(`${parents.at(-1)} > ${kind}`);
    if (!VOID.test(tag!) && !attributes.endsWith('/')) parents.push(`${tag}.${classes}`);
  }
  return kinds;
}

/** Pages of which each has something that none before it has, and which have all together: what has most comes first. */
function representatives(paths: readonly string[]): Set<string> {
  // Scripts make what it shows: its text has none of it.
  const chosen = new Set(['404.html']);
  const left = new Map(paths.map((path) => [path, kindsOf(path)]));
  while (left.size > 0) {
    const [path, kinds] = [...left].reduce((most, next) => (next[1].size > most[1].size ? next : most));
    left.delete(path);
    if (kinds.size > 0) chosen.add(path);
    for (const others of left.values()) for (const kind of kinds) others.delete(kind);
  }
  return chosen;
}

const all = [...pages, '404.html'];
const sources = all.filter(isSource);
const chosen = process.env['EVERY_PAGE'] === undefined ? representatives(all) : new Set(all);
/** In whatever language they are, such pages are made by one template. */
const opened = all.filter((page) => !isSource(page) || chosen.has(page) || page.startsWith('source/examples/workers/'));

describe('a page loads without an error, is accessible, and fits', () => {
  test.concurrent.each(opened)('%s', async (path) => {
    const watched = free.pop() ?? (await browser.open(site));
    const { page, problems } = watched;
    await page.setViewportSize(desktop);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(site.url + path, { waitUntil: 'load' });
    // Until the page's scripts have taken it over.
    await waitUntil(page, 'document.querySelector("#app")?.__vue_app__ !== undefined');
    seen.set(path, {
      links: await page.evaluate<string[]>('[...document.links].map(({ href }) => href)'),
      ids: new Set(await page.evaluate<string[]>('[...document.querySelectorAll("[id]")].map(({ id }) => id)')),
    });

    if (chosen.has(path)) await look(page);
    else {
      expect(await violations(page, 'the rest')).toEqual([]);
      await fit(page, [phone.width, desktop.width]);
    }
    expect(problems).toEqual([]);
    free.push(watched);
  });
});

/** In these widths. */
async function fit(page: Page, widths: readonly number[]): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ ...desktop, width });
    expect(await misfits(page), `in a window of ${width} pixels`).toEqual([]);
  }
}

/** In both themes and all widths. */
async function look(page: Page): Promise<void> {
  expect(await violations(page), 'light').toEqual([]);
  await setTheme(page, 'dark');
  expect(await violations(page, 'contrast'), 'dark').toEqual([]);

  await fit(page, widths);

  await page.setViewportSize(phone);
  // Colours are those of the wide page, except for what stands above it.
  expect(await violations(page, 'the rest'), 'on a phone').toEqual([]);
  expect(await violations(page, 'contrast', bars), 'dark, on a phone').toEqual([]);
  await setTheme(page, 'light');
  expect(await violations(page, 'contrast', bars), 'light, on a phone').toEqual([]);
}

describe('a page with the source of a file', () => {
  test.each(sources)('%s has a heading, and the file', (path) => {
    const html = textOf(path);
    expect(html.match(/<h1/g)).toHaveLength(1);
    // Of a folder there is a list, and a page is shown as what it says.
    if (/\.\w+\.html$/.test(path)) expect(html).toMatch(/<pre class="[^"]*shiki/);
    if (!seen.has(path)) seen.set(path, read(path));
  });

  test('has the links and headings in its text that it has in a browser', () => {
    // Its scripts write links to a folder without its index, and those of the outline once more.
    const sorted = ({ links, ids }: Ends) => ({
      links: [...new Set(links.map((link) => link.replace(/\/index\.html$/, '/')))].sort(),
      ids: [...ids].sort(),
    });
    const both = sources.filter((path) => opened.includes(path));
    expect(both).not.toEqual([]);
    for (const path of both) expect(sorted(read(path)), path).toEqual(sorted(seen.get(path)!));
  });
});

describe('a page with pictures of marbles', () => {
  test.concurrent.each(pages)('%s says below the first what the marks mean', async (path) => {
    const html = textOf(path);
    const [before, ...after] = html.split(
      /<div class="picture scrolls"|<figure class="picture scrolls"[^>]*><svg class="marble"/,
    );
    expect(before).not.toContain('class="marble-legend"');
    expect(after.map((part) => part.includes('class="marble-legend"'))).toEqual(after.map((_, index) => index === 0));
  });
});

test('no link is broken', () => {
  expect(seen.size).toBe(all.length);
  const broken = new Set<string>();
  for (const [path, { links }] of seen) {
    for (const link of links) {
      if (!link.startsWith(site.url)) {
        if (!link.startsWith('https:')) broken.add(`${path}: ${link}`);
        continue;
      }
      const { pathname, hash } = new URL(link);
      const target = seen.get(pathname.slice(1).replace(/(^|\/)$/, '$1index.html'));
      if (!target || (hash !== '' && !target.ids.has(decodeURIComponent(hash.slice(1)))))
        broken.add(`${path}: ${link}`);
    }
  }
  expect([...broken]).toEqual([]);
});
