import { setTimeout as sleep } from 'node:timers/promises';
import { concat, EMPTY, NEVER, Observable, of, type ObservableInput, type Subscriber } from 'rxjs';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type ItemContext,
} from '../../src/index.js';
import type { Tracker } from './collected.js';
import { turn } from './turn.js';

/*
 * What an operator deals with, and how it ends. What it must release is followed; what the producers may well keep
 * is held: the subscribers that they were given, the callbacks of promises, iterators that have not answered yet.
 */

export interface Thing {
  readonly name: string;
}
export const thing = (name: string): Thing => ({ name });
export const hear = () => undefined;

type Config = ConcatMapEagerConfig<Thing, Thing>;

/** What is done with by two items: the head, and one that comes later and is parked, or cancelled. */
interface Row {
  readonly config?: Config;
  project(item: ItemContext): ObservableInput<Thing>;
  /** Lets everything that goes on come to its end. */
  finish(): void | Promise<void>;
}
type MakeRow = (tracker: Tracker) => Row;

const LIMIT = 10; // ms
/** Limits that do not pass. */
const FAR = { first: 1e6, each: 1e6, total: 1e6, blocking: 1e6 };

/** Waits until whatever has a limit, or a delay, has passed it: a limit whose timer is late asks once more, after the others. */
const overdue = async () => {
  for (let round = 0; round < 6; round++) await sleep(LIMIT);
};

/** Observables that emit a value, and complete with all others. */
function emitters(tracker: Tracker, name = 'inner') {
  const subscribers: Subscriber<Thing>[] = [];
  return {
    make: (): Observable<Thing> =>
      tracker.track(
        name,
        new Observable<Thing>((subscriber) => {
          subscribers.push(tracker.hold(subscriber));
          subscriber.next(tracker.track(`value of the ${name}`, thing('value')));
        }),
      ),
    complete: () => subscribers.splice(0).forEach((subscriber) => subscriber.complete()),
  };
}

const failing = (tracker: Tracker): Observable<Thing> =>
  new Observable((subscriber) => {
    tracker.hold(subscriber).error(tracker.track('error of an inner', thing('error')));
  });

const observable =
  (config: Config): MakeRow =>
  (tracker) => {
    const { make, complete } = emitters(tracker);
    return { config, project: make, finish: complete };
  };

/** An async iterable that gives a value, and then nothing until all are told to end. */
function iterables(tracker: Tracker) {
  const resolvers: ((result: IteratorResult<Thing>) => void)[] = [];
  return {
    make: (): AsyncIterable<Thing> =>
      tracker.track('async iterable', {
        [Symbol.asyncIterator]: () => {
          let asked = 0;
          return {
            next: () =>
              asked++ === 0
                ? Promise.resolve({ done: false, value: tracker.track('value', thing('value')) })
                : new Promise<IteratorResult<Thing>>((resolve) => resolvers.push(tracker.hold(resolve))),
          };
        },
      }),
    end: async () => {
      resolvers.splice(0).forEach((resolve) => resolve({ done: true, value: undefined }));
      await turn();
    },
  };
}

/** The same with streams. */
function streams(tracker: Tracker) {
  const controllers: ReadableStreamDefaultController<Thing>[] = [];
  return {
    make: () =>
      new ReadableStream<Thing>({
        start: (controller) => {
          controllers.push(tracker.hold(controller));
          controller.enqueue(tracker.track('value', thing('value')));
        },
      }),
    end: async () => {
      for (const controller of controllers.splice(0)) {
        // One that was cancelled is closed already.
        if (controller.desiredSize! > 0) controller.close();
      }
      await turn();
    },
  };
}

function thenables(tracker: Tracker) {
  const callbacks: ((value: Thing) => unknown)[] = [];
  return {
    make: () =>
      tracker.track('thenable', {
        then: (fulfilled: (value: Thing) => unknown, rejected: unknown) => {
          tracker.hold(rejected);
          callbacks.push(tracker.hold(fulfilled));
        },
      }) as PromiseLike<Thing>,
    fulfil: () => callbacks.splice(0).forEach((callback) => callback(tracker.track('value', thing('value')))),
  };
}

/** An item whose inner does not end before its limit. */
const hanging =
  (make: (tracker: Tracker) => (item: ItemContext) => ObservableInput<Thing>): MakeRow =>
  (tracker) => ({ config: { timeout: LIMIT }, project: make(tracker), finish: overdue });

