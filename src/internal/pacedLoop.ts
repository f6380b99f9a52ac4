import { EagerLoop } from './eagerLoop.js';
import type { Item } from './item.js';
import { Queue } from './queue.js';
import type { ReorderQueue } from './reorderQueue.js';

/**
 * The loop of a consumer that asks, where each key has an order of its own: values leave in the order in which a subscriber would
 * have been given them, although there are several lanes that they leave from.
 */
export class PacedLoop<T, R> extends EagerLoop<T, R> {
  /** The lane of each value that is ready, and of an error behind the last value: a subscriber would have been given it. */
  private readonly tickets = new Queue<ReorderQueue<T, R>>();
  /** What would be the head of a lane for a subscriber: what is before it has ended, and has only to leave. */
  private readonly fronts = new Map<ReorderQueue<T, R>, Item<T, R>>();

  override emitted(item: Item<T, R>, value: R): void {
    if (!this.closed) {
      const isReady = !this.settings.atomic && this.isFront(item);
      item.emitted++;
      item.keep(value);
      this.becomeReady(item.lane, isReady ? 1 : 0);
      if (!this.settings.atomic) {
        item.lane.markReady(item);
        this.blocking?.look(item.lane);
        this.advance();
      }
    }
  }

  override emittedLast(item: Item<T, R>, value: R, recovered?: true): void {
    if (!this.closed && !this.settings.atomic && this.isFront(item)) {
      this.becomeReady(item.lane, 1);
    }
    super.emittedLast(item, value, recovered);
  }

  protected override endItem(...how: Parameters<EagerLoop<T, R>['endItem']>): void {
    const [item] = how;
    if (this.isFront(item)) {
      this.pass(item);
    }
    super.endItem(...how);
  }

  protected override flushed(item: Item<T, R>): void {
    if (this.fronts.get(item.lane) === item) {
      this.fronts.delete(item.lane);
    }
    super.flushed(item);
  }

  override drain(): void {
    super.drain();
    while (this.wanted && this.tickets.length > 0 && !this.closed) {
      const lane = this.tickets.shift();
      if (lane.head === undefined) {
        return this.failNow(lane.failure!.error);
      }
      this.touched.push(lane);
      this.draining = true;
      try {
        this.emitOne(lane.head);
      } finally {
        this.draining = false;
      }
      super.drain();
    }
  }

  protected override failLane(): void {
    // What other lanes had ready before comes first: see `drain`.
  }

  /** All values have been taken: what is left is an error. */
  protected override finish(): void {
    if (this.tickets.length > 0) {
      this.failNow(this.tickets.shift().failure!.error);
    } else {
      super.finish();
    }
  }

  protected override emitKept(): void {
    // One at a time: see `drain`.
  }

  private isFront(item: Item<T, R>): boolean {
    const { lane } = item;
    const front = this.fronts.get(lane) ?? lane.head!;
    // What has ended before anything came behind it is the front until then.
    const present = front.ended ? front.next! : front;
    this.fronts.set(lane, present);
    return present === item;
  }

  /** The front ends, and whatever behind it has ended passes with it. */
  private pass(item: Item<T, R>): void {
    const { atomic } = this.settings;
    const { lane } = item;
    let front = item;
    if (atomic) {
      this.becomeReady(lane, front.kept);
    }
    while (front.next !== undefined && (front === item || front.ended)) {
      front = front.next;
      if (!atomic || front.ended) {
        this.becomeReady(lane, front.kept);
      }
    }
    this.fronts.set(lane, front);
    if (lane.failure !== undefined && (front === item || front.ended)) {
      this.becomeReady(lane, 1);
    }
  }

  private becomeReady(lane: ReorderQueue<T, R>, values: number): void {
    for (let i = 0; i < values; i++) {
      this.tickets.push(lane);
    }
  }
}
