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
  private readonly actions = new Agenda();
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
    for (let action = this.actions.take(); action !== undefined; action = this.actions.take()) {
      if (action.closed) continue;
      this.time = action.at;
      action.execute();
    }
  }

  add(action: Due): void {
    this.actions.add(action);
  }
}

const isBefore = (one: Due, other: Due) => one.at < other.at || (one.at === other.at && one.rank < other.rank);

/** Gives the earliest first: a binary heap. */
class Agenda {
  private readonly actions: Due[] = [];

  add(action: Due): void {
    const { actions } = this;
    let at = actions.length;
    for (let above; at > 0 && isBefore(action, actions[(above = (at - 1) >> 1)]!); at = above) {
      actions[at] = actions[above]!;
    }
    actions[at] = action;
  }

  take(): Due | undefined {
    const { actions } = this;
    const earliest = actions[0];
    const last = actions.pop();
    if (last === undefined || actions.length === 0) return earliest;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below + 1 < actions.length && isBefore(actions[below + 1]!, actions[below]!)) below++;
      if (below >= actions.length || isBefore(last, actions[below]!)) break;
      actions[at] = actions[below]!;
      at = below;
    }
    actions[at] = last;
    return earliest;
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
