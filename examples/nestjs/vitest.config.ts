import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Processes are started and waited for; on a busy machine that takes its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two files start processes of their own.
    maxWorkers: 2,
  },
});
