import type { Observable, ObservableInput, SchedulerLike } from 'rxjs';
import type { ConcurrencyLimit } from './limits.js';

/**
 * How many items may be active at once: a number; an Observable, which may tell another number at any time; or a limit that several
 * streams share, of {@link sharedLimit} or {@link adaptiveLimit}. See {@link ConcatMapEagerConfig.concurrent}.
 */
export type Concurrency = number | Observable<number> | ConcurrencyLimit;

/**
 * The options of {@link concatMapEager}, {@link concatAllEager}, {@link concatEager} and `concatMapEagerFrom`. All of them
 * are optional, and `undefined` means the same as leaving one out. Some are for values that are pushed (the first two), others for
 * values that are read (the last two); where an option would do nothing, it is a `TypeError`.
 *
 * They are checked when the function is called, not when the result is subscribed: a wrong type is a `TypeError`, a number
 * out of range a `RangeError`, and an unknown option a `TypeError` that names the one that was probably meant. They are read
 * once, in the same call; what happens to the object later has no effect. The object may be an instance of a class, with
 * getters; what somebody has put on `Object.prototype` does not count.
 *
 * @example
 * A configuration that several streams share: `unknown` fits a source of any type.
 *
 * ```ts
 * const polite: ConcatMapEagerConfig<unknown> = { concurrent: 8, timeout: 5_000, onError: 'skip' };
 *
 * rows.pipe(concatMapEager((row) => save(row), polite));
 * ids.pipe(concatMapEager((id) => load(id), { ...polite, concurrent: 2 }));
 * ```
 *
 * @typeParam T - the values of the source
 * @typeParam R - the values that a fallback, an `onError` function, adds to the result
 * @typeParam F - what a fallback returns. The operators infer it; in a declaration, give `R`.
 */
export interface ConcatMapEagerConfig<T, R = never, F extends ObservableInput<unknown> = ObservableInput<R>> {
  /**
   * How many items may be active at once: an integer, 1 or more, or `Infinity`; an Observable of such numbers, in which 0 pauses; or
   * a limit that several streams share, of {@link sharedLimit} or {@link adaptiveLimit}.
   *
   * Each active item holds a slot. It gives the slot back when its inner has been finalized (its teardown has run); a
   * finished item that waits for its turn holds none.
   *
   * An Observable is subscribed before the source, and until nothing is left to start. Nothing starts before its first number. A
   * higher number fills the new slots at once; a lower one cancels nothing. When it completes, its last number stays. If it fails,
   * gives anything else, completes without a number, or with 0 while something waits, what waits is cancelled, what is active goes
   * on, and the result fails then, as with the source's own error.
   *
   * Default: `Infinity`.
   */
  concurrent?: Concurrency | undefined;

  /**
   * How many items may be started and not yet fully emitted, active or parked: an integer, 1 or more, or `Infinity`. So it
   * says how far the others may run ahead of a slow item.
   *
   * When the window is full, the source is not slowed down: its values wait. A window smaller than `concurrent` also caps
   * concurrency.
   *
   * Default: `max(1024, 16 * concurrent)` items, by the highest number so far where `concurrent` changes. Where it is `Infinity`, the
   * window is `Infinity` too, and 1,024 for `concatEager` and `concatMapEagerFrom`.
   */
  reorderWindow?: number | undefined;

  /**
   * The key of a value: of each key, only `concurrentPerKey` items are active at once, and are started in the order of the
   * source. So what `project` does happens, key by key, in the order of the source, while items of other keys run at the same
   * time. It is called once for each value when that is received, and never for a retry. Keys are compared as those of a `Map`.
   *
   * If it throws, or returns a promise, the item fails when it would be started, without a retry.
   *
   * Default: no keys. Items are started in the order of the source.
   */
  key?: { bivarianceHack(value: T, index: number): unknown }['bivarianceHack'] | undefined;

  /**
   * How many items of one key may be active at once: an integer, 1 or more, or `Infinity`. Only together with `key`.
   *
   * Default: 1.
   */
  concurrentPerKey?: number | undefined;

  /**
   * What the order of the result is: `'source'`, or `'key'` for an order within each key only, in which the earliest item of each
   * key emits at once, whatever other keys wait for. Values of different keys are interleaved then, item by item if `atomic`. Only
   * together with `key`.
   *
   * Default: `'source'`.
   */
  order?: 'source' | 'key' | undefined;

