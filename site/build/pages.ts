/**
 * Writes the documents of the repository as pages to `generated/`, which VitePress shows as if it were this folder. What
 * differs from the file is where links lead: to other pages, or to pages with the source of what is linked.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readMarbles } from '../../dist/testing.js';
import { slugify } from './markdown.js';
import { figure, isDrawnFrom } from './pictures.js';
import { documents, exists, isFolder, isOwn, linkTo, namesIn, pageOf, read, ROOT } from './routes.js';

export const GENERATED = fileURLToPath(new URL('../generated/', import.meta.url));

/** Writes all pages; a page that has not changed is left as it is, so that nothing is made anew for it. */
export function writePages(): void {
  const seen = new Set<string>();
  const queue = [...documents.keys()];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const page = pageOf(path);
    if (page === undefined || seen.has(page)) continue;
    seen.add(page);
    write(
      page,
      contentOf(path, page, (linked) => queue.push(linked)),
    );
  }
}

export function write(page: string, content: string): void {
  const file = GENERATED + page;
  try {
    if (readFileSync(file, 'utf8') === content) return;
  } catch {
    // It is new.
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

type Link = (path: string) => void;

function contentOf(path: string, page: string, link: Link): string {
  const source = page.startsWith('source/');
  if (isFolder(path)) return withMatter({ title: path, source }, folder(path, link));
  if (!path.endsWith('.md')) return withMatter({ title: path, source }, code(path));
  return withMatter({ source, wide: isWide(page) }, documentOf(path, page, read(path), link));
}

function withMatter(of: { title?: string; source: boolean; wide?: boolean }, content: string): string {
  const matter = [
    ...(of.title === undefined ? [] : [`title: ${JSON.stringify(of.title)}`]),
    ...(of.source ? ['search: false', 'pageClass: source'] : []),
    ...(of.wide ? ['aside: false', 'pageClass: wide'] : []),
  ];
  return matter.length === 0 ? content : `---\n${matter.join('\n')}\n---\n\n${content}`;
}

/** Pages of pictures and large tables have no outline beside them. */
const isWide = (page: string) =>
  /^(?:marbles\/|(?:overview|choosing|order-desk|performance|endurance|compatibility)\.md$)/.test(page);

const notListed = new Set(['node_modules', 'dist', 'out', 'package-lock.json', '.npmrc']);

function folder(path: string, link: Link): string {
  const lines: string[] = [];
  const list = (inner: string) => {
    for (const name of namesIn(inner).filter((name) => !notListed.has(name))) {
      const file = `${inner}/${name}`;
      if (isFolder(file)) list(file);
      else lines.push(`- ${linked(file.slice(path.length + 1), file, '', link)}`);
    }
  };
  list(path);
  return `# \`${path}\`\n\n${lines.join('\n')}\n`;
}

function linked(text: string, path: string, rest: string, link: Link): string {
  const page = pageOf(path);
  if (page === undefined) return `\`${text.replaceAll('`', '')}\``;
  if (!isOwn(path)) link(path);
  return `[${text}](${linkTo(page)}${rest})`;
}

const languages: Readonly<Record<string, string>> = { '.mjs': 'js', '.cjs': 'js', '.mts': 'ts', '.cts': 'ts' };

function code(path: string): string {
  const extension = extname(path);
  const fence = '`````';
  return `# \`${path}\`\n\n${fence}${languages[extension] ?? extension.slice(1)}\n${read(path).trimEnd()}\n${fence}\n`;
}

/** Titles by which a page is found where that of the file would say nothing. */
const titles: Readonly<Record<string, string>> = { 'README.md': 'Overview', 'bench/RESULTS.md': 'Performance' };

/** A document, with its links and pictures as they are here. */
export function documentOf(path: string, page: string, content: string, link: Link = () => undefined): string {
  // VitePress would say of a mistake in a marble where it is in the block, and nothing of the file.
  readMarbles(content, path);
  const text = withoutTwins(oneTitle(content), path).replace(/^# .*/m, (title) =>
    titles[path] === undefined ? title : `# ${titles[path]}`,
  );
  return outsideOfCode(text, (part) =>
    part
      .replace(/^!\[([^\]]*)\]\(([^)]+\.svg)\)$/gm, (_, alt: string, target: string) =>
        figure(posix.join(posix.dirname(path), target), alt),
      )
      .replace(
        /(!\[[^\]]*\]\(|<img [^>]*?src=")([^)"\s:]+)(?=[)"])/g,
        (_, before: string, target: string) => before + imageOf(path, page, target, content),
      )
      .replace(/(?<!!)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g, (whole, label: string, target: string) => {
        if (/^(?:[a-z]+:|\/)/.test(target)) return whole;
        const [, file = '', query = '', hash = ''] = /^([^#?]*)(\?[^#]*)?(#.*)?$/.exec(target) ?? [];
        const to = file === '' ? path : fileOf(path, file, target, content);
        if (hash !== '' && to.endsWith('.md') && !anchorsIn(to === path ? content : read(to)).has(hash.slice(1))) {
          throw new Error(
            `${placeOf(path, target, content)}: expected a link to a heading that is there, got ${target}`,
          );
        }
        return file === '' ? whole : linked(label, to, query + hash, link);
      }),
  );
}

/** On GitHub, the picture of a marble is an image. Where its text follows on the page, it is not drawn once more. */
function withoutTwins(text: string, path: string): string {
  const images = [...text.matchAll(/^!\[[^\]]*\]\(([^)]+\.svg)\)$/gm)].map(([, target]) =>
    read(fileOf(path, target!, target!, text)),
  );
  return text.replace(/^```marble\n([^]*?)^```$/gm, (block, marble: string) =>
    images.some((svg) => isDrawnFrom(svg, marble)) ? block.replace('marble', 'txt') : block,
  );
}

