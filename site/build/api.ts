/** Writes the API, from the TSDoc of the sources, to `generated/api`: a page for each entry point. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Application } from 'typedoc';
import { GENERATED } from './pages.js';
import { ROOT } from './routes.js';

/** The import of each page. */
const titles: Readonly<Record<string, string>> = {
  index: '`rxjs-concat-map-eager`',
  testing: '`rxjs-concat-map-eager/testing`',
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
    excludePrivate: true,
    hideGenerator: true,
    githubPages: false,
    logLevel: 'Warn',
    // Of the Markdown plugin.
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
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
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^# .*/, `# ${title}`));
  }
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc had something to say');
}
