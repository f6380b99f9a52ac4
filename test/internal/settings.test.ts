import { asyncScheduler, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import type { ConcatMapEagerConfig } from '../../src/index.js';
import { normalizeConfig, type Settings } from '../../src/internal/settings.js';

const DEFAULTS: Settings<unknown, unknown> = {
  concurrent: Infinity,
  reorderWindow: Infinity,
  key: undefined,
  concurrentPerKey: 1,
  order: 'source',
  readAhead: 0,
  mayWaitForKeys: 0,
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

test.each<[number | ConcatMapEagerConfig<unknown> | undefined, Partial<Settings<unknown, unknown>>]>([
  [undefined, {}],
  [{}, {}],
  [3, { concurrent: 3, reorderWindow: 1024 }],
  [{ concurrent: 100 }, { concurrent: 100, reorderWindow: 1600 }],
  [{ concurrent: 100, reorderWindow: Infinity }, { concurrent: 100 }],
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

test.each<[ConcatMapEagerConfig<number>, number]>([
  [{}, 0],
  [{ reorderWindow: 5 }, 0],
  [{ key: () => 1 }, 1024],
  [{ key: () => 1, concurrent: 100 }, 1600],
  [{ key: () => 1, reorderWindow: 5 }, 5],
])('reads ahead where values may wait for their keys: %o', (config, readAhead) => {
  expect(normalizeConfig(config).mayWaitForKeys).toBe(readAhead);
});
