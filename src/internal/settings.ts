import { asyncScheduler, observable, type Observable, type ObservableInput, type SchedulerLike } from 'rxjs';
import type {
  ConcatMapEagerConfig,
  Concurrency,
  FailedItem,
  ItemTimeout,
  LimitName,
  MonitorEvent,
  OnErrorPolicy,
  OverflowPolicy,
  RetryConfig,
} from '../config.js';
import { check, checkCount, checkNumber, hasMethod, list, readOptions } from './check.js';
import { notObservableInput } from './notObservableInput.js';
import { POLICY_NAMES } from './policies.js';

/** A checked configuration: every default filled in, and limits of `Infinity` left out, since they are none. */
export interface Settings<T, R> {
  readonly concurrent: Concurrency;
  /** `undefined` where the default is that of the limit. */
  readonly reorderWindow: number | undefined;
  /** Whether values are read, and not pushed. */
  readonly reads: boolean;
  readonly key: KeyFunction<T> | undefined;
  readonly concurrentPerKey: number;
  readonly order: 'source' | 'key';
  /** How many values are read ahead, although there is no slot or no room for them, or for their keys; `undefined` if not said. */
  readonly readAhead: number | undefined;
  readonly until: ObservableInput<unknown> | undefined;
  /** How many values may wait, where they are pushed, and what happens to one more. */
  readonly maxWaiting: number;
  readonly overflow: OverflowPolicy;
  /** `undefined` where the default is that of the consumer. */
  readonly maxParked: number | undefined;
  readonly limits: Limits;
  readonly retry: Retry;
  readonly onError: OnErrorPolicy | OnErrorFunction<T, R>;
  readonly atomic: boolean;
  readonly signal: AbortSignal | undefined;
  readonly scheduler: SchedulerLike;
  readonly monitor: ((event: MonitorEvent<T>) => void) | undefined;
  readonly mistake: Mistake;
}

/** By this name a limit that several subscriptions share has what opens it for one of them; also for another copy of the package. */
export const OPEN: unique symbol = Symbol.for('rxjs-concat-map-eager.limit');

/** Makes the error for an inner that is not an ObservableInput: in the words of the function that the user has called. */
export type Mistake = (input: unknown, index: number) => TypeError;

const mistakeOfProject: Mistake = (input, index) => notObservableInput(input, '`project` to return', index);

export type KeyFunction<T> = (value: T, index: number) => unknown;

export type OnErrorFunction<T, R> = (error: unknown, item: FailedItem<T>) => ObservableInput<R>;

export type Limits = Readonly<Partial<Record<LimitName, number>>>;

export type RetryDelay = Extract<RetryConfig['delay'], (...args: never[]) => unknown>;

export interface Retry {
  readonly count: number;
  readonly delay: RetryConfig['delay'];
  readonly resetOnSuccess: boolean;
}

const OPTIONS: readonly (keyof ConcatMapEagerConfig<never>)[] = [
  'concurrent',
  'reorderWindow',
  'key',
  'concurrentPerKey',
  'order',
  'timeout',
  'retry',
  'onError',
  'atomic',
  'maxParked',
  'maxWaiting',
  'overflow',
  'readAhead',
  'until',
  'signal',
  'scheduler',
  'monitor',
];
const OVERFLOW: readonly OverflowPolicy[] = ['error', 'drop-oldest', 'drop-newest'];
const LIMITS: readonly LimitName[] = ['first', 'each', 'total', 'blocking'];

/**
 * Checks a configuration and fills in the defaults.
 *
 * @param reads - whether values are read, and not pushed
 * @throws TypeError for a wrong type or an unknown option, RangeError for a number out of range
 */
