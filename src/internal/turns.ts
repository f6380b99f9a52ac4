import { KeyedItem, NONE, type Lock } from './lock.js';

const CHUNK = 1024;

/** Turns that follow one another. A value that waits takes 32 bytes here; its item would take five times as much. */
class Chunk<T, R> {
  /** The lock of each turn, until it is removed. */
  readonly locks: (Lock<T, R> | undefined)[] = [];
  /** What waits, and the index of what waits next for the same lock. */
  readonly values: (T | undefined)[] = [];
  readonly next: number[] = [];
  /** The item, once it is started. */
  readonly items: (KeyedItem<T, R> | undefined)[] = [];
  /** How many turns are not removed. */
  left = 0;
}

/** The turns of values with keys, by their index, from when they are received until they are flushed, cancelled or dropped. */
export class Turns<T, R> {
  private received = 0;
  /** No turn is left from here on: what an error has removed is not looked at again. */
  end = 0;
  private newest = new Chunk<T, R>();
  /** In order. A chunk without turns is not kept, except the newest. */
  private readonly chunks = new Map([[0, this.newest]]);

  /** @returns the index */
  add(value: T, lock: Lock<T, R>): number {
    const index = this.received++;
    if (this.newest.locks.length === CHUNK) {
      const full = this.newest;
      this.newest = new Chunk();
      this.chunks.set(index / CHUNK, this.newest);
      this.dropIfDone(index / CHUNK - 1, full);
    }
    const { newest } = this;
    newest.locks.push(lock);
    newest.values.push(value);
    newest.next.push(NONE);
    newest.items.push(undefined);
    newest.left++;
    this.end = this.received;
    return index;
  }

  /** Notes what waits for the same lock behind it. */
  link(index: number, next: number): void {
    this.chunkOf(index)!.next[index % CHUNK] = next;
  }

  /** Gives the first value that waits for the lock its item, unless it was removed. */
  start(lock: Lock<T, R>): KeyedItem<T, R> | undefined {
    const { first } = lock;
    const chunk = this.chunkOf(first);
    const at = first % CHUNK;
    if (chunk?.locks[at] !== lock) {
      return undefined;
    }
    const item = new KeyedItem(first, chunk.values[at], lock, false);
    lock.first = chunk.next[at]!;
    chunk.values[at] = undefined;
    chunk.items[at] = item;
    return item;
  }

  /** Whether a value waits there. */
  waitsAt(index: number): boolean {
    const chunk = this.chunkOf(index);
    const at = index % CHUNK;
    return chunk?.locks[at] !== undefined && chunk.items[at] === undefined;
  }

  /** What waits there, for which lock, and what waits next for it. */
  waitingAt(index: number): { readonly lock: Lock<T, R>; readonly value: T; readonly next: number } {
    const { locks, values, next } = this.chunkOf(index)!;
    const at = index % CHUNK;
    return { lock: locks[at]!, value: values[at] as T, next: next[at]! };
  }

  /** The item at that turn, if it is started. */
  itemAt(index: number): KeyedItem<T, R> | undefined {
    return this.chunkOf(index)?.items[index % CHUNK];
  }

  remove(index: number): void {
    const chunk = this.chunkOf(index);
    const at = index % CHUNK;
    if (chunk?.locks[at] !== undefined) {
      chunk.locks[at] = chunk.values[at] = chunk.items[at] = undefined;
      chunk.left--;
      this.dropIfDone(Math.floor(index / CHUNK), chunk);
    }
  }

  /**
   * Removes all turns from that one on, or those of them that wait.
   *
   * @returns their items, in order: a value that waits is given one
   */
  removeFrom(first: number, onlyWaiting = false): KeyedItem<T, R>[] {
    const removed: KeyedItem<T, R>[] = [];
    const [lowest] = this.chunks.keys();
    for (let index = Math.max(first, lowest! * CHUNK); index < this.end; index++) {
      const chunk = this.chunkOf(index);
      const at = index % CHUNK;
      if (chunk === undefined) {
        index += CHUNK - 1 - at;
        continue;
      }
      const [lock, item] = [chunk.locks[at], chunk.items[at]];
      if (lock !== undefined && !(onlyWaiting && item !== undefined)) {
        removed.push(item ?? new KeyedItem(index, chunk.values[at], lock, true));
        this.remove(index);
      }
    }
    if (!onlyWaiting) {
      this.end = first;
    }
    return removed;
  }

  private chunkOf(index: number): Chunk<T, R> | undefined {
    return this.chunks.get(Math.floor(index / CHUNK));
  }

  private dropIfDone(number: number, chunk: Chunk<T, R>): void {
    if (chunk.left === 0 && chunk !== this.newest) {
      this.chunks.delete(number);
    }
  }
}
