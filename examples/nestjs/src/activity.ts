import { defer, finalize, type Observable } from 'rxjs';
import type { MonitorEvent } from 'rxjs-concat-map-eager';
import type { Monitor } from './metrics/streams.js';

export interface ActivityNumbers {
  /** How many results run: responses, say. */
  readonly running: number;
  /** How many items wait for a slot. */
  readonly waiting: number;
  readonly active: number;
  /** How many items have ended and wait for their turn. */
  readonly parked: number;
  /** For how long one item has held up others: the longest of all, in ms. */
  readonly blockedFor: number;
}

export interface Followed {
  readonly monitor: Monitor;
  readonly end: () => void;
}

/** What all results that run are doing, as their monitors said last. */
export class Activity {
  private readonly results = new Map<
    object,
    MonitorEvent<unknown> | undefined
  >();

  /** `monitorOf` gives what else hears of each result. */
  constructor(private readonly monitorOf: () => Monitor) {}

  /** Begins to follow a result, by its monitor. A monitor is not told of the end of a result: `end` is to be called then. */
  begin(): Followed {
    const result = {};
    this.results.set(result, undefined);
    const monitor = this.monitorOf();
    return {
      monitor: (event) => {
        this.results.set(result, event);
        monitor(event);
      },
      end: () => this.results.delete(result),
    };
  }

  /** Follows a result for as long as somebody listens to it. */
  follow<T>(listen: (monitor: Monitor) => Observable<T>): Observable<T> {
    return defer(() => {
      const { monitor, end } = this.begin();
      return listen(monitor).pipe(finalize(end));
    });
  }

  get numbers(): ActivityNumbers {
    const now = Date.now();
    let [waiting, active, parked, blockedFor] = [0, 0, 0, 0];
    for (const event of this.results.values()) {
      waiting += event?.waiting ?? 0;
      active += event?.active ?? 0;
      parked += event?.parked ?? 0;
      blockedFor = Math.max(blockedFor, now - (event?.blockedSince ?? now));
    }
    return { running: this.results.size, waiting, active, parked, blockedFor };
  }
}
