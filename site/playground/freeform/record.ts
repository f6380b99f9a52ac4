import {
  asyncScheduler,
  defer,
  from,
  map,
  noop,
  Observable,
  observable,
  type ObservableInput,
  type OperatorFunction,
  type SchedulerLike,
  tap,
  TimeoutError,
  VirtualTimeScheduler,
} from 'rxjs';
import * as library from 'rxjs-concat-map-eager';
import type { FailedItem, ItemContext, IterableObservable, MonitorEvent, TimeoutMeta } from 'rxjs-concat-map-eager';
import type { Key } from '../engine/keys';
import { OUTCOMES } from '../engine/run';
import type { Entry, Happening } from './entries';
import { inspect } from './format';
import { MOST_RUNS } from './limits';

type Input = ObservableInput<unknown>;
type Inputs = Iterable<Input> | AsyncIterable<Input>;
type Values = Iterable<unknown> | AsyncIterable<unknown>;
interface Context {
  readonly signal: AbortSignal;
}
type Project = (value: unknown, index: number, item: ItemContext) => Input;
type OnError = (error: unknown, item: FailedItem<unknown>) => Input;
interface Config {
  concurrent?: unknown;
  key?: (value: unknown, index: number) => unknown;
  concurrentPerKey?: number;
  order?: string;
  scheduler?: SchedulerLike;
  monitor?: (event: MonitorEvent<unknown>) => void;
  onError?: OnError | string;
}

interface Options {
  readonly tell: (entry: Entry) => void;
  /** Milliseconds since the program began. */
  readonly now: () => number;
  /** The line of the program that is being run. */
  readonly line?: () => number | undefined;
  /** How many subscriptions are recorded. */
  readonly most?: number;
}

/**
 * The package as a program imports it, telling of each subscription what happens to its items. What the operators emit, and
 * when, is the same, except that inners and inputs that are async iterables or streams are heard a microtask later, and so is
 * what a result gives that is iterated.
 */
export function recorded({ tell, now, line = () => undefined, most = MOST_RUNS }: Options): typeof library {
  let opened = 0;

  function record<R>(
    operator: string,
    config: Config,
    at: number | undefined,
    plain: IterableObservable<R>,
    make: (track: Track) => IterableObservable<R>,
  ): IterableObservable<R>;
  function record<R>(
    operator: string,
    config: Config,
    at: number | undefined,
    plain: Observable<R>,
    make: (track: Track) => Observable<R>,
  ): Observable<R>;
  function record<R>(
    operator: string,
    config: Config,
    at: number | undefined,
    plain: Observable<R> | IterableObservable<R>,
    make: (track: Track) => Observable<R> | IterableObservable<R>,
  ): Observable<R> {
    const begin = (): Track | undefined => {
      const run = opened++;
      if (run >= most) return undefined;
      const { scheduler = asyncScheduler, concurrentPerKey, order } = config;
      const virtual = scheduler instanceof VirtualTimeScheduler;
      const clock = virtual ? () => scheduler.now() : now;
      const track = new Track((happening) => tell({ run, at: Math.round(clock() * 10) / 10, ...happening } as Entry));
      track.tell({
        what: 'opened',
        operator,
        concurrentPerKey,
        order: order === 'key' ? order : 'source',
        line: at,
        virtual,
      });
      return track;
    };
    const subscribed = defer(() => {
      const track = begin();
      if (track === undefined) return plain;
      return make(track).pipe(
        map((value) => track.output(value) as R),
        tap({
          error: () => track.tell({ what: 'end', how: 'error' }),
          complete: () => track.tell({ what: 'end', how: 'complete' }),
          unsubscribe: () => track.tell({ what: 'end', how: 'cancelled' }),
        }),
      );
    });
    if (!isIterable(plain)) return subscribed;
    return Object.assign(subscribed, {
      [Symbol.asyncIterator]: () =>
        new RecordedIterator(plain, () => {
          const track = begin();
          return track && { track, result: make(track) as IterableObservable<R> };
        }),
    });
  }

  const concatMapEager = (
    name: string,
    project: Project,
    given?: number | Config,
  ): OperatorFunction<unknown, unknown> => {
    // Also for what it throws.
    const plain = library.concatMapEager(project, given as object);
    const config = configOf(given);
    const at = line();
    return (source) =>
      record(name, config, at, source.pipe(plain), (track) =>
        source.pipe(library.concatMapEager(track.project(project), track.config(config) as object)),
      );
  };

  const concatMapEagerFrom = (
    values: Values | ((context: Context) => Values | PromiseLike<Values>),
    project: Project,
    given?: number | Config,
  ): IterableObservable<unknown> => {
    const make = (mapped: Project, config: number | Config | undefined) =>
      library.concatMapEagerFrom(values as Values, mapped, config as object);
    const config = configOf(given);
    return record('concatMapEagerFrom', config, line(), make(project, given), (track) =>
      make(track.project(project), track.config(config)),
    );
  };

  const concatEager = (
    inputs: Inputs | ((context: Context) => Inputs | PromiseLike<Inputs>),
    given?: number | Config,
  ): IterableObservable<unknown> => {
    const plain = library.concatEager(inputs as Inputs, given as object);
    const config = configOf(given);
    return record('concatEager', config, line(), plain, (track) => {
      const originals = new Map<unknown, Input>();
      let read = 0;
      const change = (input: unknown): unknown => {
        const index = read++;
        const heard = track.heard(input as Input, () => track.current(index));
        originals.set(heard, input as Input);
        return heard;
      };
      const heard = (readable: Inputs): Inputs => {
        // The operator says what is wrong with anything else.
        if (!isReadable(readable) && !(hasMethod(readable, Symbol.iterator) && typeof readable === 'object')) {
          return readable;
        }
        // They run, and may be rejected, before it is their turn.
        if (Array.isArray(readable) || readable instanceof Set) readable.forEach(handleRejection);
        return readWith(readable, () => change) as Inputs;
      };
      const open = (context: Context) => {
        const readable = (inputs as (context: Context) => Inputs | PromiseLike<Inputs>)(context);
        return hasMethod(readable, 'then') ? (readable as PromiseLike<Inputs>).then(heard) : heard(readable as Inputs);
      };
      const original = (value: unknown) => originals.get(value) ?? value;
      return library.concatEager(
        (typeof inputs === 'function' ? open : heard(inputs)) as Inputs,
        track.config(config, original) as object,
      );
    });
  };

  return {
    ...library,
    concatMapEager: ((project: Project, config?: number | Config) =>
      concatMapEager('concatMapEager', project, config)) as typeof library.concatMapEager,
    concatAllEager: ((config?: number | Config) =>
      concatMapEager('concatAllEager', (input) => input as Input, config)) as typeof library.concatAllEager,
    concatEager: concatEager as typeof library.concatEager,
    concatMapEagerFrom: concatMapEagerFrom as typeof library.concatMapEagerFrom,
  };
}