export const rows: Readonly<Record<string, MakeRow>> = {
  'Observables and their values': observable({}),
  'Observables and their values, that are atomic': observable({ atomic: true }),
  'Observables and their values, that may be retried': observable({ retry: 1 }),
  'Observables and their values, with limits that do not pass': observable({ timeout: FAR }),
  'what failed attempts of atomic items have parked': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      config: { atomic: true, retry: 1 },
      project: ({ attempt }) =>
        attempt > 1
          ? make()
          : concat(
              of(tracker.track('first dropped value', thing('a')), tracker.track('second dropped value', thing('b'))),
              failing(tracker),
            ),
      finish: complete,
    };
  },
  'arrays and their values': (tracker) => ({
    project: () =>
      tracker.track('array', [tracker.track('first value', thing('a')), tracker.track('second value', thing('b'))]),
    finish: hear,
  }),
  'iterables and their values': (tracker) => ({
    project: () =>
      tracker.track(
        'iterable',
        (function* () {
          yield tracker.track('first value', thing('a'));
          yield tracker.track('second value', thing('b'));
        })(),
      ),
    finish: hear,
  }),
  'promises and their values': (tracker) => {
    const resolvers: ((value: Thing) => void)[] = [];
    return {
      project: () => tracker.track('promise', new Promise<Thing>((resolve) => resolvers.push(resolve))),
      finish: async () => {
        resolvers.splice(0).forEach((resolve) => resolve(tracker.track('value', thing('value'))));
        await turn();
      },
    };
  },
  'thenables and their values': (tracker) => {
    const { make, fulfil } = thenables(tracker);
    return { project: make, finish: fulfil };
  },
  'async iterables and their values': (tracker) => {
    const { make, end } = iterables(tracker);
    return { project: make, finish: end };
  },
  'values of ReadableStreams': (tracker) => {
    const { make, end } = streams(tracker);
    return { project: make, finish: end };
  },
  'promises that never settle': hanging(
    (tracker) => () => tracker.track('promise', new Promise<Thing>(() => undefined)),
  ),
  'what a held promise was for that never settles': hanging(
    (tracker) => () => tracker.hold(new Promise<Thing>(() => undefined)),
  ),
  'what a thenable was for that never calls back': hanging((tracker) => thenables(tracker).make),
  'what an Observable was for that never ends': hanging((tracker) => emitters(tracker).make),
  'what an async iterable was for that never answers': hanging((tracker) => iterables(tracker).make),
  'what a ReadableStream was for that never ends': hanging((tracker) => streams(tracker).make),
  'signals, and what listens to them': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      // A clock that ran on would keep the attempt, and with it the signal.
      config: { timeout: FAR },
      project: (item) => {
        tracker.track('signal', item.signal).addEventListener(
          'abort',
          tracker.track('listener', () => undefined),
        );
        return make();
      },
      finish: complete,
    };
  },
  'signals of inners that time out': hanging((tracker) => {
    const { make } = emitters(tracker);
    return (item) => {
      tracker.track('signal', item.signal).addEventListener(
        'abort',
        tracker.track('listener', () => undefined),
      );
      return make();
    };
  }),
  'what `project` returns, although it keeps its third argument': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      project: (item) => {
        tracker.hold(item);
        return make();
      },
      finish: complete,
    };
  },
  'errors of inners that are retried': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      config: { retry: 1 },
      project: ({ attempt }) => (attempt === 1 ? failing(tracker) : make()),
      finish: complete,
    };
  },
  'errors of `project`, which is tried again after a delay': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      config: { retry: { count: 1, delay: 1 } },
      project: ({ attempt }) => {
        if (attempt === 1) throw tracker.track('error of project', thing('error'));
        return make();
      },
      finish: complete,
    };
  },
  'errors of limits that have passed': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      config: {
        timeout: { first: LIMIT },
        retry: {
          count: 1,
          delay: (error: object) => {
            tracker.track('error of a limit', error);
            return of(0);
          },
        },
      },
      project: ({ attempt }) =>
        attempt === 1 ? new Observable<Thing>((subscriber) => tracker.hold(subscriber) && undefined) : make(),
      finish: complete,
    };
  },
  'notifiers of `retry`, and the errors that they are for': (tracker) => {
    const { make, complete } = emitters(tracker);
    const subscribers: Subscriber<unknown>[] = [];
    return {
      config: {
        retry: {
          count: 1,
          delay: () =>
            tracker.track(
              'notifier',
              new Observable<unknown>((subscriber) => {
                subscribers.push(tracker.hold(subscriber));
              }),
            ),
        },
      },
      project: ({ attempt }) => (attempt === 1 ? failing(tracker) : make()),
      finish: () => {
        subscribers.forEach((subscriber) => subscriber.next(tracker.track('what a notifier emits', thing('now'))));
        complete();
      },
    };
  },
  'notifiers of `retry` that are promises': (tracker) => {
    const { make, complete } = emitters(tracker);
    let resolve!: () => void;
    const settled = new Promise<void>((settle) => {
      resolve = settle;
    });
    return {
      config: { retry: { count: 1, delay: () => tracker.hold(settled) } },
      project: ({ attempt }) => (attempt === 1 ? failing(tracker) : make()),
      finish: async () => {
        resolve();
        await turn();
        complete();
      },
    };
  },
  'what an `onError` function returns, and the errors that it is for': (tracker) => {
    const { make, complete } = emitters(tracker, 'fallback');
    return { config: { onError: make }, project: () => failing(tracker), finish: complete };
  },
  'events of a monitor': (tracker) => {
    const { make, complete } = emitters(tracker);
    return {
      config: { monitor: (event) => void tracker.track(`event: ${event.type}`, event) },
      project: make,
      finish: complete,
    };
  },
};

