import { noop, Observable } from 'rxjs';
import type { IterableObservable } from '../iterableObservable.js';
import { EagerLoop, type Consumer } from './eagerLoop.js';
import { connect, subscribe, type Open } from './eagerly.js';
import type { Item } from './item.js';
import { PacedLoop } from './pacedLoop.js';
import { Queue } from './queue.js';
import { reportError } from './reportError.js';
import type { Project } from './run.js';
import type { Settings } from './settings.js';

/** The result of a door that reads: what has not been asked for is not emitted. */
export class IterableResult<T, R> extends Observable<R> implements IterableObservable<R> {
  constructor(
    private readonly project: Project<T, R>,
    private readonly settings: Settings<T, R>,
    private readonly open: Open<T>,
  ) {
    super((subscriber) => subscribe(subscriber, project, settings, open));
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    const { project, settings, open } = this;
    const iterator = new Iteration<T, R>((consumer) => {
      const Loop = settings.order === 'key' ? PacedLoop : EagerLoop;
      const loop = new Loop(consumer, project, settings, true);
      return { loop, connect: () => connect(loop, settings, open) };
    });
    addDispose(iterator);
    return iterator;
  }
}

/** Outside of what makes the iterator: whoever keeps one that has ended is not to keep all that it was made of. */
function addDispose(iterator: { return(): Promise<unknown> }): void {
  // Looked at here, and not in the class, since some platforms get it later.
  const { asyncDispose } = Symbol as { asyncDispose?: symbol };
  if (asyncDispose !== undefined) {
    Object.defineProperty(iterator, asyncDispose, { value: () => iterator.return().then(noop) });
  }
}

/** A loop that is asked for its values. */
interface Asked<T, R> {
  readonly loop: Pick<EagerLoop<T, R>, 'ask' | 'answered' | 'readyHead' | 'taken' | 'close'>;
  connect(): void;
}

interface Request<R> {
  resolve(result: IteratorResult<R, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** One subscription to a result, whose values leave when they are asked for. It begins when the first is. */
class Iteration<T, R> implements AsyncIterableIterator<R> {
  private readonly requests = new Queue<Request<R>>();
  private asked: Asked<T, R> | undefined = undefined;
  /** How it ended. An error is thrown once. */
  private end: { failure: { readonly error: unknown } | undefined } | undefined = undefined;

  constructor(private start: (consumer: Consumer<R>) => Asked<T, R>) {}

  next(): Promise<IteratorResult<R, undefined>> {
    const { requests, asked } = this;
    const head = requests.length === 0 ? asked?.loop.readyHead : undefined;
    return head === undefined ? this.request() : this.take(head);
  }

  return(value?: R | PromiseLike<R>): Promise<IteratorResult<R, R>> {
    return new Promise<R>((resolve) => {
      this.stop();
      resolve(value as R);
    }).then((value) => ({ done: true, value }));
  }

  throw(error?: unknown): Promise<never> {
    return new Promise((_, reject) => {
      try {
        this.stop();
      } catch (thrown) {
        reportError(thrown);
      }
      reject(error);
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Takes what is there: it is quicker than to wait for it. */
  private take(head: Item<T, R>): Promise<IteratorResult<R, undefined>> {
    const { loop } = this.asked!;
    const result = Promise.resolve({ done: false, value: head.takeKept() } as const);
    try {
      loop.taken(head);
    } catch (thrown) {
      reportError(thrown);
    }
    return result;
  }

  private request(): Promise<IteratorResult<R, undefined>> {
    return new Promise((resolve, reject) => {
      const { end, asked } = this;
      if (end === undefined) {
        this.requests.push({ resolve, reject });
        if (asked === undefined) {
          this.begin();
        } else {
          asked.loop.ask();
        }
      } else if (end.failure === undefined) {
        resolve(DONE);
      } else {
        const { error } = end.failure;
        end.failure = undefined;
        reject(error);
      }
    });
  }

  private begin(): void {
    this.asked = this.start({
      next: (value) => {
        this.requests.shift().resolve({ done: false, value });
        if (this.requests.length === 0) {
          this.asked!.loop.answered();
        }
      },
      error: (error) => this.finish({ error }),
      complete: () => this.finish(),
    });
    this.asked.connect();
  }

  /** Ends it early. */
  private stop(): void {
    const { asked } = this;
    this.finish();
    this.end!.failure = undefined;
    asked?.loop.close();
  }

  private finish(failure?: { readonly error: unknown }): void {
    if (this.end === undefined) {
      this.end = { failure };
      this.asked = this.start = undefined as never;
      if (failure !== undefined && this.requests.length > 0) {
        this.end.failure = undefined;
        this.requests.shift().reject(failure.error);
      }
      while (this.requests.length > 0) {
        this.requests.shift().resolve(DONE);
      }
    }
  }
}