  /**
   * Time limits of an item, in milliseconds above 0. When an item exceeds one, its inner is unsubscribed, its `signal`
   * aborts, and it fails with rxjs's `TimeoutError`: `onError` says what follows.
   *
   * A number alone means `{ total: number }`. Unlike rxjs's `timeout(n)`, which means `each` and never stops an inner that
   * keeps emitting.
   *
   * Default: no limit.
   */
  timeout?: number | ItemTimeout | undefined;

  /**
   * How often `project` is called again for an item whose attempt failed: a number of retries, 0 or more, or an object as
   * for rxjs's `retry`, with delays in milliseconds. The item keeps its turn and its slot meanwhile.
   *
   * Default: 0 retries.
   */
  retry?: number | RetryConfig | undefined;

  /**
   * What happens when an item has failed and has no retry left. A failure of the source itself comes last, except under
   * `'immediate'`.
   *
   * - `'in-order'`: the error comes in the item's turn, after everything before it, and ends the result. Later items are
   *   cancelled at once.
   * - `'immediate'`: the error ends the result at once, ahead of earlier items. Everything is cancelled.
   * - `'at-end'`: the item emits nothing more, all others run to their end, then the error ends the result (an
   *   `AggregateError` if there are several). All errors are kept until then: for a source that goes on for days use
   *   `'skip'` with a `monitor`, or a function.
   * - `'skip'`: the item emits nothing more, and the others go on.
   * - a function: it gets the error and the item, and the item continues with the Observable, promise or other input that it
   *   returns. Return `of(x)` for a fallback value or `EMPTY` to skip the item; throw to let the result fail in the item's
   *   turn, as `'in-order'` does.
   *
   * Default: `'in-order'`.
   */
  // Its parameters are compared as those of methods are: while TypeScript infers `T`, which for a `project` with parameters that
  // have no types yet is after it has compared the options, `T` is `unknown`, and a function for rows would be refused.
  onError?: OnErrorPolicy | { bivarianceHack(error: unknown, item: FailedItem<T>): F }['bivarianceHack'] | undefined;

  /**
   * Whether an item is emitted as a whole: its values come out only when it has completed, and an attempt that fails leaves
   * none of them.
   *
   * Default: `false`, which lets the earliest item stream, and keeps what a failed one has emitted.
   */
  atomic?: boolean | undefined;

  /**
   * How many values one item may keep: an integer, 1 or more, or `Infinity`. Beyond that its inner is not read on, if it is an
   * iterable, an async iterable or a stream. (An Observable cannot be slowed down.) Meanwhile the item is active, and the time
   * limits of its attempt stand still. When its values have gone out, it is read on.
   *
   * A finite number together with `atomic` is a `TypeError`: an atomic item is kept whole.
   *
   * Default: `Infinity` for a subscriber, 1,024 for `for await` (with `atomic`, `Infinity`).
   */
  maxParked?: number | undefined;

  /**
   * How many values may wait: an integer, 0 or more, or `Infinity`. Only for values that are pushed; `overflow` says what happens to
   * one more. With the default `concurrent` none ever waits.
   *
   * Default: `Infinity`.
   */
  maxWaiting?: number | undefined;

  /**
   * What happens when more values would wait than `maxWaiting`. Only together with `maxWaiting`.
   *
   * - `'error'`: the source is unsubscribed, and fails with an {@link OverflowError}, which comes when all that was received before
   *   is emitted; under `onError: 'immediate'` at once.
   * - `'drop-oldest'`: the value that has waited longest is dropped.
   * - `'drop-newest'`: the value that has come last is dropped.
   *
   * A dropped value is not started. It keeps its index.
   *
   * Default: `'error'`.
   */
  overflow?: OverflowPolicy | undefined;

  /**
   * How many values are read before they can be started, so that reading from something slow overlaps with the work: an integer, 0
   * or more, or `Infinity`. Only for values that are read.
   *
   * Default: 0; a value is read when there is a slot for it. With `key`, while there is a free slot, up to
   * `reorderWindow` values (1,024 where that is `Infinity`) are read although their keys are busy.
   */
  readAhead?: number | undefined;

  /**
   * At its first value no more is read: the source is closed, what has been read is finished, and the result completes. It is
   * subscribed before the source is opened, and no longer than the source lasts. Its completion alone means nothing; its error is
   * the source's own. Only for values that are read; for others use rxjs's `takeUntil` before the operator.
   *
   * A read that is under way is given up, and what it still brings is dropped. Where reading takes something away, as from a queue,
   * give a function, and have its `signal` end the read.
   *
   * Default: none.
   */
  until?: ObservableInput<unknown> | undefined;

