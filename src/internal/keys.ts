import type { Backlog, Dropped } from './backlog.js';
import { Heap } from './heap.js';
import type { Item, Key } from './item.js';
import { Lock, NONE, type KeyedItem } from './lock.js';
import { ReorderQueue } from './reorderQueue.js';
import { Turns } from './turns.js';

/** An item without a key is alone with its failure, which is nobody's key. Where there are no keys, all have the same. */
const idOf = (key: Key): unknown => ('key' in key ? key.key : key.failure);

const NO_KEYS: Key = {};

const byIndex = (a: { readonly index: number }, b: { readonly index: number }) => a.index - b.index;

/** A value that has come since it was last decided which of them may wait, and what waited last for its key before it. */
interface Arrival<T, R> {
  readonly index: number;
  readonly lock: Lock<T, R>;
  readonly before: number;
}

/**
 * With keys, or where only so many values may wait: of each key, no more than so many items are active at once. Of all values whose
 * key is free, the earliest is started first: the keys that are free and have something that waits are in a heap, by the index of
 * their first value.
 *
 * Without keys, all values have one, of which any number of items may be active.
 */
export class KeyedBacklog<T, R> implements Backlog<T, R> {
  waiting = 0;
  private readonly locks = new Map<unknown, Lock<T, R>>();
  private readonly free = new Heap<Lock<T, R>>();
  private readonly turns = new Turns<T, R>();
  /** The first turn that is not in the common lane: an item may start before an earlier one, but a lane has no gaps. */
  private queued = 0;
  /** What may have to be dropped, if the newest are; where none ever is, it is not noted. */
  private arrivals: Arrival<T, R>[] = [];
  /** No value before this one waits. */
  private oldest = 0;
  /** How many that are free have nothing left that waits, since it was dropped, at most. */
  private emptied = 0;

  constructor(
    /** That of all items, where they come out in the order of the source. Otherwise each key has a lane of its own. */
    private readonly lane: ReorderQueue<T, R> | undefined,
    private readonly perKey: number,
    private readonly notesArrivals: boolean,
  ) {}

  add(value: T, key = NO_KEYS): number {
    const id = idOf(key);
    let lock = this.locks.get(id);
    if (lock === undefined) {
      lock = new Lock(id, key, this.lane ?? new ReorderQueue());
      this.locks.set(id, lock);
    }
    const index = this.turns.add(value, lock);
    if (this.notesArrivals) {
      this.arrivals.push({ index, lock, before: lock.last });
    }
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

  laneOf(key = NO_KEYS): ReorderQueue<T, R> | undefined {
    return this.locks.get(idOf(key))?.lane;
  }

  take(): Item<T, R> | undefined {
    while (this.free.length > 0) {
      const lock = this.free.pop();
      lock.offered = false;
      if (lock.rank !== lock.first) {
        // The value that it was offered for was dropped.
        this.offer(lock);
        continue;
      }
      const item = this.turns.start(lock);
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

  dropOne(newest: boolean): Dropped<T, R> {
    const index = newest ? this.unlinkNewest() : this.unlinkOldest();
    const { lock, value } = this.turns.waitingAt(index);
    this.waiting--;
    this.turns.remove(index);
    if (--lock.items === 0) {
      this.locks.delete(lock.id);
    }
    this.forgetEmptied();
    if (this.lane !== undefined) {
      this.queue(this.lane);
    }
    return { index, value, key: lock.of, lane: lock.lane };
  }

  settle(): void {
    this.arrivals = [];
  }

  removeAfter(item: Item<T, R> | undefined): Item<T, R>[] {
    return this.lane === undefined ? this.removeLaterOfKey(item) : this.removeLater(this.lane, item);
  }

  removeWaiting(): Item<T, R>[] {
    const removed = this.turns.removeFrom(0, true);
    if (this.lane !== undefined) {
      this.queue(this.lane);
    }
    return removed;
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
    const { lane } = this;
    if (lane === undefined) {
      item.lane.push(item);
    } else {
      this.queue(lane);
    }
  }

  /** Puts into the common lane what was started, up to the first value that waits. What is not there any more was dropped. */
  private queue(lane: ReorderQueue<T, R>): void {
    const { turns } = this;
    for (; this.queued < turns.end && !turns.waitsAt(this.queued); this.queued++) {
      const item = turns.itemAt(this.queued);
      if (item !== undefined) {
        lane.push(item);
      }
    }
  }

  /** @returns the newest value that waits, which nothing leads to any more */
  private unlinkNewest(): number {
    for (;;) {
      const { index, lock, before } = this.arrivals.pop()!;
      if (this.turns.waitsAt(index)) {
        if (lock.first === index) {
          lock.first = NONE;
        } else {
          this.turns.link(before, NONE);
        }
        lock.last = before;
        return index;
      }
    }
  }

  /** @returns the value that has waited longest, which nothing leads to any more */
  private unlinkOldest(): number {
    const { turns } = this;
    while (!turns.waitsAt(this.oldest)) {
      this.oldest++;
    }
    const { lock, next } = turns.waitingAt(this.oldest);
    lock.first = next;
    return this.oldest;
  }

  /** So that they are never more than the others, however many keys come and go while nothing can be started. */
  private forgetEmptied(): void {
    if (2 * ++this.emptied > this.free.length) {
      this.free.keep((each) => (each.offered = each.first !== NONE));
      this.emptied = 0;
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
