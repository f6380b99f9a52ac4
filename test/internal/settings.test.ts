import { asyncScheduler, of, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { sharedLimit, type ConcatMapEagerConfig, type Concurrency } from '../../src/index.js';
import { normalizeConfig, windowFor, type Settings } from '../../src/internal/settings.js';

const DEFAULTS: Settings<unknown, unknown> = {
  concurrent: Infinity,
  reorderWindow: undefined,
  reads: false,
  key: undefined,
  concurrentPerKey: 1,
  order: 'source',
  readAhead: undefined,
  until: undefined,
  maxWaiting: Infinity,
  overflow: 'error',
  maxParked: undefined,
  limits: {},
  retry: { count: 0, delay: undefined, resetOnSuccess: false },
  onError: 'in-order',
  atomic: false,
  signal: undefined,
  scheduler: asyncScheduler,
  monitor: undefined,
  mistake: expect.any(Function) as Settings<unknown, unknown>['mistake'],
};

const scheduler = new VirtualTimeScheduler();
const delay = () => [1];
const onError = () => [];
const monitor = () => undefined;
const limits = of(3);
const shared = sharedLimit(3);

test.each<[Concurrency | ConcatMapEagerConfig<unknown> | undefined, Partial<Settings<unknown, unknown>>]>([
  [undefined, {}],
  [{}, {}],
  [3, { concurrent: 3 }],
  [limits, { concurrent: limits }],
  [shared, { concurrent: shared }],
  [{ concurrent: limits }, { concurrent: limits }],
  [
    { concurrent: 100, reorderWindow: Infinity },
    { concurrent: 100, reorderWindow: Infinity },
  ],
  [{ reorderWindow: 7 }, { reorderWindow: 7 }],
  [{ timeout: 5 }, { limits: { total: 5 } }],
  [{ timeout: { first: 1, each: 2, blocking: 4 } }, { limits: { first: 1, each: 2, blocking: 4 } }],
  // A limit of `Infinity` is none.
  [{ timeout: Infinity }, {}],
  [{ timeout: { first: Infinity, total: 3 } }, { limits: { total: 3 } }],
  [{ retry: 2 }, { retry: { count: 2, delay: undefined, resetOnSuccess: false } }],
  // As with rxjs: an object without a count means without end.
  [{ retry: {} }, { retry: { count: Infinity, delay: undefined, resetOnSuccess: false } }],
  [{ retry: { delay, resetOnSuccess: true } }, { retry: { count: Infinity, delay, resetOnSuccess: true } }],
  [
    { onError, atomic: true, scheduler, monitor },
    { onError, atomic: true, scheduler, monitor },
  ],
])('a configuration has every default filled in: %o', (config, settings) => {
  expect(normalizeConfig(config)).toEqual({ ...DEFAULTS, ...settings });
});

test.each([
  [1, false, 1024],
  [64, false, 1024],
  [65, false, 1040],
  [65, true, 1040],
  [Infinity, false, Infinity],
  [Infinity, true, 1024],
])('the default window for a limit of %d, where values are read: %o', (limit, reads, window) => {
  expect(windowFor(limit, reads)).toBe(window);
});
