import type { Item, Leg, Run } from '../engine/run';
import type { Entry } from './entries';

/** A subscription of an operator in a program, and what happened in it. */
export interface Timeline {
  readonly run: Run;
  readonly concurrent: number | undefined;
  readonly line: number | undefined;
  readonly virtual: boolean;
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Makes of what is told what can be painted. */
export class Assembly {
  private readonly timelines: (Omit<Timeline, 'run'> & { readonly run: Growing<Run>; readonly legs: Leg[] })[] = [];

  add(entry: Entry): void {
    const { at } = entry;
    if (entry.what === 'opened') {
      const { operator, concurrent, line, virtual } = entry;
      const run = {
        operator,
        start: at,
        items: [],
        source: undefined,
        output: [],
        end: undefined,
        counts: [],
        last: at,
      };
      this.timelines[entry.run] = { run, concurrent, line, virtual, legs: [] };
      return;
    }
    const { run, legs } = this.timelines[entry.run]!;
    const item = (index: number): Item => run.items[index]!;
    run.last = at;
    switch (entry.what) {
      case 'counted':
        run.counts.push({ at, ...entry.counts });
        break;
      case 'received':
        run.items[entry.index] = { index: entry.index, received: at, legs: [] };
        break;
      case 'flushed':
        item(entry.index).flushed = at;
        break;
      case 'ended': {
        // In real time it is told of its end a moment after its inner's.
        const { legs } = item(entry.index);
        const ended = entry.outcome === 'completed' ? (legs.at(-1)?.end?.at ?? at) : at;
        item(entry.index).ended = { at: ended, outcome: entry.outcome };
        break;
      }
      case 'leg': {
        const { index, attempt } = entry;
        const leg: Leg = { index, kind: attempt === 0 ? 'fallback' : 'attempt', attempt, start: at, values: [] };
        legs[entry.leg] = leg;
        item(index).legs.push(leg);
        break;
      }
      case 'value': {
        const leg = legs[entry.leg]!;
        leg.values[entry.nth] = { leg, nth: entry.nth, at };
        break;
      }
      case 'output':
        run.output.push({ at, value: legs[entry.leg]!.values[entry.nth]! });
        break;
      case 'legEnd':
        legs[entry.leg]!.end = { at, how: entry.how };
        break;
      case 'limit': {
        const leg = legs[entry.leg]!;
        // As a `TimeoutError` has it.
        const error = { info: { meta: { limit: entry.limit } } };
        if (leg.end === undefined) leg.error = error;
        else item(leg.index).interrupted = { at, error };
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
    return this.timelines.map(({ run, concurrent, line, virtual }) => ({ run: { ...run }, concurrent, line, virtual }));
  }
}
