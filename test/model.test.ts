import fc from 'fast-check';
import { readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';
import { expect, test, vi } from 'vitest';
import * as operators from '../src/index.js';
import { compare } from './model/compare.js';
import { drawScenario } from './model/drawScenario.js';
import { predict } from './model/predict.js';
import { scenarios } from './model/scenarios.js';
import { fixtures, operators as marbleOperators } from './support/marbleOperators.js';

// Much work, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/** `npm run fuzz` goes on for longer. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 2_000);

test('everything that anybody notices is what the model says, in any scenario', () => {
  fc.assert(
    fc.property(scenarios, (scenario) => {
      const prediction = predict(scenario);
      fc.pre(!prediction.ambiguous);
      compare(scenario, prediction, operators);
    }),
    { numRuns },
  );
});

test('a scenario that marbles can draw is a block that can be read, and passes', () => {
  let drawn = 0;
  fc.assert(
    fc.property(
      scenarios.map((scenario) => ({ ...scenario, reactions: [] })),
      (scenario) => {
        const prediction = predict(scenario);
        fc.pre(!prediction.ambiguous);
        let block: string;
        try {
          block = drawScenario(scenario, prediction);
        } catch (error) {
          expect((error as Error).message).toMatch(/^No marble block can draw this: /);
          return;
        }
        const [spec] = readMarbles(`# drawn\n\`\`\`marble\n${block}\n\`\`\`\n`, 'model.md');
        runMarble(spec!, marbleOperators, fixtures);
        drawn++;
      },
    ),
    { numRuns: numRuns / 4 },
  );
  expect(drawn).toBeGreaterThan(numRuns / 8);
});
