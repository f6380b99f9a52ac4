// The same files work wherever they are.
import { waitUntil } from './waitUntil.js';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIST, serve, type Site, useBrowser, type Watched } from './browser.js';

const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'site-'));
beforeAll(() => {
  cpSync(DIST, folder, { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function walk({ page }: Watched, site: Site): Promise<void> {
  await page.goto(`${site.url}marbles/order.html`);
  await waitUntil(page, 'document.querySelector("#app")?.__vue_app__ !== undefined');
  // By the page's own scripts, up a folder and down another.
  await page.evaluate('window.sameDocument = true');
  await page.locator('.VPNavBarMenu a', { hasText: 'Guide' }).click();
  await page.waitForURL(`${site.url}introduction.html`);
  await page.locator('h1', { hasText: 'Introduction' }).waitFor();
  await page.locator('.VPSidebar a', { hasText: 'Time limits' }).click();
  await page.waitForURL(`${site.url}time-limits.html`);
  await page.locator('.VPNavBarMenu a', { hasText: 'API' }).click();
  await page.locator('h1', { hasText: 'rxjs-concat-map-eager' }).waitFor();
  await page.locator('.VPNavBarTitle a').click();
  await page.locator('.problem').waitFor();
  expect(page.url()).toBe(site.url);
  expect(await page.evaluate('window.sameDocument')).toBe(true);
}

describe('the site works below', () => {
  test.each(['/', '/some/base/', '/a folder/über/'])('%s', async (base) => {
    const site = await serve(encodeURI(base), folder);
    const { page, problems, context } = await browser.open(site);
    try {
      await walk({ page, problems, context }, site);
      expect(problems).toEqual([]);
    } finally {
      await context.close();
      site.close();
    }
  });
});

describe('what is not there is told, with links that lead somewhere', () => {
  test.each([
    ['/', 'nothing'],
    ['/', 'no/such/page.html?query'],
    ['/some/base/', 'nothing'],
    ['/some/base/', 'marbles/no/such/page'],
    ['/a folder/über/', 'no such/page/'],
  ])('%s%s', async (base, path) => {
    const site = await serve(encodeURI(base), folder);
    const { page, problems, context } = await browser.open(site);
    try {
      await page.goto(site.url + path);
      await waitUntil(page, 'document.querySelector("#app")?.__vue_app__ !== undefined');
      await page.locator('h1', { hasText: 'There is no such page' }).waitFor();
      expect(page.url()).toBe(site.url + encodeURI(path));
      const skip = await page.locator('.VPSkipLink').evaluate((link) => (link as HTMLAnchorElement).href);
      expect(skip).toBe(`${site.url}${encodeURI(path)}#VPContent`);
      // Its style has been loaded.
      expect(await page.locator('.not-found').evaluate((element) => getComputedStyle(element).maxWidth)).toBe('688px');
      await page.locator('.not-found a', { hasText: 'Recipes' }).click();
      await page.waitForURL(`${site.url}recipes.html`);
      await page.locator('h1', { hasText: 'Recipes' }).waitFor();
      // The page itself, and folders above it, are not there.
      const missing = new URL(path, site.url).pathname.slice(new URL(site.url).pathname.length).split('/').length - 1;
      expect(problems.filter((problem) => !/^(404: .*404\.html|console: .* 404 )/.test(problem))).toEqual([
        `404: ${site.url}${encodeURI(path)}`,
      ]);
      expect(problems.filter((problem) => problem.endsWith('/404.html'))).toHaveLength(missing);
    } finally {
      await context.close();
      site.close();
    }
  });
});

test('a search finds a page, and leads to it', async () => {
  const site = await serve('/some/base/', folder);
  const { page, problems, context } = await browser.open(site);
  try {
    await page.goto(site.url);
    await page.locator('.VPNavBarSearch button').click();
    await page.locator('.VPLocalSearchBox input').fill('dead letters');
    await page.locator('.VPLocalSearchBox .result', { hasText: 'Dead letters' }).first().click();
    await page.waitForURL(`${site.url}recipes.html#dead-letters`);
    expect(problems).toEqual([]);
  } finally {
    await context.close();
    site.close();
  }
});

test('a page can be read without a server', async () => {
  const url = `${pathToFileURL(folder).href}/`;
  const { page, context } = await browser.open({ url, requests: [], close: () => undefined });
  try {
    await page.goto(`${url}index.html`);
    expect(await page.locator('.problem svg').count()).toBe(3);
    // The style sheet is there.
    expect(await page.evaluate('getComputedStyle(document.querySelector(".problem")).display')).toBe('grid');
    await page.locator('.vp-doc a', { hasText: 'The marbles' }).click();
    await page.waitForURL(`${url}marbles/index.html`);
    expect(await page.locator('.marble-block svg').count()).toBeGreaterThan(3);
    await page.locator('.VPNavBarTitle a').click();
    await page.waitForURL(`${url}index.html`);
  } finally {
    await context.close();
  }
});
