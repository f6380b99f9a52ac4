import type { Observable } from 'rxjs';
import { AdaptiveSharer, AdaptiveSlots } from './internal/adaptiveSlots.js';
import { check, checkCount, checkNumber, readOptions } from './internal/check.js';
import { isObservable, OPEN } from './internal/settings.js';
import { Sharer, SharedSlots } from './internal/sharedSlots.js';
import type { OpenLimit } from './internal/slots.js';

/** A limit for all streams that use it, of {@link sharedLimit} or {@link adaptiveLimit}. It is given as their option `concurrent`. */
export interface ConcurrencyLimit {
  /** How many items may be active at once, in all streams together. 0 before the first number of an Observable. */
  readonly current: number;
  /** Tells `current` when it is subscribed, and then every other number. It never ends. */
  readonly changes: Observable<number>;
}

/**
 * One limit for several streams: of all items, in whichever subscription, only so many are active at once. For a service that all of
 * them call, or a pool of connections.
 *
 * - A free slot goes to the stream that was served least recently of those that wait for one; so none starves. Within a stream it
 *   goes to the earliest item that may be started.
 * - A stream that ends, in whatever way, gives all its slots back.
 * - The delay before a retry holds a slot of everybody's.
 * - An item that waits, in `project`, for another item of the same limit can wait for ever: give the inner work a limit of its own.
 *
 * @example
 * Six requests at once, for the whole application.
 *
 * ```ts
 * import { from } from 'rxjs';
 * import { concatMapEager, sharedLimit } from 'rxjs-concat-map-eager';
 *
 * const connections = sharedLimit(6);
 *
 * const rows$ = from(rowIds).pipe(concatMapEager((id) => fetch(`/rows/${id}`), connections));
 * const images$ = from(imageIds).pipe(concatMapEager((id) => fetch(`/images/${id}`), { concurrent: connections, retry: 2 }));
 * ```
 *
 * @param limit - How many items may be active at once: an integer, 1 or more, or `Infinity`; or an Observable of such numbers, in which
 * 0 pauses. That is subscribed while some stream may have something to start; its error is that of all these streams.
 * @returns The limit, for the option `concurrent` of any number of streams.
 * @throws TypeError if `limit` is neither a number nor an Observable, RangeError for a number that is out of range.
 */
export function sharedLimit(limit: number | Observable<number>): ConcurrencyLimit {
  if (!isObservable(limit)) {
    checkCount('limit', 1, limit, ', or an Observable of numbers');
  }
  const slots = new SharedSlots(limit);
  return limitOf(slots, (starter, deadlines) => new Sharer(slots, starter, deadlines.now()));
}

/** The options of {@link adaptiveLimit}. All of them are optional, and `undefined` means the same as leaving one out. */
export interface AdaptiveLimitConfig {
  /**
   * The lowest limit: an integer, 1 or more.
   *
   * Default: 1.
   */
  min?: number | undefined;
  /**
   * The highest limit: an integer, not below `min`.
   *
   * Default: 200.
   */
  max?: number | undefined;
  /**
   * The limit to begin with: an integer from `min` to `max`.
   *
   * Default: 4, or as near to it as `min` and `max` allow.
   */
  initial?: number | undefined;
  /**
   * Whether an attempt failed since the service is overloaded. Other failures say nothing of it. What it throws is reported and means
   * no.
   *
   * Default: an error whose `name` is `'TimeoutError'`, except that of the limit `blocking`; or whose `status` or `statusCode`, or that
   * of its `response`, is 429 or 503.
   */
  isOverload?: ((error: unknown) => boolean) | undefined;
}

/**
 * A shared limit that finds itself: it is raised while a higher one lets more be done, and lowered while attempts only take longer, or
 * fail since the service is overloaded. For a service whose capacity is not known, or changes. One limit for each service and
 * kind of request; not for inners that stream for long.
 *
 * - It learns from attempts that complete or fail by overload while all slots are held. While there is not enough to do, it stays.
 * - It is shared as that of {@link sharedLimit} is: give one limit to all streams that call the service.
 * - How long attempts take is told by the `scheduler` of each stream, in milliseconds.
 *
 * @example
 * As many requests at once as the service can do with.
 *
 * ```ts
 * import { from } from 'rxjs';
 * import { adaptiveLimit, concatMapEager } from 'rxjs-concat-map-eager';
 *
 * const service = adaptiveLimit({ max: 100 });
 *
 * service.changes.subscribe((limit) => console.log('limit', limit));
 * from(ids)
 *   .pipe(concatMapEager((id, _index, { signal }) => load(id, { signal }), { concurrent: service, timeout: 5_000, retry: 2 }))
 *   .subscribe((row) => console.log(row));
 * ```
 *
 * @param config - Where it is to look, and what counts as overload.
 * @returns The limit, for the option `concurrent` of any number of streams.
 * @throws TypeError for an option of a wrong type, or an unknown one; RangeError for a number that is out of range.
 * @see {@link sharedLimit} for a limit that you choose
 */
export function adaptiveLimit(config: AdaptiveLimitConfig = {}): ConcurrencyLimit {
  const given = readOptions('config', config, 'an object of options', ['min', 'max', 'initial', 'isOverload']);
  const { min = 1, max = 200, isOverload = isOverloadByDefault } = given;
  checkInteger('min', min, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('max', max, min, Number.MAX_SAFE_INTEGER);
  const { initial = Math.min(max, Math.max(min, 4)) } = given;
  checkInteger('initial', initial, min, max);
  check(typeof isOverload === 'function', 'isOverload', 'a function', isOverload);
  const slots = new AdaptiveSlots(min, max, initial, isOverload);
  return limitOf(slots, (starter, deadlines) => new AdaptiveSharer(slots, starter, deadlines));
}

function checkInteger(name: string, value: number, lowest: number, highest: number): void {
  const rule = `an integer from ${lowest}${highest < Number.MAX_SAFE_INTEGER ? ` to ${highest}` : ' and up'}`;
  checkNumber(name, rule, value, (n) => Number.isInteger(n) && n >= lowest && n <= highest);
}

/** What errors of HTTP clients and of time limits look like. */
interface LikelyError {
  readonly name?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly response?: LikelyError;
  readonly info?: { readonly meta?: { readonly limit?: unknown } };
}

function isOverloadByDefault(error: unknown): boolean {
  const { name, status, statusCode, response, info } = (error ?? {}) as LikelyError;
  const isBusy = [status, statusCode, response?.status, response?.statusCode].some(
    (code) => code === 429 || code === 503,
  );
  return isBusy || (name === 'TimeoutError' && info?.meta?.limit !== 'blocking');
}

function limitOf(slots: SharedSlots, open: OpenLimit[typeof OPEN]): ConcurrencyLimit {
  const limit: ConcurrencyLimit & OpenLimit = {
    get current() {
      return slots.current;
    },
    changes: slots.changes,
    [OPEN]: open,
  };
  return limit;
}
