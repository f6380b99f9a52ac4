import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

interface Action {
  readonly at: number;
  readonly order: number;
  run: () => void;
  closed: boolean;
}

/**
 * A scheduler whose actions and whose clock are moved by hand and apart from each other: actions fire by the time that has
 * really gone by (`elapsed`), while `now()` says what the test wants it to say.
 */
export class HandScheduler implements SchedulerLike {
  /** What the clock shows. */
  time = 0;
  elapsed = 0;
  /** How often an action was scheduled, how many have fired, and how many were armed at the same time at most. */
  scheduled = 0;
  fired = 0;
  mostArmed = 0;
  private actions: Action[] = [];

  now(): number {
    return this.time;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    const subscription = new Subscription();
    const action: Action = {
      // As with the timers of browsers and Node.js, what does not fit into 32 bits fires at once.
      at: this.elapsed + (delay > 2 ** 31 - 1 ? 1 : Math.max(0, delay)),
      order: this.scheduled++,
      closed: false,
      run: () => {
        this.fired++;
        work.call(subscription as SchedulerAction<T>, state);
      },
    };
    this.actions.push(action);
    this.mostArmed = Math.max(this.mostArmed, this.actions.length);
    subscription.add(() => {
      action.closed = true;
      this.actions = this.actions.filter((other) => other !== action);
    });
    return subscription;
  }

  /** How many actions are armed. */
  get armed(): number {
    return this.actions.length;
  }

  /** Lets time go by: actions fire when they are due, and the clock moves with them, unless it `stands`. */
  advance(ms: number, { stands = false } = {}): void {
    const end = this.elapsed + ms;
    for (;;) {
      const next = this.actions
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)
        .at(0);
      const to = next?.at ?? end;
      if (!stands) {
        this.time += to - this.elapsed;
      }
      this.elapsed = to;
      if (next === undefined) {
        return;
      }
      this.actions = this.actions.filter((other) => other !== next);
      next.run();
    }
  }
}