export function normalizeConfig<T, R>(
  config: Concurrency | ConcatMapEagerConfig<T, R> = {},
  mistake = mistakeOfProject,
  reads = false,
): Settings<T, R> {
  const given: ConcatMapEagerConfig<T, R> = readOptions(
    'config',
    typeof config === 'number' || isLive(config) ? { concurrent: config } : config,
    'a number, an Observable of numbers, a ConcurrencyLimit or an object of options',
    OPTIONS,
  );
  const { concurrent = Infinity, onError = 'in-order', atomic = false, scheduler = asyncScheduler, monitor } = given;
  if (!isLive(concurrent)) {
    checkCount('concurrent', 1, concurrent, ', an Observable of numbers, or a ConcurrencyLimit');
  }
  const { reorderWindow } = given;
  if (reorderWindow !== undefined) {
    checkCount('reorderWindow', 1, reorderWindow);
  }
  const { key, concurrentPerKey = 1, order = 'source' } = given;
  check(key === undefined || typeof key === 'function', 'key', 'a function', key);
  checkCount('concurrentPerKey', 1, concurrentPerKey);
  check(order === 'source' || order === 'key', 'order', "`'source'` or `'key'`", order);
  if (key === undefined) {
    check(given.concurrentPerKey === undefined, 'concurrentPerKey', 'given together with `key` only', concurrentPerKey);
    check(order === 'source', 'order', "`'source'`, where there is no `key`", order);
  }
  const knownPolicy = typeof onError === 'function' || POLICY_NAMES.includes(onError);
  check(knownPolicy, 'onError', `${list(POLICY_NAMES.map((name) => `'${name}'`))}, or a function`, onError);
  check(typeof atomic === 'boolean', 'atomic', 'a boolean', atomic);
  const { maxParked, maxWaiting = Infinity, overflow = 'error', readAhead, until, signal } = given;
  if (maxParked !== undefined) {
    checkCount('maxParked', 1, maxParked);
    check(
      !atomic || maxParked === Infinity,
      'maxParked',
      '`Infinity` where items are `atomic`, which are kept whole',
      maxParked,
    );
  }
  if (reads) {
    const rule = 'given only where values are pushed: those that are read wait as `readAhead` says';
    check(given.maxWaiting === undefined, 'maxWaiting', rule, maxWaiting);
    check(given.overflow === undefined, 'overflow', rule, overflow);
  } else {
    const rule = 'given only where values are read, by `concatEager` or `concatMapEagerFrom`';
    check(given.readAhead === undefined, 'readAhead', rule, readAhead);
    check(
      until === undefined,
      'until',
      `${rule}. To end a source that pushes, use rxjs's \`takeUntil\` before the operator`,
      until,
    );
  }
  checkCount('readAhead', 0, readAhead ?? 0);
  checkCount('maxWaiting', 0, maxWaiting);
  check(OVERFLOW.includes(overflow), 'overflow', list(OVERFLOW.map((name) => `'${name}'`)), overflow);
  check(
    given.overflow === undefined || given.maxWaiting !== undefined,
    'overflow',
    'given together with `maxWaiting` only',
    overflow,
  );
  check(signal === undefined || isSignal(signal), 'signal', 'an AbortSignal', signal);
  check(isScheduler(scheduler), 'scheduler', 'a scheduler, with the methods `schedule` and `now`', scheduler);
  check(monitor === undefined || typeof monitor === 'function', 'monitor', 'a function', monitor);
  return {
    concurrent,
    reorderWindow,
    reads,
    key,
    concurrentPerKey,
    order,
    readAhead,
    until,
    maxWaiting,
    overflow,
    maxParked,
    limits: normalizeTimeout(given.timeout),
    retry: normalizeRetry(given.retry),
    onError,
    atomic,
    signal,
    scheduler,
    monitor,
    mistake,
  };
}

function normalizeTimeout(timeout: number | ItemTimeout | undefined): Limits {
  const limits = Object.create(null) as Partial<Record<LimitName, number>>;
  if (timeout === undefined) {
    return limits;
  }
  const isNumber = typeof timeout === 'number';
  const given: ItemTimeout = readOptions(
    'timeout',
    isNumber ? { total: timeout } : timeout,
    'a number of milliseconds or an object of limits',
    LIMITS,
  );
  const set = LIMITS.filter((name) => given[name] !== undefined);
  check(set.length > 0, 'timeout', `a number, or an object with ${list(LIMITS)}`, timeout);
  for (const name of set) {
    const ms = given[name]!;
    checkNumber(isNumber ? 'timeout' : `timeout.${name}`, 'a number of milliseconds above 0', ms, (n) => n > 0);
    if (ms !== Infinity) {
      limits[name] = ms;
    }
  }
  return limits;
}

function normalizeRetry(retry: number | RetryConfig = 0): Retry {
  const isNumber = typeof retry === 'number';
  const given: RetryConfig = readOptions(
    'retry',
    isNumber ? { count: retry } : retry,
    'a number of retries or an object of options',
    ['count', 'delay', 'resetOnSuccess'],
  );
  const { count = Infinity, delay, resetOnSuccess = false } = given;
  checkCount(isNumber ? 'retry' : 'retry.count', 0, count);
  if (delay !== undefined && typeof delay !== 'function') {
    const rule = 'a function or a finite number of milliseconds from 0 and up';
    checkNumber('retry.delay', rule, delay, (n) => n >= 0 && n < Infinity);
  }
  check(typeof resetOnSuccess === 'boolean', 'retry.resetOnSuccess', 'a boolean', resetOnSuccess);
  return { count, delay, resetOnSuccess };
}

/** Whether it is an Observable, of whichever copy of rxjs. */
export const isObservable = (value: unknown): value is Observable<unknown> =>
  // The symbol that `from` looks for, as in `observeInput`.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  hasMethod(value, observable);

/** Whether it is a limit that may change. */
const isLive = (value: unknown): value is Exclude<Concurrency, number> => isObservable(value) || hasMethod(value, OPEN);

/** The default window: it follows the limit. */
export const windowFor = (limit: number, reads: boolean): number =>
  limit < Infinity ? Math.max(1024, 16 * limit) : reads ? 1024 : Infinity;

/** Not by its class: it may come from another realm, or from a package for old platforms. */
const isSignal = (value: Partial<AbortSignal> | null) =>
  typeof value?.aborted === 'boolean' && typeof value.addEventListener === 'function';

const isScheduler = (value: Partial<SchedulerLike> | null) =>
  typeof value?.schedule === 'function' && typeof value.now === 'function';
