import type { Backlog } from './backlog.js';
import type { Item, Running } from './item.js';
import type { Ending, Told } from './monitor.js';
import type { ReorderQueue } from './reorderQueue.js';
import type { Slots } from './slots.js';
import type { Source } from './source.js';

const CANCELLED: Ending = { outcome: 'cancelled' };
const DROPPED = { dropped: true } as const;

/** What cancelling needs of the loop. */
export interface Cancelled<T, R> {
  readonly backlog: Backlog<T, R>;
  readonly slots: Slots;
  readonly monitor: Told<T, R> | undefined;
  readonly lane: ReorderQueue<T, R> | undefined;
  unflushed: number;
  parked: number;
  /** Expects nothing of the source any more. @returns what is to be cancelled */
  leaveSource(): Source | undefined;
}

/**
 * Cancels the source, all items after that one (or all there are), and whatever waits. All links are cut before the first
 * teardown runs, so that none of them can set off anything in the others.
 *
 * @param reason - that of the items' signals, where it is not an `AbortError`
 * @returns what teardowns have thrown
 */
export const cancelAfter = <T, R>(loop: Cancelled<T, R>, item: Item<T, R> | undefined, reason?: unknown): unknown[] =>
  cancelItems(loop, loop.backlog.removeAfter(item), reason);

/** Cancels the source, and whatever waits to be started. @returns what teardowns have thrown */
export const cancelWaiting = <T, R>(loop: Cancelled<T, R>): unknown[] =>
  cancelItems(loop, loop.backlog.removeWaiting());

function cancelItems<T, R>(loop: Cancelled<T, R>, items: Item<T, R>[], reason?: unknown): unknown[] {
  const errors: unknown[] = [];
  const cancel = (running: Running | Source | undefined) => {
    try {
      running?.cancel(reason);
    } catch (error) {
      errors.push(error);
    }
  };
  const { backlog, monitor, slots, lane } = loop;
  const source = loop.leaveSource();
  const removed = items.map((each) => cutLinks(loop, each));
  cancel(source);
  for (const { each, run, ended } of removed) {
    if (each.waits) {
      backlog.left(each);
      monitor?.tell('ended', each, CANCELLED);
    } else if (ended) {
      loop.parked--;
      backlog.left(each);
      monitor?.tell('flushed', each, each.kept > 0 || each.emitted === 0 ? DROPPED : undefined);
    } else {
      cancel(run);
      slots.giveBack();
      backlog.ended(each);
      backlog.left(each);
      monitor?.tell('ended', each, CANCELLED);
    }
  }
  backlog.drop(monitor && ((index, value) => monitor.tellOf('ended', index, value, lane, undefined, CANCELLED)));
  return errors;
}

/** From now on an item neither hears anything nor counts; what it was is for whoever tears it down. */
function cutLinks<T, R>(loop: Cancelled<T, R>, each: Item<T, R>) {
  const { run, ended } = each;
  each.ended = true;
  run?.close();
  if (!each.waits) {
    loop.unflushed--;
  }
  return { each, run, ended };
}
