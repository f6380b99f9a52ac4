import type { Clock, ClockOwner, Deadlines, Limit } from './deadlines.js';
import type { Settings } from './normalizeConfig.js';

/** The limits of a subscription, as durations that clocks can be started for. */
export interface Limits {
  readonly attempt: AttemptLimits | undefined;
  readonly blocking: Limit | undefined;
  /** How long an item waits between two attempts, where `retry.delay` is a number: a clock like the others. */
  readonly delay: Limit | undefined;
}

export interface AttemptLimits {
  readonly first: Limit | undefined;
  readonly each: Limit | undefined;
  readonly total: Limit | undefined;
}

export function createLimits<T, R>(deadlines: Deadlines, { limits, retry }: Settings<T, R>): Limits {
  const limit = (name: string, ms: unknown) => (typeof ms === 'number' ? deadlines.limit(name, ms) : undefined);
  const first = limit('first', limits.first);
  const each = limit('each', limits.each);
  const total = limit('total', limits.total);
  return {
    attempt: first || each || total ? { first, each, total } : undefined,
    blocking: limit('blocking', limits.blocking),
    delay: limit('delay', retry.delay),
  };
}

/** The clocks of one attempt that run from value to value: `first` and `each`. */
export class GapClocks {
  private readonly first: Clock | undefined;
  private each: Clock | undefined;

  constructor(
    private readonly deadlines: Deadlines,
    private readonly limits: AttemptLimits,
    private readonly owner: ClockOwner,
  ) {
    const { first, each } = limits;
    this.first = first && deadlines.start(first, owner);
    // The first gap is `first`'s, where there is one.
    this.each = each && !first ? deadlines.start(each, owner) : undefined;
  }

  /** The inner has emitted a value. */
  heard(): void {
    const { deadlines, limits } = this;
    deadlines.stop(this.first);
    if (this.each !== undefined) {
      deadlines.restart(this.each);
    } else if (limits.each !== undefined) {
      this.each = deadlines.start(limits.each, this.owner);
    }
  }

  stop(): void {
    this.deadlines.stop(this.first);
    this.deadlines.stop(this.each);
  }
}
