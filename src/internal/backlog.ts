import { Item, type Key } from './item.js';
import { Queue } from './queue.js';
import type { ReorderQueue } from './reorderQueue.js';

/** The values that wait, with their indices. It decides which of them is started next. */
export interface Backlog<T, R> {
  readonly waiting: number;
  /** @returns the value's index */
  add(value: T, key?: Key): number;
  /** The lane that a value with that key has its turn in, if it is known before it starts. */
  laneOf(key?: Key): ReorderQueue<T, R> | undefined;
  /** Takes what is started next: no longer waiting, and in its lane. `undefined` if nothing that waits may be started. */
  take(): Item<T, R> | undefined;
  /** An item has ended: it no longer keeps its key. */
  ended(item: Item<T, R>): void;
  /** An item is flushed, cancelled or dropped: nothing is kept of it. */
  left(item: Item<T, R>): void;
  /**
   * Removes whatever comes later in the order than that item, or everything there is, from where it is.
   *
   * @returns the items, in order. Values that wait without an item are not among them: see `drop`.
   */
  removeAfter(item: Item<T, R> | undefined): Item<T, R>[];
  /** Removes whatever waits: what is started behind it no longer waits for its turn. @returns it, as `removeAfter` does */
  removeWaiting(): Item<T, R>[];
  /**
   * Drops the value that has waited longest, or the newest of those that have come last: its turn is given up. To be called only
   * while some wait.
   */
  dropOne?(newest: boolean): Dropped<T, R>;
  /** All that has come may wait: from now on, it is not among the newest. */
  settle?(): void;
  /** Drops the values that wait without an item, one by one: each is already gone when it is told. */
  drop(tell?: (index: number, value: T) => void): void;
}

/** A value that was never started. */
export interface Dropped<T, R> {
  readonly index: number;
  readonly value: T;
  readonly key: Key;
  readonly lane: ReorderQueue<T, R>;
}

/** Without keys: the value that came first is started first, and gets its item only then. */
export class FirstCome<T, R> implements Backlog<T, R> {
  private values = new Queue<T>();
  /** The index of the first value that waits. */
  private first = 0;
  /** Whether an error has its turn in the output: nothing that waits comes before it. */
  private cut = false;

  constructor(private readonly lane: ReorderQueue<T, R>) {}

  get waiting(): number {
    return this.values.length;
  }

  add(value: T): number {
    this.values.push(value);
    return this.first + this.values.length - 1;
  }

  laneOf(): ReorderQueue<T, R> {
    return this.lane;
  }

  take(): Item<T, R> | undefined {
    if (this.values.length === 0 || this.cut) {
      return undefined;
    }
    const item = new Item(this.first++, this.values.shift(), this.lane);
    this.lane.push(item);
    return item;
  }

  ended(): void {
    // It had no key.
  }

  left(): void {
    // Nothing was kept of it here.
  }

  removeAfter(item: Item<T, R> | undefined): Item<T, R>[] {
    this.cut = true;
    return this.lane.removeAfter(item);
  }

  removeWaiting(): Item<T, R>[] {
    return [];
  }

  drop(tell?: (index: number, value: T) => void): void {
    while (this.waiting > 0) {
      if (tell === undefined) {
        this.values = new Queue();
      } else {
        tell(this.first++, this.values.shift());
      }
    }
  }
}
