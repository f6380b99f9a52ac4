import fc from 'fast-check';
import { readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';
import { describe, expect, test } from 'vitest';
import * as operators from '../../src/index.js';
import { Census } from './model/census.js';
import { drawScenario } from './model/drawScenario.js';
import { predict } from './model/predict.js';
import { scenarios } from './model/scenarios.js';
import { report, search } from './model/search.js';
import { abortsAt, fixtures, operators as marbleOperators } from '../support/marbleOperators.js';

/** `npm run fuzz` goes on for longer. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 3_000);

describe('in any scenario', () => {
  test('everything that anybody notices is what the model says', () => {
    const census = new Census();
    const result = search(operators, { numRuns }, census);

    expect(report(result)).toBeUndefined();
    // Few of them are of no use.
    expect(census.ambiguous / census.total).toBeLessThan(0.1);
  });

  test('what marbles can draw is a block that can be read, and passes', () => {
    let drawn = 0;
    fc.assert(
      fc.property(
        scenarios.map(({ config, ...scenario }) => ({
          ...scenario,
          reactions: [],
          asks: undefined,
          // Marbles do not draw keys.
          config: {
            ...config,
            maxParked: undefined,
            keys: undefined,
            concurrentPerKey: undefined,
            order: undefined,
          },
        })),
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
          const { signal } = scenario.config;
          runMarble(spec!, marbleOperators, (stage) => ({
            ...fixtures(stage),
            ...(typeof signal === 'number' && { [`abortsAt${signal}`]: abortsAt(signal, stage.scheduler) }),
          }));
          drawn++;
        },
      ),
      { numRuns: numRuns / 5 },
    );
    expect(drawn).toBeGreaterThan(numRuns / 10);
  });
});

test('every option, every pair of options and every kind of event occurs often enough', () => {
  const census = new Census();
  // Always the same ones: what is rare is not to be there by luck.
  for (const scenario of fc.sample(scenarios, { numRuns: 5_000, seed: 1 })) {
    census.add(scenario, predict(scenario));
  }
  expect(census.rare()).toEqual([]);
});
