import { getEventListeners } from 'node:events';
import { map, noop, Observable, TimeoutError, VirtualTimeScheduler, type ObservableInput, type Subscriber } from 'rxjs';
import type * as operators from '../../../src/index.js';
import type {
  ConcatMapEagerConfig,
  FailedItem,
  ItemContext,
  MonitorEvent,
  IterableObservable,
  OverflowError,
  TimeoutMeta,
} from '../../../src/index.js';
import {
  attemptOf,
  burstsOf,
  deedsAt,
  keyPlanOf,
  planOf,
  throughOf,
  type Answer,
  type Burst,
  type KeyName,
  type Limits,
  type Mark,
  type Moment,
  type Play,
  type Scenario,
} from './scenario.js';

/** What is put to the test: the operators, or some with a bug planted in them. */
export type Operators = Pick<
  typeof operators,
  'concatMapEager' | 'concatEager' | 'concatMapEagerFrom' | 'sharedLimit' | 'adaptiveLimit'
>;

/** What a run leaves behind. */
export interface Performed {
  /** Everything that anybody notices, in words. */
  readonly log: readonly string[];
  /** The same, and between its lines what sources, inners and so on say, and what the consumer does: that from which it follows. */
  readonly story: readonly string[];
  /** What the monitor is told, if there is one. */
  readonly events: readonly MonitorEvent<unknown>[];
  readonly config: ConcatMapEagerConfig<unknown, string>;
}

/**
 * Has the operators do a scenario in virtual time, and writes down everything that anybody notices: what functions are called,
 * what is subscribed and torn down, what signals abort, what the monitor is told, and what comes out.
 */
export function perform(
  scenario: Scenario,
  { concatMapEager, concatEager, concatMapEagerFrom, ...limits }: Operators,
): Performed {
  const stage = new Stage(scenario, limits);
  const { config, events, project } = stage;
  const results = {
    concatEager: () => concatEager(stage.read(stage.inputOf), config),
    concatMapEagerFrom: () => concatMapEagerFrom(stage.read(nameOfIndex), project, config),
    concatMapEager: () => stage.source().pipe(concatMapEager(project, config)),
  };
  return { log: stage.observe(results[scenario.door]()), story: stage.story, events, config };
}

/** How long a log may become: those of operators without a mistake have some hundred lines. */
const MOST_LINES = 10_000;

/** What values of the source are called, where they are not inputs. */
const nameOfIndex = (index: number) => `source/${index}`;

/** Keys that are the same for a `Map` only. There is one that is not there, and still a key. */
const KEYS: readonly (readonly [name: KeyName, key: unknown])[] = [
  ['a', NaN],
  ['b', 0],
  ['b', -0],
  ['c', undefined],
];

interface Playing {
  open(): boolean;
  says(mark: Mark): void;
}

type Named = readonly [name: string, play: Play];

type Callback<V> = ((value: V) => unknown) | null | undefined;

class Stage {
  readonly config: ConcatMapEagerConfig<unknown, string>;
  private readonly scheduler = new VirtualTimeScheduler();
  readonly events: MonitorEvent<unknown>[] = [];
  private readonly log: string[] = [];
  readonly story: string[] = [];
  private readonly counts = new Map<Moment, number>();
  private readonly subscribed: Playing[] = [];
  private readonly stopping = new AbortController();
  private consumer: Subscriber<string> | undefined = undefined;
  private iterator: AsyncIterableIterator<string> | undefined = undefined;
  private asked = 0;
  private playingSource: Playing | undefined = undefined;
  private playingUntil: Playing | undefined = undefined;
  private playingLimits: Playing | undefined = undefined;
  /** What stands for the values of the source, where they are inputs. */
  private readonly names = new Map<unknown, string>();
  private readonly delays = new Map<number, number>();

