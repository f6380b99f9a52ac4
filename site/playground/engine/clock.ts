import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

interface Due {
  readonly at: number;
  /** Of what is for the same time, the lowest goes first. */
  readonly rank: number;
  readonly closed: boolean;
  execute(): void;
}

/**
 * Virtual time in whole milliseconds. rxjs's own sorts all that is scheduled whenever something is: with thousands of items, that
 * alone would take a minute.
 */
export class Clock implements SchedulerLike {
  /** The latest first, so that the next one is taken from the end. */
  private readonly actions: Due[] = [];
  private time = 0;
  private ranks = 0;

  now(): number {
    return this.time;
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new Action(this, work).schedule(state, delay);
  }

  /** A rank that what is scheduled later may have: it goes before all that is scheduled after this call, for the same time. */
  rank(): number {
    return this.ranks++;
  }

  scheduleWith(rank: number, work: () => void, delay: number): Subscription {
    return new Action(this, work, rank).schedule(undefined, delay);
  }

  /** Lets time pass until nothing is scheduled. */
  flush(): void {
    for (let action = this.actions.pop(); action !== undefined; action = this.actions.pop()) {
      if (action.closed) continue;
      this.time = action.at;
      action.execute();
    }
  }

  add(action: Due): void {
    let [low, high] = [0, this.actions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.actions[middle]!;
      if (other.at > action.at || (other.at === action.at && other.rank > action.rank)) low = middle + 1;
      else high = middle;
    }
    this.actions.splice(low, 0, action);
  }
}

class Action<T> extends Subscription implements SchedulerAction<T>, Due {
  at = 0;
  rank = 0;
  private state: T | undefined;
  private isPending = false;

  constructor(
    private readonly clock: Clock,
    private readonly work: Work<T>,
    private readonly given?: number,
  ) {
    super();
  }

  schedule(state?: T, delay = 0): this {
    this.state = state;
    this.at = this.clock.now() + delay;
    this.rank = this.given ?? this.clock.rank();
    this.isPending = true;
    this.clock.add(this);
    return this;
  }

  execute(): void {
    this.isPending = false;
    this.work(this.state);
    if (!this.isPending) this.unsubscribe();
  }
}
