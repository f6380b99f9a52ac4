import type { Item } from './item.js';

/**
 * The items that are started and not yet fully emitted, in source order. Only the head may emit; what the others emit or
 * how they end is kept in the item itself, so taking the next in order is following one link, in constant time.
 */
export class ReorderQueue<T, R> {
  head: Item<T, R> | undefined = undefined;
  size = 0;
  /** How many items behind the head have something that could be emitted if it were their turn. */
  ready = 0;
  private tail: Item<T, R> | undefined = undefined;

  push(item: Item<T, R>): void {
    if (this.tail === undefined) {
      this.head = item;
    } else {
      this.tail.next = item;
    }
    this.tail = item;
    this.size++;
  }

  /** Removes the head: the item behind it has its turn. */
  shift(): void {
    const gone = this.head!;
    const head = gone.next;
    // Whoever still holds the item that is gone must not hold all that came after it.
    gone.next = undefined;
    this.head = head;
    this.size--;
    if (head === undefined) {
      this.tail = undefined;
    } else if (head.ready) {
      this.ready--;
    }
  }

  /** Notes that an item behind the head has something that could be emitted. */
  markReady(item: Item<T, R>): void {
    if (item !== this.head && !item.ready) {
      item.ready = true;
      this.ready++;
    }
  }

  /** Removes all items after `item`, or all there are, and returns them in source order. */
  removeAfter(item: Item<T, R> | undefined): Item<T, R>[] {
    const removed: Item<T, R>[] = [];
    let later = item === undefined ? this.head : item.next;
    while (later !== undefined) {
      const { next } = later;
      if (later.ready) {
        this.ready--;
      }
      later.next = undefined;
      removed.push(later);
      later = next;
    }
    this.size -= removed.length;
    this.tail = item;
    if (item === undefined) {
      this.head = undefined;
    } else {
      item.next = undefined;
    }
    return removed;
  }
}
