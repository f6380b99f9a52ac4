import type { SchedulerLike, Unsubscribable } from 'rxjs';

/** Timers take at most a signed 32-bit number of milliseconds; they fire at once beyond that. */
const LONGEST_DELAY = 2 ** 31 - 1;

export interface ClockOwner {
  /** Is called when a clock of its has passed. */
  passed(duration: Duration): void;
}

/** A clock passes `duration.ms` after `since`, unless it is stopped before. While it does not run, it is its own neighbour. */
export class Clock {
  since = 0;
  /** Which one it is of all that were started: the later, the higher. */
  order = 0;
  earlier: Clock = this;
  later: Clock = this;

  constructor(
    public duration: Duration,
    readonly owner: ClockOwner,
  ) {}

  stop(): void {
    this.earlier.later = this.later;
    this.later.earlier = this.earlier;
    this.earlier = this.later = this;
  }
}

/**
 * A duration that clocks can be started for, and all that run for it. Since the duration is the same, the order in which they
 * were started is the order in which they pass: a list suffices where clocks of any duration would need a heap.
 */
export class Duration {
  /** The ring of clocks is closed by one that never passes: the earliest comes after it, the latest before it. */
  readonly ring: Clock = new Clock(this, undefined as never);

  constructor(
    readonly name: string,
    readonly ms: number,
  ) {}
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
 * An action that is late, since something has blocked the event loop, gives way once: an answer that has arrived meanwhile counts,
 * although nobody could hear it.
 *
 * Time never goes backwards here: a jump back counts as zero. An action that fires proves that its delay has elapsed, for every
 * clock that ran when it was scheduled, even if the scheduler's `now()` stands still. So a wrong clock can delay a limit, but
 * not hasten or stop it.
 */
export class Deadlines {
  private durations: Duration[] = [];
  private armed: Alarm | undefined = undefined;
  private latest = -Infinity;
  private skew = 0;
  private started = 0;

  constructor(private readonly scheduler: SchedulerLike) {}

  /** Makes a duration that clocks can be started for, where `ms` is a number. */
  add(name: string, ms: unknown): Duration | undefined {
    if (typeof ms !== 'number') {
      return undefined;
    }
    const duration = new Duration(name, ms);
    this.durations.push(duration);
    return duration;
  }

  now(): number {
    const time = this.scheduler.now() + this.skew;
    if (time < this.latest) {
      this.skew += this.latest - time;
    } else {
      this.latest = time;
    }
    return this.latest;
  }

  /** Starts a clock of that duration: a new one, or the given one anew, of whose time some may be over. */
  start(duration: Duration, owner: ClockOwner, clock = new Clock(duration, owner), elapsed = 0): Clock {
    const { ring } = duration;
    clock.stop();
    clock.duration = duration;
    clock.since = this.now() - elapsed;
    clock.order = this.started++;
    let { earlier } = ring;
    while (earlier !== ring && earlier.since > clock.since) {
      ({ earlier } = earlier);
    }
    clock.earlier = earlier;
    clock.later = earlier.later;
    clock.later.earlier = earlier.later = clock;
    if (ring.later === clock) {
      this.arm(clock);
    }
    return clock;
  }

  /**
   * Has those clocks stand still, of all that are given, that run.
   *
   * @returns what has them go on
   */
  pause(...clocks: (Clock | undefined)[]): () => void {
    const now = this.now();
    const paused = clocks.filter((clock) => clock !== undefined && clock.later !== clock) as Clock[];
    paused.forEach((clock) => clock.stop());
    const elapsed = paused.map(({ since }) => now - since);
    return () => paused.forEach((clock, i) => this.start(clock.duration, clock.owner, clock, elapsed[i]));
  }

  /** Ends all clocks and leaves no action armed. */
  close(): void {
    this.durations.forEach(({ ring }) => ring.stop());
    this.durations = [];
    this.armed?.action?.unsubscribe();
    this.armed = undefined;
  }

  /** Sees to it that there is an action when the clock passes, or before. */
  private arm({ since, duration }: Clock): void {
    const deadline = since + duration.ms;
    if (this.armed !== undefined) {
      if (this.armed.at <= deadline) {
        return;
      }
      this.armed.action?.unsubscribe();
    }
    const delay = Math.min(Math.max(0, deadline - this.latest), LONGEST_DELAY);
    this.schedule({ at: this.latest + delay, started: this.started, action: undefined }, delay, (now, alarm) => {
      if (now > alarm.at) {
        // The event loop may have been blocked: what has arrived meanwhile is heard before anything is judged.
        this.schedule(alarm, 0, (later) => this.judge(later, alarm));
      } else {
        this.judge(now, alarm);
      }
    });
  }

  private schedule(alarm: Alarm, delay: number, fire: (now: number, alarm: Alarm) => void): void {
    this.armed = alarm;
    // A scheduler may run the action before `schedule` returns.
    alarm.action = this.scheduler.schedule(() => {
      if (this.armed === alarm) {
        this.armed = undefined;
        fire(this.now(), alarm);
      }
    }, delay);
  }

  private judge(now: number, alarm: Alarm): void {
    const { started } = this;
    try {
      for (const { ring, ms } of this.durations) {
        let clock: Clock;
        // A clock that is started meanwhile is for the next time.
        while ((clock = ring.later) !== ring && clock.order < started) {
          if (clock.since + ms > (clock.order < alarm.started ? Math.max(now, alarm.at) : now)) {
            break;
          }
          clock.stop();
          clock.owner.passed(clock.duration);
        }
      }
    } finally {
      this.now();
      for (const { ring } of this.durations) {
        if (ring.later !== ring) {
          this.arm(ring.later);
        }
      }
    }
  }
}
