/** Markdown, formatted as everything here is. */
import { format, resolveConfig } from 'prettier';

/** As the file is formatted, where one is named: some have shorter lines. */
export const formatted = async (text: string, parser: 'markdown' | 'json', file = 'package.json') =>
  format(text, { ...(await resolveConfig(new URL(`../${file}`, import.meta.url))), parser });

/** A table; columns after the first `left` ones are aligned to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i < left ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const start = (name: string) => `<!-- ${name}: made by \`npm run bench`;

/** The page that is in the file, with what is between the markers called `name` replaced. */
export async function withSection(file: string, page: string, name: string, section: string): Promise<string> {
  const [from, to] = bounds(page, name);
  return formatted(`${page.slice(0, from)}\n\n${section}\n\n${page.slice(to)}`, 'markdown', file);
}

function bounds(page: string, name: string): [from: number, to: number] {
  const marker = page.indexOf(start(name));
  const from = page.indexOf('-->', marker) + 3;
  const to = page.indexOf(`<!-- /${name} -->`);
  if (marker < 0 || to < from) throw new Error(`Expected the markers of ${name} in the page`);
  return [from, to];
}
