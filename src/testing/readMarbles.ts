import { MarbleSyntaxError } from './MarbleSyntaxError.js';
import type { MarbleSpec } from './model.js';
import { type Block, readBlock } from './readBlock.js';

const FENCE = /^( {0,3})(`{3,}|~{3,})\s*(.*)$/;
const HEADING = /^ {0,3}#{1,6}\s+(.*)$/;

/**
 * Reads the marble blocks of a Markdown page: every fenced block whose language is `marble`. A block is named by the
 * heading above it.
 *
 * @example
 * ```ts
 * for (const spec of readMarbles(markdown, 'marbles/order.md')) {
 *   test(spec.name, () => runMarble(spec, operators));
 * }
 * ```
 *
 * @param markdown - The text of the page.
 * @param file - What messages call the page. Default: `markdown`.
 * @returns One specification for each block, in order.
 * @throws {@link MarbleSyntaxError} if a block cannot be read; the message names file, line and column, what was expected and
 * what came.
 * @see {@link readMarbleFile}, {@link runMarble}
 */
export function readMarbles(markdown: string, file = 'markdown'): MarbleSpec[] {
  return findBlocks(markdown, file).map(readBlock);
}

function findBlocks(markdown: string, file: string): Block[] {
  const blocks: Block[] = [];
  const used = new Map<string, number>();
  let heading = '';
  let open: { fence: string; marble: boolean; indent: number; line: number; lines: string[] } | undefined;

  markdown.split(/\r\n|\n|\r/).forEach((text, index) => {
    const [, blanks = '', fence = '', info = ''] = FENCE.exec(text) ?? [];
    if (open === undefined) {
      heading = titleOf(text) ?? heading;
      // A line of backticks that has another backtick behind is inline code.
      if (fence === '' || (fence.startsWith('`') && info.includes('`'))) return;
      const marble = /^marble(\s|$)/.test(info);
      open = { fence, marble, indent: blanks.length, line: index + 1, lines: [] };
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      const { indent, line, lines } = open;
      if (open.marble) blocks.push({ name: numbered(heading || 'marble block', used), file, line, indent, lines });
      open = undefined;
    } else {
      // An indented fence takes as much from its content, and no more than there is.
      const { indent } = open;
      open.lines.push(text.slice(0, indent).trimStart() + text.slice(indent));
    }
  });

  if (open?.marble) {
    throw new MarbleSyntaxError(
      { file, line: open.line, column: 1 },
      'a fence that closes this block',
      'the end of the file',
    );
  }
  return blocks;
}

/** The text of a heading, without the signs that may close it. */
function titleOf(line: string): string | undefined {
  const title = HEADING.exec(line)?.[1]?.trim();
  const last = title?.split(/\s+/).at(-1) ?? '';
  return title !== last && /^#+$/.test(last) ? title?.slice(0, -last.length).trimEnd() : title;
}

function numbered(name: string, used: Map<string, number>): string {
  const nth = (used.get(name) ?? 0) + 1;
  used.set(name, nth);
  return nth === 1 ? name : `${name} (${nth})`;
}