interface Stage {
  readonly source: Pick<Subscriber<Thing>, 'error' | 'complete'>;
  /** What the item between the two hears. */
  readonly between: Subscriber<Thing>;
  readonly unsubscribe: () => void;
  readonly finish: () => void | Promise<void>;
  readonly error: () => Thing;
}

interface End {
  readonly onError: NonNullable<Config['onError']>;
  readonly livesOn?: true;
  /** Whether the item in the middle of it comes first, before a single one that something is done with. */
  readonly isBehind?: true;
  /** Whether something that is followed is still to be emitted, or in progress. */
  mayStay?(name: string, config: Config): boolean;
  run(stage: Stage): void | Promise<void>;
}

/** By their names: values that come out, and values that go in. */
const isEmitted = (name: string) => /^(first |second )?value/.test(name);
const isSource = (name: string) => name.startsWith('source value');

const failInTheMiddle = async ({ between, finish, source, error }: Stage) => {
  between.error(error());
  await finish();
  source.complete();
};
const failTheSource = async ({ between, finish, source, error }: Stage) => {
  source.error(error());
  between.complete();
  await finish();
};

export const ends: Readonly<Record<string, End>> = {
  'while the stream lives on': {
    onError: 'skip',
    livesOn: true,
    run: ({ between, finish }) => {
      between.complete();
      return finish();
    },
  },
  'while the stream lives on, although an item has failed': {
    onError: 'skip',
    livesOn: true,
    run: ({ between, finish, error }) => {
      between.error(error());
      return finish();
    },
  },
  'while a head holds them up': {
    onError: 'skip',
    livesOn: true,
    isBehind: true,
    // A monitor is told of the value once more when it is emitted.
    mayStay: (name, { monitor }) => isEmitted(name) || name.endsWith(' between') || (!!monitor && isSource(name)),
    run: ({ finish }) => finish(),
  },
  'while they are the head and go on': {
    onError: 'skip',
    livesOn: true,
    isBehind: true,
    mayStay: (name, { atomic }) => !isEmitted(name) || atomic === true,
    run: ({ between }) => between.complete(),
  },
  'once it has completed': {
    onError: 'skip',
    run: async ({ between, finish, source }) => {
      between.complete();
      await finish();
      source.complete();
    },
  },
  'once it is unsubscribed': { onError: 'in-order', run: ({ unsubscribe }) => unsubscribe() },
  'once it has failed in order': { onError: 'in-order', run: failInTheMiddle },
  'once it has failed at once': { onError: 'immediate', run: failInTheMiddle },
  'once it has failed at the end': { onError: 'at-end', run: failInTheMiddle },
  'once an `onError` function has thrown': {
    onError: (error) => {
      throw error;
    },
    run: failInTheMiddle,
  },
  'once the source has failed': { onError: 'skip', run: failTheSource },
  'once the source has failed at once': { onError: 'immediate', run: failTheSource },
};

/**
 * Three items, of which the second is in the middle of it (or two, of which the first is), and a value that waits; then the
 * end. Returns what stays and should not.
 */
export async function play(makeRow: MakeRow, end: End, tracker: Tracker): Promise<string[]> {
  const config = await perform(makeRow(tracker), end, tracker);
  return (await tracker.left()).filter((name) => !end.mayStay?.(name, config));
}

