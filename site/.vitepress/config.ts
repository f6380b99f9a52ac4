import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const exists = (page: string) => existsSync(here(`../${page}`));

export default defineConfig({
  title: 'rxjs-concat-map-eager',
  description: 'Order-preserving concurrency for RxJS: the same notifications as concatMap, only sooner.',
  lang: 'en',
  themeConfig: {
    nav: [...(exists('playground.md') ? [{ text: 'Playground', link: '/playground' }] : [])],
    search: { provider: 'local' },
  },
  vite: {
    resolve: {
      // The package as it is built at the root, with the root's only rxjs.
      alias: [
        { find: /^rxjs-concat-map-eager$/, replacement: here('../../dist/index.js') },
        { find: /^rxjs-concat-map-eager\/testing$/, replacement: here('../../dist/testing.js') },
      ],
      dedupe: ['rxjs'],
    },
    server: { fs: { allow: [here('../..')] } },
  },
});
