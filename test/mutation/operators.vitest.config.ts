import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from '../../vitest.config.js';

/** What finds most mutants in the least time. */
const FIRST = ['model', 'marbles', 'config', 'keys', 'failures', 'timeout'];
/** What takes so long that only mutants meet it which the others have not found: see `scripts/mutation.ts`. */
const LONG = ['operators/lateTimers', 'proof/{adaptive,depth,limits,release,releaseIterator}'].map(
  (files) => `test/${files}.test.ts`,
);
const QUICK = ['test/{internal,operators,proof,rxjs}/*.test.ts'];
const isLong = process.env.MUTATION_LONG !== undefined;

/** The first test that fails is the last that runs: so those that are likely to, and cheap, come first. */
class CheapFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const first = FIRST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      // A change of a constant meets the tests of all rooms: those of the rooms themselves are quick.
      return first >= 0 ? first : FIRST.length + (moduleId.includes('/internal/') ? 0 : 1);
    };
    return Promise.resolve(files.sort((a, b) => rank(a) - rank(b)));
  }
}

/** The tests that mutants of the operators meet: without what measures time, starts processes or looks at a build. */
export default defineConfig({
  ...config,
  test: {
    include: isLong ? LONG : QUICK,
    exclude: [
      'test/proof/{checkLog,laws,linearTime,plantedBugs,realTime,realTimers,realTimers.zone,shapes}.test.ts',
      ...(isLong ? [] : LONG),
    ],
    env: { FUZZ_RUNS: '200' },
    // What hangs is noticed by this, since Stryker waits much longer.
    testTimeout: isLong ? 120_000 : 20_000,
    hookTimeout: 300_000,
    isolate: false,
    sequence: { sequencer: CheapFirst },
    setupFiles: ['test/mutation/setup.ts'],
  },
});
