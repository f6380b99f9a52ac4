import { from, Observable, observable, Subscriber, type ObservableInput, type Unsubscribable } from 'rxjs';
import { reportError } from './errors.js';
import { hasMethod, isReadable, openReader, readResult, type Reader } from './reader.js';

/** What hears an `ObservableInput`: values, then at most one `error` or `complete`, and nothing once it is `closed`. */
// What `V` is, its subclasses say.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export abstract class Listener<V> {
  /** Whether it hears nothing more. */
  closed = false;
  /** What ends what it listens to; set before the first notification, where there is something to end. */
  stop: Unsubscribable | undefined = undefined;

  abstract next(value: V): void;
  /** Is called, like `complete`, after what it listened to has been finalized. */
  abstract error(error: unknown): void;
  abstract complete(): void;

  /** Cuts all links, so that whatever it hears from now on has no effect. */
  abstract close(): void;

  /** Closes it, where it is not, and ends what it listens to. */
  cancel(): void {
    if (!this.closed) {
      this.close();
    }
    const { stop } = this;
    this.stop = undefined;
    stop?.unsubscribe();
  }

  /** What it listens to has ended by itself. */
  protected end(): void {
    this.close();
    this.stop = undefined;
  }
}

/**
 * Has the listener hear any `ObservableInput`, recognised in the order in which rxjs's `from` does it. What `from` cannot
 * do is done here: a promise needs no Subscriber, an async iterable's `return` is called and a stream is cancelled at once.
 *
 * @returns false for what is no ObservableInput
 * @throws what methods of `input` throw
 */
export function listen<V>(input: ObservableInput<V>, listener: Listener<V>): boolean {
  if (input instanceof Observable) {
    subscribe(input, listener);
    // rxjs no longer wants to export the symbol, but it is the one that `from` looks for.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
  } else if (hasMethod(input, observable)) {
    subscribe(from(input), listener);
  } else if (isArrayLike<V>(input)) {
    listenToArray(input, listener);
  } else if (hasMethod(input, 'then')) {
    listenToPromise(input as PromiseLike<V>, listener);
  } else if (isReadable<V>(input)) {
    listenToReader(openReader(input), listener);
  } else if (hasMethod(input, Symbol.iterator)) {
    subscribe(from(input), listener);
  } else {
    return false;
  }
  return true;
}

function subscribe<V>(input: Observable<V>, listener: Listener<V>): void {
  const subscriber = new ListenerSubscriber(listener);
  listener.stop = subscriber;
  input.subscribe(subscriber);
}

/**
 * Hands notifications over to a listener. Only a Subscriber that exists before `subscribe` is called can stop an inner or a
 * source that is still emitting synchronously, and a subclass is the fastest there is. rxjs exports `Subscriber` and marks
 * its constructor as internal: `docs/decisions.md` says why it is used nevertheless. It is used nowhere else.
 */
class ListenerSubscriber<V> extends Subscriber<V> {
  constructor(private listener: Listener<V>) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    super();
  }

  /** A producer may keep it for as long as it likes: it must not keep the listener, with its signal and its reason. */
  override unsubscribe(): void {
    this.listener = undefined as never;
    super.unsubscribe();
  }

  // A listener may be closed before this is unsubscribed: teardowns of others run in between.

  protected override _next(value: V): void {
    const { listener } = this;
    if (!listener.closed) {
      listener.next(value);
    }
  }

  protected override _error(error: unknown): void {
    const { listener } = this;
    try {
      this.unsubscribe();
    } finally {
      if (!listener.closed) {
        listener.error(error);
      }
    }
  }

  protected override _complete(): void {
    const { listener } = this;
    try {
      this.unsubscribe();
    } finally {
      if (!listener.closed) {
        listener.complete();
      }
    }
  }
}

function listenToArray<V>(array: ArrayLike<V>, listener: Listener<V>): void {
  for (let i = 0; i < array.length && !listener.closed; i++) {
    listener.next(array[i] as V);
  }
  if (!listener.closed) {
    listener.complete();
  }
}

function listenToPromise<V>(promise: PromiseLike<V>, listener: Listener<V>): void {
  const link = new Link(listener);
  listener.stop = link;
  try {
    promise.then(
      (value) => link.fulfilled(value),
      (error: unknown) => link.rejected(error),
    );
  } catch (error) {
    // A thenable may call back and throw afterwards.
    if (!listener.closed) {
      throw error;
    }
  }
}

/**
 * All that a promise holds of its listener, also that of an iterator's next result: it may never settle, and must not keep
 * anything then. Some thenables call back twice, or synchronously; and an error that is thrown here would become an unhandled
 * rejection.
 */
class Link<V> implements Unsubscribable {
  private listener: Listener<V> | undefined;

  constructor(listener: Listener<V>) {
    this.listener = listener;
  }

  unsubscribe(): void {
    this.listener = undefined;
  }

  /** Whether anybody listens. */
  get isOpen(): boolean {
    return this.listener?.closed === false;
  }

  /** To be called, like `complete`, only while anybody listens. */
  next(value: V): void {
    this.listener!.next(value);
  }

  complete(): void {
    this.take()!.complete();
  }

  fulfilled(value: V): void {
    const listener = this.take();
    try {
      listener?.next(value);
      if (listener?.closed === false) {
        listener.complete();
      }
    } catch (error) {
      reportError(error);
    }
  }

  rejected(error: unknown): void {
    try {
      this.take()?.error(error);
    } catch (thrown) {
      reportError(thrown);
    }
  }

  private take(): Listener<V> | undefined {
    const { listener } = this;
    this.listener = undefined;
    return listener?.closed ? undefined : listener;
  }
}

function listenToReader<V>(reader: Reader<V>, listener: Listener<V>): void {
  if (listener.closed) {
    // It was cancelled by what it did when it was opened.
    reader.cancel();
  } else {
    const link = new Link(listener);
    listener.stop = {
      unsubscribe: () => {
        link.unsubscribe();
        reader.cancel();
      },
    };
    readAll(reader, link).catch(reportError);
  }
}

async function readAll<V>(reader: Reader<V>, link: Link<V>): Promise<void> {
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
