import { build } from 'esbuild';
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The machine's Chromium. */
export function launch(...flags: string[]): Promise<Browser> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const paths = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const executablePath = paths.find((path) =>
    statSync(path, { throwIfNoEntry: false })?.isFile(),
  );
  if (executablePath === undefined)
    throw new Error(
      'Expected Chromium to be installed: `npm run setup` says how',
    );
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', ...flags],
  });
}

/** `page.ts` as a script, whose exports are in the variable `page`. */
export async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here('../page.ts')],
    alias: { 'rxjs-concat-map-eager': here('../../../src/index.ts') },
    bundle: true,
    write: false,
    globalName: 'page',
  });
  return outputFiles[0]!.text;
}

/** What the Performance panel records. */
export const categories = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'disabled-by-default-devtools.timeline.frame',
  'toplevel',
  'v8.execute',
];
