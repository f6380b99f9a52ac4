import type { ObservableInput } from 'rxjs';
import { runIn } from './asyncContext.js';
import { Attempt } from './attempt.js';
import type { Item } from './item.js';
import { notObservableInput } from './notObservableInput.js';
import { reportError } from './reportError.js';
import { Run, type Host } from './run.js';
import type { RetryDelay } from './settings.js';

/**
 * The time between two attempts: that of a clock, or that of a `retry.delay` notifier, whose first value ends it, as with
 * rxjs's `retry`.
 */
export class Delay<T, R> extends Run<T, R, unknown> {
  constructor(
    item: Item<T, R>,
    host: Host<T, R>,
    private reason: unknown,
  ) {
    super(item, host);
  }

  override start(): void {
    this.clock = this.startClock(this.host.durations.delay);
    if (this.clock === undefined) {
      super.start();
    }
  }

  override close(): void {
    this.reason = undefined;
    super.close();
  }

  next(): void {
    const { item, host } = this;
    try {
      this.cancel();
    } catch (thrown) {
      // Report it: thrown on, it would reach other subscribers of the same notifier.
      reportError(thrown);
    }
    // A teardown may have ended everything.
    if (!item.ended) {
      host.ready(new Attempt(item, host));
    }
  }

  override passed(): void {
    runIn(this.context, () => this.next());
  }

  protected call({ retries }: Item<T, R>, { settings }: Host<T, R>): ObservableInput<unknown> {
    const delay = settings.retry.delay as RetryDelay;
    return delay(this.reason, retries);
  }

  protected failed(item: Item<T, R>, host: Host<T, R>, error: unknown): void {
    host.failedForGood(item, error);
  }

  protected mistake(input: unknown, { index }: Item<T, R>): TypeError {
    return notObservableInput(input, '`retry.delay` to return', index);
  }
}
