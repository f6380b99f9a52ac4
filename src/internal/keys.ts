import type { Backlog } from './backlog.js';
import { Heap, type Ranked } from './heap.js';
import { Item, type Key } from './item.js';
import { ReorderQueue } from './reorderQueue.js';

/** With keys, a value has its item from the moment it is received, since it may be the head while it waits. */
export class KeyedItem<T, R> extends Item<T, R> {
  override waits = true;
  nextOfKey: KeyedItem<T, R> | undefined = undefined;

  constructor(
    index: number,
    value: T,
    lane: ReorderQueue<T, R>,
    override readonly lock: Lock<T, R>,
  ) {
    super(index, value, lane);
  }
}

/** What the items of a key have in common, while there are any that wait or are not flushed. */
class Lock<T, R> implements Ranked {
  /** How many items hold it: those that are active. */
  held = 0;
  /** How many items there are. */
  items = 0;
  /** Those that wait, in order. */
  first: KeyedItem<T, R> | undefined = undefined;
  last: KeyedItem<T, R> | undefined = undefined;
  /** Whether it is among those whose first item may be started. */
  offered = false;

  constructor(
    readonly id: unknown,
    readonly of: Key,
    readonly lane: ReorderQueue<T, R>,
  ) {}

  get rank(): number {
    return this.first!.index;
  }
}

/** An item without a key is alone with its failure, which is nobody's key. */
const idOf = (key: Key): unknown => ('key' in key ? key.key : key.failure);

const byIndex = (a: { readonly index: number }, b: { readonly index: number }) => a.index - b.index;

/**
 * With keys: of each key, no more than so many items are active at once. Of all items whose key is free, the earliest is started
 * first: the keys that are free and have something that waits are in a heap, by the index of their first item.
 */
export class KeyedBacklog<T, R> implements Backlog<T, R> {
  waiting = 0;
  private received = 0;
  private readonly locks = new Map<unknown, Lock<T, R>>();
  private free = new Heap<Lock<T, R>>();

  constructor(
    /** That of all items, where they come out in the order of the source. Otherwise each key has a lane of its own. */
    private readonly lane: ReorderQueue<T, R> | undefined,
    private readonly perKey: number,
  ) {}

  add(value: T, key: Key): number {
    const id = idOf(key);
    let lock = this.locks.get(id);
    if (lock === undefined) {
      lock = new Lock(id, key, this.lane ?? new ReorderQueue());
      this.locks.set(id, lock);
    }
    const item = new KeyedItem(this.received++, value, lock.lane, lock);
    if (lock.first === undefined) {
      lock.first = item;
    } else {
      lock.last!.nextOfKey = item;
    }
    lock.last = item;
    lock.items++;
    this.waiting++;
    this.lane?.push(item);
    this.offer(lock);
    return item.index;
  }

  laneOf(key: Key): ReorderQueue<T, R> | undefined {
    return this.locks.get(idOf(key))?.lane;
  }

  take(): Item<T, R> | undefined {
    while (this.free.length > 0) {
      const lock = this.free.pop();
      const item = lock.first;
      lock.offered = false;
      // What waits behind a dropped item of the key is dropped as well.
      if (item !== undefined && !item.ended) {
        lock.first = item.nextOfKey;
        item.nextOfKey = undefined;
        item.waits = false;
        lock.held++;
        this.waiting--;
        if (this.lane === undefined) {
          lock.lane.push(item);
        }
        this.offer(lock);
        return item;
      }
      lock.first = undefined;
    }
    return undefined;
  }

  ended({ lock }: KeyedItem<T, R>): void {
    lock.held--;
    this.offer(lock);
  }

  left({ lock, waits }: KeyedItem<T, R>): void {
    if (waits) {
      this.waiting--;
    }
    if (--lock.items === 0) {
      this.locks.delete(lock.id);
    }
  }

  removeAfter(item: Item<T, R> | undefined): Item<T, R>[] {
    if (this.lane !== undefined) {
      return this.lane.removeAfter(item);
    }
    // Whatever waits is later than an error that is to come out.
    const removed = item === undefined ? this.started() : item.lane.removeAfter(item);
    return this.waiting === 0 ? removed : [...removed, ...this.removeWaiting()].sort(byIndex);
  }

  drop(): void {
    // All that waits has an item.
  }

  private started(): Item<T, R>[] {
    return [...this.locks.values()].flatMap(({ lane }) => lane.removeAfter(undefined)).sort(byIndex);
  }

  private removeWaiting(): Item<T, R>[] {
    const removed: Item<T, R>[] = [];
    this.free = new Heap();
    for (const lock of this.locks.values()) {
      for (let item = lock.first; item !== undefined; item = item.nextOfKey) {
        removed.push(item);
      }
      lock.first = undefined;
      lock.offered = false;
    }
    return removed;
  }

  private offer(lock: Lock<T, R>): void {
    if (!lock.offered && lock.first !== undefined && lock.held < this.perKey) {
      lock.offered = true;
      this.free.push(lock);
    }
  }
}
