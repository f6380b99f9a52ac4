/**
 * The documentation for language models: `llms.txt`, a list of the pages, and `llms-full.txt`, their text, both made of the pages in
 * the sidebars and beside them in the built site.
 *
 * @see https://llmstxt.org
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';
import { documents, exists, linkTo, read } from './routes.js';

interface Page {
  readonly title: string;
  /** From the top of the site. */
  readonly address: string;
  /** From the root of the repository; of what was made of the code, its address. */
  readonly file: string;
  /** Markdown without what only the site shows. */
  readonly text: string;
}

interface Section {
  readonly title: string;
  readonly pages: readonly Page[];
}

/** Writes both files to the folder of the built site. */
export function writeLlms(folder: string, name: string, summary: string, sidebar: DefaultTheme.SidebarMulti): void {
  const sections = sectionsOf(sidebar);
  const head = `# ${name}\n\n> ${summary}\n`;
  writeFileSync(`${folder}/llms.txt`, `${head}\n${sections.map(listOf).join('\n')}`);
  const pages = sections.flatMap((section) => section.pages).filter(({ text }) => text !== '');
  writeFileSync(`${folder}/llms-full.txt`, `${head}\n${pages.map(withFile).join('\n\n---\n\n')}\n`);
}

/** The groups of all sidebars, each page in the first one that has it. */
function sectionsOf(sidebar: DefaultTheme.SidebarMulti): Section[] {
  const seen = new Set<string>();
  return ['/', ...Object.keys(sidebar)]
    .filter((path, at, all) => all.indexOf(path) === at)
    .flatMap((path) => sidebar[path] as DefaultTheme.SidebarItem[])
    .map(({ text = '', items = [] }) => ({
      title: text,
      pages: items
        .filter(({ link }) => !seen.has(link!) && seen.add(link!))
        .map(({ text: title = '', link }) => pageOf(title, link!)),
    }))
    .filter(({ pages }) => pages.length > 0);
}

const listOf = ({ title, pages }: Section) =>
  `## ${title}\n\n${pages.map((page) => `- [${page.title}](${page.address})${describe(page.text)}`).join('\n')}\n`;

/** The first sentences of a page's text, where it begins with some. */
function describe(text: string): string {
  const paragraph = text
    .replace(/<!--[^]*?-->/g, '')
    .split(/\n{2,}/)
    .find((part) => /^[^#!|<\-`[{:\s]|^`[^`]/.test(part));
  if (paragraph === undefined) return '';
  const [sentence = ''] = /^.*?(?:\.(?= |$)|:$)/.exec(paragraph.replace(/\s+/g, ' ').trim()) ?? [];
  return sentence === '' ? '' : `: ${sentence.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/:$/, '.')}`;
}

const fileOf = new Map([...documents].map(([file, page]) => [linkTo(page), file]));

/** Of each text where it comes from: its links are relative to that. */
const withFile = ({ file, text }: Page) => `<!-- ${file} -->\n\n${text}`;

function pageOf(title: string, link: string): Page {
  const page = `${link.slice(1).replace(/\/$/, '/index')}`.replace(/\.html$/, '');
  const address = `${page}.html`;
  const file = fileOf.get(link) ?? `site/${page}.md`;
  if (exists(file)) return { title, address, file, text: plain(read(file)) };
  const made = readFileSync(new URL(`../generated/${page}.md`, import.meta.url), 'utf8');
  return { title, address, file: address, text: plain(made) };
}

/** Without what only the site can show. */
function plain(text: string): string {
  // The playground is a program.
  if (text.includes('<script setup')) return '';
  return text
    .replace(/^---\n[^]*?\n---\n/, '')
    .replace(/<!--[^]*?-->\n*/g, '')
    .replace(/^<<< (.*)$/gm, (_, path: string) => `\`\`\`ts\n${read(`site/${path}`).trimEnd()}\n\`\`\``)
    .replace(/^<\/?[A-Z]\w*(?: [^>]*)?>\n*/gm, '')
    .trim();
}
