import { formatted, table } from '../markdown.js';
import type { Result } from './cell.js';
import { NEWEST_RXJS } from './versions.js';

export interface Tables {
  readonly runtimes: readonly Result[] | undefined;
  readonly types: readonly Result[] | undefined;
  readonly bundlers: readonly Result[] | undefined;
}

/** What was found, as Markdown; parts that did not run are left out. */
export function pageOf({ runtimes, types, bundlers }: Tables): Promise<string> {
  const sections = [
    `# Where it works

Made by \`npm run matrix\`, which packs the package, installs it from the tarball as a user would, and runs it in each of
these. A cell names what was tried and works; "–" means that it cannot work, for the reason below the table.`,
    runtimes &&
      `## Runtimes

The program uses every export. It checks the order, each kind of inner, time limits, \`retry\`, \`onError\`, \`signal\`, \`until\`, keys,
limits that change, are shared or adapt, \`maxWaiting\`, an endless generator given to \`concatEager\`, \`for await\` over a result (to
its end, to an error, and left in the middle), several calls of \`next()\` at once, and \`/testing\`. It runs as an ES module (ESM) and
as CommonJS (CJS). Browsers load the package's own files on a page without a build tool, by an import map; rxjs is one file there, as
CDNs serve it.

${tableOf(runtimes)}`,
    types &&
      `## Types

With each TypeScript, module resolution and rxjs, a program is compiled with \`strict\` and without \`skipLibCheck\`. It imports
every name that the package exports, and states which types must be inferred and what must not compile, so a type that is lost is an error. With \`nodenext\` it is compiled
twice, as an ES module and as CommonJS; \`node10\` was once called \`node\`. rxjs 7.5 gets \`@types/node\`, since its own types
refer to it. The cells name the versions of rxjs.

${tableOf(types)}`,
    bundlers &&
      `## Bundlers

Bundles for production, with rxjs ${NEWEST_RXJS}. Unused imports of both entries leave nothing: the bundle is, to the byte, that of a program without
them.

${tableOf(bundlers)}`,
  ];
  return formatted(sections.filter((section) => section !== undefined).join('\n\n'), 'markdown');
}

/** A table of rows and columns as they come, and below it its notes. */
function tableOf(results: readonly Result[]): string {
  const notes: string[] = [];
  const mark = (found: readonly Result[]) => {
    const numbers = found.flatMap(({ note }) => {
      if (note === undefined) return [];
      if (!notes.includes(note)) notes.push(note);
      return [notes.indexOf(note) + 1];
    });
    return [...new Set(numbers)].map((number) => ` (${number})`).join('');
  };
  const cell = (found: readonly Result[]) => {
    const named = (outcome: Result['outcome']) =>
      found.filter((result) => result.outcome === outcome).map(({ name }) => name || 'yes');
    const failed = named('fails').map((name) => (name === 'yes' ? '**fails**' : `**${name} fails**`));
    const shown = [...named('works'), ...failed].join(', ');
    return (shown || '–') + mark(found);
  };
  const rows = [...new Set(results.map(({ row }) => row))];
  const columns = [...new Set(results.map(({ column }) => column))];
  const body = rows.map((row) => [
    row,
    ...columns.map((column) => cell(results.filter((result) => result.row === row && result.column === column))),
  ]);
  const list = notes.map((note, at) => `${at + 1}. ${note}`).join('\n');
  return `${table(['', ...columns], body, columns.length + 1)}\n\n${list}`;
}
