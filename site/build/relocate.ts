/**
 * Makes what VitePress has built work in any folder of any server, also after it has been moved, and readable from a disk.
 *
 * VitePress must know where a site will be. It gets a path that nobody has, `BASE`, and afterwards that is replaced: in a
 * page by the way from there to the top, `../`; in scripts by what the page finds that way to be, when it is loaded.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseAst } from 'rollup/parseAst';
import { policyOf } from './policy.js';

/** What a server gives for an address that it does not know: so it may be shown at any. */
const MISSING = '404.html';

export const BASE = '/-base-/';

/** Where a page's scripts find the way to the top, with a `/` at its end. */
const FOUND = '__BASE__';

const CHARSET = '<meta charset="utf-8">';

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
    if (text.includes(BASE) || change === page) writeFileSync(dist + path, change(text, toTop(path), path));
  }
}

const toTop = (path: string) => '../'.repeat(path.split('/').length - 1) || './';

/**
 * Run in the page for addresses that the server does not know: makes the nearest folder above the address that has such a page the base of
 * what the page loads. A folder that is not there has none.
 */
const setBase = [
  "if(location.protocol!='file:')for(let folder=new URL('./',location.href);;folder=new URL('../',folder)){",
  `const request=new XMLHttpRequest;request.open('HEAD',new URL('${MISSING}',folder),false);`,
  'try{request.send()}catch{}',
  "if(request.status==200){document.head.append(Object.assign(document.createElement('base'),{href:folder}));break}",
  "if(folder.pathname=='/')break}",
].join('');

function page(html: string, top: string, name: string): string {
  // First what is found, since the scripts below it ask for it.
  // Decoded, as VitePress compares it with decoded paths, except what would end the text around it.
  const path = `decodeURI(new URL(${JSON.stringify(top)},document.baseURI).pathname)`;
  const find = `<script>${name === MISSING ? `${setBase};` : ''}${FOUND}=${path}.replace(/["\\\\]/g,encodeURIComponent)</script>`;
  // Then links and pictures, which the page's scripts take for what they would have written: where they lead, wherever the reader goes.
  const absolute = [
    "if(location.protocol!='file:')for(const[name,all]of[['href','a[href],link[rel=icon]'],['src','img[src]']])",
    'for(const element of document.querySelectorAll(all)){',
    'const given=element.getAttribute(name);if(/^(#|\\w+:)/.test(given))continue;',
    'const{pathname,search,hash}=new URL(given,document.baseURI);',
    "element.setAttribute(name,pathname.replace(/\\/index\\.html$/,'/')+search+hash)}",
    // All that is relative has been found: what is a part of the page is not to be looked for elsewhere.
    ...(name === MISSING ? ["document.querySelector('base')?.remove()"] : []),
  ].join('');
  const moved = html
    .replace(/(<script[^>]*>)([^]*?)(<\/script>)/g, (_whole, open: string, code: string, close: string) => {
      const safe = withFunctions(code);
      return open + (safe.includes(BASE) ? script(safe) : safe) + close;
    })
    .replace(new RegExp(`(<a [^>]*?href=")${BASE}((?:[^"#?]*/)?)(?=["#?])`, 'g'), `$1${top}$2index.html`)
    .replace(marked, top)
    .replace(CHARSET, () => `${CHARSET}${find}`)
    .replace('</body>', () => `<script>${absolute}</script></body>`);
  if (!moved.includes(CHARSET)) throw new Error(`Expected a page with ${CHARSET}`);
  // Above all scripts, and below what must be among the first bytes of a page.
  return moved.replace(CHARSET, () => CHARSET + policyOf(moved, name === MISSING ? "'self'" : "'none'"));
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

/** How VitePress makes functions of its configuration, which it has written as text; the policy of the pages forbids that. */
const EVALUATION = 'new Function(`return ${r.slice(7)}`)()';

/** The same script with the functions themselves. */
function withFunctions(code: string): string {
  if (!code.includes(EVALUATION)) return code;
  const functions = new Set<string>();
  visit(parseAst(code), ({ value }) => {
    if (typeof value !== 'string' || !value.startsWith('{')) return;
    JSON.parse(value, (_key, inner: unknown) => {
      if (typeof inner === 'string' && inner.startsWith('_vp-fn_')) functions.add(inner);
      return inner;
    });
  });
  const table = [...functions].map((text) => `${JSON.stringify(text)}:${text.slice(7)}`).join();
  return code.replace(EVALUATION, () => `({${table}})[r]`);
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly value?: unknown;
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
