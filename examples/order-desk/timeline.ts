import type { MonitorEvent } from 'rxjs-concat-map-eager';

/** When one action was received, started, ended and came out, in ms since the first was received. */
export interface Span {
  readonly received: number;
  started?: number;
  ended?: number;
  flushed?: number;
}

/** Everything the desk knows about a run, it knows from the events of `monitor`. */
export class Timeline {
  readonly spans: Span[] = [];
  mostParked = 0;
  readonly balance = { received: 0, completed: 0, failed: 0, cancelled: 0, dropped: 0 };
  #zero?: number;

  readonly record = (event: MonitorEvent<unknown>): void => {
    this.#zero ??= event.time;
    const time = event.time - this.#zero;
    this.mostParked = Math.max(this.mostParked, event.parked);
    const span = this.spans[event.index];
    switch (event.type) {
      case 'received':
        this.spans[event.index] = { received: time };
        this.balance.received++;
        break;
      case 'started':
        if (span) span.started ??= time; // the first attempt
        break;
      case 'ended':
        if (span) span.ended = time;
        this.balance[event.outcome]++;
        break;
      case 'flushed':
        if (span && !event.dropped) span.flushed = time;
        break;
      case 'failed': // an attempt, not yet an item
        break;
    }
  };

  /** Whether each action that was received ended once. */
  get isBalanced(): boolean {
    const { received, completed, failed, cancelled, dropped } = this.balance;
    return received === completed + failed + cancelled + dropped;
  }
}
