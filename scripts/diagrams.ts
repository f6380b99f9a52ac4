// Draws the marble blocks whose pictures are shown on GitHub to `docs/images/`: those that the README and the pages of `docs/`
// link to, such as `docs/images/order/lets-the-head-stream.svg` for the block "lets the head stream" of `marbles/order.md`.
// The site draws every block itself. `test/repo/diagrams.test.ts` fails when a picture is out of date.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { drawMarble, type MarbleSpec, readMarbleFile } from '../src/testing/index.js';

const ROOT = new URL('../', import.meta.url);
const FOLDER = 'docs/images';

const namesIn = (folder: string): string[] =>
  readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();

/** The pages whose blocks can be drawn. */
export const marblePages = [...namesIn('marbles'), 'examples/testing/search.md'];

/** The pages that show pictures. */
const pages = ['README.md', ...namesIn('docs')].filter((path) => path.endsWith('.md'));

/** Every block, by the path that its picture has from the root of the repository where a page shows it. */
export function allBlocks(): ReadonlyMap<string, MarbleSpec> {
  const blocks = new Map<string, MarbleSpec>();
  for (const page of marblePages) {
    for (const spec of readMarbleFile(new URL(page, ROOT))) {
      const path = pathOf(page, spec);
      if (blocks.has(path)) throw new Error(`Expected another heading for each block, got two that make ${path}`);
      blocks.set(path, spec);
    }
  }
  return blocks;
}

function pathOf(page: string, { name }: MarbleSpec): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${FOLDER}/${basename(page, '.md').toLowerCase()}/${slug}.svg`;
}

/** The pictures that are shown: their text by their path. */
export function drawShown(): ReadonlyMap<string, string> {
  const blocks = allBlocks();
  const files = new Map<string, string>();
  for (const page of pages) {
    for (const [, target] of readFileSync(new URL(page, ROOT), 'utf8').matchAll(/^!\[[^\]]*\]\(([^)]+\.svg)\)$/gm)) {
      const path = posix.join(posix.dirname(page), target!);
      // Those directly in the folder are no marbles: what makes them writes them.
      if (posix.dirname(path) === FOLDER && existsSync(new URL(path, ROOT))) continue;
      const spec = blocks.get(path);
      if (spec === undefined) {
        throw new Error(`${page}: expected a picture that is called as a marble block is, got ${target}`);
      }
      files.set(path, drawMarble(spec));
    }
  }
  return files;
}

/** The pictures of marbles that are there. */
export function readAll(): ReadonlyMap<string, string> {
  const paths = namesIn(FOLDER).filter((path) => path.endsWith('.svg') && posix.dirname(path) !== FOLDER);
  return new Map(paths.map((path) => [path, readFileSync(new URL(path, ROOT), 'utf8')]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = drawShown();
  for (const path of readAll().keys()) rmSync(new URL(path, ROOT));
  for (const [path, text] of files) {
    mkdirSync(new URL(dirname(path), ROOT), { recursive: true });
    writeFileSync(new URL(path, ROOT), text);
  }
  process.stdout.write(`${files.size} pictures in ${FOLDER}\n`);
}
