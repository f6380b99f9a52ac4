import { AdaptiveRule } from './adaptiveRule.js';
import type { Deadlines } from './deadlines.js';
import type { Item } from './item.js';
import type { Told } from './monitor.js';
import { reportError } from './reportError.js';
import { Sharer, SharedSlots } from './sharedSlots.js';
import type { Starter } from './slots.js';

/** Whether an attempt failed since the service is overloaded. */
export type IsOverload = (error: unknown) => boolean;

/** As many shared slots as a rule finds, by how attempts end and how long they take. */
export class AdaptiveSlots extends SharedSlots {
  readonly rule: AdaptiveRule;

  constructor(
    min: number,
    max: number,
    initial: number,
    private readonly isOverload: IsOverload,
  ) {
    super(initial);
    this.rule = new AdaptiveRule(min, max, initial);
  }

  /** What the rule has found since counts from now on: not while somebody is being told of an attempt's end. */
  override handOut(): void {
    const { rule } = this;
    if (rule.limit !== this.current) {
      this.changeTo(rule.limit);
    }
    super.handOut();
    if (!rule.isUnderused && this.hasFree) {
      rule.underused();
    }
  }

  protected override get usable(): number {
    return Math.min(this.current, this.rule.limit);
  }

  /** Whether the service is overloaded, by what the user says of an error. */
  tells(error: unknown): boolean {
    try {
      return this.isOverload(error);
    } catch (thrown) {
      reportError(thrown);
      return false;
    }
  }
}

/** One subscription to them. */
export class AdaptiveSharer extends Sharer {
  constructor(
    private readonly adaptive: AdaptiveSlots,
    starter: Starter,
    private readonly deadlines: Deadlines,
  ) {
    super(adaptive, starter, deadlines.now());
  }

  watch<T, R>(monitor: Told<T, R> | undefined): Told<T, R> {
    return new Attempts(this.adaptive, this.deadlines, monitor);
  }
}

/** Tells the rule how attempts end, and the monitor, if there is one, everything. */
class Attempts<T, R> implements Told<T, R> {
  /** The present attempt of each item: in which sample it began, and when. */
  private readonly begun = new Map<Item<T, R>, { readonly sample: number; readonly at: number }>();

  constructor(
    private readonly slots: AdaptiveSlots,
    private readonly deadlines: Deadlines,
    private readonly monitor: Told<T, R> | undefined,
  ) {}

  tell(...what: Parameters<Told<T, R>['tell']>): void {
    const [type, item, details] = what;
    if (type === 'started') {
      this.begun.set(item, { sample: this.slots.rule.began(), at: this.deadlines.now() });
    } else if (type === 'failed') {
      const { error } = details as { readonly error: unknown };
      this.end(item, this.slots.tells(error) || undefined);
    } else if (type === 'ended') {
      this.end(item, 'outcome' in details! && details.outcome === 'completed' ? false : undefined);
    }
    this.monitor?.tell(...what);
  }

  tellOf(...what: Parameters<Told<T, R>['tellOf']>): void {
    this.monitor?.tellOf(...what);
  }

  /** An attempt has ended, if it is not known to have; `undefined`, if that says nothing of the service. */
  private end(item: Item<T, R>, isOverload: boolean | undefined): void {
    const begun = this.begun.get(item);
    this.begun.delete(item);
    if (begun !== undefined && isOverload !== undefined) {
      this.slots.rule.ended(begun.sample, this.deadlines.now() - begun.at, isOverload);
    }
  }
}
