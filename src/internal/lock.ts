import type { Ranked } from './heap.js';
import { Item, type Key } from './item.js';
import type { ReorderQueue } from './reorderQueue.js';

/** An item with its lock. */
export class KeyedItem<T, R> extends Item<T, R> {
  constructor(
    index: number,
    value: T | undefined,
    override readonly lock: Lock<T, R>,
    override readonly waits: boolean,
  ) {
    super(index, value, lock.lane);
  }
}

/** No index. */
export const NONE = -1;

/** What the items of a key have in common, while there are any that wait or are not flushed. */
export class Lock<T, R> implements Ranked {
  /** How many items hold it: those that are active. */
  held = 0;
  /** How many items there are, with the values that wait. */
  items = 0;
  /** The indices of the first and the last value that waits. */
  first = NONE;
  last = NONE;
  /** Whether it is among those whose first value may be started, and the index of that. */
  offered = false;
  rank = NONE;

  constructor(
    readonly id: unknown,
    readonly of: Key,
    readonly lane: ReorderQueue<T, R>,
  ) {}
}
