import { config } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { plant } from './model/plant.js';
import { PLANTED_BUGS } from './model/plantedBugs.js';
import { search } from './model/search.js';

describe('a bug that is planted is found by comparing with the model:', () => {
  const { onUnhandledError } = config;
  afterEach(async () => {
    // What a bug throws is reported in a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 20));
    config.onUnhandledError = onUnhandledError;
  });

  test.each(PLANTED_BUGS.map((bug) => [bug.name, bug] as const))('%s', async (_, bug) => {
    const broken = await plant(bug);
    // A bug may throw where nobody can hear it.
    config.onUnhandledError = () => undefined;

    expect(search(broken, { numRuns: 20_000, seed: 1, endOnFailure: true }).failed).toBe(true);
  });
});