const configOf = (given: number | Config | undefined): Config =>
  typeof given === 'number' ? { concurrent: given } : { ...given };

/** Something that runs on behalf of an item. */
interface Leg {
  readonly id: number;
  values: number;
  ended: boolean;
}

type How = 'complete' | 'error' | 'cancelled';

/** What an inner has emitted, on its way through the operator. */
class Box {
  constructor(
    readonly leg: Leg,
    readonly nth: number,
    readonly value: unknown,
  ) {}
}

/** Asks an iterator of the result, whose subscription begins with the first `next`. */
class RecordedIterator<R> implements AsyncIterableIterator<R> {
  private iterator: AsyncIterator<R> | undefined = undefined;
  private track: Track | undefined = undefined;
  private ended = false;

  constructor(
    private readonly plain: IterableObservable<R>,
    private readonly begin: () => { readonly track: Track; readonly result: IterableObservable<R> } | undefined,
  ) {}

  next(): Promise<IteratorResult<R>> {
    if (this.iterator === undefined) {
      const begun = this.begin();
      this.track = begun?.track;
      this.iterator = (begun?.result ?? this.plain)[Symbol.asyncIterator]();
    }
    return this.iterator.next().then(
      ({ done, value }) => {
        if (done) this.end('complete');
        return done ? { done, value } : { done: false, value: this.output(value) };
      },
      (error: unknown) => {
        this.end('error');
        throw error;
      },
    );
  }

  return(value?: R | PromiseLike<R>): Promise<IteratorResult<R>> {
    return this.leave().return!(value);
  }

