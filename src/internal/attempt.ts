import type { ObservableInput } from 'rxjs';
import { contextOf } from './context.js';
import type { Clock, Deadlines } from './deadlines.js';
import type { Item } from './item.js';
import { InnerRun, type Host } from './run.js';

/** The third argument of a `project` that does not take it. */
const NOT_WANTED = undefined as never;

/** One run of an item's inner: from the call of `project` until it ends by itself or is cancelled. */
export class Attempt<T, R> extends InnerRun<T, R> {
  /** The clock of `first` or `each`; the other one is that of `total`. */
  private gap: Clock | undefined = undefined;

  override next(value: R): void {
    this.host.emitted(this.item, value);
    if (this.gap !== undefined) {
      this.startNextGap(this.gap);
    }
  }

  override close(): void {
    this.gap?.stop();
    this.gap = undefined;
    super.close();
  }

  protected override pauseClocks(deadlines: Deadlines): () => void {
    return deadlines.pause(this.gap, this.clock);
  }

  protected call(item: Item<T, R>, host: Host<T, R>): ObservableInput<R> {
    item.attempts++;
    item.emittedBefore = item.emitted;
    host.monitor?.tell('started', item);
    // The monitor may have ended everything.
    return this.closed ? [] : this.project(item, host);
  }

  protected failed(item: Item<T, R>, host: Host<T, R>, error: unknown): void {
    host.attemptFailed(item, error, true);
  }

  protected mistake(input: unknown, { index }: Item<T, R>): TypeError {
    return this.host.settings.mistake(input, index);
  }

  private project(item: Item<T, R>, host: Host<T, R>): ObservableInput<R> {
    const { project, durations } = host;
    const { value, index, attempts } = item;
    if (!host.keepsValues) {
      item.value = undefined;
    }
    const input = project(value as T, index, host.showsContext ? contextOf(this.show(attempts)) : NOT_WANTED);
    if (!this.closed) {
      // The inner is about to be subscribed. The first gap is that of `first`, where there is one.
      this.gap = this.startClock(durations.first ?? durations.each);
      this.clock = this.startClock(durations.total);
    }
    return input;
  }

  /** The inner has emitted a value: the gap before it is over. */
  private startNextGap(gap: Clock): void {
    const { deadlines, durations } = this.host;
    if (durations.each !== undefined) {
      deadlines.start(durations.each, this, gap);
    } else {
      gap.stop();
    }
  }
}
