/**
 * Makes what VitePress has built work in any folder of any server, also after it has been moved, and readable from a disk.
 *
 * VitePress must be told where a site will be. It is told a place that nobody has, `BASE`, and afterwards that is replaced: in a
 * page by the way from there to the top, `../`; in scripts by what the page finds that way to be, when it is loaded.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseAst } from 'rollup/parseAst';

export const BASE = '/-base-/';

/** Where a page's scripts find the way to the top, with a `/` at its end. */
const FOUND = '__BASE__';

const marked = new RegExp(BASE, 'g');

export function relocate(dist: string): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const path = name.replaceAll('\\', '/');
    const change = path.endsWith('.html')
      ? page
      : path.endsWith('.js')
        ? script
        : path.endsWith('.css')
          ? style
          : undefined;
    if (change === undefined) continue;
    const text = readFileSync(dist + path, 'utf8');
    if (text.includes(BASE) || change === page) writeFileSync(dist + path, change(text, toTop(path)));
  }
}

const toTop = (path: string) => '../'.repeat(path.split('/').length - 1) || './';

function page(html: string, top: string): string {
  // First what is found, since the scripts below it ask for it.
  // Decoded, as VitePress compares it with decoded paths, but for what would end the text that it stands in.
  const path = `decodeURI(new URL(${JSON.stringify(top)},location.href).pathname)`;
  const find = `<script>${FOUND}=${path}.replace(/["\\\\]/g,encodeURIComponent)</script>`;
  // Then links and pictures, which the page's scripts take for what they would have written: where they lead, wherever the reader goes.
  const absolute = [
    "if(location.protocol!='file:')for(const[name,all]of[['href','a[href],link[rel=icon]'],['src','img[src]']])",
    'for(const element of document.querySelectorAll(all)){',
    'const given=element.getAttribute(name);if(/^(#|\\w+:)/.test(given))continue;',
    'const{pathname,search,hash}=new URL(given,location.href);',
    "element.setAttribute(name,pathname.replace(/\\/index\\.html$/,'/')+search+hash)}",
  ].join('');
  return html
    .replace(/(<script[^>]*>)([^]*?)(<\/script>)/g, (whole, open: string, code: string, close: string) =>
      code.includes(BASE) ? open + script(code) + close : whole,
    )
    .replace(new RegExp(`(<a [^>]*?href=")${BASE}((?:[^"#?]*/)?)(?=["#?])`, 'g'), `$1${top}$2index.html`)
    .replace(marked, top)
    .replace('<head>', () => `<head>${find}`)
    .replace('</body>', () => `<script>${absolute}</script></body>`);
}

const style = (css: string, top: string) => css.replace(marked, top);

/** A script whose texts that contain the base ask for it. */
function script(code: string): string {
  const edits: { start: number; end: number; text: string }[] = [];
  visit(parseAst(code), (node) => {
    const { type, start, end } = node;
    if (type !== 'Literal' && type !== 'TemplateLiteral') return;
    const raw = code.slice(start, end);
    if (!raw.includes(BASE)) return;
    edits.push({ start, end, text: `(${raw.replace(marked, '\\u0000')}).replaceAll("\\u0000",${FOUND})` });
  });
  let changed = code;
  for (const { start, end, text } of edits.sort((one, other) => other.start - one.start)) {
    changed = changed.slice(0, start) + text + changed.slice(end);
  }
  if (changed.includes(BASE))
    throw new Error(`Expected the base in texts only, got ${changed.match(`.{40}${BASE}.{40}`)?.[0]}`);
  return changed;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, see);
  } else if (typeof node === 'object' && node !== null) {
    if ('type' in node && 'start' in node) see(node as Node);
    for (const each of Object.values(node)) visit(each, see);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) relocate('.vitepress/dist/');
