// Draws every block of `marbles/` and of the testing example to `docs/diagrams/`, with a page that shows them all. `test/repo/diagrams.test.ts` fails when a
// picture is out of date.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { drawMarble, type MarbleSpec, readMarbleFile } from '../src/testing/index.js';

const ROOT = new URL('../', import.meta.url);
const FOLDER = 'docs/diagrams';

/** The pages whose blocks are drawn. */
export const pages = [
  ...readdirSync(new URL('marbles', ROOT))
    .sort()
    .map((name) => `marbles/${name}`),
  'examples/testing/search.md',
];

/** The files of `docs/diagrams`: their text by their path from the root of the repository. */
export function drawAll(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const gallery = [
    '# Diagrams',
    'Every marble block of [`marbles/`](../../marbles/README.md) and of the testing example, drawn by `npm run diagrams`. Time runs to the right. Values have',
    'the colour of the source value that they come from. A dotted line leads from where a value came to where its inner is',
    'subscribed: it waits. A broad one leads from where an inner emitted to where that comes out: it is parked.',
  ];
  for (const page of pages) {
    const specs = readMarbleFile(new URL(page, ROOT));
    gallery.push('', `## [${page}](../../${page})`);
    for (const spec of specs) {
      const path = pathOf(page, spec);
      if (files.has(path)) throw new Error(`expected another heading for each block, got two that make ${path}`);
      files.set(path, drawMarble(spec));
      gallery.push('', `### ${spec.name}`, '', `![${alt(spec.name)}](${path.slice(FOLDER.length + 1)})`);
    }
  }
  gallery.splice(1, 0, '');
  return files.set(`${FOLDER}/README.md`, `${gallery.join('\n')}\n`);
}

/** The files that are there. */
export function readAll(): ReadonlyMap<string, string> {
  const names = readdirSync(new URL(FOLDER, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:svg|md)$/.test(name))
    .map((name) => `${FOLDER}/${name.replaceAll('\\', '/')}`);
  return new Map(names.map((name) => [name, readFileSync(new URL(name, ROOT), 'utf8')]));
}

function pathOf(page: string, { name }: MarbleSpec): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${FOLDER}/${basename(page, '.md').toLowerCase()}/${slug}.svg`;
}

function alt(name: string): string {
  return name.replace(/[`[\]]/g, '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  rmSync(new URL(FOLDER, ROOT), { recursive: true, force: true });
  const files = drawAll();
  for (const [path, text] of files) {
    mkdirSync(new URL(dirname(path), ROOT), { recursive: true });
    writeFileSync(new URL(path, ROOT), text);
  }
  process.stdout.write(`${files.size} files in ${FOLDER}\n`);
}
