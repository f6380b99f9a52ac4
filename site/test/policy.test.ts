// The content security policy of the pages. That none is violated where nobody attacks is seen in `pages.test.ts`: it would be an error.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashOf } from '../build/bundle.js';
import { DIST, pages, serve, type Site, useBrowser } from './browser.js';

const browser = useBrowser();
let site: Site;
let elsewhere: Site;
beforeAll(async () => {
  site = await serve('/');
  elsewhere = await serve('/');
});
afterAll(() => {
  site.close();
  elsewhere.close();
});

test.each([...pages, '404.html'])(
  '%s has a policy above its scripts, which are the only ones that it allows',
  (path) => {
    const html = readFileSync(DIST + path, 'utf8');
    const [, above, policy, below] =
      /^([^]*?)<meta http-equiv="Content-Security-Policy" content="([^"]*)">([^]*)$/.exec(html) ?? [];
    expect(above).not.toContain('<script');
    // Browsers look for it among the first 1,024 bytes.
    expect(above).toContain('<meta charset="utf-8">');
    const sources = /script-src ([^;]*)/.exec(policy!)![1]!.split(' ');
    expect(sources.filter((source) => !source.startsWith("'sha256-"))).toEqual(["'self'", 'blob:']);
    const inline = [...below!.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([^]*?)<\/script>/g)].map(([, script]) => script!);
    expect(inline.length).toBeGreaterThan(2);
    for (const script of inline) expect(sources).toContain(hashOf(script));
  },
);

describe('a page keeps what may have got into it from', () => {
  test.each([
    ['running a script', `<img src="data:," onerror="document.title = 'reached'">`],
    ['loading a script', `<iframe srcdoc="<script src='TARGET'></script>"></iframe>`],
    ['showing a page', `<iframe src="TARGET"></iframe>`],
    ['loading a picture', `<img src="TARGET">`],
    [
      'loading a style',
      `<link rel="stylesheet" href="TARGET"><style>@import "TARGET"; body { background: url(TARGET) }</style>`,
    ],
    ['sending a form', `<form action="TARGET"><button>Send</button></form>`],
  ])('%s', async (_what, markup) => {
    const { page, context } = await browser.open(site);
    try {
      const target = `${elsewhere.url}reached`;
      await page.goto(`${site.url}introduction.html`);
      await page.evaluate(
        (html) => {
          document.body.insertAdjacentHTML('afterbegin', html);
          document.forms[0]?.requestSubmit();
        },
        markup.replaceAll('TARGET', target),
      );
      await page.waitForTimeout(300);
      expect(elsewhere.requests).toEqual([]);
      expect(page.url()).toBe(`${site.url}introduction.html`);
      expect(await page.title()).not.toBe('reached');
    } finally {
      await context.close();
    }
  });
});
