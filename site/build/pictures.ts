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
    `<div class="picture scrolls" tabindex="0" role="group" aria-label="Diagram">${inline(svg, name)}</div>`,
    '<div class="language-marble"><button title="Copy Code" class="copy"></button>',
    `<pre class="scrolls" tabindex="0"><code>${escape(text)}</code></pre></div>`,
    '</figure>\n',
  ].join('');
}

/** What there is in the pictures of marbles, each drawn as it is there, around the middle of 46 by 26 pixels. */
const MARKS: readonly (readonly [drawn: string, what: string])[] = [
  ['<g class="c0"><circle cx="23" cy="13" r="11"/><text x="23" y="13">1</text></g>', 'a value'],
  ['<g class="c0"><circle class="start" cx="10" cy="13" r="3"/><path d="M10 13H44"/></g>', 'an inner is subscribed'],
  ['<g class="n"><path d="M2 13H23M23 4V22"/></g>', 'it completes'],
  ['<g class="n"><path d="M2 13H23M17 7L29 19M29 7L17 19"/></g>', 'it fails'],
  [
    '<g class="n"><path d="M2 13H23"/><circle cx="23" cy="13" r="7"/><text x="23" y="13">!</text></g>',
    'it is unsubscribed',
  ],
  ['<g class="n"><path d="M2 13H40M35 9l5 4l-5 4"/></g>', 'it goes on'],
  ['<g class="c0"><path class="wait" d="M3 13H43"/></g>', 'a source value waits for a slot'],
  ['<g class="c0"><path class="parked" d="M10 13H36"/></g>', 'a value is parked: it waits for its turn'],
  [
    '<g class="n"><rect class="once" x="3" y="2" rx="11" width="40" height="22"/></g><g class="c0"><circle cx="14" cy="13" r="8"/></g><g class="c1"><circle cx="32" cy="13" r="8"/></g>',
    'at the same time',
  ],
  ['<g class="n"><path d="M2 13H8M38 13H44"/><path class="dots" d="M8 13H38"/></g>', 'time that is left out'],
];

/** What the marks in the pictures mean, for those who ask. */
export function marbleLegend(): string {
  const items = MARKS.map(
    ([drawn, what]) =>
      `<li><svg class="marble" width="46" height="26" viewBox="0 0 46 26" aria-hidden="true">${drawn}</svg>${what}</li>`,
  );
  return [
    '<details class="marble-legend" v-pre><summary>What the marks mean</summary>',
    '<p>Time runs to the right, and each row is an Observable. What comes from the same source value has the same colour.</p>',
    `<ul>${items.join('')}</ul></details>\n`,
  ].join('');
}

/** Whether a picture is that of a marble, whatever it is called. */
export function isDrawnFrom(svg: string, text: string): boolean {
  const [spec] = readMarbles(`# A marble\n\n\`\`\`marble\n${text}\`\`\`\n`);
  const withoutWords = (picture: string) => picture.replace(/<(title|desc)[^]*?<\/\1>/g, '');
  return spec !== undefined && withoutWords(svg).trim() === withoutWords(drawMarble(spec)).trim();
}

/** A picture of the repository, with what it shows in words. */
export function figure(path: string, alt: string): string {
  return `<figure class="picture scrolls" tabindex="0" role="group" aria-label="Picture" v-pre>${inline(read(path), alt)}</figure>\n`;
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