  constructor(
    private readonly scenario: Scenario,
    { sharedLimit, adaptiveLimit }: Pick<Operators, 'sharedLimit' | 'adaptiveLimit'>,
  ) {
    const { concurrent, limits, reorderWindow, keys, concurrentPerKey, order, ...bounded } = scenario.config;
    const { maxWaiting, overflow, readAhead, until, ...timed } = bounded;
    const { first, each, total, blocking, retries, ...others } = timed;
    const { delay, resetOnSuccess, onError, atomic, maxParked, signal, monitor } = others;
    const timeLimits = { first, each, total, blocking };
    const limit = limits === undefined ? concurrent! : this.limits(limits);
    const limitOf = {
      shared: () => sharedLimit(limit),
      adaptive: () => adaptiveLimit({ min: concurrent!, max: concurrent! }),
      none: () => limit,
    };
    this.config = {
      concurrent: limitOf[throughOf(scenario.config) ?? 'none'](),
      reorderWindow,
      key: keys && this.key,
      concurrentPerKey,
      order,
      maxWaiting,
      overflow,
      readAhead,
      until: until && this.until(until),
      timeout: Object.values(timeLimits).some((limit) => limit !== undefined) ? timeLimits : undefined,
      retry: {
        count: retries,
        resetOnSuccess,
        ...(delay !== undefined && { delay: delay === 'notifier' ? this.delay : delay }),
      },
      onError: onError === 'function' ? this.fallback : onError,
      atomic,
      maxParked,
      signal: signal === undefined ? undefined : this.stopping.signal,
      scheduler: this.scheduler,
      monitor: monitor ? this.monitor : undefined,
    };
  }

  /** Subscribes, and lets everything happen. */
  observe(result: Observable<string>): string[] {
    const { unsubscribeAt, config, asks } = this.scenario;
    if (unsubscribeAt !== undefined) {
      this.scheduler.schedule(() => this.leave(), unsubscribeAt);
    }
    if (config.signal === 'before') {
      this.abort();
    } else if (typeof config.signal === 'number') {
      this.scheduler.schedule(() => this.abort(), config.signal);
    }
    if (asks === undefined) {
      this.subscribe(result);
    } else {
      this.iterator = (result as IterableObservable<string>)[Symbol.asyncIterator]();
      asks.at.forEach((at) => this.scheduler.schedule(() => this.ask(), at));
    }
    // A mistake may go on for ever.
    this.scheduler.maxFrames = 100_000;
    this.scheduler.flush();
    if (config.signal !== undefined) {
      this.log.push(`end: ${getEventListeners(this.stopping.signal, 'abort').length} listeners`);
    }
    return this.log;
  }

  private subscribe(result: Observable<string>): void {
    // So that it can unsubscribe while it is being subscribed.
    const observed = new Observable<string>((subscriber) => {
      this.consumer = subscriber;
      result.subscribe(subscriber);
    });
    observed.subscribe({
      next: (value) => {
        this.note(`next ${value}`);
        this.react('next');
      },
      error: (error) => this.note(`error ${nameOf(error)}`),
      complete: () => this.note('complete'),
    });
  }

  /**
   * Calls `next()`. Virtual time has no turns of promises: so what answers the call is told in the moment in which the promise that
   * it returns is settled, which is the first that is made.
   */
  private ask(): void {
    if (this.iterator === undefined) {
      return;
    }
    const request = this.asked++;
    this.tell(`ask ${request}`);
    const answered = ({ done, value }: IteratorResult<string, unknown>) => {
      this.note(done ? `done to ${request}` : `next ${value} to ${request}`);
      const { again } = this.scenario.asks!;
      if (!done && again !== undefined) {
        this.scheduler.schedule(() => this.ask(), again);
      }
    };
    const failed = (error: unknown) => this.note(`error ${nameOf(error)} to ${request}`);
    const { Promise: Real } = globalThis;
    const restore = () => (globalThis.Promise = Real);
    const Told = function (settle: ConstructorParameters<typeof Promise>[0]) {
      restore();
      return new Real((resolve, reject) => {
        settle(
          (result) => {
            answered(result as IteratorResult<string>);
            resolve(result);
          },
          (error) => {
            failed(error);
            reject(error as Error);
          },
        );
      });
    };
    Told.resolve = (result: IteratorResult<string>) => {
      restore();
      answered(result);
      return Real.resolve(result);
    };
    globalThis.Promise = Told as never;
    try {
      this.iterator.next().catch(noop);
    } finally {
      restore();
    }
  }

