export { concatAllEager } from './concatAllEager.js';
export { concatEager } from './concatEager.js';
export { concatMapEager } from './concatMapEager.js';
export type {
  ConcatMapEagerConfig,
  FailedItem,
  ItemContext,
  ItemOutcome,
  ItemTimeout,
  LimitName,
  MonitorEvent,
  OnErrorPolicy,
  RetryConfig,
  TimeoutMeta,
} from './config.js';
