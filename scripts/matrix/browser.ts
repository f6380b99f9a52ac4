import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, BROWSERS, findBrowser, type FoundBrowser } from './browsers.js';
import { type Cell } from './cell.js';
import { bundlersFolder } from './bundlers.js';
import { run, succeed } from './run.js';
import { checkScenario } from './runtimes.js';
import { servePage } from './servePage.js';
import { RXJS } from './versions.js';
import type { Workspace } from './workspace.js';

const SECONDS = 60;

/** The program on a page without a build tool, with each rxjs, in each browser. */
export async function browserCells(workspace: Workspace): Promise<Cell[]> {
  const cells: Cell[] = [];
  // One after the other: apt does not run twice at once.
  for (const browser of BROWSERS) cells.push(...(await cellsOf(browser, workspace)));
  return cells;
}

async function cellsOf(browser: Browser, workspace: Workspace): Promise<Cell[]> {
  const found = await findBrowser(browser).catch((error: unknown) => error as Error);
  return RXJS.map((rxjs) => ({
    row: found instanceof Error ? browser.title : found.title,
    column: `rxjs ${rxjs}`,
    name: 'ESM',
    async check() {
      if (found instanceof Error) throw found;
      const folder = await workspace.user(rxjs);
      await bundleRxjs(folder, await bundlersFolder(workspace));
      return checkScenario(await openPage(found, folder), false);
    },
  }));
}

/** `rxjs.js`, as CDNs make it. */
async function bundleRxjs(folder: string, bundlers: string): Promise<void> {
  const files = [join(folder, 'rxjs.mjs'), join(folder, 'rxjs.js')];
  await succeed(process.execPath, [join(bundlers, 'bundle.mjs'), 'esbuild', ...files], { cwd: folder });
}

/** Opens the page in a browser of its own: what the page reports. */
async function openPage({ path, args }: FoundBrowser, folder: string): Promise<string> {
  const server = await servePage(folder);
  const done = new AbortController();
  const profile = mkdtempSync(join(folder, 'profile-'));
  try {
    const browser = run(path, args(profile, server.url), {
      cwd: folder,
      seconds: SECONDS,
      signal: done.signal,
    }).then(({ code, output }) => {
      throw new Error(`Expected the page to report, got the end of the browser with ${code}`, { cause: output });
    });
    // Once the page has reported, the browser is told to end.
    browser.catch(() => undefined);
    return await Promise.race([server.report, browser]);
  } finally {
    done.abort();
    server.close();
  }
}
