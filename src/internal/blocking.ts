import type { Clock, ClockOwner, Deadlines, Duration } from './deadlines.js';
import type { Item } from './item.js';
import type { ReorderQueue } from './reorderQueue.js';

/** Knows since when the head of a lane holds up others that could be emitted, and runs the clock of the limit `blocking`. */
export class Blocking<T, R> implements ClockOwner {
  /** The head, while something behind it could be emitted. */
  private blocker: Item<T, R> | undefined = undefined;
  private blockedSince = 0;
  private clock: Clock | undefined = undefined;

  constructor(
    private readonly lane: ReorderQueue<T, R>,
    private readonly deadlines: Deadlines,
    private readonly limit: Duration | undefined,
  ) {}

  get since(): number | undefined {
    return this.blocker && this.blockedSince;
  }

  /** To be called whenever something was parked, or the head may be another. */
  look(): void {
    const { head, ready } = this.lane;
    const blocker = ready > 0 && !head?.ended ? head : undefined;
    if (blocker !== this.blocker) {
      this.blocker = blocker;
      this.clock?.stop();
      if (blocker !== undefined) {
        this.blockedSince = this.deadlines.now();
        this.clock = this.limit && this.deadlines.start(this.limit, this);
      }
    }
  }

  passed(limit: Duration): void {
    const blocker = this.blocker!;
    // If the item goes on, with a fallback, its clock starts anew.
    this.blocker = undefined;
    blocker.run?.timeOut(limit, false);
  }
}
