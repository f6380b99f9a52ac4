import fc from 'fast-check';
import { LATENCIES, ON_ERROR, ORDERS, type Settings } from '../../playground/engine/settings.js';

const maybe = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined, freq: 2 });

/** Settings of a small run. */
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
  concurrent: maybe(1, 10),
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
