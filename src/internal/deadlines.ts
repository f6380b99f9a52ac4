import type { SchedulerLike, Unsubscribable } from 'rxjs';

/** Timers take at most a signed 32-bit number of milliseconds; they fire at once beyond that. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** A clock passes `limit.ms` after `since`, unless it is stopped before. */
export class Clock {
  since = 0;
  /** Which one it is of all that were started: the later, the higher. Below 0 while it does not run. */
  order = -1;
  earlier: Clock | undefined = undefined;
  later: Clock | undefined = undefined;

  constructor(
    readonly limit: Limit,
    readonly owner: ClockOwner,
  ) {}
}

export interface ClockOwner {
  /** Is called when a clock of its has passed. */
  passed(limit: Limit): void;
}

/**
 * All running clocks of one duration. Since the duration is the same, the order in which they were started is the order in
 * which they pass: a list suffices where clocks of any duration would need a heap.
 */
export interface Limit {
  readonly name: string;
  readonly ms: number;
  first: Clock | undefined;
  last: Clock | undefined;
}

/** A scheduled action, the time it is for, and how many clocks had been started when it was scheduled. */
interface Alarm {
  readonly at: number;
  readonly started: number;
  action: Unsubscribable | undefined;
}

/**
 * Every clock of a subscription behind one scheduled action, which is set for the earliest that will pass. Stopping a clock
 * does not touch the action: it fires once for nothing, and is set again only if another clock runs. So a limit that does
 * not pass costs a few links and no timer.
 *
 * The time here never goes backwards, whatever the scheduler's clock does: a jump back is taken as no time at all. And an
 * action that fires shows that its delay has passed, for every clock that ran when it was scheduled, even where the
 * scheduler's clock stands still. So a clock that is wrong can delay a limit, but neither hasten it nor stop it.
 */
export class Deadlines {
  private readonly limits: Limit[] = [];
  private armed: Alarm | undefined = undefined;
  private latest = -Infinity;
  private skew = 0;
  private started = 0;
  private closed = false;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** A duration in milliseconds that clocks can be started for. */
  limit(name: string, ms: number): Limit {
    const limit: Limit = { name, ms, first: undefined, last: undefined };
    this.limits.push(limit);
    return limit;
  }

  now(): number {
    const time = this.scheduler.now() + this.skew;
    if (time >= this.latest) {
      return (this.latest = time);
    }
    this.skew += this.latest - time;
    return this.latest;
  }

  start(limit: Limit, owner: ClockOwner): Clock {
    const clock = new Clock(limit, owner);
    this.restart(clock);
    return clock;
  }

  restart(clock: Clock): void {
    this.stop(clock);
    const { limit } = clock;
    const { last } = limit;
    clock.since = this.now();
    clock.order = this.started++;
    clock.earlier = last;
    if (last === undefined) {
      limit.first = clock;
      this.arm(clock.since + limit.ms);
    } else {
      last.later = clock;
    }
    limit.last = clock;
  }

  stop(clock: Clock | undefined): void {
    if (clock === undefined || clock.order < 0) {
      return;
    }
    const { limit, earlier, later } = clock;
    if (earlier === undefined) {
      limit.first = later;
    } else {
      earlier.later = later;
    }
    if (later === undefined) {
      limit.last = earlier;
    } else {
      later.earlier = earlier;
    }
    clock.order = -1;
    clock.earlier = clock.later = undefined;
  }

  /** Ends all clocks and leaves no action armed. */
  close(): void {
    this.closed = true;
    this.armed?.action?.unsubscribe();
    this.armed = undefined;
    for (const limit of this.limits) {
      limit.first = limit.last = undefined;
    }
  }

  private arm(deadline: number): void {
    if (this.armed !== undefined) {
      if (this.armed.at <= deadline) {
        return;
      }
      this.armed.action?.unsubscribe();
    }
    const delay = Math.min(Math.max(0, deadline - this.latest), LONGEST_DELAY);
    const alarm: Alarm = { at: this.latest + delay, started: this.started, action: undefined };
    this.armed = alarm;
    // A scheduler may run the action before `schedule` returns.
    alarm.action = this.scheduler.schedule(() => {
      if (this.armed === alarm) {
        this.armed = undefined;
        this.fire(alarm);
      }
    }, delay);
  }

  private fire(alarm: Alarm): void {
    const now = this.now();
    try {
      for (const clock of this.due(now, alarm)) {
        // What an earlier one led to may have stopped or restarted a later one.
        if (clock.order >= 0 && hasPassed(clock, now, alarm)) {
          this.stop(clock);
          clock.owner.passed(clock.limit);
        }
      }
    } finally {
      this.rearm();
    }
  }

  /** What has passed by now: a clock that is started meanwhile is for the next time. */
  private due(now: number, alarm: Alarm): Clock[] {
    const due: Clock[] = [];
    for (const limit of this.limits) {
      for (let clock = limit.first; clock !== undefined && hasPassed(clock, now, alarm); clock = clock.later) {
        due.push(clock);
      }
    }
    return due;
  }

  private rearm(): void {
    if (!this.closed) {
      this.now();
      for (const { first, ms } of this.limits) {
        if (first !== undefined) {
          this.arm(first.since + ms);
        }
      }
    }
  }
}

function hasPassed({ since, limit, order }: Clock, now: number, alarm: Alarm): boolean {
  return since + limit.ms <= (order < alarm.started ? Math.max(now, alarm.at) : now);
}
