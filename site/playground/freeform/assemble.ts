import type { Item, Leg, Run } from '../engine/run';
import type { Order } from '../engine/settings';
import type { Entry } from './entries';
import { MOST_RUNS } from './limits';

/** A subscription of an operator in a program, and what happened in it. */
export interface Timeline {
  readonly run: Run;
  readonly concurrentPerKey: number | undefined;
  readonly order: Order;
  readonly line: number | undefined;
  readonly virtual: boolean;
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Makes of what is told what can be painted. It takes nothing for granted: a program may have forged what is told of it. */
export class Assembly {
  private readonly timelines: (Omit<Timeline, 'run'> & { readonly run: Growing<Run>; readonly legs: Leg[] })[] = [];

  /** @throws RangeError if it cannot have happened */
  add(entry: Entry): void {
    const { at } = entry;
    if (entry.what === 'opened') {
      const { operator, concurrentPerKey, order, line, virtual } = entry;
      expectNext(entry.run, this.timelines);
      if (entry.run >= MOST_RUNS) throw new RangeError(`Expected at most ${MOST_RUNS} subscriptions`);
      const run = {
        operator,
        start: at,
        items: [],
        source: undefined,
        output: [],
        end: undefined,
        counts: [],
        limits: [],
        last: at,
      };
      this.timelines.push({ run, concurrentPerKey, order, line, virtual, legs: [] });
      return;
    }
    const { run, legs } = known(entry.run, this.timelines);
    run.last = at;
    switch (entry.what) {
      case 'counted':
        run.counts.push({ at, ...entry.counts });
        if (run.limits.at(-1)?.limit !== entry.limit) run.limits.push({ at, limit: entry.limit });
        break;
      case 'received':
        expectNext(entry.index, run.items);
        run.items.push({ index: entry.index, key: entry.key, received: at, legs: [] });
        break;
      case 'flushed':
        known(entry.index, run.items).flushed = at;
        break;
      case 'ended': {
        const item = known(entry.index, run.items);
        // In real time it is told of its end a moment after its inner's.
        const ended = entry.outcome === 'completed' ? (item.legs.at(-1)?.end?.at ?? at) : at;
        item.ended = { at: ended, outcome: entry.outcome };
        break;
      }
      case 'leg': {
        const { index, attempt } = entry;
        const leg: Leg = { index, kind: attempt === 0 ? 'fallback' : 'attempt', attempt, start: at, values: [] };
        const item = known(index, run.items);
        expectNext(entry.leg, legs);
        legs.push(leg);
        item.legs.push(leg);
        break;
      }
      case 'value': {
        const leg = known(entry.leg, legs);
        expectNext(entry.nth, leg.values);
        leg.values.push({ leg, nth: entry.nth, at });
        break;
      }
      case 'output':
        run.output.push({ at, value: known(entry.nth, known(entry.leg, legs).values) });
        break;
      case 'legEnd':
        known(entry.leg, legs).end = { at, how: entry.how };
        break;
      case 'limit': {
        const leg = known(entry.leg, legs);
        // As a `TimeoutError` has it.
        const error = { info: { meta: { limit: entry.limit } } };
        if (leg.end === undefined) leg.error = error;
        else known(leg.index, run.items).interrupted = { at, error };
        break;
      }
      case 'end':
        run.end = { at, how: entry.how };
    }
  }

  /** Whether a subscription has a clock of its own. */
  isVirtual(run: number): boolean {
    return this.timelines[run]?.virtual === true;
  }

  /** What there is by now: other objects, so that what shows them sees that they have changed. */
  snapshot(): Timeline[] {
    return this.timelines.map(({ run, legs: _, ...rest }) => ({ run: { ...run }, ...rest }));
  }
}

function expectNext(position: number, { length }: readonly unknown[]): void {
  if (position !== length) throw new RangeError(`Expected number ${length} of a list, got ${position}`);
}

function known<T>(position: number, list: readonly T[]): T {
  const found = list[position];
  if (found === undefined) throw new RangeError(`Expected one of ${list.length} that are there, got ${position}`);
  return found;
}
