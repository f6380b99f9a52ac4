/** Checks what comes out of a stream: in order, and for every item what was planned. */
import type { Part } from './inners.js';
import type { Plan } from './plan.js';

/** The `attempt` of what a fallback emits. */
export const FALLBACK = Infinity;

interface Entry {
  readonly plan: Plan;
  attempt: number;
  /** How many values of that attempt have come out. */
  parts: number;
  failed: boolean;
  /** Whether a fallback, which emits one value, is to continue it. */
  continued: boolean;
}

export class Ledger {
  private readonly entries = new Map<number, Entry>();
  /** The first index that may still come out. */
  private first = 0;
  private next = 0;

  constructor(
    private readonly name: string,
    private readonly problem: (text: string) => void,
    /** Whether every item that fails is reported to it: only then does it know what is missing. */
    private readonly isTold: boolean,
  ) {}

  /** How many items have gone in and not been accounted for. */
  get open(): number {
    return this.entries.size;
  }

  received(plan: Plan): void {
    this.next = plan.index + 1;
    this.entries.set(plan.index, { plan, attempt: 0, parts: 0, failed: false, continued: false });
  }

  failed(index: number, continued = false): void {
    const entry = this.entries.get(index);
    if (entry === undefined) return this.say(index, 'failed, but is not in progress');
    entry.failed = true;
    entry.continued = continued;
  }

  heard({ index, attempt, part }: Part): void {
    this.flushed(index - 1);
    const entry = this.entries.get(index);
    if (entry === undefined) {
      return this.say(index, `came out when ${this.first} was the first in the order`);
    }
    if (attempt > entry.attempt) {
      entry.attempt = attempt;
      entry.parts = 0;
    }
    if (attempt !== entry.attempt || part !== entry.parts) {
      this.say(index, `emitted part ${part} of attempt ${attempt}, after ${entry.parts} of ${entry.attempt}`);
    }
    entry.parts++;
  }

  /** All items up to this one are fully emitted. */
  flushed(index: number): void {
    for (; this.first <= index; this.first++) {
      const entry = this.entries.get(this.first);
      this.entries.delete(this.first);
      if (entry === undefined) {
        this.say(this.first, 'is accounted for, but never went in');
      } else if (entry.continued && entry.attempt !== FALLBACK) {
        this.say(this.first, 'ended without its fallback');
      } else if (this.isTold && !entry.failed && entry.parts !== entry.plan.parts) {
        this.say(this.first, `ended with ${entry.parts} of ${entry.plan.parts} values, and has not failed`);
      }
    }
  }

  /** The result has completed: so all items are. */
  completed(): void {
    this.flushed(this.next - 1);
  }

  private say(index: number, text: string): void {
    this.problem(`${this.name}: item ${index} ${text}`);
  }
}