  throw(error?: unknown): Promise<IteratorResult<R>> {
    return this.leave().throw!(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private leave(): AsyncIterator<R> {
    // Nothing has begun before the first `next`, and nothing will.
    this.iterator ??= this.plain[Symbol.asyncIterator]();
    this.end('cancelled');
    return this.iterator;
  }

  private output(value: R): R {
    return this.track === undefined ? value : (this.track.output(value) as R);
  }

  private end(how: How): void {
    if (!this.ended) this.track?.tell({ what: 'end', how });
    this.ended = true;
  }
}

/** One subscription. */
class Track {
  private legs = 0;
  private readonly legOf = new Map<number, Leg>();
  /** The keys that there have been, and which of them each is. */
  private readonly keys = new Map<unknown, number>();

  constructor(readonly tell: (happening: Happening) => void) {}

  current(index: number): Leg | undefined {
    return this.legOf.get(index);
  }

  project(project: Project): Project {
    return (value, index, item) => {
      const leg = this.current(index);
      return this.heard(project(value, index, item), () => leg);
    };
  }

  /** Adds to a configuration what records; `original` gives the value of an item for what stands for it. */
  config(config: Config, original?: (value: unknown) => unknown): Config {
    const { key, monitor, onError } = config;
    const restore = (holder: { readonly value: unknown } | undefined) => {
      if (original && holder) (holder as { value: unknown }).value = original(holder.value);
    };
    return {
      ...config,
      ...(typeof key === 'function' &&
        original && { key: (value: unknown, index: number) => key(original(value), index) }),
      monitor: (event) => {
        restore(event);
        if (event.type === 'failed' && event.error instanceof TimeoutError) {
          restore(event.error.info?.meta as TimeoutMeta<unknown> | undefined);
        }
        this.hear(event);
        monitor?.(event);
      },
      ...(typeof onError === 'function' && {
        onError: (error: unknown, item: FailedItem<unknown>) => {
          restore(item);
          const leg = this.open(item.index, 0);
          return this.heard(onError(error, item), () => leg);
        },
      }),
    };
  }

  /**
   * An inner that records what it emits and how it ends by itself; that it is cancelled, the monitor reports. `legOf` is asked
   * when it is subscribed.
   */
  heard(input: Input, legOf: () => Leg | undefined): Input {
    const asObservable = (inner: Input) =>
      defer(() => {
        const leg = legOf();
        return from(inner).pipe(
          map((value) => this.box(leg, value)),
          tap({
            error: () => this.end(leg, 'error'),
            complete: () => this.end(leg, 'complete'),
          }),
        );
      });
    const hear = (): Hear => {
      const leg = legOf();
      return Object.assign((value: unknown) => this.box(leg, value), { end: (how: How) => this.end(leg, how) });
    };

    // In the order in which the operators look at it.
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- It is the symbol that `from` looks for.
    if (input instanceof Observable || hasMethod(input, observable)) return asObservable(input);
    if (isArrayLike(input)) return readEach(input, (value) => this.box(legOf(), value)) as Input;
    if (hasMethod(input, 'then')) return settleWith(input as PromiseLike<unknown>, hear);
    if (isReadable(input)) return readWith(input as AsyncIterable<unknown>, hear) as Input;
    return hasMethod(input, Symbol.iterator) ? asObservable(input) : input;
  }

  /** What came out is unpacked. */
  output(value: unknown): unknown {
    if (!(value instanceof Box)) return value;
    this.tell({ what: 'output', leg: value.leg.id, nth: value.nth });
    return value.value;
  }

  private box(leg: Leg | undefined, value: unknown): unknown {
    // A promise may settle after its time.
    if (leg === undefined || leg.ended) return value;
    const nth = leg.values++;
    this.tell({ what: 'value', leg: leg.id, nth });
    return new Box(leg, nth, value);
  }

  private hear(event: MonitorEvent<unknown>): void {
    const { type, index, attempt, waiting, active, parked, concurrent } = event;
    this.tell({ what: 'counted', counts: { waiting, active, parked }, limit: concurrent });
    const leg = this.current(index);
    if (type === 'received') this.tell({ what: type, index, key: 'key' in event ? this.known(event.key) : undefined });
    // What was parked when the result ended has not come out.
    if (type === 'flushed' && !event.dropped) this.tell({ what: type, index });
    if (type === 'started') this.open(index, attempt);
    if (type === 'failed') {
      const limit = limitOf(event.error, index);
      if (limit !== undefined && leg) this.tell({ what: 'limit', leg: leg.id, limit });
      this.end(leg, limit === undefined ? 'error' : 'cancelled');
    }
    if (type === 'ended') {
      this.end(leg, OUTCOMES[event.outcome].how);
      this.tell({ what: 'ended', index, outcome: event.outcome });
    }
    if (type === 'flushed') this.legOf.delete(index);
  }

  private known(key: unknown): Key {
    const nth = this.keys.get(key) ?? this.keys.size;
    this.keys.set(key, nth);
    return { nth, name: typeof key === 'string' ? key : inspect(key) };
  }

  private open(index: number, attempt: number): Leg {
    const leg: Leg = { id: this.legs++, values: 0, ended: false };
    this.legOf.set(index, leg);
    this.tell({ what: 'leg', leg: leg.id, index, attempt });
    return leg;
  }

  private end(leg: Leg | undefined, how: How): void {
    if (leg === undefined || leg.ended) return;
    leg.ended = true;
    this.tell({ what: 'legEnd', leg: leg.id, how });
  }
}

/** The limit of the item that has passed, if that is what the error is. */
function limitOf(error: unknown, index: number): string | undefined {
  const meta =
    error instanceof TimeoutError ? (error.info?.meta as Partial<TimeoutMeta<unknown>> | undefined) : undefined;
  return meta?.index === index ? meta.limit : undefined;
}

/** Gives what stands for a value, and hears how what it comes from ends. */
type Hear = ((value: unknown) => unknown) & { end?: (how: How) => void };

/** An array that is read as its elements are needed, and may change until then. */
function readEach(array: ArrayLike<unknown>, hear: Hear): ArrayLike<unknown> {
  return new Proxy({} as ArrayLike<unknown>, {
    get: (_target, key) => {
      const value = array[key as never] as unknown;
      return typeof key === 'string' && /^\d+$/.test(key) ? hear(value) : value;
    },
  });
}

/** A promise that calls back in the same microtask as the one it stands for. */
function settleWith(promise: PromiseLike<unknown>, open: () => Hear): PromiseLike<unknown> {
  handleRejection(promise);
  const then: PromiseLike<unknown>['then'] = (onFulfilled, onRejected) => {
    const hear = open();
    return promise.then(
      (value) => {
        const heard = hear(value);
        hear.end?.('complete');
        return onFulfilled?.(heard) as never;
      },
      (error: unknown) => {
        hear.end?.('error');
        return onRejected?.(error) as never;
      },
    );
  };
  return { then };
}

/** What stands for iterators and streams: the operators know those that they have read, and refuse to read them again. */
const standIns = new WeakMap<object, object>();

function standInOf(opened: object, make: () => object): object {
  const known = standIns.get(opened) ?? make();
  standIns.set(opened, known);
  return known;
}

/** A stream, an async iterable or an iterable of which each value is heard. */
function readWith(input: Iterable<unknown> | AsyncIterable<unknown>, open: () => Hear): object {
  if (hasMethod(input, 'getReader')) {
    return standInOf(input, () => ({
      getReader: () => {
        const hear = open();
        const reader = (input as unknown as ReadableStream<unknown>).getReader();
        return {
          read: () => later(reader.read(), hear),
          releaseLock: () => reader.releaseLock(),
          cancel: () => reader.cancel(),
        };
      },
    }));
  }
  const isAsync = hasMethod(input, Symbol.asyncIterator);
  return {
    [isAsync ? Symbol.asyncIterator : Symbol.iterator]: () => {
      const hear = open();
      const iterator = isAsync
        ? (input as AsyncIterable<unknown>)[Symbol.asyncIterator]()
        : (input as Iterable<unknown>)[Symbol.iterator]();
      return standInOf(iterator, () => ({
        next: () => (isAsync ? later(iterator.next(), hear) : heardResult(iterator.next(), hear)),
        return: () => iterator.return?.(),
      }));
    },
  };
}

async function later(result: unknown, hear: Hear): Promise<unknown> {
  let read;
  try {
    read = await result;
  } catch (error) {
    hear.end?.('error');
    throw error;
  }
  return heardResult(read, hear);
}

function heardResult(result: unknown, hear: Hear): unknown {
  // Anything that is not a result is an error, which the operator reports.
  if (Object(result) !== result) return result;
  const { done, value } = result as IteratorResult<unknown>;
  if (!done) return { done, value: hear(value) };
  hear.end?.('complete');
  return result;
}

function handleRejection(value: unknown): void {
  if (value instanceof Promise) Promise.prototype.then.call(value, undefined, noop);
}

const hasMethod = (value: unknown, name: PropertyKey) =>
  typeof (value as Record<PropertyKey, unknown> | null | undefined)?.[name] === 'function';

const isReadable = (value: unknown) => hasMethod(value, 'getReader') || hasMethod(value, Symbol.asyncIterator);

const isIterable = <R>(result: Observable<R>): result is IterableObservable<R> =>
  hasMethod(result, Symbol.asyncIterator);

const isArrayLike = (input: unknown): input is ArrayLike<unknown> =>
  !!input && typeof (input as ArrayLike<unknown>).length === 'number' && typeof input !== 'function';
