export { concatAllEager } from './concatAllEager.js';
export { concatEager } from './concatEager.js';
export { concatMapEager } from './concatMapEager.js';
export { concatMapEagerFrom } from './concatMapEagerFrom.js';
export type { IterableObservable } from './iterableObservable.js';
export { adaptiveLimit, sharedLimit, type AdaptiveLimitConfig, type ConcurrencyLimit } from './limits.js';
export { OverflowError } from './overflowError.js';
export type {
  ConcatMapEagerConfig,
  Concurrency,
  FailedItem,
  ItemContext,
  ItemOutcome,
  ItemTimeout,
  LimitName,
  MonitorEvent,
  OnErrorPolicy,
  OverflowPolicy,
  RetryConfig,
  TimeoutMeta,
} from './config.js';
