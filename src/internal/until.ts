import type { ObservableInput } from 'rxjs';
import type { Key } from './item.js';
import { InputObserver, observeInput } from './observeInput.js';
import { reportError } from './reportError.js';
import type { Intake, Source } from './source.js';

type Failure = { readonly error: unknown } | undefined;

/** Stands between the loop and a source, which ends at the first value of a notifier as if by itself. */
export class Until<T> implements Source, Intake<T> {
  private readonly source: Source;
  private readonly notifier = new Notifier((failure) => this.end(failure));
  /** Whether nothing is read any more. */
  private over = false;

  constructor(
    private readonly until: ObservableInput<unknown>,
    private readonly loop: Intake<T>,
    open: (intake: Intake<T>) => Source,
  ) {
    this.source = open(this);
  }

  /** Its source is one that is read: that starts when it is asked. */
  start(): void {
    try {
      observeInput(this.until, this.notifier);
    } catch (error) {
      if (this.over) {
        reportError(error);
      } else {
        this.end({ error });
      }
    }
  }

  pull(): void {
    if (!this.over) {
      this.source.pull!();
    }
  }

  receive(value: T, key?: Key): void {
    this.loop.receive(value, key);
  }

  endSource(failure?: Failure): void {
    this.over = true;
    this.leaveNotifier();
    this.loop.endSource(failure);
  }

  cancel(reason?: unknown): void {
    this.over = true;
    try {
      this.notifier.cancel();
    } finally {
      this.source.cancel(reason);
    }
  }

  private end(failure?: Failure): void {
    this.over = true;
    this.leaveNotifier();
    this.source.cancel();
    this.loop.endSource(failure);
  }

  private leaveNotifier(): void {
    try {
      this.notifier.cancel();
    } catch (error) {
      reportError(error);
    }
  }
}

class Notifier extends InputObserver<unknown> {
  constructor(private end: (failure?: Failure) => void) {
    super();
  }

  next(): void {
    this.end();
  }

  error(error: unknown): void {
    const { end } = this;
    this.ended();
    end({ error });
  }

  /** That alone says nothing. */
  complete(): void {
    this.ended();
  }

  close(): void {
    this.closed = true;
    this.end = undefined as never;
  }
}
