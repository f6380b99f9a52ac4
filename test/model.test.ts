import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as operators from '../src/index.js';
import { perform } from './model/perform.js';
import { predict } from './model/predict.js';
import { scenarios } from './model/scenarios.js';

test('everything that anybody notices is what the model says, in any scenario', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const { log, ambiguous } = predict(scenario);
      fc.pre(!ambiguous);
      expect(perform(scenario, operators)).toEqual(log);
    }),
    { numRuns: 2_000 },
  );
});
