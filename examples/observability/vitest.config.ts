import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: {
      'rxjs-concat-map-eager': fileURLToPath(
        new URL('../../src/index.ts', import.meta.url),
      ),
    },
  },
  // A busy machine is slow; what hangs still fails.
  test: {
    include: ['test/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
