import type { Observable } from 'rxjs';
import { presentContext, runIn, type AsyncContext } from './asyncContext.js';
import { checkCount } from './check.js';
import { InputObserver, observeInput } from './observeInput.js';
import { reportError } from './reportError.js';
import { FixedSlots, type ChangingSlots, type Starter } from './slots.js';

/** Who is told of a limit that an Observable gives. */
export interface LimitOwner {
  changeTo(limit: number): void;
  /** There will be no other. */
  limitIsFinal(): void;
  /** It is to leave the Observable. */
  limitFailed(error: unknown): void;
}

/** Checks what an Observable says about a limit. */
export class LimitObserver extends InputObserver<number> {
  /** Whether it has told of one. */
  hasLimit = false;

  constructor(private owner: LimitOwner) {
    super();
  }

  observe(limits: Observable<number>): void {
    try {
      observeInput(limits, this);
    } catch (error) {
      this.fail(error);
    }
  }

  next(limit: number): void {
    try {
      checkCount('concurrent', 0, limit);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.hasLimit = true;
    this.owner.changeTo(limit);
  }

  error(error: unknown): void {
    const { owner } = this;
    this.ended();
    owner.limitFailed(error);
  }

  complete(): void {
    const { owner } = this;
    this.ended();
    if (this.hasLimit) {
      owner.limitIsFinal();
    } else {
      owner.limitFailed(new TypeError('Expected `concurrent` to emit a number before it completes'));
    }
  }

  override close(): void {
    this.closed = true;
    this.owner = undefined as never;
  }

  /** What tearing it down throws disturbs nobody. */
  leave(): void {
    try {
      this.cancel();
    } catch (error) {
      reportError(error);
    }
  }

  private fail(error: unknown): void {
    if (this.closed) {
      reportError(error);
    } else {
      this.owner.limitFailed(error);
    }
  }
}

/** A limit that stays at 0 would be a result that never ends. */
export const stuckAtZero = () =>
  new TypeError('Expected `concurrent` to complete with a number above 0 while something waits, got 0');

/** As many slots as an Observable says. They are filled in the context of the subscription, and not in that of whoever emits. */
export class LiveSlots extends FixedSlots implements ChangingSlots, LimitOwner {
  private readonly observer = new LimitObserver(this);
  private readonly context: AsyncContext | undefined;
  private isFinal = false;

  constructor(
    private readonly limits: Observable<number>,
    private readonly starter: Starter,
    now: number,
  ) {
    super(0);
    this.context = presentContext(now);
  }

  open(): void {
    this.observer.observe(this.limits);
  }

  changeTo(limit: number): void {
    this.limit = limit;
    this.starter.limitTo(limit);
    runIn(this.context, () => this.starter.advance());
  }

  limitIsFinal(): void {
    this.isFinal = true;
    this.settle();
  }

  limitFailed(error: unknown): void {
    this.close();
    runIn(this.context, () => this.starter.stopStarting(error));
  }

  settle(): void {
    if (!this.starter.mayHaveToStart) {
      this.close();
    } else if (this.isFinal && this.limit === 0 && this.starter.hasToStart) {
      this.starter.stopStarting(stuckAtZero());
    }
  }

  close(): void {
    this.observer.leave();
  }
}
