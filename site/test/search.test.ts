// What a search finds first, in the index as it is built.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, type Site, useBrowser, type Watched } from './browser.js';

const browser = useBrowser();
let site: Site;
let watched: Watched;
beforeAll(async () => {
  site = await serve('/some/base/');
  watched = await browser.open(site);
  await watched.page.goto(site.url, { waitUntil: 'load' });
  await watched.page.locator('.VPNavBarSearch button').click();
});
afterAll(async () => {
  await watched.context.close();
  site.close();
});

/** Where the first results lead to, from the top of the site. */
async function find(page: Page, words: string): Promise<string[]> {
  const results = page.locator('.VPLocalSearchBox .result');
  // It waits for the reader to pause: what was found before is to be gone.
  await page.locator('.VPLocalSearchBox input').fill('');
  await results.first().waitFor({ state: 'detached' });
  await page.locator('.VPLocalSearchBox input').fill(words);
  await results.first().waitFor();
  const links = await results.evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href));
  return links.map((link) => link.slice(site.url.length));
}

test.each([
  ['timeout', 'time-limits.html'],
  ['time limits', 'time-limits.html'],
  ['error', 'failures.html'],
  ['onError', 'failures.html'],
  ['retry', 'failures.html#trying-again'],
  ['cancel', 'recipes.html#graceful-shutdown'],
  ['backpressure', 'streams.html'],
  ['memory', 'streams.html#bounding-memory'],
  ['maxParked', 'streams.html#bounding-memory'],
  ['streams', 'streams.html'],
  ['for await', 'streams.html'],
  ['groupBy', 'recipes.html#groups-that-lose-nothing'],
  ['per key', 'keys.html'],
  ['keys', 'keys.html'],
  ['sqs', 'keys.html#message-groups-of-sqs-fifo'],
  ['p-map', 'migrating.html#from-p-map'],
  ['angular', 'angular.html'],
  ['kafka', 'keys.html#partitions-of-kafka'],
  ['rate limit', 'recipes.html#a-rate-limit'],
  ['progress', 'recipes.html#show-progress'],
  ['dead letters', 'recipes.html#dead-letters'],
])('“%s” leads to %s', async (words, expected) => {
  const [first] = await find(watched.page, words);
  expect(first!.replace(/#(.*)$/, (hash) => (expected.includes('#') ? hash : ''))).toBe(expected);
});

test('what explains comes before what specifies', async () => {
  for (const word of [
    'order',
    'reorderWindow',
    'window',
    'completes',
    'unsubscribed',
    'atomic',
    'signal',
    'concurrent',
  ]) {
    const found = await find(watched.page, word);
    const specification = found.findIndex((link) => /^(?:semantics|errors|api\/|decisions|changelog)/.test(link));
    const guide = found.findIndex((link) =>
      /^(?:overview|introduction|choosing|time-limits|failures|keys|limits|streams|recipes|testing|scaling|migrating|order-desk|angular|nestjs)\./.test(
        link,
      ),
    );
    expect(guide, `${word}: ${found.slice(0, 8).join(', ')}`).toBeGreaterThanOrEqual(0);
    if (specification >= 0) expect(guide, `${word}: ${found.slice(0, 8).join(', ')}`).toBeLessThan(specification);
  }
});
