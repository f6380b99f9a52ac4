import { MarbleSyntaxError } from './MarbleSyntaxError.js';
import type { MarbleSpec } from './model.js';
import { type Block, readBlock } from './readBlock.js';

const QUOTE = / {0,3}> ?/y;
const LIST = /^ *(?:(?:[-*+]|\d{1,9}[.)])(?: {1,4}|$))+/;
const FENCE = /^(?:`{3,}|~{3,})/;
const HEADING = /^#{1,6}\s/;
const MARBLE = /^marble(?=[\s{]|$)/i;

/**
 * Reads the marble blocks of a Markdown page: every fenced block whose language is `marble`, in lists and quotes too. A block is
 * named by the heading above it.
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
  return findBlocks(markdown.replace(/^\ufeff/, ''), file).map(readBlock);
}

/** A fence that is not closed yet. */
interface Open {
  readonly fence: string;
  readonly marble: boolean;
  /** How many quotes it stands in, whose signs each of its lines has. */
  readonly quotes: number;
  /** The column in which the fence begins, without and with the signs of a quote. */
  readonly indent: number;
  readonly column: number;
  readonly line: number;
  readonly lines: string[];
}

function findBlocks(markdown: string, file: string): Block[] {
  const blocks: Block[] = [];
  const used = new Map<string, number>();
  const lists = new Lists();
  let heading = '';
  let open: Open | undefined;
  const expectClosed = (): void => {
    if (!open?.marble) return;
    const place = { file, line: open.line, column: open.column + 1 };
    throw new MarbleSyntaxError(place, 'a fence that closes this block', 'the end of what it stands in');
  };

  markdown.split(/\r\n|\n|\r/).forEach((text, index) => {
    let quote = quoteOf(text, open?.quotes);
    if (open && quote.depth < open.quotes) {
      // The quote has ended, and what stands in it.
      expectClosed();
      open = undefined;
      quote = quoteOf(text);
    }
    const line = text.slice(quote.length);
    if (open === undefined) {
      const indent = lists.contentOf(line);
      // Further in, it is shown as code.
      if (indent > lists.indent + 3) return;
      const content = line.slice(indent);
      heading = titleOf(content) ?? heading;
      const fence = FENCE.exec(content)?.[0];
      if (fence === undefined) return;
      const info = content.slice(fence.length).trimStart();
      // A line of backticks that has another backtick behind is inline code.
      if (fence.includes('`') && info.includes('`')) return;
      const column = quote.length + indent;
      open = { fence, marble: MARBLE.test(info), quotes: quote.depth, indent, column, line: index + 1, lines: [] };
    } else if (closes(line.trim(), open.fence)) {
      const { line: opened, column: indent, lines } = open;
      if (open.marble)
        blocks.push({ name: unique(heading || 'marble block', used), file, line: opened, indent, lines });
      open = undefined;
    } else {
      // An indented fence takes as much from its content, and no more than there is.
      const { indent } = open;
      open.lines.push(line.slice(0, indent).trimStart() + line.slice(indent));
    }
  });
  expectClosed();
  return blocks;
}

function closes(line: string, fence: string): boolean {
  return line.length >= fence.length && line === fence[0]!.repeat(line.length);
}

/** The signs of the quotes that a line begins with, up to `most` of them: how long they are, and how many. */
function quoteOf(line: string, most = Infinity): { length: number; depth: number } {
  let [length, depth] = [0, 0];
  for (QUOTE.lastIndex = 0; depth < most && QUOTE.test(line); depth++) length = QUOTE.lastIndex;
  return { length, depth };
}

/** The list items that a line may be in, by the column in which their content begins. */
class Lists {
  #columns: number[] = [];

  /** The column in which the content of the innermost one begins. */
  get indent(): number {
    return this.#columns.at(-1) ?? 0;
  }

  /** The column in which the content of a line begins, behind the signs of list items. */
  contentOf(line: string): number {
    const blanks = line.length - line.trimStart().length;
    if (blanks === line.length) return blanks;
    this.#columns = this.#columns.filter((column) => column <= blanks);
    if (blanks > this.indent + 3) return blanks;
    const signs = LIST.exec(line)?.[0].length ?? 0;
    if (signs > 0) this.#columns.push(signs);
    return Math.max(blanks, signs);
  }
}

/** The text of a heading, without the signs that may close it. */
function titleOf(line: string): string | undefined {
  const signs = HEADING.exec(line)?.[0];
  if (signs === undefined) return undefined;
  const title = line.slice(signs.length).trim();
  const last = title.split(/\s/).at(-1)!;
  return title !== last && /^#+$/.test(last) ? title.slice(0, -last.length).trimEnd() : title;
}

/** A name that no other block has: from the second on with a number. */
function unique(name: string, used: Map<string, number>): string {
  let nth = (used.get(name) ?? 0) + 1;
  while (nth > 1 && used.has(`${name} (${nth})`)) nth++;
  const found = nth === 1 ? name : `${name} (${nth})`;
  used.set(name, nth).set(found, 1);
  return found;
}
