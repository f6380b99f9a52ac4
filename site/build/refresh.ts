/** While the site is served, writes the pages anew when a document changes. */
import type { Plugin } from 'vite';
import { writePages } from './pages.js';
import { ROOT } from './routes.js';

export function refresh(): Plugin {
  return {
    name: 'documents',
    apply: 'serve',
    configureServer({ watcher, config }) {
      const written = /^(?:[A-Z]+|docs\/[\w-]+|marbles\/[\w-]+|bench\/RESULTS|soak\/RESULTS)\.md$/;
      watcher.add(['*.md', 'docs', 'marbles', 'bench/RESULTS.md', 'soak/RESULTS.md'].map((path) => ROOT + path));
      watcher.on('change', (file) => {
        const path = file.replaceAll('\\', '/');
        if (!path.startsWith(ROOT) || !written.test(path.slice(ROOT.length))) return;
        try {
          writePages();
        } catch (error) {
          config.logger.error((error as Error).message);
        }
      });
    },
  };
}
