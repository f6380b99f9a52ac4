/** How the site reads Markdown: anchors as on GitHub, marble blocks as pictures. */
import type { MarkdownOptions } from 'vitepress';
import { marbleFigure } from './pictures.js';

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0];

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

/** An empty cell at the head of a table is no header: nobody who listens to a page could make anything of it. */
export function withEmptyHeaders(markdown: Markdown): void {
  markdown.core.ruler.push('empty-headers', ({ tokens }) => {
    tokens.forEach((token, index) => {
      const [content, end] = [tokens[index + 1], tokens[index + 2]];
      if (token.type === 'th_open' && content?.content === '' && end?.type === 'th_close') token.tag = end.tag = 'td';
    });
  });
}
