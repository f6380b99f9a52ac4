import type { Observable } from 'rxjs';
import { checkCount } from './internal/check.js';
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
  const shared: ConcurrencyLimit & OpenLimit = {
    get current() {
      return slots.current;
    },
    changes: slots.changes,
    [OPEN]: (starter, deadlines) => new Sharer(slots, starter, deadlines.now()),
  };
  return shared;
}
