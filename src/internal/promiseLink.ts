import type { Unsubscribable } from 'rxjs';
import type { InputObserver } from './observeInput.js';
import { reportError } from './reportError.js';

/**
 * All that a promise holds of its observer, also the promise of an iterator's next result: it may never settle, and must not
 * keep anything then. Some thenables call back twice, or synchronously; and an error that is thrown here would become an
 * unhandled rejection.
 */
export class PromiseLink<V> implements Unsubscribable {
  private observer: InputObserver<V> | undefined;

  constructor(observer: InputObserver<V>) {
    this.observer = observer;
  }

  unsubscribe(): void {
    this.observer = undefined;
  }

  /** Whether somebody observes. */
  get isOpen(): boolean {
    return this.observer?.closed === false;
  }

  /** To be called, like `complete`, only while somebody observes. */
  next(value: V): void {
    this.observer!.next(value);
  }

  complete(): void {
    this.take()!.complete();
  }

  fulfilled(value: V): void {
    const observer = this.take();
    try {
      observer?.next(value);
      if (observer?.closed === false) {
        observer.complete();
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

  private take(): InputObserver<V> | undefined {
    const { observer } = this;
    this.observer = undefined;
    return observer?.closed ? undefined : observer;
  }
}
