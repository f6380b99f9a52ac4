import type { ObservableInput } from 'rxjs';
import type { FailedItem } from '../config.js';
import type { Item } from './item.js';
import { notObservableInput } from './notObservableInput.js';
import { InnerRun, type Host } from './run.js';
import type { OnErrorFunction } from './settings.js';

/** What continues a failed item: it calls the `onError` function, and observes what that returns instead of the inner. */
export class Fallback<T, R> extends InnerRun<T, R> {
  constructor(
    item: Item<T, R>,
    host: Host<T, R>,
    private failure: { readonly error: unknown },
  ) {
    super(item, host);
  }

  override close(): void {
    this.failure = undefined as never;
    super.close();
  }

  override last(value: R): void {
    const { item, host } = this;
    this.ended();
    host.emittedLast(item, value, true);
  }

  override complete(): void {
    const { item, host } = this;
    this.ended();
    host.completed(item, true);
  }

  protected call(item: Item<T, R>, { settings }: Host<T, R>): ObservableInput<R> {
    const onError = settings.onError as OnErrorFunction<T, R>;
    const { value, index, attempts: attempt, emitted, lock } = item;
    const shown = this.show(attempt);
    const failed: FailedItem<T> = {
      value: value as T,
      index,
      attempt,
      emitted,
      ...(lock && 'key' in lock.of && lock.of),
      get signal() {
        return shown.signal;
      },
    };
    item.emittedBefore = emitted;
    return onError(this.failure.error, failed);
  }

  protected failed(item: Item<T, R>, host: Host<T, R>, error: unknown): void {
    host.fallbackFailed(item, error);
  }

  protected override failedBy(item: Item<T, R>, host: Host<T, R>, error: unknown): void {
    this.failed(item, host, error);
  }

  protected mistake(input: unknown, { index }: Item<T, R>): TypeError {
    return notObservableInput(input, '`onError` to return', index, '', this.failure);
  }
}
