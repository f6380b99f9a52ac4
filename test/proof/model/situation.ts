import { TimeoutError } from 'rxjs';
import type { TimeoutMeta } from '../../../src/index.js';
import { attemptOf, keyPlanOf, type KeyName, type Scenario } from './scenario.js';
import type { Performed } from './perform.js';

// What somebody knows who reads the story of a run, line by line. It only counts and remembers: what would have to happen, it does
// not say.

/** A line of a log, or of a story. */
export interface Line {
  readonly at: number;
  /** What is noticed: `subscribe`, `next`, `project`, … */
  readonly what: string;
  /** Of whom: `0.1` is the first attempt for value 0, `0f` its fallback, `0d1` the notifier of its first delay. */
  readonly of: string;
  readonly more: readonly string[];
  readonly event: Performed['events'][number] | undefined;
}

export interface Run extends Performed {
  readonly scenario: Scenario;
  readonly lines: readonly Line[];
  /** The lines, and what others say between them. */
  readonly told: readonly Line[];
}

export interface Item {
  readonly index: number;
  /** Items with the same come out one after another. */
  readonly order: unknown;
  readonly key: KeyName | undefined;
  state: 'waiting' | 'active' | 'parked' | 'over';
  outcome: string | undefined;
  attempts: number;
  /** What runs for it: `0.1`, `0f`, `0d1`; nothing between them. */
  run: string | undefined;
  /** When its attempt has started, and when that has last emitted. */
  since: number;
  emittedAt: number | undefined;
  /** When its attempt has failed that is to be retried. */
  failedAt: number;
  /** How many retries there have been, since an attempt has emitted, where that matters. */
  retries: number;
  /** What has been emitted for it and has not come out, and since when it could have. */
  kept: { readonly value: string; readyAt: number | undefined }[];
}

/** What is known of how many items may be active. */
interface Limit {
  /** The number that was said last; 0 before the first. */
  limit: number;
  isFinal: boolean;
  hasFailed: boolean;
}

export const indexOf = (name: string) => parseInt(name);

export const isInner = (name: string) => /^\d+(\.|f)/.test(name);

export const hasEnded = ({ what, of }: Line) =>
  what === 'complete' || what === 'error' || (what === 'done' && of === 'to');

/** The time limit that has passed, if that is the error. */
export const limitOf = ({ error }: { readonly error?: unknown }): string | undefined =>
  error instanceof TimeoutError ? (error.info as { meta: TimeoutMeta<unknown> }).meta.limit : undefined;

/** Whether the run is ended by somebody outside of it. */
export const isLeft = ({ what }: Line) => what === 'leave' || what === 'stop';

export class Situation {
  readonly items: Item[] = [];
  at = 0;
  /** Whether the result has ended, or has been left. */
  over = false;
  readonly limits: Limit;
  /** How many values the source was asked for. */
  pulled = 0;
  /** Whether the source has ended, and whether it was left before. */
  sourceEnded = false;
  sourceLeft = false;
  untilEmitted = false;
  /** What is subscribed, by name. */
  readonly open = new Set<string>();
  /** What there has been once: a call of `next()`, a limit that holds, and that the Observable of limits is subscribed. */
  readonly seen = new Set<'ask' | 'limit' | 'limits'>();
  /** How many calls of `next()` wait. */
  calls = 0;
  /** Whose heads hold up others, and since when. */
  readonly blocked = new Map<unknown, { readonly head: Item; readonly since: number }>();
  dropped = 0;

  constructor(readonly run: Run) {
    const { concurrent = Infinity, limits } = run.scenario.config;
    this.limits = { limit: limits === undefined ? concurrent : 0, isFinal: limits === undefined, hasFailed: false };
  }

  get asks(): boolean {
    return this.run.scenario.asks !== undefined;
  }

  get wanted(): boolean {
    return !this.asks || this.calls > 0;
  }

  get window(): number {
    return this.run.scenario.config.reorderWindow ?? 1024;
  }

  count(...states: Item['state'][]): number {
    return this.items.filter(({ state }) => states.includes(state)).length;
  }

  /** Whether one more item may be active. */
  get hasRoom(): boolean {
    return this.count('active') < this.limits.limit && this.count('active', 'parked') < this.window;
  }

