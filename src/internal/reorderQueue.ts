import type { Clock } from './deadlines.js';
import type { Item } from './item.js';

/** What holds up a lane, and since when; its clock runs only where `blocking` is a limit. */
export interface Blocker {
  readonly item: object;
  readonly since: number;
  readonly clock: Clock | undefined;
}

/**
 * A lane: items that are started and not yet flushed, in the order in which they come out. Only the head may emit; the values
 * of the others, and how they ended, are kept in the items, so taking the next in order is following one link, in constant time.
 */
export class ReorderQueue<T, R> {
  head: Item<T, R> | undefined = undefined;
  /** How many items behind the head have something that could be emitted if it were their turn. */
  ready = 0;
  /** Its head, while that holds up others that could be emitted. */
  blocker: Blocker | undefined = undefined;
  /** The error that comes when all its items are flushed, where that ends the result: of items with keys. */
  failure: { readonly error: unknown } | undefined = undefined;
  private tail: Item<T, R> | undefined = undefined;

  push(item: Item<T, R>): void {
    if (this.tail === undefined) {
      this.head = item;
      if (item.ready) {
        // It was behind a value that waited, and was dropped.
        this.ready--;
      }
    } else {
      this.tail.next = item;
    }
    this.tail = item;
  }

  /** Removes the head: it is the turn of the item behind it. */
  shift(): void {
    const gone = this.head!;
    const head = gone.next;
    // Whoever still holds the item that is gone must not hold all that came after it.
    gone.next = undefined;
    this.head = head;
    if (head === undefined) {
      this.tail = undefined;
    } else if (head.ready) {
      this.ready--;
    }
  }

  /** Notes that an item has something that could be emitted if it were its turn. */
  markReady(item: Item<T, R>): void {
    if (item !== this.head && !item.ready) {
      item.ready = true;
      this.ready++;
    }
  }

  /** Removes all items after `item`, or all there are, and returns them in order. */
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
    this.tail = item;
    if (item === undefined) {
      this.head = undefined;
    } else {
      item.next = undefined;
    }
    return removed;
  }
}