  private leave(): void {
    this.tell('leave');
    this.consumer?.unsubscribe();
    this.iterator?.return!().catch(noop);
  }

  private abort(): void {
    if (this.scenario.config.signal === undefined) {
      return;
    }
    this.tell('stop');
    this.stopping.abort(new Error('stopped'));
    this.tell('stopped');
  }

  source(): Observable<string> {
    const next = (): Named => ['source', this.scenario.source];
    return this.observable(next, (playing) => (this.playingSource = playing));
  }

  /** Values that are read; what they say of themselves, nobody says of them. */
  read<V>(valueOf: (index: number) => V): Iterable<V> | ((context: { signal: AbortSignal }) => Iterable<V>) {
    const { opens, source } = this.scenario;
    const { gaps, end } = source;
    let count = 0;
    const next = (): IteratorResult<V, undefined> => {
      const index = count++;
      this.note('pull');
      this.react('pull');
      if (index >= gaps.length && end === 'error') {
        throw new Error('source failed');
      }
      if (index >= gaps.length) {
        return { done: true, value: undefined };
      }
      return { value: valueOf(index) };
    };
    const leave = (): IteratorResult<V, undefined> => {
      this.note('return');
      return { done: true, value: undefined };
    };
    const values = { [Symbol.iterator]: () => ({ next, return: leave }) };
    return opens
      ? ({ signal }) => {
          this.hearAbort(signal, 'source');
          this.note('open');
          this.react('call');
          return values;
        }
      : values;
  }

  readonly inputOf = (index: number): ObservableInput<string> => {
    let attempt = 0;
    const input = this.input(attemptOf(this.scenario, index, 1).kind, () => {
      attempt++;
      return [`${index}.${attempt}`, attemptOf(this.scenario, index, attempt)];
    });
    this.names.set(input, nameOfIndex(index));
    return input;
  };

  private limits(limits: Limits): Observable<number> {
    const { numbers } = limits;
    return this.observable(
      () => ['limits', limits],
      (playing) => (this.playingLimits = playing),
    ).pipe(map((name) => numbers[Number(name.split('/')[1]) % numbers.length]!));
  }

  private until(answer: Answer): ObservableInput<string> {
    const next = (): Named => ['until', answer];
    return answer.kind === 'observable'
      ? this.observable(next, (playing) => (this.playingUntil = playing))
      : this.input(answer.kind, next);
  }

  // The functions of the user.

  readonly project = (value: unknown, index: number, item: ItemContext): ObservableInput<string> => {
    const { attempt } = item;
    const answer = attemptOf(this.scenario, index, attempt);
    return this.answer(`${index}.${attempt}`, answer, `project ${index} ${this.nameOfValue(value)} ${attempt}`, item);
  };

  private readonly key = (value: unknown, index: number): unknown => {
    this.note(`key ${index} ${this.nameOfValue(value)}`);
    this.react('key');
    const plan = keyPlanOf(this.scenario, index);
    if (plan === 'throws') {
      throw new Error(`${index}k threw`);
    }
    if (plan === 'promise') {
      return Promise.reject(new Error('Nobody looks at it'));
    }
    const equal = KEYS.filter(([name]) => name === plan);
    return equal[index % equal.length]![1];
  };

  private readonly fallback = (error: unknown, item: FailedItem<unknown>): ObservableInput<string> => {
    const { index, value, attempt, emitted } = item;
    const { fallback } = planOf(this.scenario, index);
    const call = `onError ${index} ${this.nameOfValue(value)} ${attempt} ${emitted} ${nameOf(error)}${nameOfKey(item)}`;
    return this.answer(`${index}f`, fallback, call, item);
  };

