/** While the site is served, writes the pages anew when a document changes. */
import type { Plugin } from 'vite';
import { writePages } from './pages.js';
import { documents, ROOT } from './routes.js';

export function refresh(): Plugin {
  return {
    name: 'documents',
    apply: 'serve',
    configureServer({ watcher, config }) {
      watcher.add([...documents.keys()].map((path) => ROOT + path));
      watcher.on('change', (file) => {
        const path = file.replaceAll('\\', '/');
        if (!path.startsWith(ROOT) || !documents.has(path.slice(ROOT.length))) return;
        try {
          writePages();
        } catch (error) {
          config.logger.error((error as Error).message);
        }
      });
    },
  };
}
