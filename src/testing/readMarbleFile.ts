import { MarbleSyntaxError } from './MarbleSyntaxError.js';
import type { MarbleSpec } from './model.js';
import { readMarbles } from './readMarbles.js';

/**
 * Reads the marble blocks of a Markdown file, as {@link readMarbles} does with a text. It needs Node.js 20.16 or later, Deno
 * or Bun; elsewhere, get the text and call `readMarbles`.
 *
 * @example
 * ```ts
 * for (const spec of readMarbleFile(new URL('search.md', import.meta.url))) {
 *   test(spec.name, () => runMarble(spec, operators));
 * }
 * ```
 *
 * @param file - A path, relative to the working directory, or a `file:` URL.
 * @returns One specification for each block, in order. Their `file` is the path from the working directory, or for a file
 * outside of it the whole path.
 * @throws {@link MarbleSyntaxError} if a block cannot be read or there is none, and what Node.js throws if the file cannot.
 */
export function readMarbleFile(file: string | URL): MarbleSpec[] {
  const paths = builtin('node:path');
  const path = typeof file === 'string' ? file : builtin('node:url').fileURLToPath(file);
  const near = paths.relative(process.cwd(), path);
  const shown = near.startsWith('..') ? path : near.replaceAll('\\', '/');
  const specs = readMarbles(builtin('node:fs').readFileSync(path, 'utf8'), shown);
  if (specs.length > 0) return specs;
  // A loop over no blocks would be no tests, which fail in no framework.
  throw new MarbleSyntaxError({ file: shown, line: 1, column: 1 }, 'a block "```marble" in the file', 'none');
}

/**
 * A module of Node.js, without an `import`: this entry is for browsers too.
 *
 * @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
const builtin: typeof process.getBuiltinModule = (id: string) => {
  const found = globalThis.process?.getBuiltinModule?.(id);
  if (found) return found;
  const got = globalThis.process?.version ?? 'none of them';
  throw new Error(
    `expected Node.js 20.16 or later, Deno or Bun to read a file, got ${got}: get the text and call readMarbles`,
  );
};
