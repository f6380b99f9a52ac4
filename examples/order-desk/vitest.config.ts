import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rxjs-concat-map-eager$/, replacement: here('../../src/index.ts') },
      { find: /^rxjs-concat-map-eager\/testing$/, replacement: here('../../src/testing/index.ts') },
    ],
  },
  test: { include: ['test/*.test.ts'], globalSetup: 'test/expectBuilt.ts', testTimeout: 180_000, hookTimeout: 180_000 },
});
