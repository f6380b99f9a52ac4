/** The built site in a headless Chromium: what every test of it needs. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { waitUntil } from './waitUntil.js';

export const DIST = fileURLToPath(new URL('../.vitepress/dist/', import.meta.url));

/** The pages as they are called in a browser, from the top of the site. */
export const pages: readonly string[] = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.html') && name !== '404.html')
  .sort();

/** Pages that show a file as it is. */
export const isSource = (page: string) => page.startsWith('source/');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

export interface Site {
  /** The address of the top of the site, with a `/` at its end. */
  readonly url: string;
  /** The paths that it was asked for, below the base or not. */
  readonly requests: readonly string[];
  close(): void;
}

/** Serves a folder below a path, as any server of files would, with `404.html` for what is not there; nothing is below any other path. */
export async function serve(base: string, folder = DIST): Promise<Site> {
  const requests: string[] = [];
  const server: Server = createServer(({ url = '' }, response) => {
    requests.push(url);
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    const top = decodeURI(base);
    const file = join(folder, path.slice(top.length), path.endsWith('/') ? 'index.html' : '');
    try {
      if (!path.startsWith(top)) throw new Error('not below the base');
      const content = readFileSync(file);
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(content);
    } catch {
      const below = path.startsWith(top);
      response
        .writeHead(404, { 'content-type': types['.html'] })
        .end(below ? readFileSync(join(folder, '404.html')) : '');
    }
  });
  // Of a WebSocket, which it does not speak.
  server.on('upgrade', ({ url = '' }, socket) => {
    requests.push(url);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    requests,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

export const desktop = { width: 1360, height: 900 };
export const phone = { width: 390, height: 844 };

/** A page, and all that went wrong in it: messages, errors, requests that failed or went elsewhere. */
export interface Watched {
  readonly page: Page;
  readonly problems: string[];
  readonly context: BrowserContext;
}

/** The browser of a test file. */
export function useBrowser(): {
  open(site: Site, theme?: 'light' | 'dark', viewport?: typeof desktop): Promise<Watched>;
} {
  let browser: Browser;
  beforeAll(async () => {
    const flags = [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
    ];
    browser = await chromium.launch({ executablePath: find('chromium'), args: flags, timeout: 120_000 });
  });
  afterAll(() => browser.close());

  return {
    async open(site, theme = 'light', viewport = desktop) {
      const context = await browser.newContext({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
      // A busy machine is slow; what hangs still fails.
      context.setDefaultTimeout(120_000);
      const page = await context.newPage();
      const problems: string[] = [];
      const elsewhere = (url: string) => !url.startsWith(site.url) && /^(?:https?|wss?|file):/.test(url);
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
      page.on('request', (request) => {
        if (elsewhere(request.url())) problems.push(`a request elsewhere: ${request.url()}`);
      });
      // What is left when the page is left is no failure.
      page.on('requestfailed', (request) => {
        const why = request.failure()?.errorText ?? '';
        if (why !== 'net::ERR_ABORTED') problems.push(`${why}: ${request.url()}`);
      });
      page.on('response', (response) => {
        if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
      });
      return { page, problems, context };
    },
  };
}

/** Shows a page in a theme. On a busy machine, Chromium has been seen not to tell a page of the change: then it is changed again. */
export async function setTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  const isSet = (dark: boolean) => document.documentElement.classList.contains('dark') === dark;
  for (let tries = 1; ; tries++) {
    await page.emulateMedia({ colorScheme: theme });
    try {
      return await waitUntil(page, isSet, theme === 'dark', 20);
    } catch (error) {
      if (tries === 5) throw error;
    }
    await page.emulateMedia({ colorScheme: theme === 'dark' ? 'light' : 'dark' });
  }
}

/** The path of a program. */
function find(program: string): string {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  }
  throw new Error(`Expected ${program} to be installed: \`npm run setup\` says how`);
}

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/**
 * Makes plain text of words of code whose colour an earlier one of the page has on the same ground: of thousands, one says whether it
 * can be read. It takes axe most of its time to find that out for each, and as long to leave one out that is told of.
 */
const unwrapRepeated = `;{
  const seen = new Set();
  for (const word of document.querySelectorAll('pre.shiki .line > span[style]')) {
    if (word.attributes.length !== 1 || word.childElementCount > 0) continue;
    const colours = [word.getAttribute('style'), word.parentElement.className, word.closest('pre').className].join();
    if (seen.has(colours)) word.replaceWith(word.textContent);
    seen.add(colours);
  }
}`;

/** What is only there, or stands elsewhere, on a phone. */
export const bars = ['.VPNav', '.VPLocalNav'];

/** What axe has to say about a page or parts of it, a line for each element: about all, the contrast of colours, or the rest. */
export async function violations(
  page: Page,
  about: 'everything' | 'contrast' | 'the rest' = 'everything',
  parts?: readonly string[],
): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe + unwrapRepeated);
  const within = parts === undefined ? 'document' : JSON.stringify({ include: parts.map((part) => [part]) });
  const options = JSON.stringify({
    resultTypes: ['violations'],
    ...(about === 'contrast' && { runOnly: ['color-contrast'] }),
    ...(about === 'the rest' && { rules: { 'color-contrast': { enabled: false } } }),
  });
  const results = await page.evaluate<AxeResults>(`axe.run(${within}, ${options})`);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\n')[1]?.trim() ?? ''}`,
    ),
  );
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[];
}
