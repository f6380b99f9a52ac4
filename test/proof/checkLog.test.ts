import fc from 'fast-check';
import { config } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import * as operators from '../../src/index.js';
import { checkLog } from './model/checkLog.js';
import { perform, type Operators, type Performed } from './model/perform.js';
import { plant } from './model/plant.js';
import { PLANTED_BUGS } from './model/plantedBugs.js';
import type { Scenario } from './model/scenario.js';
import { scenarios } from './model/scenarios.js';

const withMonitor = (scenario: Scenario): Scenario => ({
  ...scenario,
  config: { ...scenario.config, monitor: true },
});

/** What a timer throws, nobody can catch. */
function performedBy(judged: Operators, scenario: Scenario): Performed {
  try {
    return perform(scenario, judged);
  } catch (error) {
    throw new Error('Expected that nothing is thrown where nobody can catch it', { cause: error });
  }
}

/** Has these operators do random scenarios, and judges the logs. */
function judge(judged: Operators, numRuns: number) {
  return fc.check(
    fc.property(scenarios.map(withMonitor), (scenario) => {
      const performed = performedBy(judged, scenario);
      const wrong = checkLog(scenario, performed);
      if (wrong.length > 0) {
        throw new Error([...wrong, '', ...performed.story].join('\n'));
      }
    }),
    { numRuns, seed: 1, endOnFailure: true },
  );
}

describe('a log, judged without a prediction,', () => {
  const { onUnhandledError } = config;
  afterEach(async () => {
    // What a bug throws is reported in a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 20));
    config.onUnhandledError = onUnhandledError;
  });

  test('shows nothing wrong with the operators', () => {
    expect(judge(operators, 3_000).errorInstance).toBeNull();
  });

  test.each(PLANTED_BUGS.map((bug) => [bug.name, bug] as const))('shows that %s', async (_, bug) => {
    // A bug may throw where nobody can hear it.
    config.onUnhandledError = () => undefined;

    const { failed, errorInstance } = judge(await plant(bug), 20_000);
    expect(failed).toBe(true);
    expect((errorInstance as Error).message).toContain('Expected that');
  });
});
