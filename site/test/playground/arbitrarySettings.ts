import fc from 'fast-check';
import { writeChanges } from '../../playground/engine/limits.js';
import { LATENCIES, ON_ERROR, ORDERS, type Settings } from '../../playground/engine/settings.js';

const maybe = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined, freq: 2 });

/** Often none. */
const changes = fc
  .option(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.constantFrom(0, 1, 1, 2, 3, 8, 12)), {
      minLength: 1,
      maxLength: 5,
    }),
    { nil: [], freq: 2 },
  )
  .map((steps) => {
    let at = 0;
    return writeChanges(steps.map(([wait, limit]) => ({ at: (at += wait), limit })));
  });

/** Settings of a small run, which the model of the operators can foretell. */
export const arbitrarySettings: fc.Arbitrary<Settings> = fc.record({
  items: fc.integer({ min: 1, max: 30 }),
  gap: fc.constantFrom(0, 0, 1, 10),
  latency: fc.constantFrom(...LATENCIES),
  mean: fc.integer({ min: 1, max: 60 }),
  stuckFor: maybe(1, 500),
  values: fc.constantFrom(1, 1, 2, 5),
  failing: fc.constantFrom(0, 5, 30),
  hanging: fc.constantFrom(0, 5, 30),
  seed: fc.nat(),
  servers: fc.constant(undefined),
  concurrent: maybe(1, 10),
  changes,
  limit: fc.constant('set'),
  reorderWindow: maybe(1, 20),
  keys: maybe(1, 40),
  concurrentPerKey: maybe(1, 4),
  order: fc.constantFrom(...ORDERS),
  first: maybe(1, 200),
  each: maybe(1, 200),
  total: maybe(1, 300),
  blocking: maybe(1, 300),
  retries: fc.constantFrom(0, 0, 1, 3),
  delay: fc.constantFrom(0, 20, 200),
  onError: fc.constantFrom(...ON_ERROR),
  atomic: fc.boolean(),
});