  private readonly delay = (error: unknown, count: number): ObservableInput<string> => {
    // It is not told which item it is for; but errors have its index in their name.
    const index = Number(/\d+/.exec(nameOf(error))![0]);
    const { notifier } = planOf(this.scenario, index);
    const nth = (this.delays.get(index) ?? 0) + 1;
    this.delays.set(index, nth);
    return this.answer(`${index}d${nth}`, notifier, `delay ${count} ${nameOf(error)}`);
  };

  private answer(name: string, answer: Answer, call: string, item?: { signal: AbortSignal }): ObservableInput<string> {
    if (item && answer.signal) {
      this.hearAbort(item.signal, name);
    }
    this.note(call);
    this.react('call');
    if (answer.kind === 'throws') {
      throw new Error(`${name} threw`);
    }
    return this.input(answer.kind, () => [name, answer]);
  }

  private hearAbort(signal: AbortSignal, name: string): void {
    signal.addEventListener('abort', () => {
      this.note(`abort ${name} ${nameOf(signal.reason)}`);
      this.react('abort');
    });
  }

  private readonly monitor = (event: MonitorEvent<unknown>): void => {
    this.events.push(event);
    const { type, index, value, attempt, time, waiting, active, parked, concurrent, blockedSince } = event;
    const counts = `${waiting}/${active}/${parked} of ${concurrent}${blockedSince === undefined ? '' : ` since ${blockedSince}`}`;
    let details = '';
    if (type === 'failed') {
      details = ` ${nameOf(event.error)} ${event.willRetry}`;
    } else if (type === 'ended') {
      details = ` ${event.outcome}${'error' in event ? ` ${nameOf(event.error)}` : ''}${event.recovered ? ' recovered' : ''}`;
    } else if (type === 'flushed') {
      details = event.dropped ? ' dropped' : '';
    }
    this.note(
      `monitor ${type} ${index} ${this.nameOfValue(value)} ${attempt} ${counts} at ${time}${nameOfKey(event)}${details}`,
    );
    this.react('monitor');
  };

  // What plays.

  private input(kind: Answer['kind'], next: () => Named): ObservableInput<string> {
    const values = () => {
      const [name, { gaps }] = next();
      const array = gaps.map((_, index) => `${name}/${index}`);
      array.forEach((value, index) => Object.defineProperty(array, index, { get: () => this.give(name, value) }));
      return array;
    };
    switch (kind) {
      case 'array':
        return values();
      case 'iterable':
        return { [Symbol.iterator]: () => this.iterable(next()) };
      case 'thenable':
        return {
          then: (fulfilled, rejected) => {
            this.settle(next(), fulfilled, rejected);
            return undefined as never;
          },
        };
      case 'observable':
        return this.observable(next, (playing) => this.subscribed.push(playing));
      default:
        return {} as never;
    }
  }

  private iterable([name, { gaps }]: Named): Iterator<string> {
    let count = 0;
    return {
      next: () => {
        this.note(`read ${name}`);
        this.react('read');
        if (count < gaps.length) {
          return { value: this.give(name, `${name}/${count++}`) };
        }
        this.tell(`says ${name} complete`);
        return { done: true, value: undefined };
      },
      return: () => {
        this.note(`return ${name}`);
        return { done: true, value: undefined };
      },
    };
  }

  private give(name: string, value: string): string {
    this.tell(`says ${name} next ${value}`);
    return value;
  }

  private settle([name, play]: Named, fulfilled: Callback<string>, rejected: Callback<unknown>): void {
    const settle = ({ marks: [mark] }: Burst) => {
      if (mark !== undefined) {
        this.tell(`says ${name} ${mark} ${name}/0`);
        if (mark === 'next') {
          fulfilled?.(`${name}/0`);
        } else if (mark === 'error') {
          rejected?.(new Error(`${name} failed`));
        }
        this.tell(`said ${name} ${mark} ${name}/0`);
      }
    };
    const [now, ...later] = burstsOf(play);
    for (const burst of later) {
      this.scheduler.schedule(() => settle(burst), burst.at);
    }
    this.note(`subscribe ${name}`);
    this.react('subscribe');
    settle(now!);
  }

