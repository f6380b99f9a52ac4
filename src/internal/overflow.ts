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
  /** Starts one thing more, if there may be more slots by now. */
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
  while (backlog.waiting > maxWaiting && !loop.closed) {
    if (loop.startsMore()) {
      loop.drain();
      return true;
    }
    if (backlog.waiting <= maxWaiting || loop.closed) {
      break;
    }
    const { index, value, key, lane } = backlog.dropOne!(overflow !== 'drop-oldest');
    first = Math.min(first ?? index, index);
    monitor?.tellOf('ended', index, value, lane, key, NEVER_STARTED);
  }
  backlog.settle?.();
  if (first === undefined || loop.closed) {
    return false;
  }
  if (overflow === 'error') {
    loop.overflowed(first);
  }
  // What comes behind a turn that was given up may be emitted.
  loop.drain();
  return true;
}
