import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^rxjs-concat-map-eager$/, replacement: here('src/index.ts') },
      { find: /^rxjs-concat-map-eager\/testing$/, replacement: here('src/testing/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // The leak tests collect garbage themselves.
    execArgv: ['--expose-gc'],
    // A busy machine is slow; what hangs still fails.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    // With `--coverage`, which `npm test` gives: what no test reaches is not needed, or not known to work.
    coverage: { include: ['src/**'], reporter: ['text'], skipFull: true, thresholds: { 100: true } },
  },
});