  /**
   * Ends the result from outside: when it aborts, the result fails at once with the signal's `reason`, under every policy. All that
   * runs or waits is cancelled, and the signals of items abort with that same reason. If it has aborted before, nothing is
   * subscribed or read.
   *
   * Each subscription listens to it, until it ends. `AbortSignal.any([..., AbortSignal.timeout(ms)])` may be collected as garbage in
   * Node.js 20, and never aborts then: keep a reference to the timeout's signal. Where more than ten open subscriptions share one,
   * Node.js 20 prints a `MaxListenersExceededWarning`: `setMaxListeners(0, signal)` of `node:events` says that so many are meant.
   *
   * Default: none.
   */
  signal?: AbortSignal | undefined;

  /**
   * The clock of every timer: time limits, retry delays and the `time` of the monitor's events, all in milliseconds. Give a
   * `TestScheduler` or a `VirtualTimeScheduler` in tests.
   *
   * Default: rxjs's `asyncScheduler`.
   */
  scheduler?: SchedulerLike | undefined;

  /**
   * Is called with every {@link MonitorEvent}: what happened to which item, how many items wait, are active and are parked,
   * and the time in milliseconds. What it throws is reported and disturbs nothing.
   *
   * Default: none, which costs nothing.
   */
  monitor?: { bivarianceHack(event: MonitorEvent<T>): void }['bivarianceHack'] | undefined;
}

/** What happens when an item has failed, by name: see {@link ConcatMapEagerConfig.onError}. */
export type OnErrorPolicy = 'in-order' | 'immediate' | 'at-end' | 'skip';

/** What happens to values when too many wait, by name: see {@link ConcatMapEagerConfig.overflow}. */
export type OverflowPolicy = 'error' | 'drop-oldest' | 'drop-newest';

/**
 * How an item is retried: rxjs's own `RetryConfig`, in which an option may also be `undefined`. An object for rxjs's `retry`
 * of any version fits.
 */
export interface RetryConfig {
  /**
   * How many retries there are at most: an integer, 0 or more, or `Infinity`.
   *
   * Default: `Infinity`.
   */
  count?: number | undefined;
  /**
   * The delay before a retry in milliseconds, 0 or more; or a function of the error and the number of the retry, from 1, that
   * returns a notifier: its first value starts the retry, its completion without a value completes the item, and its error
   * fails the item.
   *
   * Default: no delay.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- As in rxjs, so that one object fits both.
  delay?: number | ((error: any, retryCount: number) => ObservableInput<any>) | undefined;
  /**
   * Whether retries are counted anew, from 1, once an attempt has emitted a value.
   *
   * Default: `false`.
   */
  resetOnSuccess?: boolean | undefined;
}

/**
 * The time limits of an item, in milliseconds above 0; `Infinity` means no limit. At least one is given. `first`, `each` and
 * `total` belong to one attempt and count from the subscription of its inner, never while the value waits.
 */
export interface ItemTimeout {
  /**
   * How long an attempt may take to emit its first value, in milliseconds: the item fails if no value has come in this time.
   *
   * Default: no limit.
   */
  first?: number | undefined;
  /**
   * How long an attempt may be silent, in milliseconds: the item fails if the gap between two values, or between the last
   * value and completion, exceeds it. The first gap counts from the subscription, unless `first` is given.
   *
   * Default: no limit.
   */
  each?: number | undefined;
  /**
   * How long an attempt may take, in milliseconds: the item fails if it has not completed in this time. `timeout: 5_000`
   * means this limit.
   *
   * Default: no limit.
   */
  total?: number | undefined;
  /**
   * How long one item may hold up others, in milliseconds: the item fails when it has continuously held up finished results
   * behind it for this time. It spans the item's attempts and the delays between them, and there is no retry after it.
   *
   * It also ends a healthy item that streams for long: for a stream of tokens use `each`.
   *
   * Default: no limit.
   */
  blocking?: number | undefined;
}

/** The name of a time limit, as in `TimeoutError.info.meta.limit`. */
export type LimitName = keyof ItemTimeout;

/** What `TimeoutError.info.meta` holds when an item has exceeded a time limit. */
export interface TimeoutMeta<T> {
  /** The value of the source that the item was made of. */
  readonly value: T;
  /** The position of the value in the source, from 0. */
  readonly index: number;
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** Which limit it was. */
  readonly limit: LimitName;
}

/**
 * What `project` gets as its third argument: `signal` and `attempt`, and nothing else. Both are properties of its own, so it
 * can be spread: `fetch(url, { ...item })`.
 */
