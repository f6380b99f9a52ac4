import type { ObservableInput, SchedulerLike } from 'rxjs';

/**
 * rxjs's own `RetryConfig`, as it is from rxjs 7.3 on, with every rxjs: before that it knows no `delay`, and before 7.5.1 it
 * is not exported.
 */
export interface RetryConfig {
  /** How many retries there are at most. Default: no limit. */
  count?: number;
  /**
   * Milliseconds before a retry, or a function that returns a notifier: when it emits there is a retry, when it completes
   * without having emitted the item ends, when it fails the item fails with its error. Default: none.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- It is to be the same type as rxjs's.
  delay?: number | ((error: any, retryCount: number) => ObservableInput<any>);
  /** Whether the count starts anew when an attempt emits its first value. Default: `false`. */
  resetOnSuccess?: boolean;
}

/**
 * The options of {@link concatMapEager}, {@link concatAllEager} and {@link concatEager}. Every one may be left out, and
 * `undefined` is the same as leaving it out. They are checked when the operator is called, not when it is subscribed: a
 * wrong type is a `TypeError`, a number out of range a `RangeError`, and an unknown option a `TypeError` that says which one
 * was probably meant.
 *
 * @typeParam T - the values of the source
 * @typeParam R - what the inners returned by an `onError` function emit
 */
export interface ConcatMapEagerConfig<T, R = never> {
  /**
   * How many items may be active at once: an integer from 1 and up, or `Infinity`, which is the default. A place is free
   * again when the inner has been finalized (its teardown has run); a finished item that waits for its turn takes none.
   */
  concurrent?: number | undefined;

  /**
   * How many items may be started and not yet fully emitted (active and parked): an integer from 1 and up, or `Infinity`.
   * It bounds how far the others run ahead of a slow head. The default is `max(1024, 16 * concurrent)`, so with the default
   * `concurrent` it is `Infinity` too. Below `concurrent` it caps it. It does not slow the source: values wait.
   */
  reorderWindow?: number | undefined;

  /**
   * Time limits of an item, in milliseconds. A number is `{ total: number }`: rxjs's `timeout(n)` would mean `each`, by which
   * an inner that keeps emitting never ends. What happens when a limit passes is up to `onError`; by default the result
   * fails. Default: none.
   */
  timeout?: number | ItemTimeout | undefined;

  /**
   * How often, and after what delay, `project` is called again for an item whose attempt failed: a number of retries, or
   * rxjs's own `RetryConfig`. A delay is in milliseconds. The item keeps its place in the order and among the active.
   * Default: none.
   */
  retry?: number | RetryConfig | undefined;

  /**
   * What a failed item does to the result, after its retries:
   *
   * - `'in-order'` (default): the error takes the item's place in the order; what comes later is cancelled at once.
   * - `'immediate'`: the error is emitted at once, ahead of earlier items, and everything is cancelled.
   * - `'at-end'`: the item ends where it failed and all others run; the error comes last (an `AggregateError` if several).
   * - `'skip'`: the item ends where it failed.
   * - a function: gets the error and the item, and returns what continues it. `EMPTY` skips, `of(x)` is a fallback value,
   *   throwing passes an error on.
   */
  onError?: OnErrorPolicy | ((error: unknown, item: FailedItem<T>) => ObservableInput<R>) | undefined;

  /**
   * Whether an item's values are emitted only when it has completed, so that a failed attempt leaves nothing.
   * Default: `false`.
   */
  atomic?: boolean | undefined;

  /** The clock of every timer: limits, retry delays and the monitor's `time`. Default: `asyncScheduler`. */
  scheduler?: SchedulerLike | undefined;

  /** Is called with every {@link MonitorEvent}; costs nothing when absent. Default: none. */
  monitor?: ((event: MonitorEvent<T>) => void) | undefined;
}

/** What a failed item does to the result, by name: see {@link ConcatMapEagerConfig.onError}. */
export type OnErrorPolicy = 'in-order' | 'immediate' | 'at-end' | 'skip';

