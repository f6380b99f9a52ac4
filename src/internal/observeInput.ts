import { from, noop, Observable, observable, Subscriber, type ObservableInput, type Unsubscribable } from 'rxjs';
import { observeReader, pauseFeed } from './observeReader.js';
import { hasMethod } from './check.js';
import { isReadable, openReader } from './reader.js';
import { reportError } from './reportError.js';

/** What an observer is fed by. */
export interface Feed extends Unsubscribable {
  /** Goes on, where it has stopped because the observer was full. */
  readOn?(): void;
}

/** Observes an `ObservableInput`: values, then at most one `error` or `complete`, and nothing once it is `closed`. */
export abstract class InputObserver<V> {
  closed = false;
  /** What tears down the input; set before the first notification, where there is something to tear down. */
  teardown: Feed | undefined = undefined;

  abstract next(value: V): void;
  /** Is called, like `complete`, after the input has been finalized. */
  abstract error(error: unknown): void;
  abstract complete(): void;

  /** The last value, with which the input has ended: it is a promise that is fulfilled, or the end of an array. */
  last(value: V): void {
    this.next(value);
    if (!this.closed) {
      this.complete();
    }
  }

  /**
   * Is told what is about to be read: a stream, or what `[Symbol.iterator]()` or `[Symbol.asyncIterator]()` gave.
   *
   * @returns whether to read it
   */
  opens?(opened: object): boolean;

  /** Whether an input that can be asked is not to be asked for more, until `teardown.readOn` is called. */
  isFull(): boolean {
    return false;
  }

  /**
   * Is told that an input waits until it is not full any more.
   *
   * @returns what is to be called with the work of going on
   */
  pause?(): (goOn: () => void) => void;

  /** Cuts its links and calls nobody: whatever it still hears has no effect. */
  abstract close(): void;

  /** Closes it, where it is not, and tears down the input. */
  cancel(): void {
    if (!this.closed) {
      this.close();
    }
    const { teardown } = this;
    this.teardown = undefined;
    teardown?.unsubscribe();
  }

  /** The input has ended by itself: there is nothing left to tear down. */
  protected ended(): void {
    this.close();
    this.teardown = undefined;
  }
}

/**
 * Observes any `ObservableInput`, recognised in the order in which rxjs's `from` does it. What `from` cannot do is done here: a
 * promise needs no Subscriber, an async iterable's `return` is called and a stream is cancelled at once.
 *
 * @param endsAtOnce - whether the end of an Observable is told even while it is being subscribed
 * @returns false for anything that is not an ObservableInput
 * @throws what methods of `input` throw
 */
export function observeInput<V>(input: ObservableInput<V>, observer: InputObserver<V>, endsAtOnce = false): boolean {
  if (input instanceof Observable) {
    subscribe(input, observer, endsAtOnce);
    // rxjs no longer wants to export the symbol, but it is the one that `from` looks for.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
  } else if (hasMethod(input, observable)) {
    subscribe(from(input), observer, endsAtOnce);
  } else if (isArrayLike<V>(input)) {
    observeArray(input, observer);
  } else if (hasMethod(input, 'then')) {
    observePromise(input as PromiseLike<V>, observer);
  } else if (isReadable<V>(input)) {
    observeReader(openReader(input), observer);
  } else {
    return false;
  }
  return true;
}

/** Whether `observeInput` can observe it. */
export const isObservableInput = (value: unknown): value is ObservableInput<unknown> =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  hasMethod(value, observable) || isArrayLike(value) || hasMethod(value, 'then') || isReadable(value);

function subscribe<V>(input: Observable<V>, observer: InputObserver<V>, endsAtOnce: boolean): void {
  const subscriber = new ObserverSubscriber(observer, !endsAtOnce);
  observer.teardown = subscriber;
  subscriber.observeAll(input);
}

/**
 * Hands notifications over to an observer. Only a Subscriber that exists before `subscribe` is called can stop an inner or a
 * source that is still emitting synchronously, and a subclass is the fastest there is. rxjs exports `Subscriber` and marks
 * its constructor as internal: `docs/reference/decisions.md` says why it is used nevertheless. It is used nowhere else.
 */
class ObserverSubscriber<V> extends Subscriber<V> {
  /** How it ended while it was being subscribed. */
  private end: End | undefined = undefined;

  constructor(
    private observer: InputObserver<V>,
    /** Whether it is being subscribed, and its end has to wait. */
    private subscribing: boolean,
  ) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super();
  }

  /**
   * Subscribes. An input that ends at once returns its teardown afterwards, and has been finalized only when that has run: so
   * its end is told then. What such a teardown throws is the input's failure, as with rxjs's operators.
   */
  observeAll(input: Observable<V>): void {
    const { observer } = this;
    try {
      input.subscribe(this);
    } catch (error) {
      if (this.end?.failure === undefined) {
        throw error;
      }
      reportError(error);
    }
    const { end } = this;
    this.subscribing = false;
    this.end = undefined;
    if (end !== undefined && !observer.closed) {
      tell(observer, end);
    }
  }

  /** A producer may keep it for as long as it likes: it must not keep the observer, with its signal and its reason. */
  override unsubscribe(): void {
    this.observer = undefined as never;
    super.unsubscribe();
  }

  // An observer may be closed before this is unsubscribed: teardowns of others run in between.

  protected override _next(value: V): void {
    const { observer } = this;
    if (!observer.closed) {
      observer.next(value);
    }
  }

  protected override _error(error: unknown): void {
    this.finalize({ failure: { error } });
  }

  protected override _complete(): void {
    this.finalize(COMPLETED);
  }

  private finalize(end: End): void {
    const { observer } = this;
    try {
      this.unsubscribe();
    } finally {
      if (this.subscribing) {
        this.end = end;
      } else if (!observer.closed) {
        tell(observer, end);
      }
    }
  }
}

interface End {
  readonly failure: { readonly error: unknown } | undefined;
}

const COMPLETED: End = { failure: undefined };

function tell(observer: InputObserver<never>, { failure }: End): void {
  if (failure === undefined) {
    observer.complete();
  } else {
    observer.error(failure.error);
  }
}

function observeArray<V>(array: ArrayLike<V>, observer: InputObserver<V>, from = 0): void {
  for (let i = from; !observer.closed;) {
    if (i >= array.length) {
      return observer.complete();
    }
    if (observer.isFull()) {
      return pauseFeed(observer, noop, () => observeArray(array, observer, i));
    }
    const value = array[i++] as V;
    if (i === array.length) {
      return observer.last(value);
    }
    observer.next(value);
  }
}

/**
 * A promise may never settle, and it holds its observer: that holds nothing any more once it is closed. Some thenables call back
 * twice, or synchronously and throw afterwards.
 */
function observePromise<V>(promise: PromiseLike<V>, observer: InputObserver<V>): void {
  try {
    promise.then(
      (value) => fulfilled(observer, value),
      (error: unknown) => rejected(observer, error),
    );
  } catch (error) {
    if (!observer.closed) {
      throw error;
    }
  }
}

// An error that is thrown here would become an unhandled rejection.

function fulfilled<V>(observer: InputObserver<V>, value: V): void {
  if (!observer.closed) {
    try {
      observer.last(value);
    } catch (error) {
      reportError(error);
    }
  }
}

function rejected(observer: InputObserver<never>, error: unknown): void {
  if (!observer.closed) {
    try {
      observer.error(error);
    } catch (thrown) {
      reportError(thrown);
    }
  }
}

const isArrayLike = <V>(input: unknown): input is ArrayLike<V> =>
  !!input && typeof (input as ArrayLike<V>).length === 'number' && typeof input !== 'function';
