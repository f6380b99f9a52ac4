import type { Duration } from './deadlines.js';
import { Queue } from './queue.js';
import type { ReorderQueue } from './reorderQueue.js';

/** What runs for an item: an attempt, the delay before the next one, a fallback. */
export interface Running {
  /** Cuts its links and calls nobody: whatever it still hears has no effect. */
  close(): void;
  /** Closes it, and tears down what it observes. */
  cancel(reason?: unknown): void;
  /** Its item keeps fewer values than it may: what it observes is read on, where it waits for that. */
  readOn?(): void;
  /** Cancels it, since a limit has passed: its item fails with a `TimeoutError`. */
  timeOut(limit: Duration, mayRetry: boolean): void;
}

/** The key of a value, or why it has none; empty where there are no keys. */
export type Key = { readonly key: unknown } | { readonly failure: { readonly error: unknown } } | Record<string, never>;

/** One source value together with its turn in the output: how it ended, and the values that it keeps until then. */
export class Item<T, R> {
  /** The next item of its lane. */
  next: Item<T, R> | undefined = undefined;
  /** What runs for it, or is about to. */
  run: Running | undefined = undefined;
  ended = false;
  /** Whether its lane has counted it as ready, while it was behind the head: see `ReorderQueue.ready`. */
  ready = false;
  /** How many attempts have been started, and how many of them count against the limit of retries. */
  attempts = 0;
  retries = 0;
  /** How many values went out, or will, in all, and how many of them came before the current attempt. */
  emitted = 0;
  emittedBefore = 0;
  /** How many values are kept. Most items keep one at most: the earliest stands here, and a queue is made only for more. */
  kept = 0;
  private earliest: R | undefined = undefined;
  private more: Queue<R> | undefined = undefined;
  // Only with keys:
  /** Whether it is not started: it is made to be dropped. */
  declare readonly waits?: boolean;
  /** What it holds while it is active. */
  declare readonly lock?: { readonly of: Key };

  constructor(
    readonly index: number,
    /** Released as soon as nothing needs it any more. */
    public value: T | undefined,
    /** Whose head may emit. */
    readonly lane: ReorderQueue<T, R>,
  ) {}

  keep(value: R): void {
    if (this.kept++ === 0) {
      this.earliest = value;
    } else {
      (this.more ??= new Queue()).push(value);
    }
  }

  /** Takes the earliest value that is kept. To be called only while there is one. */
  takeKept(): R {
    const { earliest } = this;
    this.earliest = --this.kept === 0 ? undefined : this.more!.shift();
    return earliest as R;
  }

  /** Forgets the values that it keeps, as if they had never been emitted; but not how many the attempt has emitted. */
  dropKept(): void {
    this.earliest = this.more = undefined;
    this.emittedBefore -= this.emitted;
    this.kept = this.emitted = 0;
  }
}
