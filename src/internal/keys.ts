import type { Backlog } from './backlog.js';
import { Heap } from './heap.js';
import type { Item, Key } from './item.js';
import { Lock, NONE, type KeyedItem } from './lock.js';
import { ReorderQueue } from './reorderQueue.js';
import { Turns } from './turns.js';

/** An item without a key is alone with its failure, which is nobody's key. */
const idOf = (key: Key): unknown => ('key' in key ? key.key : key.failure);

const byIndex = (a: { readonly index: number }, b: { readonly index: number }) => a.index - b.index;

/**
 * With keys: of each key, no more than so many items are active at once. Of all values whose key is free, the earliest is started
 * first: the keys that are free and have something that waits are in a heap, by the index of their first value.
 */
export class KeyedBacklog<T, R> implements Backlog<T, R> {
  waiting = 0;
  private readonly locks = new Map<unknown, Lock<T, R>>();
  private readonly free = new Heap<Lock<T, R>>();
  private readonly turns = new Turns<T, R>();
  /** The first turn that is not in the common lane: an item may start before an earlier one, but a lane has no gaps. */
  private queued = 0;

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
    const index = this.turns.add(value, lock);
    if (lock.first === NONE) {
      lock.first = index;
    } else {
      this.turns.link(lock.last, index);
    }
    lock.last = index;
    lock.items++;
    this.waiting++;
    this.offer(lock);
    return index;
  }

  laneOf(key: Key): ReorderQueue<T, R> | undefined {
    return this.locks.get(idOf(key))?.lane;
  }

  take(): Item<T, R> | undefined {
    while (this.free.length > 0) {
      const lock = this.free.pop();
      const item = this.turns.start(lock);
      lock.offered = false;
      if (item !== undefined) {
        lock.held++;
        this.waiting--;
        this.putInLane(item);
        this.offer(lock);
        return item;
      }
      // It was dropped, and with it what waits behind it.
      lock.first = NONE;
    }
    return undefined;
  }

  ended({ lock }: KeyedItem<T, R>): void {
    lock.held--;
    this.offer(lock);
  }

  left({ index, lock, waits }: KeyedItem<T, R>): void {
    if (waits) {
      this.waiting--;
    } else {
      this.turns.remove(index);
    }
    if (--lock.items === 0) {
      this.locks.delete(lock.id);
    }
  }

  removeAfter(item: Item<T, R> | undefined): Item<T, R>[] {
    return this.lane === undefined ? this.removeLaterOfKey(item) : this.removeLater(this.lane, item);
  }

  drop(): void {
    // All that waits has been given an item, and removed with the others.
  }

  private removeLater(lane: ReorderQueue<T, R>, item: Item<T, R> | undefined): Item<T, R>[] {
    const first = item === undefined ? 0 : item.index + 1;
    const inLane = first <= this.queued ? lane.removeAfter(item) : [];
    inLane.forEach(({ index }) => this.turns.remove(index));
    const others = this.turns.removeFrom(Math.max(first, this.queued));
    for (const { ready } of others) {
      if (ready) {
        lane.ready--;
      }
    }
    this.queued = Math.min(first, this.queued);
    return [...inLane, ...others];
  }

  private removeLaterOfKey(item: Item<T, R> | undefined): Item<T, R>[] {
    const lanes = item === undefined ? [...this.locks.values()].map(({ lane }) => lane) : [item.lane];
    const removed = lanes.flatMap((lane) => lane.removeAfter(item));
    // Whatever waits is later than an error that is to come out.
    const waiting = this.waiting === 0 ? [] : this.turns.removeFrom(0, true);
    return [...removed, ...waiting].sort(byIndex);
  }

  private putInLane(item: KeyedItem<T, R>): void {
    const { lane, turns } = this;
    if (lane === undefined) {
      item.lane.push(item);
    } else if (item.index === this.queued) {
      // The first of these was started just now. So none that is ready becomes the head here.
      let next: KeyedItem<T, R> | undefined = item;
      do {
        lane.push(next);
        next = turns.itemAt(++this.queued);
      } while (next !== undefined);
    }
  }

  private offer(lock: Lock<T, R>): void {
    if (!lock.offered && lock.first !== NONE && lock.held < this.perKey) {
      lock.offered = true;
      lock.rank = lock.first;
      this.free.push(lock);
    }
  }
}
