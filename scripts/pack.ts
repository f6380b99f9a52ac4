// Has the README of the packed package lead to the repository: npm shows it without the files beside it. npm runs this before it packs
// (`prepack`) and afterwards (`postpack -- --restore`).
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const README = 'README.md';
/** The README as it is in the repository, while that of the package is in its place. */
const ORIGINAL = 'temp-README.md';

/** It runs on the site only. */
const PLAYGROUND = 'site/playground.md';

interface Manifest {
  readonly version: string;
  readonly homepage?: string;
  readonly repository?: string | { readonly url?: string };
}

/** `owner/name` of a repository at GitHub, in whichever of npm's forms. */
export function repositoryOf({ repository }: Manifest): string {
  const address = typeof repository === 'object' ? repository.url : repository;
  const [, name] =
    /^(?:(?:git\+)?https:\/\/github\.com\/|github:)?([\w.-]+\/[\w.-]+?)(?:\.git)?$/.exec(address ?? '') ?? [];
  if (name !== undefined) return name;
  throw new Error(
    'Expected `repository` in package.json to be a repository at GitHub, as "github:owner/name", got ' +
      `${address === undefined ? 'none' : JSON.stringify(address)}: the pictures and links of README.md are made from it`,
  );
}

/** The address of the site, without a `/` at its end. */
function siteOf({ homepage }: Manifest): string {
  if (homepage?.startsWith('https://')) return homepage.replace(/\/$/, '');
  throw new Error(
    'Expected `homepage` in package.json to be the address of the site, as "https://…", got ' +
      `${homepage === undefined ? 'none' : JSON.stringify(homepage)}: ${README} links to its playground`,
  );
}

/** The page with absolute addresses of its pictures and links, those of the version. */
export function withAbsoluteLinks(page: string, manifest: Manifest): string {
  const repository = repositoryOf(manifest);
  const tag = `v${manifest.version}`;
  return page
    .split(/^(```+[^]*?^```+ *$)/m)
    .map((part, index) =>
      index % 2 === 0 ? part.replace(/(!?)(\[(?:[^[\]]|\[[^\]]*\])*\]\()([^)\s]+)\)/g, absolute) : part,
    )
    .join('');

  function absolute(whole: string, image: string, text: string, target: string): string {
    const inner = text.replace(/(!)(\[[^\]]*\]\()([^)\s]+)\)/g, absolute);
    if (/^(?:[a-z]+:|#)/.test(target)) return `${image}${inner}${target})`;
    const [, file = '', rest = ''] = /^([^?#]*)(.*)$/.exec(target)!;
    if (!existsSync(file)) throw new Error(`Expected the files that ${README} shows to be there, got ${file}`);
    if (file === PLAYGROUND) return `${image}${inner}${siteOf(manifest)}/playground.html${rest})`;
    const base = image
      ? `https://raw.githubusercontent.com/${repository}/${tag}`
      : `https://github.com/${repository}/${statSync(file).isDirectory() ? 'tree' : 'blob'}/${tag}`;
    return `${image}${inner}${base}/${target})`;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { restore } = parseArgs({ options: { restore: { type: 'boolean', default: false } } }).values;
  // Also what an earlier packing has left that was broken off.
  if (existsSync(ORIGINAL)) renameSync(ORIGINAL, README);
  if (!restore) {
    try {
      const page = readFileSync(README, 'utf8');
      const packed = withAbsoluteLinks(page, JSON.parse(readFileSync('package.json', 'utf8')) as Manifest);
      writeFileSync(ORIGINAL, page);
      writeFileSync(README, packed);
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  }
}
