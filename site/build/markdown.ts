/** How the site reads Markdown: anchors as on GitHub, marble blocks as pictures. */
import type { MarkdownOptions } from 'vitepress';
import { marbleFigure, marbleLegend } from './pictures.js';

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0];
type Token = ReturnType<Markdown['parse']>[number];

/** The anchor that GitHub gives a heading, so that links within the documents lead to the same heading here. */
export function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Shows a block `marble` as its picture, with its text beside it. It is called as the heading above it. */
export function withMarbles(markdown: Markdown): void {
  const fence = markdown.renderer.rules.fence!;
  markdown.renderer.rules.fence = (tokens, index, ...others) => {
    const token = tokens[index]!;
    if (token.info.trim() !== 'marble') return fence(tokens, index, ...others);
    const heading = tokens.findLastIndex(({ type }, at) => at < index && type === 'heading_open');
    const name = heading < 0 ? 'A marble diagram' : tokens[heading + 1]!.content.replace(/[`*[\]]/g, '');
    return marbleFigure(token.content, name);
  };
}

/** Says below the first picture of a marble what the marks mean. */
export function withLegend(markdown: Markdown): void {
  markdown.core.ruler.push('legend', ({ tokens, Token }) => {
    const first = tokens.findIndex(
      ({ type, info, content }) =>
        (type === 'fence' && info.trim() === 'marble') ||
        (type === 'html_block' && content.includes(' class="marble"')),
    );
    if (first < 0) return;
    const legend = new Token('html_block', '', 0);
    legend.content = marbleLegend();
    tokens.splice(first + 1, 0, legend);
  });
}

/** What is wider than the page scrolls, and says so by a shadow: see `.scrolls` in the style sheet. */
export function withScrollingCode(markdown: Markdown): void {
  const fence = markdown.renderer.rules.fence!;
  markdown.renderer.rules.fence = (...given) => fence(...given).replace('<pre class="', '<pre class="scrolls ');
}

/** The path of a file, as the text of a link, may be broken behind each slash, and not only where the line is full. */
export function withBreakingPaths(markdown: Markdown): void {
  const text = markdown.renderer.rules.text!;
  markdown.renderer.rules.text = (tokens, index, ...others) => {
    const html = text(tokens, index, ...others);
    const isPath = tokens[index - 1]?.type === 'link_open' && /^[\w.-]+(?:\/[\w.-]+)+$/.test(html);
    return isPath ? html.replaceAll('/', '/<wbr>') : html;
  };
}

/** Of a cell: so many characters stand on one line, and on a phone beside another cell. */
const SHORT = 12;
/** How many characters of code in a cell stay on one line. */
const UNBROKEN = 26;

/** A table of more columns is one of numbers, to be compared with those above and below: it scrolls. */
const MOST_STACKED = 7;

/**
 * Tables scroll within a box of their own, and on a phone those of several columns are shown row by row, each cell with the header
 * of its column. They have the roles of a table, which browsers take from what is laid out otherwise.
 */
export function withTables(markdown: Markdown): void {
  markdown.core.ruler.push('tables', ({ tokens, Token }) => {
    let headers: string[] = [];
    let column = 0;
    tokens.forEach((token, index) => {
      const cell = tokens[index + 1]!;
      if (token.type === 'thead_open') headers = [];
      if (token.type === 'tr_open') column = 0;
      if (token.type === 'th_open') {
        headers.push(textOf(cell));
        token.attrSet('role', headers.at(-1) === '' ? 'cell' : 'columnheader');
      }
      if (token.type === 'td_open') {
        const label = headers[column++] ?? '';
        token.attrSet('role', 'cell');
        if (label !== '') token.attrSet('data-label', label);
        if (column > 1 && textOf(cell).length <= SHORT) token.attrJoin('class', 'short');
      }
      if (token.type === 'td_open' || token.type === 'th_open') {
        cell.children = (cell.children ?? []).flatMap((child) => {
          if (child.type !== 'code_inline') return [child];
          if (child.content.length <= UNBROKEN) child.attrJoin('class', 'unbroken');
          // A line may end behind code, where a type goes on.
          const end = new Token('html_inline', '', 0);
          end.content = '<wbr>';
          return [child, end];
        });
      }
      if (token.type === 'thead_close') {
        const table = tokens.findLast(({ type }, at) => at < index && type === 'table_open')!;
        if (headers.length > 2 && headers.length <= MOST_STACKED) table.attrJoin('class', 'stacks');
        table.attrSet('role', 'table');
      }
      if (token.type === 'thead_open' || token.type === 'tbody_open') token.attrSet('role', 'rowgroup');
      if (token.type === 'tr_open') token.attrSet('role', 'row');
    });
  });
  const { renderer } = markdown;
  renderer.rules.table_open = (tokens, index, options, _env, self) =>
    `<div class="table scrolls" tabindex="0" role="group" aria-label="Table">${self.renderToken(tokens, index, options)}`;
  renderer.rules.table_close = () => '</table></div>\n';
}

/** What is read of a cell. */
const textOf = ({ children }: Token) =>
  (children ?? [])
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');

/** An empty cell at the head of a table is no header: nobody who listens to a page could make anything of it. */
export function withEmptyHeaders(markdown: Markdown): void {
  markdown.core.ruler.push('empty-headers', ({ tokens }) => {
    tokens.forEach((token, index) => {
      const [content, end] = [tokens[index + 1], tokens[index + 2]];
      if (token.type === 'th_open' && content?.content === '' && end?.type === 'th_close') token.tag = end.tag = 'td';
    });
  });
}
