import { Queue } from './queue.js';

/** What runs on behalf of an item: an attempt, the delay before the next one, what a fallback returned. */
export interface Running {
  /** Cuts its link to the item: whatever it hears from now on has no effect. */
  close(): void;
  /** Closes it, where it is not, and ends what it listens to. */
  cancel(reason?: unknown): void;
}

/**
 * One source value together with its place in the output: how it ended, and what it has parked. What runs on its behalf at
 * the moment is its `run`.
 */
export class Item<T, R> {
  /** The next item in source order. */
  next: Item<T, R> | undefined = undefined;
  run: Running | undefined = undefined;
  ended = false;
  /** Whether the queue has counted it as ready, while it was behind the head: see `ReorderQueue.ready`. */
  ready = false;
  /** Why it failed, while a fallback takes its place. In a box, since an error may be `undefined`. */
  failure: { readonly error: unknown } | undefined = undefined;
  /** How many attempts have been started, and how many of them count against the limit of retries. */
  attempts = 0;
  retries = 0;
  /** How many values went out, or will, in all, and how many of them came before the current attempt. */
  emitted = 0;
  emittedBefore = 0;
  /** How many values are parked. Most items park one at most: the earliest stands here, and a queue is made only for more. */
  parked = 0;
  private earliest: R | undefined = undefined;
  private more: Queue<R> | undefined = undefined;

  constructor(
    readonly index: number,
    /** Let go of, where nobody will ask for it again. */
    public value: T | undefined,
  ) {}

  park(value: R): void {
    if (this.parked++ === 0) {
      this.earliest = value;
    } else {
      (this.more ??= new Queue()).push(value);
    }
  }

  /** Takes the earliest parked value. To be called only while there is one. */
  takeParked(): R {
    const { earliest } = this;
    this.earliest = --this.parked === 0 ? undefined : this.more!.shift();
    return earliest as R;
  }

  /** Forgets what it parked, as if it had never been emitted; but not how many values the attempt has emitted. */
  dropParked(): void {
    this.earliest = this.more = undefined;
    this.emittedBefore -= this.emitted;
    this.parked = this.emitted = 0;
  }
}
