import { BehaviorSubject, distinctUntilChanged, map, type Observable } from 'rxjs';
import { presentContext, runIn, type AsyncContext } from './asyncContext.js';
import { Heap, type Ranked } from './heap.js';
import { LimitObserver, stuckAtZero, type LimitOwner } from './liveSlots.js';
import { reportError } from './reportError.js';
import type { ChangingSlots, Starter } from './slots.js';

/**
 * Slots that several subscriptions take. One that is refused waits, and a free slot goes to the one that was served least recently of
 * those that wait: they are in a heap, by when they were.
 */
export class SharedSlots implements LimitOwner {
  private readonly limits: BehaviorSubject<number>;
  readonly changes: Observable<number>;
  /** How many slots are held, by whichever subscription. */
  private held = 0;
  /** Those that may have something to start. */
  private readonly sharers = new Set<Sharer>();
  private readonly waiting = new Heap<Sharer>();
  /** How many of those that wait have left, at most. */
  private gone = 0;
  private services = 0;
  private handingOut = false;
  private observer: LimitObserver | undefined = undefined;
  private isFinal = false;

  constructor(private readonly limit: number | Observable<number>) {
    this.limits = new BehaviorSubject(typeof limit === 'number' ? limit : 0);
    // If somebody who hears of a number leads to another, those who hear later are told of that only.
    this.changes = this.limits.pipe(
      map(() => this.current),
      distinctUntilChanged(),
    );
  }

  get current(): number {
    return this.limits.value;
  }

  get isStuck(): boolean {
    return this.isFinal && this.current === 0;
  }

  // What subscriptions do.

  join(sharer: Sharer): void {
    const { limit } = this;
    sharer.rank = this.services++;
    this.sharers.add(sharer);
    if (typeof limit !== 'number' && this.observer === undefined) {
      this.observe(limit);
    }
  }

  /** It has nothing left to start. */
  leave(sharer: Sharer): void {
    if (!this.sharers.delete(sharer)) {
      return;
    }
    if (2 * ++this.gone > this.waiting.length) {
      // However many come and go while there is no slot.
      this.waiting.keep((each) => this.sharers.has(each));
      this.gone = 0;
    }
    if (this.sharers.size === 0) {
      const { observer } = this;
      this.observer = undefined;
      observer?.leave();
    }
  }

  /** Whether it may take a slot now. If not, it is served when it may. */
  offersTo(sharer: Sharer): boolean {
    if (this.held < this.usable) {
      const first = this.takeNext();
      if (first === undefined || first === sharer) {
        return true;
      }
      this.add(first);
      if (first.rank > sharer.rank) {
        return true;
      }
    }
    this.add(sharer);
    return false;
  }

  take(sharer: Sharer): void {
    this.held++;
    sharer.rank = this.services++;
  }

  giveBack(slots: number): void {
    this.held -= slots;
  }

  /** Gives free slots to whoever waits. */
  handOut(): void {
    if (this.handingOut) {
      return;
    }
    this.handingOut = true;
    try {
      let next;
      while (this.held < this.current && (next = this.takeNext()) !== undefined) {
        next.serve();
      }
    } finally {
      this.handingOut = false;
    }
  }

  /** How many slots may be held from now on: no more than `current`, and fewer if it is about to be lowered. */
  protected get usable(): number {
    return this.current;
  }

  /** Whether a slot is free although nobody is about to take one. */
  protected get hasFree(): boolean {
    return (
      this.held < this.current && ![...this.sharers].some(({ starter: { isBusy, hasToStart } }) => isBusy && hasToStart)
    );
  }

  private add(sharer: Sharer): void {
    if (!sharer.isWaiting) {
      sharer.isWaiting = true;
      this.waiting.push(sharer);
    }
  }

  /**
   * Takes out, of those that wait, the one that was served least recently. If it is emitting or starting, to serve it does nothing: it
   * looks for a slot by itself before it goes on, and has kept its turn. Nor does it if it has ended.
   */
  private takeNext(): Sharer | undefined {
    if (this.waiting.length === 0) {
      return undefined;
    }
    const sharer = this.waiting.pop();
    sharer.isWaiting = false;
    return sharer;
  }

  private observe(limits: Observable<number>): void {
    const observer = new LimitObserver(this);
    this.observer = observer;
    this.isFinal = false;
    observer.observe(limits);
    if (this.observer === observer && !observer.hasLimit) {
      // It has told somebody of another before.
      this.changeTo(0);
    }
  }

  // What the Observable says.

  changeTo(limit: number): void {
    this.limits.next(limit);
    this.sharers.forEach((sharer) => {
      sharer.starter.limitTo(this.current);
      // There may be more room as well.
      this.add(sharer);
    });
    this.handOut();
    // Those who get no slot may read ahead, or find that there is nothing left to start.
    [...this.sharers].forEach((sharer) => sharer.serve());
  }

  limitIsFinal(): void {
    this.isFinal = true;
    [...this.sharers].forEach((sharer) => sharer.settle());
  }

  limitFailed(error: unknown): void {
    const { observer } = this;
    const sharers = [...this.sharers];
    // Who joins from now on subscribes to it anew.
    this.observer = undefined;
    observer?.leave();
    sharers.forEach((sharer) => sharer.fail(error));
  }
}

/** The slots of one subscription. */
export class Sharer implements ChangingSlots, Ranked {
  active = 0;
  /** When it was served last, or has joined, among all that were. It does not change while it waits: what takes a slot does not wait. */
  rank = 0;
  isWaiting = false;
  /** How many slots it has given back. They go to others when it has emitted what is ready. */
  private returned = 0;
  private readonly context: AsyncContext | undefined;

  constructor(
    private readonly slots: SharedSlots,
    readonly starter: Starter,
    now: number,
  ) {
    this.context = presentContext(now);
  }

  get limit(): number {
    return this.slots.current;
  }

  open(): void {
    this.slots.join(this);
  }

  mayTake(): boolean {
    this.passOn();
    return this.starter.hasToStart && this.slots.offersTo(this);
  }

  take(): void {
    this.active++;
    this.slots.take(this);
  }

  giveBack(): void {
    this.active--;
    this.returned++;
  }

  settle(): void {
    this.passOn();
    if (!this.starter.mayHaveToStart) {
      this.slots.leave(this);
    } else if (this.slots.isStuck && this.starter.hasToStart) {
      this.starter.stopStarting(stuckAtZero());
    }
    this.slots.handOut();
  }

  makeWay(): void {
    this.passOn();
    this.slots.handOut();
  }

  close(): void {
    this.slots.leave(this);
    this.makeWay();
  }

  /** There is a slot for it. It starts in its own context, and not in that of whoever has given the slot back. */
  serve(): void {
    try {
      runIn(this.context, () => this.starter.advance());
    } catch (error) {
      // That is not for the one whose slot it was.
      reportError(error);
    }
  }

  fail(error: unknown): void {
    runIn(this.context, () => this.starter.stopStarting(error));
  }

  private passOn(): void {
    this.slots.giveBack(this.returned);
    this.returned = 0;
  }
}
