// What is cut is found, and what scrolls shows that it does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { phone, serve, type Site, useBrowser, type Watched } from './browser.js';
import { misfits } from './fit.js';

const browser = useBrowser();
let site: Site;
let watched: Watched;
beforeAll(async () => {
  site = await serve('/');
  watched = await browser.open(site, 'light', phone);
});
afterAll(async () => {
  await watched.context.close();
  site.close();
});

describe('a page does not fit if', () => {
  const wide = '<div style="width: 500px">wide</div>';
  const box = (style: string, content: string) => `<div style="width: 300px; ${style}">${content}</div>`;

  test.each([
    ['it is wider than its window', wide, /^the page: \d+ px beyond the window$/],
    ['something is cut at the side', box('overflow: hidden', wide), /"wide": it is cut, by 200 px$/],
    ['something is clipped', box('overflow-x: clip', wide), /"wide": it is cut, by 200 px$/],
    ['something is cut below', box('overflow: hidden; height: 10px', 'one<br>two'), /"one ?two": it is cut below, by/],
    ['text ends in an ellipsis', box('overflow: hidden; white-space: nowrap', 'word '.repeat(99)), /: it is cut, by/],
    [
      'something stands out of its box',
      box('', '<div style="width: 320px">wide</div>'),
      /: something stands out of it, by 20 px$/,
    ],
    ['something scrolls without a sign', box('overflow-x: auto', wide), /: scrolls for 200 px, and nothing says so$/],
    [
      'a picture is wider than its column',
      box('', '<svg width="320" height="9" style="display: block"></svg>'),
      /svg "": it is 20 px wider/,
    ],
  ])('%s', async (_, html, expected) => {
    await watched.page.setContent(html);
    expect(await misfits(watched.page)).toContainEqual(expect.stringMatching(expected));
  });

  test('nothing of that is so, it does', async () => {
    await watched.page.setContent(
      [
        box('overflow: hidden', 'short'),
        box('overflow-x: auto', wide).replace('<div', '<div class="scrolls"'),
        box('overflow: hidden', `<div hidden>${wide}</div>`),
        '<svg width="320" height="9"></svg>',
      ].join(''),
    );
    expect(await misfits(watched.page)).toEqual([]);
  });
});

test('the path of a file that is too long for a phone is broken behind a slash', async () => {
  const { page } = watched;
  await page.goto(`${site.url}nestjs.html`, { waitUntil: 'load' });
  const link = page.getByRole('link', { name: 'examples/nestjs/src/rows/rows.controller.ts', exact: true }).first();
  /** The lines that it is on: where each begins. */
  const lines = await link.evaluate((element) => {
    const tops = new Map<number, string>();
    for (const node of element.childNodes) {
      for (let at = 0; at < (node.textContent ?? '').length; at++) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { top } = range.getBoundingClientRect();
        tops.set(top, (tops.get(top) ?? '') + node.textContent![at]!);
      }
    }
    return [...tops.values()];
  });
  expect(lines).toEqual(['examples/nestjs/src/rows/', 'rows.controller.ts']);
});

describe('what is wider than a phone has a shadow on the side on which there is more', () => {
  test.each([
    ['code', 'failures.html', '.language-ts > pre'],
    ['a picture of a marble', 'marbles/atomic.html', '.marble-block > .picture'],
    ['a chart', 'performance.html', 'figure.picture'],
    ['a table', 'choosing.html', '.table'],
  ])('%s', async (_, path, selector) => {
    const { page } = watched;
    await page.goto(site.url + path, { waitUntil: 'load' });
    const index = await page.evaluate(
      (all) => [...document.querySelectorAll(all)].findIndex((each) => each.scrollWidth > each.clientWidth + 120),
      selector,
    );
    const element = page.locator(selector).nth(index);
    // The shadow alone is looked at.
    await element.evaluate((each) => {
      each.scrollIntoView({ block: 'end' });
      for (const child of each.children) (child as HTMLElement).style.visibility = 'hidden';
    });
    /** The pixels of its edges. */
    const edges = async () => {
      const { x, y, width, height } = (await element.boundingBox())!;
      const at = (left: number) =>
        page.screenshot({ clip: { x: left, y: Math.floor(y + height) - 3, width: 4, height: 1 } });
      return { left: await at(x + 2), right: await at(x + width - 6) };
    };
    const scrollTo = (left: number) => element.evaluate((each, to) => void (each.scrollLeft = to), left);

    const atStart = await edges();
    await scrollTo(60);
    const between = await edges();
    await scrollTo(10_000);
    const atEnd = await edges();
    expect(between.left).not.toEqual(atStart.left);
    expect(between.left).toEqual(atEnd.left);
    expect(between.right).toEqual(atStart.right);
    expect(between.right).not.toEqual(atEnd.right);
  });
});