  isFree({ key }: Pick<Item, 'key'>): boolean {
    const { concurrentPerKey = 1, keys } = this.run.scenario.config;
    const held = this.items.filter((other) => other.state === 'active' && other.key === key).length;
    return keys === undefined || key === undefined || held < concurrentPerKey;
  }

  /** What waits and could be started, in order. */
  get startable(): Item[] {
    return this.hasRoom ? this.items.filter((item) => item.state === 'waiting' && this.isFree(item)) : [];
  }

  /** The first item of each order. */
  get heads(): Item[] {
    const heads = new Map<unknown, Item>();
    for (const item of this.items) {
      if (item.state !== 'over' && !heads.has(item.order)) {
        heads.set(item.order, item);
      }
    }
    return [...heads.values()];
  }

  isHead(item: Item): boolean {
    return this.heads.includes(item);
  }

  /** Whether there is something of it that could be emitted if it were its turn. */
  isReady({ state, kept }: Item): boolean {
    return state === 'parked' || (state === 'active' && kept.length > 0 && !this.run.scenario.config.atomic);
  }

  /** The values of heads that could come out. */
  get ready(): string[] {
    return this.heads.flatMap((head) =>
      this.isReady(head) ? [head.kept[0]?.value ?? `the end of ${head.index}`] : [],
    );
  }

  take(line: Line): void {
    const { at, what, of, more, event } = line;
    this.at = at;
    this.over ||= hasEnded(line) || isLeft(line);
    switch (what) {
      case 'monitor':
        this.takeEvent(event!);
        break;
      case 'onError':
        this.begin(indexOf(of), `${of}f`);
        break;
      case 'subscribe':
        this.open.add(of);
        if (/^\d+d/.test(of)) {
          this.items[indexOf(of)]!.run = of;
        }
        break;
      case 'teardown':
        this.open.delete(of);
        this.sourceLeft ||= of === 'source';
        break;
      case 'pull':
        this.sourceEnded ||= ++this.pulled > this.run.scenario.source.gaps.length;
        break;
      case 'return':
        this.sourceLeft ||= of === undefined;
        break;
      case 'said':
        // It has been torn down before its end leads to anything.
        if (of === 'limits' && more[0] !== 'next') {
          this.limits.hasFailed ||= more[0] === 'error' || !this.seen.has('limit');
        }
        break;
      case 'says':
        this.hear(of, more[0]!, more[1]!);
        break;
      case 'subscribed':
        if (of === 'limits') {
          this.seen.add(of);
        }
        break;
      case 'ask':
        this.seen.add(what);
        this.calls += this.over ? 0 : 1;
        break;
      case 'next':
        this.comeOut(of);
        break;
    }
    if (more.at(-2) === 'to' || of === 'to') {
      this.calls--;
    }
    this.lookAtHeads();
  }

  private takeEvent({ type, index, attempt, time, ...details }: Performed['events'][number]): void {
    const item = this.items[index]!;
    if (type === 'received') {
      this.receive(index);
      return;
    }
    const { atomic } = this.run.scenario.config;
    if (type === 'started') {
      this.begin(index, `${index}.${attempt}`);
      item.attempts = attempt;
      item.since = time;
      item.emittedAt = undefined;
    } else if (type === 'failed') {
      const { willRetry } = details as { willRetry: boolean };
      item.run = undefined;
      item.failedAt = time;
      if (this.run.scenario.config.resetOnSuccess && item.emittedAt !== undefined) {
        item.retries = 0;
      }
      item.retries += willRetry ? 1 : 0;
      item.kept = atomic ? [] : item.kept;
      if (limitOf(details as { error: unknown }) === 'blocking') {
        this.blocked.delete(item.order);
      }
    } else if (type === 'ended') {
      const { outcome } = details as { outcome: string };
      item.run = undefined;
      item.outcome = outcome;
      item.state = outcome === 'completed' || outcome === 'failed' ? 'parked' : 'over';
      item.kept = (atomic && outcome === 'failed') || item.state === 'over' ? [] : item.kept;
      if (outcome === 'dropped') {
        this.dropped++;
      }
    } else {
      item.state = 'over';
    }
    this.noteReady();
  }

