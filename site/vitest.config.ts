import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What takes longest begins first, so that no file is left to run alone. */
const longest = ['test/pages.test.ts', 'test/playground/freeForm.browser.test.ts', 'test/playground/seeIt.test.ts'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const found = longest.findIndex((name) => moduleId.endsWith(name));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

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
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // Each file has a Chromium of its own, which is several processes.
    maxWorkers: 2,
    maxConcurrency: 3,
    sequence: { sequencer: LongestFirst },
  },
});
