import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes are started and waited for; on a busy machine that takes its time.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // Two files start processes of their own.
    maxWorkers: 2,
  },
});
