import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { 'rxjs-concat-map-eager': fileURLToPath(new URL('../src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/*.test.ts'],
    // Speed is compared while nothing else runs.
    fileParallelism: false,
    // A busy machine is slow; what hangs still fails.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
