import { concatMap, mergeMap, noop, Observable, of, type OperatorFunction, pipe, tap } from 'rxjs';
import {
  adaptiveLimit,
  concatMapEager,
  type ConcurrencyLimit,
  type ItemContext,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';
import { Clock } from './clock';
import { configOf } from './config';
import type { Counts, Emitted, End, Item, Leg, OperatorName, Run, Value } from './run';
import { type Limit, limitsOf } from './limits';
import { Service } from './service';
import type { Settings } from './settings';
import { FALLBACK, keyOf, type Play, playOfAttempt, playOfSource } from './workload';

/**
 * Lets an operator run the items, in virtual time: `concatMapEager` with all options; rxjs's own with `concurrent`, and with
 * the limits, the retries and the policy in each inner, as far as an inner by itself can have them.
 *
 * @param monitor - hears the events of `concatMapEager`
 */
export function simulate(
  settings: Settings,
  operator: OperatorName,
  monitor: (event: MonitorEvent<number>) => void = noop,
): Run {
  return new Stage(settings, monitor).run(operator);
}

class Stage {
  private readonly clock = new Clock();
  private readonly items: Item[] = [];
  private readonly output: Emitted[] = [];
  private readonly counts: Counts[] = [];
  private readonly limits: Limit[] = [];
  private limitsLeft: number | undefined = undefined;
  private readonly service: Service | undefined;
  private sourceEnd: Run['source'] = undefined;
  private end: End | undefined = undefined;

  constructor(
    private readonly settings: Settings,
    private readonly monitor: (event: MonitorEvent<number>) => void,
  ) {
    const { servers } = settings;
    this.service = servers === undefined ? undefined : new Service(servers);
  }

  run(operator: OperatorName): Run {
    this.source()
      .pipe(this.operator(operator))
      .subscribe({
        next: (value) => this.output.push({ at: this.now(), value }),
        error: (error: unknown) => (this.end = { at: this.now(), how: 'error', error }),
        complete: () => (this.end = { at: this.now(), how: 'complete' }),
      });
    this.clock.flush();
    const { items, sourceEnd, output, counts, limits, limitsLeft, end } = this;
    return { operator, start: 0, items, source: sourceEnd, output, counts, limits, limitsLeft, end, last: this.now() };
  }

  private operator(name: OperatorName): OperatorFunction<number, Value> {
    const isEager = name === 'concatMapEager';
    // rxjs's own operators have a number.
    const { concurrent = Infinity } = this.settings;
    if (!isEager) this.limit(name === 'concatMap' ? 1 : concurrent);
    const config = configOf(this.settings, {
      scheduler: this.clock,
      concurrent: isEager ? this.concurrent() : concurrent,
      fallback: (index) => this.leg(index, 'fallback', 0),
    });
    if (isEager) {
      return concatMapEager((index, _index, item) => this.attempt(index, item), {
        ...config,
        monitor: (event) => {
          this.hear(event);
          this.count(event);
          this.monitor(event);
        },
      });
    }
    // Each item by itself. What it does is the same then, and only what happens among the items is up to the operator.
    const { concurrent: _c, reorderWindow: _w, key: _k, concurrentPerKey: _p, order: _o, ...alone } = config;
    let started = 0;
    let ended = 0;
    const count = () => this.count({ waiting: this.items.length - started, active: started - ended, parked: 0 });
    const single = (index: number) =>
      of(index).pipe(
        concatMapEager((value, _index, item) => this.attempt(value, item), {
          ...alone,
          monitor: (event) => {
            if (event.type === 'started' && event.attempt === 1) started++;
            if (event.type === 'ended') ended++;
            this.hear({ ...event, index });
            count();
          },
        }),
      );
    return pipe(tap(count), name === 'concatMap' ? concatMap(single) : mergeMap(single, concurrent));
  }

  /** What the option is, of which it is written down what it says. */
  private concurrent(): number | ConcurrencyLimit | Observable<number> {
    const { concurrent = Infinity, changes, limit } = this.settings;
    if (limit === 'adaptive') {
      const adaptive = adaptiveLimit(concurrent === Infinity ? {} : { initial: Math.min(concurrent, 200) });
      adaptive.changes.subscribe((current) => this.limit(current));
      return adaptive;
    }
    if (changes === '') {
      this.limit(concurrent);
      return concurrent;
    }
    return new Observable((subscriber) => {
      for (const { at, limit: current } of limitsOf(this.settings)) {
        const tell = () => {
          this.limit(current);
          subscriber.next(current);
        };
        if (at === 0) tell();
        else subscriber.add(this.clock.schedule(tell, at));
      }
      subscriber.add(() => (this.limitsLeft = this.now()));
    });
  }

  private limit(limit: number): void {
    this.limits.push({ at: this.now(), limit });
  }

  private source(): Observable<number> {
    const receive = (index: number): number => {
      this.items.push({ index, key: keyOf(this.settings, index), received: this.now(), legs: [] });
      return index;
    };
    return new Observable((subscriber) => {
      subscriber.add(() => {
        this.sourceEnd ??= { at: this.now(), how: 'cancelled' };
      });
      const onEnd = () => {
        this.sourceEnd = { at: this.now(), how: 'complete' };
      };
      return this.observable(playOfSource(this.settings), receive, onEnd).subscribe(subscriber);
    });
  }

  private attempt(index: number, { attempt }: ItemContext): Observable<Value> {
    return this.leg(index, 'attempt', attempt);
  }

  /** What is subscribed on behalf of an item, writing down what happens to it. */
  private leg(index: number, kind: Leg['kind'], attempt: number): Observable<Value> {
    return new Observable((subscriber) => {
      const leg: Leg = { index, kind, attempt, start: this.now(), values: [] };
      this.items[index]!.legs.push(leg);
      subscriber.add(() => {
        leg.end ??= { at: this.now(), how: 'cancelled' };
      });
      const play = kind === 'fallback' ? FALLBACK : playOfAttempt(this.settings, index, attempt);
      const value = (nth: number): Value => {
        const emitted = { leg, nth, at: this.now() };
        leg.values.push(emitted);
        return emitted;
      };
      const onEnd = (how: 'complete' | 'error') => {
        leg.end = { at: this.now(), how };
        return new ItemError(index, attempt);
      };
      const begin = () => this.observable(play, value, onEnd).subscribe(subscriber);
      return this.service === undefined || kind === 'fallback' ? begin() : this.service.serve(begin);
    });
  }

  /** Plays; what has no gap before it comes in the same call. */
  private observable<T>(
    { gaps, last, end }: Play,
    value: (nth: number) => T,
    onEnd: (how: 'complete' | 'error') => unknown,
  ): Observable<T> {
    return new Observable((subscriber) => {
      // Of what comes at one time, who was subscribed first goes first, as in a marble diagram.
      const rank = this.clock.rank();
      const go = (nth: number): void => {
        for (let at = nth; !subscriber.closed; at++) {
          if (at < gaps.length) subscriber.next(value(at));
          else if (end === 'never') return;
          else {
            const error = onEnd(end);
            if (end === 'error') subscriber.error(error);
            else subscriber.complete();
            return;
          }
          const gap = gaps[at + 1] ?? last;
          if (gap > 0) return later(at + 1, gap);
        }
      };
      const later = (nth: number, gap: number) => {
        if (nth < gaps.length || end !== 'never') subscriber.add(this.clock.scheduleWith(rank, () => go(nth), gap));
      };
      const gap = gaps[0] ?? last;
      if (gap > 0) later(0, gap);
      else go(0);
    });
  }

  private hear(event: MonitorEvent<number>): void {
    const at = this.now();
    const item = this.items[event.index]!;
    if (event.type === 'failed') {
      const leg = item.legs.at(-1)!;
      if (leg.error === undefined) leg.error = event.error;
      else item.interrupted = { at, error: event.error };
    }
    if (event.type === 'flushed' && !event.dropped) item.flushed = at;
    if (event.type === 'ended') item.ended = { at, outcome: event.outcome, error: event.error };
  }

  private count({ waiting, active, parked }: Omit<Counts, 'at'>): void {
    this.counts.push({ at: this.now(), waiting, active, parked });
  }

  private now(): number {
    return this.clock.now();
  }
}

/** How an item fails by itself. */
class ItemError extends Error {
  override readonly name = 'ItemError';

  constructor(index: number, attempt: number) {
    super(`item ${index} failed at attempt ${attempt}`);
  }
}
