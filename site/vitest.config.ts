import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Each file has a Chromium of its own, which is several processes.
    maxWorkers: 2,
    maxConcurrency: 3,
  },
});
