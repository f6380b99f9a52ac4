import type { Deadlines, Duration } from './deadlines.js';
import type { Item } from './item.js';
import type { Blocker, ReorderQueue } from './reorderQueue.js';

/** Knows since when the head of a lane holds up others that could be emitted, and runs the clock of the limit `blocking`. */
export class Blocking {
  constructor(
    private readonly deadlines: Deadlines,
    private readonly limit: Duration | undefined,
  ) {}

  /** To be called whenever something was parked, or the head may be another. */
  look<T, R>(lane: ReorderQueue<T, R>): Blocker | undefined {
    const { head, ready, blocker } = lane;
    const blocking = ready > 0 && !head?.ended ? head : undefined;
    if (blocking !== blocker?.item) {
      blocker?.clock?.stop();
      lane.blocker = blocking && {
        item: blocking,
        since: this.deadlines.now(),
        clock:
          this.limit && this.deadlines.start(this.limit, { passed: (limit) => this.passed(lane, blocking, limit) }),
      };
    }
    return lane.blocker;
  }

  private passed<T, R>(lane: ReorderQueue<T, R>, { run }: Item<T, R>, limit: Duration): void {
    // If the item goes on, with a fallback, its clock starts anew.
    lane.blocker = undefined;
    run?.timeOut(limit, false);
    this.look(lane);
  }
}
