/** Which file of the repository is shown on which page. Paths are from the root of the repository, and have no `./`. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const exists = (path: string) => existsSync(ROOT + path);
export const read = (path: string) => readFileSync(ROOT + path, 'utf8');
export const isFolder = (path: string) => statSync(ROOT + path).isDirectory();
export const namesIn = (folder: string) => readdirSync(ROOT + folder).sort();

/** The pages that are not called as their file is. */
const others: Readonly<Record<string, string>> = {
  'README.md': 'overview.md',
  'AGENTS.md': 'agents.md',
  'CONTRIBUTING.md': 'contributing.md',
  'CHANGELOG.md': 'changelog.md',
  'bench/RESULTS.md': 'performance.md',
  'bench/soak/RESULTS.md': 'endurance.md',
  'marbles/README.md': 'marbles/index.md',
};

/** Page by file, of everything that is documentation. */
export const documents: ReadonlyMap<string, string> = new Map([
  ...Object.entries(others),
  ...['docs/guide', 'docs/reference', 'docs/evidence'].flatMap((folder) =>
    markdownIn(folder).map((name) => [`${folder}/${name}`, name] as const),
  ),
  ...markdownIn('marbles').map((name) => [`marbles/${name}`, `marbles/${name}`] as const),
]);

function markdownIn(folder: string): string[] {
  return namesIn(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
}

/** Links to these lead to others that say the same here. */
const elsewhere: Readonly<Record<string, string>> = {
  docs: 'README.md',
  'docs/README.md': 'README.md',
  marbles: 'marbles/README.md',
};

/** Whether a file is a page of the site itself, which VitePress shows as it is. */
export const isOwn = (path: string) => /^site\/[\w-]+\.md$/.test(path);

/** The page that shows a file or folder: a document, or its source. `undefined` if it is data. */
export function pageOf(path: string): string | undefined {
  const file = elsewhere[path] ?? path;
  const document = documents.get(file);
  if (document !== undefined) return document;
  if (!exists(file)) throw new Error(`Expected a file that is there, got ${file}`);
  if (isOwn(file)) return file.slice('site/'.length);
  if (isFolder(file)) return `source/${file}/index.md`;
  if (statSync(ROOT + file).size > 60_000 || /\.(?:png|svg|ndjson|json)$/.test(file)) return undefined;
  // A page that is called as a file of HTML would be taken for that file.
  return file.endsWith('.md') ? `source/${file}` : `source/${file.replace(/\.html$/, '_html')}.md`;
}

/** The link to a page. Where a file's name remains, it would be taken for a file to download. */
export function linkTo(page: string): string {
  const path = `/${page.replace(/\.md$/, '')}`;
  return /\.\w+$/.test(path) ? `${path}.html` : path.replace(/\/index$/, '/');
}
