import type { Deadlines, Limit } from './deadlines.js';
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
