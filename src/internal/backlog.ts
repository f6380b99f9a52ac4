import { Item } from './item.js';
import { Queue } from './queue.js';
import type { ReorderQueue } from './reorderQueue.js';

/** The values that wait, with their indices. It decides which of them is started next: the one that came first. */
export class Backlog<T, R> {
  private values = new Queue<T>();
  /** The index of the first value that waits. */
  private first = 0;

  get waiting(): number {
    return this.values.length;
  }

  /** @returns the value's index */
  add(value: T): number {
    this.values.push(value);
    return this.first + this.values.length - 1;
  }

  /** Takes the value that is started next. To be called only while some wait. */
  take(lane: ReorderQueue<T, R>): Item<T, R> {
    return new Item(this.first++, this.values.shift(), lane);
  }

  /** Drops all that wait, one by one: each is already gone when it is told. */
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
