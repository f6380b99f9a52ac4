/** Pictures as they stand in a page: their colours are the page's, light or dark, whatever the reader's system has. */
import { drawMarble, readMarbles } from '../../dist/testing.js';
import { read } from './routes.js';

export const escape = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

/** A marble block: its picture, and its text beside it. */
export function marbleFigure(text: string, name: string): string {
  const [spec] = readMarbles(`# ${name}\n\n\`\`\`marble\n${text}\`\`\`\n`);
  if (spec === undefined) throw new Error(`Expected a marble block, got ${text}`);
  const svg = drawMarble(spec);
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
  const columns = Math.max(...text.split('\n').map(({ length }) => length));
  // Whether they have room beside one another, on any page or a wide one; the style sheet has the same numbers.
  const beside = width <= 384 && columns <= 28 ? ' beside' : width <= 520 && columns <= 37 ? ' beside-wide' : '';
  return [
    `<figure class="marble-block${beside}" v-pre>`,
    `<div class="picture" tabindex="0" role="group" aria-label="Diagram">${inline(svg, name)}</div>`,
    '<div class="language-marble"><button title="Copy Code" class="copy"></button>',
    `<pre tabindex="0"><code>${escape(text)}</code></pre></div>`,
    '</figure>\n',
  ].join('');
}

/** A picture of the repository, with what it shows in words. */
export function figure(path: string, alt: string): string {
  return `<figure class="picture" tabindex="0" role="group" aria-label="Picture" v-pre>${inline(read(path), alt)}</figure>\n`;
}

/**
 * An SVG without a style of its own: Vue leaves out those within a page, and `marbleStyle` has it. Charts are drawn in black on
 * white, and get the colours of the page.
 */
function inline(svg: string, label: string): string {
  const [, root = '', content = ''] = /<svg ([^>]*)>([^]*)<\/svg>/.exec(svg) ?? [];
  const width = / width="(\d+)"/.exec(` ${root}`)?.[1] ?? '';
  const attributes = root.replace(/ (?:xmlns|role)="[^"]*"|^xmlns="[^"]*"/g, '').trim();
  const drawn = content
    .replace(/<(title|desc|style)>[^]*?<\/\1>/g, '')
    // The picture has one label; that of a group within would be about nothing.
    .replace(/ aria-[a-z]+="[^"]*"/g, '')
    .replace(/<rect [^>]*fill="white"[^>]*\/>|<rect [^>]*fill="white"[^>]*><\/rect>/, '')
    .replaceAll('"#1a1a1a"', '"currentColor"')
    .replaceAll('"#000"', '"currentColor"')
    .replaceAll('"#5f5f5f"', '"var(--vp-c-text-2)"')
    .replaceAll('"white"', '"var(--vp-c-bg)"')
    .replace(/\n\s*/g, ' ');
  return `<svg ${attributes} style="--width:${width}px" role="img" aria-label="${escape(label)}">${drawn}</svg>`;
}

/** What marble pictures look like, dark where the page is. */
export function marbleStyle(): string {
  const [spec] = readMarbles('# style\n\n```marble\nsource  |\n> take 1\nresult  |\n```\n');
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(drawMarble(spec!)) ?? [];
  const media = /@media \(prefers-color-scheme:dark\)\{((?:[^{}]*\{[^{}]*\})*)\}/;
  const [all, dark] = media.exec(style) ?? [];
  if (all === undefined || dark === undefined)
    throw new Error('Expected colours for a dark background in a marble picture');
  return style.replace(all, '') + dark.replaceAll('.marble', '.dark .marble');
}
