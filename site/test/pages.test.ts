// Every page, in both themes and in several widths. Pages with the source of a file are made by one template: those of one folder stand for
// all, unless `EVERY_PAGE` is set; of the others the text is read.
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

const sources = pages.filter(isSource);
const opened = pages.filter(
  (page) => !isSource(page) || process.env['EVERY_PAGE'] !== undefined || page.startsWith('source/examples/workers/'),
);

describe('a page loads without an error, is accessible, and fits', () => {
  test.concurrent.each([...opened, '404.html'])('%s', async (path) => {
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

    expect(await violations(page), 'light').toEqual([]);
    await setTheme(page, 'dark');
    expect(await violations(page, 'contrast'), 'dark').toEqual([]);

    for (const width of widths) {
      await page.setViewportSize({ ...desktop, width });
      expect(await misfits(page), `in a window of ${width} pixels`).toEqual([]);
    }

    await page.setViewportSize(phone);
    // Colours are those of the wide page, except for what stands above it.
    expect(await violations(page, 'the rest'), 'on a phone').toEqual([]);
    expect(await violations(page, 'contrast', bars), 'dark, on a phone').toEqual([]);
    await setTheme(page, 'light');
    expect(await violations(page, 'contrast', bars), 'light, on a phone').toEqual([]);
    expect(problems).toEqual([]);
    free.push(watched);
  });
});

async function setTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await waitUntil(page, `document.documentElement.classList.contains('dark') === ${theme === 'dark'}`);
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
    const all = ({ links, ids }: Ends) => ({
      links: [...new Set(links.map((link) => link.replace(/\/index\.html$/, '/')))].sort(),
      ids: [...ids].sort(),
    });
    const both = sources.filter((path) => opened.includes(path));
    expect(both).not.toEqual([]);
    for (const path of both) expect(all(read(path)), path).toEqual(all(seen.get(path)!));
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
  expect(seen.size).toBe(pages.length + 1);
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
