import { from, Observable, observable, Subscriber, type ObservableInput, type Unsubscribable } from 'rxjs';
import { PromiseLink } from './promiseLink.js';
import { hasMethod, isReadable, openReader, readResult, type Reader } from './reader.js';
import { reportError } from './reportError.js';

/** Observes an `ObservableInput`: values, then at most one `error` or `complete`, and nothing once it is `closed`. */
// Subclasses fix `V`.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export abstract class InputObserver<V> {
  closed = false;
  /** What tears down the input; set before the first notification, where there is something to tear down. */
  teardown: Unsubscribable | undefined = undefined;

  abstract next(value: V): void;
  /** Is called, like `complete`, after the input has been finalized. */
  abstract error(error: unknown): void;
  abstract complete(): void;

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
 * @returns false for anything that is not an ObservableInput
 * @throws what methods of `input` throw
 */
export function observeInput<V>(input: ObservableInput<V>, observer: InputObserver<V>): boolean {
  if (input instanceof Observable) {
    subscribe(input, observer);
    // rxjs no longer wants to export the symbol, but it is the one that `from` looks for.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
  } else if (hasMethod(input, observable)) {
    subscribe(from(input), observer);
  } else if (isArrayLike<V>(input)) {
    observeArray(input, observer);
  } else if (hasMethod(input, 'then')) {
    observePromise(input as PromiseLike<V>, observer);
  } else if (isReadable<V>(input)) {
    observeReader(openReader(input), observer);
  } else if (hasMethod(input, Symbol.iterator)) {
    subscribe(from(input), observer);
  } else {
    return false;
  }
  return true;
}

function subscribe<V>(input: Observable<V>, observer: InputObserver<V>): void {
  const subscriber = new ObserverSubscriber(observer);
  observer.teardown = subscriber;
  input.subscribe(subscriber);
}

/**
 * Hands notifications over to an observer. Only a Subscriber that exists before `subscribe` is called can stop an inner or a
 * source that is still emitting synchronously, and a subclass is the fastest there is. rxjs exports `Subscriber` and marks
 * its constructor as internal: `docs/reference/decisions.md` says why it is used nevertheless. It is used nowhere else.
 */
class ObserverSubscriber<V> extends Subscriber<V> {
  constructor(private observer: InputObserver<V>) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super();
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
    const { observer } = this;
    try {
      this.unsubscribe();
    } finally {
      if (!observer.closed) {
        observer.error(error);
      }
    }
  }

  protected override _complete(): void {
    const { observer } = this;
    try {
      this.unsubscribe();
    } finally {
      if (!observer.closed) {
        observer.complete();
      }
    }
  }
}

function observeArray<V>(array: ArrayLike<V>, observer: InputObserver<V>): void {
  for (let i = 0; i < array.length && !observer.closed; i++) {
    observer.next(array[i] as V);
  }
  if (!observer.closed) {
    observer.complete();
  }
}

function observePromise<V>(promise: PromiseLike<V>, observer: InputObserver<V>): void {
  const link = new PromiseLink(observer);
  observer.teardown = link;
  try {
    promise.then(
      (value) => link.fulfilled(value),
      (error: unknown) => link.rejected(error),
    );
  } catch (error) {
    // A thenable may call back and throw afterwards.
    if (!observer.closed) {
      throw error;
    }
  }
}

function observeReader<V>(reader: Reader<V>, observer: InputObserver<V>): void {
  if (observer.closed) {
    // Opening the reader cancelled the observer.
    reader.cancel();
  } else {
    const link = new PromiseLink(observer);
    observer.teardown = {
      unsubscribe: () => {
        link.unsubscribe();
        reader.cancel();
      },
    };
    readAll(reader, link).catch(reportError);
  }
}

async function readAll<V>(reader: Reader<V>, link: PromiseLink<V>): Promise<void> {
  while (link.isOpen) {
    let result: { done: boolean; value: V };
    try {
      result = readResult(await reader.read());
    } catch (error) {
      reader.release();
      link.rejected(error);
      return;
    }
    if (!link.isOpen) {
      return;
    }
    if (result.done) {
      reader.release();
      link.complete();
    } else {
      link.next(result.value);
    }
  }
}

const isArrayLike = <V>(input: unknown): input is ArrayLike<V> =>
  !!input && typeof (input as ArrayLike<V>).length === 'number' && typeof input !== 'function';