  private receive(index: number): void {
    const plan = keyPlanOf(this.run.scenario, index);
    const key = plan === 'throws' || plan === 'promise' ? undefined : plan;
    this.items[index] = {
      index,
      order: this.run.scenario.config.order === 'key' ? (key ?? index) : 'all',
      key,
      state: 'waiting',
      outcome: undefined,
      attempts: 0,
      run: undefined,
      since: 0,
      emittedAt: undefined,
      failedAt: 0,
      retries: 0,
      kept: [],
    };
  }

  private begin(index: number, run: string): void {
    const item = this.items[index]!;
    item.state = 'active';
    item.run = run;
  }

  /** What one of those says to whom the operator listens. */
  private hear(name: string, mark: string, value: string): void {
    const { limits } = this.run.scenario.config;
    if (name === 'source') {
      this.sourceEnded ||= mark !== 'next';
    } else if (name === 'until') {
      this.untilEmitted ||= mark === 'next';
      this.sourceEnded ||= mark !== 'complete';
    } else if (name === 'limits') {
      const number = limits!.numbers[Number(value.split('/')[1]) % limits!.numbers.length]!;
      if (mark !== 'next') {
        this.limits.isFinal = true;
      } else if (number < 0) {
        this.limits.hasFailed = true;
      } else if (!this.limits.hasFailed) {
        this.seen.add('limit');
        this.limits.limit = number;
      }
    } else if (mark === 'next' && !this.over) {
      const item = this.items[indexOf(name)];
      if (item?.run === name && isInner(name)) {
        item.emittedAt = this.at;
        item.kept.push({ value, readyAt: undefined });
        this.noteReady();
      }
    }
  }

  private comeOut(value: string): void {
    const item = this.items[indexOf(value)];
    const nth = item?.kept.findIndex((each) => each.value === value) ?? -1;
    if (nth >= 0) {
      item!.kept.splice(nth, 1);
    }
  }

  /** What has only the consumer to wait for, for it is behind nothing that goes on, is ready. */
  private noteReady(): void {
    const stuck = new Set<unknown>();
    for (const { order, state, kept } of this.items) {
      if (state === 'over' || stuck.has(order)) {
        continue;
      }
      if (state === 'parked' || !this.run.scenario.config.atomic) {
        kept.forEach((each) => (each.readyAt ??= this.at));
      }
      if (state !== 'parked') {
        stuck.add(order);
      }
    }
  }

  private lookAtHeads(): void {
    const { blocked } = this;
    const before = new Map(blocked);
    blocked.clear();
    for (const head of this.wanted ? this.heads : []) {
      const behind = this.items.some(
        (item) => item.order === head.order && item !== head && item.index > head.index && this.isReady(item),
      );
      if (head.state === 'active' && behind) {
        const known = before.get(head.order);
        blocked.set(head.order, known?.head === head ? known : { head, since: this.at });
      }
    }
  }

  /** When limits of what runs pass, at the latest. */
  deadlines(): (readonly [name: string, at: number, what: string])[] {
    const { scenario } = this.run;
    const { first, each, total, blocking, delay } = scenario.config;
    const all: [string, number | undefined, string][] = [];
    for (const { run, index, attempts, since, emittedAt, failedAt, state } of this.items) {
      if (state === 'active' && run === `${index}.${attempts}`) {
        const { kind } = attemptOf(scenario, index, attempts);
        if (kind === 'observable' || kind === 'thenable') {
          all.push(['total', total && since + total, run]);
          all.push(['first', emittedAt === undefined && first ? since + first : undefined, run]);
          const from = emittedAt ?? (first === undefined ? since : undefined);
          all.push(['each', each && from !== undefined ? from + each : undefined, run]);
        }
      } else if (state === 'active' && run === undefined && typeof delay === 'number') {
        all.push(['delay', failedAt + delay, String(index)]);
      }
    }
    for (const { head, since } of this.blocked.values()) {
      all.push(['blocking', blocking && since + blocking, String(head.index)]);
    }
    return all.flatMap(([name, at, what]) => (at === undefined ? [] : [[name, at, what] as const]));
  }
}