/**
 * A {@link ConcatMapEagerConfig} as the operators take it: an `onError` function may return inputs of different kinds, and
 * the result is widened by what each of them emits.
 *
 * @typeParam T - the values of the source
 * @typeParam F - what an `onError` function returns
 */
export type ConfigWithFallback<T, F extends ObservableInput<unknown>> = Omit<ConcatMapEagerConfig<T>, 'onError'> & {
  onError?: OnErrorPolicy | ((error: unknown, item: FailedItem<T>) => F) | undefined;
};

/**
 * The time limits of an item, in milliseconds: numbers above 0; `Infinity` is none. At least one is given. Every clock but
 * `blocking` belongs to one attempt and starts when its inner is subscribed, never while the value waits.
 */
export interface ItemTimeout {
  /** Passes when there has been no value within it. */
  first?: number | undefined;
  /**
   * Passes when there is more than it between two values, or between the last value and completion. The first gap counts
   * from the subscription, unless `first` is given.
   */
  each?: number | undefined;
  /** Passes when the inner has not completed within it. */
  total?: number | undefined;
  /**
   * Passes when the item has been the head, with something parked behind it that could be emitted, for this long without a
   * break: how long one item may hold up the others. It spans the attempts of an item and the delays between them, allows
   * no retry, and also ends a healthy head that streams for long: for a stream of tokens use `each`.
   */
  blocking?: number | undefined;
}

/** The name of a time limit, as in `TimeoutError.info.meta.limit`. */
export type LimitName = keyof ItemTimeout;

/** What `TimeoutError.info.meta` holds when a time limit has passed. */
export interface TimeoutMeta<T> {
  readonly value: T;
  readonly index: number;
  readonly attempt: number;
  readonly limit: LimitName;
}

/** What `project` gets as its third argument. */
export interface ItemContext {
  /** 1 for the first attempt of the item; only grows. */
  readonly attempt: number;
  /**
   * Aborts when the attempt is cancelled: by a time limit (its reason is the `TimeoutError`), by unsubscription or by the
   * failure of another item (an `AbortError`). Never after the inner has completed or failed by itself. Costs nothing
   * unless it is read.
   */
  readonly signal: AbortSignal;
}

/** What an `onError` function gets as its second argument. */
export interface FailedItem<T> {
  readonly value: T;
  /** The position of the value in the source, from 0. */
  readonly index: number;
  /** The number of the attempt that failed last. */
  readonly attempt: number;
  /** How many values of the item already went out or are parked to go out. */
  readonly emitted: number;
  /** Aborts when what the function returns is cancelled. */
  readonly signal: AbortSignal;
}

/** How an item ended: see {@link MonitorEvent}. */
export type ItemOutcome = 'completed' | 'failed' | 'cancelled';

/**
 * What a `monitor` is told. The events of every run balance: each `received` item is `ended` once, so
 * received = completed + failed + cancelled, waiting values that are dropped included.
 *
 * - `received`: the source gave the value.
 * - `started`: an attempt starts, just before `project` is called.
 * - `failed`: an attempt failed; `willRetry` says whether there is another.
 * - `ended`: the item ended; a `'failed'` one carries the error.
 * - `flushed`: the item is fully emitted.
 */
export type MonitorEvent<T> = {
  /** The position of the value in the source, from 0. */
  readonly index: number;
  readonly value: T;
  /** The number of the attempt; 0 as long as there has been none. */
  readonly attempt: number;
  /** The scheduler's time, in milliseconds. */
  readonly time: number;
  /** How many source values wait, after the event. */
  readonly waiting: number;
  /** How many items are active, after the event. */
  readonly active: number;
  /** How many items have ended and are not yet fully emitted, after the event. */
  readonly parked: number;
  /** Since when the head holds up others that could be emitted; absent while it does not. */
  readonly blockedSince?: number;
} & (
  | { readonly type: 'received' | 'started' | 'flushed' }
  | { readonly type: 'failed'; readonly error: unknown; readonly willRetry: boolean }
  | { readonly type: 'ended'; readonly outcome: ItemOutcome; readonly error?: unknown }
);
