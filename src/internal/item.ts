import { Queue } from './queue.js';

const NOTHING = Symbol();

/** What can be cancelled on behalf of an item: an attempt, the delay before the next one, what a fallback returned. */
export interface Activity {
  /** Cuts its link to the item: whatever it hears from now on has no effect. */
  close(): void;
  /** Closes it, where it is not, and ends what it listens to. */
  cancel(reason?: unknown): void;
}

/**
 * One source value together with its place in the output: how it ended, and what it has parked. What runs on its behalf at
 * the moment is its `activity`.
 */
export class Item<T, R> {
  /** The next item in source order. */
  next: Item<T, R> | undefined = undefined;
  activity: Activity | undefined = undefined;
  ended = false;
  /** Whether the queue counts it as ready: see `ReorderQueue.ready`. */
  ready = false;
  /** Why it failed, while a fallback takes its place. In a box, since an error may be `undefined`. */
  failure: { readonly error: unknown } | undefined = undefined;
  /** How many attempts have been started, and how many of them count against the limit of retries. */
  attempts = 0;
  retries = 0;
  /** How many values the current attempt has given, and how many went out, or will, in all. */
  seen = 0;
  emitted = 0;
  /** Most items park one value at most: it stands here, and a queue is made only for more. */
  private first: R | typeof NOTHING = NOTHING;
  private more: Queue<R> | undefined = undefined;

  constructor(
    readonly index: number,
    /** Let go of, where nobody will ask for it again. */
    public value: T | undefined,
  ) {}

  get hasParked(): boolean {
    return this.first !== NOTHING || (this.more !== undefined && this.more.length > 0);
  }

  park(value: R): void {
    if (this.hasParked) {
      (this.more ??= new Queue()).push(value);
    } else {
      this.first = value;
    }
  }

  /** Takes the earliest parked value. To be called only while `hasParked`. */
  takeParked(): R {
    const { first } = this;
    if (first !== NOTHING) {
      this.first = NOTHING;
      return first;
    }
    return this.more!.shift();
  }

  /** Forgets what it parked, as if it had never been emitted. */
  dropParked(): void {
    this.first = NOTHING;
    this.more = undefined;
    this.emitted = 0;
  }
}
