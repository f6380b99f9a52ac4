import fc from 'fast-check';
import { config } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import * as operators from '../../src/index.js';
import { checkLog } from './model/checkLog.js';
import { perform, type Operators } from './model/perform.js';
import { plant } from './model/plant.js';
import { PLANTED_BUGS } from './model/plantedBugs.js';
import type { Scenario } from './model/scenario.js';
import { scenarios } from './model/scenarios.js';

const withMonitor = (scenario: Scenario): Scenario => ({
  ...scenario,
  config: { ...scenario.config, monitor: true },
});

/** Has these operators do random scenarios, and judges the logs. */
function judge(judged: Operators, numRuns: number) {
  return fc.check(
    fc.property(scenarios.map(withMonitor), (scenario) => {
      const performed = perform(scenario, judged);
      const wrong = checkLog(scenario, performed);
      if (wrong.length > 0) {
        throw new Error([...wrong, '', ...performed.log].join('\n'));
      }
    }),
    { numRuns, seed: 1, endOnFailure: true },
  );
}

/** Bugs that a log shows soon. Others show in what does not happen, or happens at another time, or in rare scenarios only. */
const SHOWN = [
  'one item too many is active',
  'one item too many is unflushed',
  'a slot is free only when an item is flushed',
  'it drains while it drains',
  'there is one retry too many',
  'a failed attempt of an atomic item leaves its values',
  'later items go on when an error has its turn',
  'errors at the end are in the order in which they happened',
  'the error of the source overtakes what is parked',
  'the signal aborts before the inner is unsubscribed',
  'the signal aborts although the inner has ended by itself',
  '`blocking` goes on for the next head',
  'inputs that are left are not returned',
  'a cancelled item is ended twice for the monitor',
  'a parked item that is cancelled goes on being counted',
  'a key is free when an attempt has failed, before the retry',
  'one item too many of a key is active',
  'the window counts the items of each key',
  'a key is asked for again for a retry',
  'an item whose key is not known is tried again',
  'an item that is started before an earlier one overtakes it',
  'a key is free when its item has completed, before the teardown',
  'one value too many may wait',
  'the oldest value is dropped where the newest is to be',
  'the turn of a dropped value is not given up',
  'a signal is listened to after the end',
  'calls that wait are not answered when the consumer returns',
  'an error is thrown more than once',
];

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

  test.each(SHOWN)('shows that %s', async (name) => {
    const bug = PLANTED_BUGS.find((each) => each.name === name)!;
    // A bug may throw where nobody can hear it.
    config.onUnhandledError = () => undefined;

    const { failed, errorInstance } = judge(await plant(bug), 1_500);
    expect(failed).toBe(true);
    expect((errorInstance as Error).message).toContain('Expected that');
  });
});
