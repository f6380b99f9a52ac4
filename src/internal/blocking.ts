import type { Deadlines, Duration } from './deadlines.js';
import type { Item } from './item.js';
import type { Blocker, ReorderQueue } from './reorderQueue.js';

/** Whether the consumer wants a value: nobody holds it up where it does not. */
export interface Demand {
  readonly wanted: boolean;
}

/** Knows since when the head of a lane holds up others that could be emitted, and runs the clock of the limit `blocking`. */
export class Blocking<T, R> {
  constructor(
    private readonly deadlines: Deadlines,
    private readonly limit: Duration | undefined,
    private readonly demand: Demand,
    /** The lanes whose heads hold up others whenever a value is wanted; only for a consumer that asks. */
    private readonly heldUp: Set<ReorderQueue<T, R>> | undefined,
  ) {}

  /** To be called whenever something was parked, or the head may be another. */
  look(lane: ReorderQueue<T, R>): Blocker | undefined {
    const { head, ready, blocker } = lane;
    const holdsUp = ready > 0 && !head?.ended ? head : undefined;
    const blocking = this.demand.wanted ? holdsUp : undefined;
    if (this.heldUp !== undefined) {
      this.note(this.heldUp, lane, holdsUp !== undefined);
    }
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

  /** To be called when the consumer has begun to want a value, or wants none any more. */
  lookAtAll(): void {
    this.heldUp?.forEach((lane) => this.look(lane));
  }

  private note(heldUp: Set<ReorderQueue<T, R>>, lane: ReorderQueue<T, R>, holdsUp: boolean): void {
    if (holdsUp) {
      heldUp.add(lane);
    } else {
      heldUp.delete(lane);
    }
  }

  private passed(lane: ReorderQueue<T, R>, { run }: Item<T, R>, limit: Duration): void {
    // If the item goes on, with a fallback, its clock starts anew.
    lane.blocker = undefined;
    run?.timeOut(limit, false);
    this.look(lane);
  }
}