  private observable(next: () => Named, began: (playing: Playing) => void): Observable<string> {
    return new Observable((subscriber) => {
      const [name, play] = next();
      let count = 0;
      const says = (mark: Mark) => {
        if (subscriber.closed) {
          return;
        }
        const value = `${name}/${mark === 'next' ? count++ : count}`;
        this.tell(`says ${name} ${mark} ${value}`);
        if (mark === 'next') {
          subscriber.next(value);
        } else if (mark === 'complete') {
          subscriber.complete();
        } else {
          subscriber.error(new Error(`${name} failed`));
        }
        this.tell(`said ${name} ${mark} ${value}`);
      };
      began({ says, open: () => !subscriber.closed });
      subscriber.add(() => {
        this.note(`teardown ${name}`);
        this.react('teardown');
      });
      const [now, ...later] = burstsOf(play);
      for (const { at, marks } of later) {
        subscriber.add(this.scheduler.schedule(() => marks.forEach(says), at));
      }
      this.note(`subscribe ${name}`);
      this.react('subscribe');
      now!.marks.forEach(says);
      this.tell(`subscribed ${name}`);
    });
  }

  private nameOfValue(value: unknown): string {
    return typeof value === 'string' ? value : this.names.get(value)!;
  }

  private note(text: string): void {
    this.tell(text);
    // A mistake may go on for ever.
    if (this.log.push(`${this.scheduler.now()} ${text}`) === MOST_LINES) {
      this.leave();
    }
  }

  /** Nobody is there who notices it: it is said, and not heard. */
  private tell(text: string): void {
    this.story.push(`${this.scheduler.now()} ${text}`);
  }

  private react(moment: Moment): void {
    const nth = this.counts.get(moment) ?? 0;
    this.counts.set(moment, nth + 1);
    for (const deed of deedsAt(this.scenario, moment, nth)) {
      if (deed.to === 'consumer') {
        if (deed.what === 'ask') {
          this.ask();
        } else {
          this.leave();
        }
      } else if (deed.to === 'signal') {
        this.abort();
      } else if (deed.to === 'until') {
        this.playingUntil?.says(deed.what);
      } else if (deed.to === 'limits') {
        this.playingLimits?.says(deed.what);
      } else if (deed.to === 'inner') {
        this.subscribed
          .filter(({ open }) => open())
          .at(-1 - deed.back)
          ?.says(deed.what);
      } else {
        this.playingSource?.says(deed.what);
      }
    }
  }
}

/** The key of what carries one. */
function nameOfKey(carrier: { readonly key?: unknown }): string {
  return 'key' in carrier ? ` key ${KEYS.find(([, key]) => new Set([key]).has(carrier.key))?.[0]}` : '';
}

/** What an error is called. */
function nameOf(error: unknown): string {
  if (error instanceof TimeoutError) {
    const { meta, seen } = error.info as { meta: TimeoutMeta<unknown>; seen: number };
    return `timeout(${meta.index}, ${meta.limit}) attempt ${meta.attempt} seen ${seen}`;
  }
  if (error instanceof AggregateError) {
    return `[${error.errors.map(nameOf).join(', ')}]`;
  }
  if (error instanceof Error && error.message.includes('`concurrent`') && !isOverflowError(error)) {
    return `${error.name}(concurrent)`;
  }
  if (error instanceof TypeError && error.message.includes('`key`')) {
    return 'TypeError(key)';
  }
  if (error instanceof TypeError) {
    const index = /for item (\d+)/.exec(error.message)?.[1];
    return `TypeError(${index})${error.cause === undefined ? '' : ` because ${nameOf(error.cause)}`}`;
  }
  if (isOverflowError(error)) {
    return `OverflowError(${error.index})`;
  }
  return error instanceof Error ? (error.name === 'AbortError' ? 'AbortError' : error.message) : String(error);
}

/** Not by its class: operators with a bug have one of their own. */
const isOverflowError = (error: unknown): error is OverflowError => (error as Error | null)?.name === 'OverflowError';
