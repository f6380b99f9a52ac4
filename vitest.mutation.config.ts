import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

/** The tests that mutants meet: those of `src/`, without what measures time, starts processes or looks at a build. */
export default defineConfig({
  ...config,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/{benchResults,diagrams,docs,linearTime,order-desk,order-desk-faults,recipes,semantics,shapes,speed}.test.ts',
      'test/realTime*.test.ts',
      'test/testing/docs.test.ts',
    ],
    isolate: false,
    // Stryker runs tests in threads, which cannot be given the flag.
    setupFiles: ['test/support/exposeGc.ts'],
  },
});