async function perform(row: Row, end: End, tracker: Tracker): Promise<Config> {
  const subscribers: Subscriber<Thing>[] = [];
  const told = () =>
    new Observable<Thing>((subscriber) => {
      subscribers.push(tracker.hold(subscriber));
    });
  const order = end.isBehind ? ['between', 'behind'] : ['head', 'between', 'behind'];
  const project = (_: Thing, index: number, item: ItemContext): ObservableInput<Thing> => {
    if (order[index] === 'between') return item.attempt === 1 ? told() : failing(tracker);
    if (index < order.length) return row.project(item);
    return end.livesOn ? NEVER : EMPTY;
  };
  const config: Config = { concurrent: order.length, onError: end.onError, ...row.config };
  const subscription = tracker.hold(
    told().pipe(concatMapEager(project, config)).subscribe({ next: hear, error: hear }),
  );
  const source = subscribers[0]!;
  for (const name of order) source.next(tracker.track(`source value: ${name}`, thing(name)));
  const between = subscribers[1]!;
  between.next(tracker.track('value of the item between', thing('value')));
  // Started in its turn, it may be needed for as long as the stream lives.
  source.next(end.livesOn ? thing('waiting') : tracker.track('source value: waiting', thing('waiting')));
  // The first attempt, where it is to fail, has failed by then.
  await (config.retry === undefined ? turn() : overdue());
  await end.run({
    source,
    between,
    unsubscribe: () => subscription.unsubscribe(),
    finish: () => row.finish(),
    error: () => tracker.track('error', thing('error')),
  });
  return config;
}

type Input = Observable<Thing>;

/** What gives inputs, made when they are asked for, and then is silent until it is told to end; it may be held. */
class Inputs {
  private end: { readonly error: unknown } | 'done' | undefined = undefined;
  private answer: (() => void) | undefined = undefined;

  constructor(private readonly makers: (() => Input)[]) {}

  complete(): void {
    this.end = 'done';
    this.answer?.();
  }

  error(error: unknown): void {
    this.end = { error };
    this.answer?.();
  }

  next(): IteratorResult<Input> {
    const { end } = this;
    if (typeof end === 'object') {
      this.end = 'done';
      throw end.error;
    }
    const make = end === 'done' ? undefined : this.makers.shift();
    return make === undefined ? { done: true, value: undefined } : { done: false, value: make() };
  }

  async nextLater(): Promise<IteratorResult<Input>> {
    if (this.makers.length === 0 && this.end === undefined) {
      await new Promise<void>((resolve) => {
        this.answer = resolve;
      });
    }
    return this.next();
  }
}

type Open = (inputs: Inputs, tracker: Tracker, config: ConcatMapEagerConfig<Input, Thing>) => Observable<Thing>;

export const doors: Readonly<Record<string, Open>> = {
  'concatEager, from an iterable': (inputs, tracker, config) => {
    const iterator = tracker.hold({ next: () => inputs.next() });
    return concatEager({ [Symbol.iterator]: () => iterator }, config);
  },
  'concatEager, from an array': (inputs, tracker, config) => {
    const iterable = { [Symbol.iterator]: () => ({ next: () => inputs.next() }) };
    return concatEager(tracker.track('array', [...iterable]), config);
  },
  'concatEager, from an async iterable': (inputs, tracker, config) => {
    const iterator = tracker.hold({ next: () => inputs.nextLater() });
    return concatEager({ [Symbol.asyncIterator]: () => iterator }, config);
  },
  // It is not held: one that has failed keeps its error.
  'concatEager, from a ReadableStream': (inputs, _, config) =>
    concatEager(
      new ReadableStream<Input>(
        {
          pull: async (controller) => {
            const result = await inputs.nextLater();
            if (result.done) controller.close();
            else controller.enqueue(result.value);
          },
        },
        { highWaterMark: 0 },
      ),
      config,
    ),
  'concatAllEager, from an Observable': (inputs, tracker, config) =>
    new Observable<Input>((subscriber) => {
      tracker.hold(subscriber);
      inputs.complete = () => subscriber.complete();
      inputs.error = (error) => subscriber.error(error);
      for (let next = inputs.next(); !next.done; next = inputs.next()) subscriber.next(next.value);
    }).pipe(concatAllEager<Input, ObservableInput<Thing>>(config)),
};

/** The same as `play`, with inputs that are given. */
export async function playInputs(open: Open, end: End, tracker: Tracker): Promise<string[]> {
  await performInputs(open, end, tracker);
  return (await tracker.left()).filter((name) => !end.mayStay?.(name, {}));
}

async function performInputs(open: Open, end: End, tracker: Tracker): Promise<void> {
  const { make, complete } = emitters(tracker, 'input');
  let between!: Subscriber<Thing>;
  const told = () =>
    tracker.track(
      'input between',
      new Observable<Thing>((subscriber) => {
        between = tracker.hold(subscriber);
      }),
    );
  const rest = () => (end.livesOn ? NEVER : EMPTY);
  const inputs = new Inputs(end.isBehind ? [told, make, rest] : [make, told, make, rest]);
  const config = { concurrent: 3, onError: end.onError } as ConcatMapEagerConfig<Input, Thing>;
  const subscription = tracker.hold(open(inputs, tracker, config).subscribe({ next: hear, error: hear }));
  await turn();
  await end.run({
    source: inputs,
    between,
    unsubscribe: () => subscription.unsubscribe(),
    finish: complete,
    error: () => tracker.track('error', thing('error')),
  });
}
