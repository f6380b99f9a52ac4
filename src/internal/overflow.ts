import type { Backlog } from './backlog.js';
import type { Ending, Told } from './monitor.js';
import type { Settings } from './settings.js';

const NEVER_STARTED: Ending = { outcome: 'dropped' };

/** What dropping values needs of the loop. */
export interface Overflowing<T, R> {
  readonly backlog: Backlog<T, R>;
  readonly monitor: Told<T, R> | undefined;
  readonly settings: Settings<T, R>;
  readonly closed: boolean;
  /** Starts one thing more, if there is one and a slot for it by now. */
  startsMore(): boolean;
  /** Emits all that may be emitted. */
  drain(): void;
  /** That value, and maybe more, did not get a turn: the source has been too fast. */
  overflowed(index: number): void;
}

/** Drops values, if too many wait now that all that can be is started. @returns whether that may have made room */
export function dropSurplus<T, R>(loop: Overflowing<T, R>): boolean {
  const { backlog, monitor, settings } = loop;
  const { maxWaiting, overflow } = settings;
  let first: number | undefined;
  let hasStarted = false;
  while (backlog.waiting > maxWaiting && !loop.closed) {
    // Whoever was told of one that was dropped may have brought one that need not wait.
    hasStarted = loop.startsMore();
    if (hasStarted || backlog.waiting <= maxWaiting || loop.closed) {
      break;
    }
    const { index, value, key, lane } = backlog.dropOne!(overflow !== 'drop-oldest');
    first = Math.min(first ?? index, index);
    monitor?.tellOf('ended', index, value, lane, key, NEVER_STARTED);
  }
  if (!hasStarted) {
    backlog.settle?.();
  }
  if (first !== undefined && overflow === 'error' && !loop.closed) {
    loop.overflowed(first);
  }
  if ((first === undefined && !hasStarted) || loop.closed) {
    return false;
  }
  // What comes behind a turn that was given up may be emitted.
  loop.drain();
  return true;
}
