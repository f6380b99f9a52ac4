import type { Unsubscribable } from 'rxjs';
import type { InputObserver } from './observeInput.js';
import { reportError } from './reportError.js';

/**
 * All that a promise holds of its observer: it may never settle, and must not keep anything then. Some thenables call back
 * twice, or synchronously; and an error that is thrown here would become an unhandled rejection.
 */
export class PromiseLink<V> implements Unsubscribable {
  private observer: InputObserver<V> | undefined;

  constructor(observer: InputObserver<V>) {
    this.observer = observer;
  }

  unsubscribe(): void {
    this.observer = undefined;
  }

  fulfilled(value: V): void {
    try {
      this.take()?.last(value);
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