export interface ItemContext {
  /** The number of the attempt: 1 for the first one of the item, and one more for each retry. */
  readonly attempt: number;
  /**
   * Aborts when the attempt is cancelled: by a time limit (its reason is the `TimeoutError`), or because the result has
   * ended or another item has failed (an `AbortError`). Never after the inner has completed or failed by itself: a promise
   * has completed when it is fulfilled, but an Observable that was made of one, by `from` or `defer`, completes only after its value
   * has been emitted, so `take(1)` behind the operator cancels it. Costs nothing unless it is read.
   */
  readonly signal: AbortSignal;
}

/** What an `onError` function gets as its second argument. */
export interface FailedItem<T> {
  /** The value of the source that the item was made of. */
  readonly value: T;
  /** The position of the value in the source, from 0. */
  readonly index: number;
  /** The key of the value; absent where there is none. */
  readonly key?: unknown;
  /** The number of the attempt that failed last, from 1. */
  readonly attempt: number;
  /** How many values of the item have been emitted, or are parked until its turn. With `atomic` there are none. */
  readonly emitted: number;
  /** Aborts when what the function returns is cancelled. */
  readonly signal: AbortSignal;
}

/** How an item ended: see {@link MonitorEvent}. */
export type ItemOutcome = 'completed' | 'failed' | 'cancelled' | 'dropped';

/**
 * What a `monitor` is told: what happened to an item, and the counts and the time after it.
 *
 * - `received`: the source gave the value.
 * - `started`: an attempt starts, just before `project` is called.
 * - `failed`: an attempt failed; `willRetry` says whether there is another.
 * - `ended`: the item ended, as its `outcome` says. A `'failed'` one carries the error. A `'completed'` one is `recovered`
 *   if it was completed by its fallback, the input that an `onError` function returned. A `'dropped'` one was never started, since
 *   too many values waited: see `maxWaiting`.
 * - `flushed`: the item is fully emitted, and nothing of it is kept any more. It is `dropped` if what it had parked is never
 *   emitted, or its turn never comes, because the result is unsubscribed, or fails, before the item's turn.
 *
 * The events of every run balance. Each `received` item is `ended` once, values that wait when the result ends included:
 * received = completed + failed + cancelled + dropped. And each item that ended as completed or failed is `flushed` once.
 *
 * @typeParam T - the values of the source
 */
export type MonitorEvent<T> = {
  /** The position of the value in the source, from 0. */
  readonly index: number;
  /** The value of the source that the item was made of. */
  readonly value: T;
  /** The key of the value; absent where there is none. */
  readonly key?: unknown;
  /** The number of the attempt, from 1; 0 as long as there has been none. */
  readonly attempt: number;
  /** The scheduler's time, in milliseconds. */
  readonly time: number;
  /** How many values of the source wait, after the event. */
  readonly waiting: number;
  /** How many items are active, after the event. */
  readonly active: number;
  /** How many items have ended and are not yet fully emitted, after the event. */
  readonly parked: number;
  /** How many items may be active; where a limit is shared, in all streams together. 0 before an Observable's first number. */
  readonly concurrent: number;
  /** The scheduler's time, in milliseconds, since which the head has held up finished results; absent while it does not. */
  readonly blockedSince?: number;
} & (
  | { readonly type: 'received' | 'started' }
  | {
      readonly type: 'failed';
      /** What the attempt failed with. */
      readonly error: unknown;
      /** Whether the item is tried again. */
      readonly willRetry: boolean;
    }
  | {
      readonly type: 'ended';
      /** How the item ended. */
      readonly outcome: ItemOutcome;
      /** Why it failed; there only if `outcome` is `'failed'`. */
      readonly error?: unknown;
      /** There only if the item was completed by its fallback. */
      readonly recovered?: true;
    }
  | {
      readonly type: 'flushed';
      /** There only if what the item had parked is never emitted. */
      readonly dropped?: true;
    }
);

/**
 * `T`, from which TypeScript infers nothing: a configuration for `unknown` says nothing of what the source emits. It is
 * TypeScript's own `NoInfer`, which came with 5.4, for those before.
 */
export type NoInfer<T> = [T][T extends unknown ? 0 : never];

/**
 * The last argument of an operator: `concurrent` in short, or a configuration. `L` is what TypeScript infers of an Observable or a
 * limit. Were these in a union with the configuration, editors would complete their methods among its options.
 */
export type ConcurrentOrConfig<L, Config> = number | Config | (L extends Changing ? L | Changing : never);

type Changing = Exclude<Concurrency, number>;