/** The file of the repository that a document refers to. */
function fileOf(path: string, file: string, target: string, content: string): string {
  const to = posix.join(posix.dirname(path), file).replace(/\/$/, '');
  if (!exists(to))
    throw new Error(`${placeOf(path, target, content)}: expected a link to a file that is there, got ${target}`);
  return to;
}

/** The file and line in which a link is. */
function placeOf(path: string, target: string, content: string): string {
  const at = Math.max(0, content.indexOf(`(${target})`), content.indexOf(`"${target}"`));
  return `${path}:${content.slice(0, at).split('\n').length}`;
}

/** The anchors of a document's headings, of which several may have the same text. */
function anchorsIn(content: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  outsideOfCode(content, (part) => {
    for (const [, heading = ''] of part.matchAll(/^#+ (.*)$/gm)) {
      const anchor = slugify(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*`]|\b_|_\b/g, ''));
      let count = 0;
      while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count++;
      anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
    }
    return part;
  });
  return anchors;
}

/** An image of pixels, copied to where VitePress finds it. */
function imageOf(path: string, page: string, target: string, content: string): string {
  const image = `images/${fileOf(path, target, target, content)}`;
  mkdirSync(dirname(GENERATED + image), { recursive: true });
  copyFileSync(ROOT + fileOf(path, target, target, content), GENERATED + image);
  return `./${posix.relative(posix.dirname(page), image)}`;
}

/** Does something to a text, except to its fenced code. */
function outsideOfCode(text: string, change: (part: string) => string): string {
  return text
    .split(/^(```+[^]*?^```+ *$)/m)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}

/** A page of several titles, with those after the first as its chapters. */
function oneTitle(text: string): string {
  let titles = 0;
  return outsideOfCode(text, (part) =>
    part.replace(/^(#+) /gm, (whole, level: string) => {
      if (level === '#') titles++;
      return titles > 1 ? `#${whole}` : whole;
    }),
  );
}
