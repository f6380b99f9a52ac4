import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // As the site is built.
    alias: [
      { find: /^rxjs-concat-map-eager$/, replacement: here('../dist/index.js') },
      { find: /^rxjs-concat-map-eager\/testing$/, replacement: here('../dist/testing.js') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file has a Chromium of its own, which is several processes.
    maxWorkers: 2,
    maxConcurrency: 3,
  },
});
