/** Writes the API, from the TSDoc of the sources, to `generated/api`: a page for each entry point. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { Application } from 'typedoc';
import { GENERATED } from './pages.js';
import { ROOT } from './routes.js';

/** The title of each page. */
const titles: Readonly<Record<string, string>> = {
  index: 'API of `rxjs-concat-map-eager`',
  testing: 'API of `rxjs-concat-map-eager/testing`',
};

export async function writeApi(): Promise<void> {
  const options: Parameters<typeof Application.bootstrapWithPlugins>[0] & Record<string, unknown> = {
    name: 'API',
    entryPoints: [`${ROOT}src/index.ts`, `${ROOT}src/testing/index.ts`],
    tsconfig: `${ROOT}site/tsconfig.api.json`,
    // The root checks its sources.
    skipErrorChecking: true,
    plugin: ['typedoc-plugin-markdown'],
    out: `${GENERATED}api`,
    readme: 'none',
    router: 'module',
    disableSources: true,
    excludeInternal: true,
    // What errors have of their own accord.
    excludeExternals: true,
    excludePrivate: true,
    // TypeScript's own from 5.4 on: see src/config.ts.
    intentionallyNotExported: ['NoInfer'],
    hideGenerator: true,
    githubPages: false,
    logLevel: 'Warn',
    // Of the Markdown plugin.
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandParameters: true,
    parametersFormat: 'table',
    enumMembersFormat: 'table',
    groupOrder: ['Functions', 'Interfaces', 'Type Aliases', '*'],
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined || app.logger.hasErrors()) throw new Error('typedoc could not read the sources');
  await app.generateOutputs(project);
  // A list of the two pages, which the sidebar has.
  rmSync(`${GENERATED}api/README.md`);
  for (const [page, title] of Object.entries(titles)) {
    const file = `${GENERATED}api/${page}.md`;
    const text = readFileSync(file, 'utf8').replace(/^# .*/, `# ${title}`);
    writeFileSync(file, await withFormattedCode(withFirst('concatMapEager()', text)));
  }
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc had something to say');
}

/** Functions are in alphabetical order, except the one that explains the others. */
function withFirst(name: string, text: string): string {
  const all = /^(## Functions\n\n)([^]*?)(?=\n## )/m;
  return text.replace(all, (_, head: string, functions: string) => {
    const sections = functions.trim().split(/\n+\*\*\*\n+/);
    const rank = (section: string) => (section.startsWith(`### ${name}\n`) ? 0 : 1);
    return `${head}${sections.sort((one, other) => rank(one) - rank(other)).join('\n\n***\n\n')}\n`;
  });
}

/** Declarations as they would stand in a source, instead of on one line. */
async function withFormattedCode(text: string): Promise<string> {
  const parts = text.split(/^(```ts\n[^]*?\n```)$/m);
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) continue;
    const code = part.slice(6, -4);
    try {
      parts[index] = `\`\`\`ts\n${await format(code, { parser: 'typescript', singleQuote: true })}\`\`\``;
    } catch {
      // What is shown of a member is no program by itself.
    }
  }
  return parts.join('');
}
