import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import config from '../../vitest.config.js';

/** A mutant's run ends with the first test that fails: the files that start and run fastest come first. */
const ORDER = ['show', 'isEqual', 'readMarbles', 'realms', 'readMarbleFile', 'printMarble', 'diagrams', 'runMarble'];

class CheapestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => ORDER.indexOf(basename(moduleId, '.test.ts'));
    return Promise.resolve([...files].sort((one, other) => rank(one) - rank(other)));
  }
}

/** The tests that the mutants of `src/testing/` meet: none that measures time, or whose inputs are random. */
export default defineConfig({
  ...config,
  test: {
    include: ['test/testing/*.test.ts', 'test/repo/diagrams.test.ts'],
    exclude: ['test/testing/{docs,fuzz}.test.ts'],
    isolate: false,
    sequence: { sequencer: CheapestFirst },
    setupFiles: ['test/mutation/setup.ts'],
  },
});
