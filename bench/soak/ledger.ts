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
  /** Too many waited, and it is never started. */
  dropped: boolean;
}

/** What a stream accounts for. */
export interface Account {
  readonly open: number;
  received(plan: Plan): void;
  failed(index: number, continued?: boolean): void;
  dropped(index: number): void;
  heard(part: Part): void;
  flushed(index: number): void;
  completed(missesLast?: boolean): void;
}

export class Ledger implements Account {
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
    this.entries.set(plan.index, { plan, attempt: 0, parts: 0, failed: false, continued: false, dropped: false });
  }

  failed(index: number, continued = false): void {
    const entry = this.entries.get(index);
    if (entry === undefined) return this.say(index, 'failed, but is not in progress');
    entry.failed = true;
    entry.continued = continued;
  }

  dropped(index: number): void {
    const entry = this.entries.get(index);
    if (entry === undefined) return this.say(index, 'was dropped, but is not in progress');
    entry.dropped = true;
    this.flushed(this.first - 1);
  }

  heard({ index, attempt, part }: Part): void {
    this.flushed(index - 1);
    const entry = this.entries.get(index);
    if (entry === undefined || entry.dropped) {
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

  /** All items up to this one are fully emitted; and those that were dropped behind it have no turn. */
  flushed(index: number): void {
    for (; this.first <= index || this.entries.get(this.first)?.dropped; this.first++) {
      const entry = this.entries.get(this.first);
      this.entries.delete(this.first);
      if (entry === undefined) {
        this.say(this.first, 'is accounted for, but never went in');
      } else if (entry.dropped) {
        if (entry.parts > 0) this.say(this.first, 'was dropped, and has come out');
      } else if (entry.continued && entry.attempt !== FALLBACK) {
        this.say(this.first, 'ended without its fallback');
      } else if (this.isTold && !entry.failed && entry.parts !== entry.plan.parts) {
        this.say(this.first, `ended with ${entry.parts} of ${entry.plan.parts} values, and has not failed`);
      }
    }
  }

  /** The result has completed: so all items are. The last one may have been read when no more was wanted. */
  completed(missesLast = false): void {
    const last = this.entries.get(this.next - 1);
    if (missesLast && last?.parts === 0) last.failed = true;
    this.flushed(this.next - 1);
  }

  private say(index: number, text: string): void {
    this.problem(`${this.name}: item ${index} ${text}`);
  }
}

/** The same for an order within each key: a ledger for each of them, in which its items are counted by themselves. */
class KeyedLedger implements Account {
  private readonly keys = new Map<unknown, { readonly ledger: Ledger; count: number }>();
  private readonly items = new Map<
    number,
    { readonly key: unknown; readonly ledger: Ledger; readonly position: number }
  >();

  constructor(
    private readonly name: string,
    private readonly problem: (text: string) => void,
    private readonly isTold: boolean,
  ) {}

  get open(): number {
    let open = 0;
    for (const { ledger } of this.keys.values()) open += ledger.open;
    return open;
  }

  received(plan: Plan): void {
    // What has no key is alone.
    const key = plan.trouble === 'no key' ? Symbol('no key') : plan.key;
    let found = this.keys.get(key);
    if (found === undefined) {
      found = { ledger: new Ledger(`${this.name}, key ${String(key)}`, this.problem, this.isTold), count: 0 };
      this.keys.set(key, found);
    }
    const { ledger } = found;
    const position = found.count++;
    this.items.set(plan.index, { key, ledger, position });
    ledger.received({ ...plan, index: position });
  }

  failed(index: number, continued?: boolean): void {
    this.at(index, (ledger, position) => ledger.failed(position, continued));
  }

  dropped(index: number): void {
    this.at(index, (ledger, position) => ledger.dropped(position));
  }

  heard(part: Part): void {
    this.at(part.index, (ledger, index) => ledger.heard({ ...part, index }));
  }

  flushed(index: number): void {
    this.at(index, (ledger, position) => ledger.flushed(position));
    this.forget(index);
  }

  completed(missesLast?: boolean): void {
    const last = this.items.get(Math.max(-1, ...this.items.keys()))?.ledger;
    for (const { ledger } of this.keys.values()) ledger.completed(missesLast && ledger === last);
    for (const index of this.items.keys()) this.forget(index);
  }

  private at(index: number, act: (ledger: Ledger, position: number) => void): void {
    const item = this.items.get(index);
    if (item === undefined) this.problem(`${this.name}: item ${index} is not in progress`);
    else act(item.ledger, item.position);
  }

  private forget(index: number): void {
    const key = this.items.get(index)?.key;
    if (typeof key === 'symbol') this.keys.delete(key);
    this.items.delete(index);
  }
}

/** The ledger for the order that a stream has. */
export const ledgerOf = (
  order: 'source' | 'key' | undefined,
  ...given: ConstructorParameters<typeof Ledger>
): Account => (order === 'key' ? new KeyedLedger(...given) : new Ledger(...given));
