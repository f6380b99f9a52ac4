import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { bundles } from '../build/bundle.js';
import {
  slugify,
  withBreakingPaths,
  withEmptyHeaders,
  withLegend,
  withMarbles,
  withScrollingCode,
  withTables,
} from '../build/markdown.js';
import { writeLlms } from '../build/llms.js';
import { refresh } from '../build/refresh.js';
import { BASE } from '../build/relocate.js';
import { BOOST, boostDocument, extractField } from '../build/search.js';
import { documents, exists, linkTo, namesIn, pageOf } from '../build/routes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A link to the page of a file, if there is one. */
const to = (text: string, file: string): DefaultTheme.SidebarItem[] =>
  exists(file) ? [{ text, link: linkTo(pageOf(file)!) }] : [];

const base = process.argv.includes('build') ? BASE : '/';

const playground = to('Playground', 'site/playground.md');

/** `a-page.md`: A page. */
const titleOf = (name: string) => name[0]!.toUpperCase() + name.slice(1, -3).replaceAll('-', ' ');

/** The marble pages as one would read them; others follow. */
const marbles = ['order', 'concurrency', 'reorder-window', 'completion', 'errors', 'retry', 'timeout', 'atomic'];
const rank = (name: string) => (marbles.indexOf(name.slice(0, -3)) + marbles.length + 1) % (marbles.length + 1);

/** VitePress takes other fields than its own, and does not say so. */
const searchFields = { fields: Object.keys(BOOST), extractField };

const config = defineConfig({
  title: 'rxjs-concat-map-eager',
  description: "Order-preserving concurrency for RxJS: concatMap's order at mergeMap's speed.",
  lang: 'en',
  base,
  rewrites: { 'generated/:page*': ':page*' },
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }]],
  // Both are written with `.html` behind them, so that any server, or none, finds them.
  cleanUrls: false,
  themeConfig: {
    siteTitle: 'concatMapEager',
    logo: '/icon.svg',
    nav: [
      {
        text: 'Guide',
        link: '/introduction',
        activeMatch: '^/(?!marbles/|api/|performance|playground|source/|index|$)',
      },
      ...playground.map(({ text, link }) => ({ text: text!, link: link! })),
      { text: 'Marbles', link: '/marbles/', activeMatch: '^/marbles/' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Performance', link: '/performance' },
    ],
    sidebar: {
      '/marbles/': [
        {
          text: 'Marbles',
          items: [
            ...to('The notation', 'marbles/README.md'),
            ...namesIn('marbles')
              .filter((name) => name !== 'README.md')
              .sort((one, other) => rank(one) - rank(other))
              .flatMap((name) => to(titleOf(name), `marbles/${name}`)),
          ],
        },
        {
          text: 'Beside them',
          items: [...to('Testing', 'docs/guide/testing.md'), ...to('Semantics', 'docs/reference/semantics.md')],
        },
      ],
      '/': [
        {
          text: 'Guide',
          items: [
            ...to('Introduction', 'site/introduction.md'),
            ...to('Choosing', 'docs/guide/choosing.md'),
            ...to('Time limits', 'docs/guide/time-limits.md'),
            ...to('Failures', 'docs/guide/failures.md'),
            ...to('Keys', 'docs/guide/keys.md'),
            ...to('The order desk', 'docs/guide/order-desk.md'),
            ...to('Limits', 'docs/guide/limits.md'),
            ...to('Streams', 'docs/guide/streams.md'),
            ...to('Recipes', 'docs/guide/recipes.md'),
            ...to('Testing', 'docs/guide/testing.md'),
            ...to('Scaling', 'docs/guide/scaling.md'),
            ...to('Observability', 'docs/guide/observability.md'),
            ...to('Migrating', 'docs/guide/migrating.md'),
            ...to('For coding agents', 'AGENTS.md'),
            ...playground,
          ],
        },
        {
          text: 'Frameworks',
          items: [...to('Angular', 'docs/guide/angular.md'), ...to('NestJS', 'docs/guide/nestjs.md')],
        },
        {
          text: 'Reference',
          items: [
            ...to('Overview', 'README.md'),
            ...to('Semantics', 'docs/reference/semantics.md'),
            ...to('Errors', 'docs/reference/errors.md'),
            ...to('Versions', 'docs/reference/versioning.md'),
            ...to('Marbles', 'marbles/README.md'),
            { text: 'API', link: '/api/' },
            { text: 'API of /testing', link: '/api/testing' },
          ],
        },
        {
          text: 'Measured',
          items: [
            ...to('Performance', 'bench/RESULTS.md'),
            ...to('Endurance', 'bench/soak/RESULTS.md'),
            ...to('Compatibility', 'docs/evidence/compatibility.md'),
          ],
        },
        {
          text: 'The project',
          items: [
            ...to('What the promises rest on', 'docs/evidence/proof.md'),
            ...to('Random scenarios', 'docs/evidence/fuzz.md'),
            ...to('Mutants', 'docs/evidence/mutants.md'),
            ...to('Decisions', 'docs/reference/decisions.md'),
            ...to('Contributing', 'CONTRIBUTING.md'),
            ...to('Changelog', 'CHANGELOG.md'),
          ],
        },
      ],
    },
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          options: searchFields,
          searchOptions: { boost: BOOST, boostDocument },
        },
        // What is written in a picture is beside it as text.
        _render: (source, env, markdown) => {
          const html = markdown.render(source, env);
          return env.frontmatter?.search === false ? '' : html.replace(/<svg[^]*?<\/svg>/g, '');
        },
      },
    },
  },
  markdown: {
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    languageAlias: { ndjson: 'json' },
    config: (markdown) => {
      withScrollingCode(markdown);
      withBreakingPaths(markdown);
      withMarbles(markdown);
      withLegend(markdown);
      withTables(markdown);
      withEmptyHeaders(markdown);
    },
  },
  buildEnd: ({ outDir }) => {
    const { title = '', description = '', themeConfig } = config;
    writeLlms(outDir, title, description, themeConfig!.sidebar as DefaultTheme.SidebarMulti);
  },
  vite: {
    plugins: [refresh(), bundles()],
    resolve: {
      // The package as it is built at the root, with the root's only rxjs.
      alias: [
        { find: /^rxjs-concat-map-eager$/, replacement: `${root}dist/index.js` },
        { find: /^rxjs-concat-map-eager\/testing$/, replacement: `${root}dist/testing.js` },
      ],
      dedupe: ['rxjs'],
    },
    server: { fs: { allow: [root] } },
    build: { chunkSizeWarningLimit: 2_000 },
  },
});

const listed = JSON.stringify(config.themeConfig?.sidebar);
for (const [file, page] of documents) {
  if (!listed.includes(JSON.stringify(linkTo(page)))) {
    throw new Error(`Expected ${file} in a sidebar: site/.vitepress/config.ts lists the pages`);
  }
}

export default config;
