import { Readable } from 'node:stream';
import { defer, Observable, take, TimeoutError, type ObservableInput } from 'rxjs';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  type ConcatMapEagerConfig,
  type FailedItem,
  type ItemTimeout,
  type IterableObservable,
  type MonitorEvent,
  type OnErrorPolicy,
  type TimeoutMeta,
} from '../../src/index.js';
import { randomFrom } from '../support/random.js';
import * as history from '../support/history.js';
import { after, inner, valuesOf, type Delay, type Observer, type Work } from '../support/realWork.js';

/** `REAL_TIME_SEED=… npx vitest run test/proof/realTime.test.ts` repeats the plans of a run that failed; not its timing. */
const seed = Number(process.env.REAL_TIME_SEED ?? Date.now() % 1_000_000_000);

interface ItemPlan {
  readonly attempts: readonly Work[];
  readonly fallback: Work;
}

/** What a stream is to do: what comes out of it follows, whatever the delays are. */
interface Plan {
  readonly door: 'concatMapEager' | 'concatEager' | 'concatMapEagerFrom';
  /** What is read, where values are. */
  readonly readable: 'async iterable' | 'ReadableStream' | 'Readable';
  readonly consumer: 'subscriber' | 'for await' | 'several at once' | 'Readable.from';
  readonly readAhead: number | undefined;
  readonly maxParked: number | undefined;
  /** The delay before each value of the source. */
  readonly source: readonly Delay[];
  readonly sourceFails: boolean;
  readonly items: readonly ItemPlan[];
  readonly concurrent: number;
  readonly reorderWindow: number;
  readonly retries: number;
  readonly delay: number | 'notifier' | undefined;
  readonly onError: OnErrorPolicy | 'function';
  readonly atomic: boolean;
  /** With limits, any item may pass one, on a machine that is busy: then its fallback gives as many values. */
  readonly timeout: ItemTimeout | undefined;
  /** How many values the consumer takes. */
  readonly takes: number;
}

interface Box {
  readonly input: ObservableInput<string>;
}

interface Performance {
  readonly plan: Plan;
  readonly log: string[];
  readonly entries: readonly history.Entry[];
  /** Items that a limit has passed for, beyond their retries. */
  readonly cut: ReadonlySet<number>;
  readonly observer: Observer;
}

// Plans.

const random = randomFrom(seed);
const upTo = (most: number) => Math.floor(random() * (most + 1));
const pick = <T>(from: readonly T[]): T => from[upTo(from.length - 1)]!;
const times = <T>(count: number, make: (nth: number) => T): T[] => Array.from({ length: count }, (_, nth) => make(nth));

const delay = (): Delay => pick<Delay>([upTo(20), upTo(5), 'immediate', 'microtask', 'microtasks', 'none']);

const KINDS = [
  'observable',
  'promise',
  'thenable',
  'array',
  'generator',
  'asyncGenerator',
  'stream',
  'nodeStream',
] as const;

function work(end: Work['end'], values = upTo(3), kind: Work['kind'] = pick(KINDS)): Work {
  switch (kind) {
    case 'array':
    case 'generator':
      if (end !== 'complete') {
        return work(end, values);
      }
      return { kind, delays: times(values, () => 'none'), last: 'none', end };
    case 'promise':
    case 'thenable':
      if (end === 'complete' && values !== 1) {
        return work(end, values);
      }
      return { kind, delays: end === 'complete' ? [delay()] : [], last: delay(), end };
    default:
      return { kind, delays: times(values, delay), last: delay(), end };
  }
}

/** How many attempts of an item fail or hang, before one completes. */
interface Troubles {
  readonly failures?: (index: number) => number;
  readonly end?: 'error' | 'never';
  readonly fallbackFails?: (index: number) => boolean;
}

function plan(count: number, given: Partial<Omit<Plan, 'items'>> & Troubles = {}): Plan {
  const { failures = () => 0, end = 'error', fallbackFails = () => false, ...options } = given;
  return {
    door: 'concatMapEager',
    readable: 'async iterable',
    consumer: 'subscriber',
    readAhead: undefined,
    maxParked: undefined,
    source: times(count, () => 'none'),
    sourceFails: false,
    concurrent: 16,
    reorderWindow: Infinity,
    retries: 0,
    delay: undefined,
    onError: 'in-order',
    atomic: false,
    timeout: undefined,
    takes: Infinity,
    items: times(count, (index) => {
      const last = work('complete');
      const attempts = [...times(failures(index), () => work(end)), last];
      // One that takes no time cannot be `blocking`, however busy the machine is.
      const kind = options.timeout?.blocking === undefined ? undefined : 'array';
      return { attempts, fallback: work(fallbackFails(index) ? 'error' : 'complete', last.delays.length, kind) };
    }),
    ...options,
  };
}

/** Most items fail never, some once or twice. */
const sometimes = (): number => Math.max(0, upTo(9) - 7);
const often = (most: number) => (): number => (random() < 0.3 ? 1 + upTo(most - 1) : 0);
const once = (at: number) => (index: number) => (index === at ? 1 : 0);
const live = (count: number) => times(count, () => pick<Delay>(['none', 'none', 'none', 'microtask', 'immediate', 1]));

/** All streams of a round run at once. */
const ROUNDS = 2;

const makePlans = (): Record<string, Plan> => ({
  'the defaults': plan(500, { concurrent: Infinity }),
  'some at once': plan(400),
  'one at a time': plan(60, { concurrent: 1 }),
  'a live source': plan(400, { source: live(400), concurrent: 8, reorderWindow: 24 }),
  'a window below the slots': plan(200, { reorderWindow: 6 }),
  'a small window and a live source': plan(200, { source: live(200), concurrent: 4, reorderWindow: 5 }),
  'retries at once': plan(300, { retries: 3, failures: often(3) }),
  'retries after a delay': plan(200, { retries: 3, failures: often(3), delay: 4, source: live(200) }),
  'retries after a notifier': plan(200, { retries: 2, failures: often(2), delay: 'notifier' }),
  'retries of atomic items': plan(200, { retries: 2, failures: often(2), delay: 'notifier', atomic: true }),
  'in-order': plan(250, { failures: once(200) }),
  'in-order, of several': plan(250, { failures: (index) => (index % 30 === 29 ? 1 : 0), concurrent: 60 }),
  'in-order, of the source': plan(150, { source: live(150), sourceFails: true }),
  'in-order, beyond the retries': plan(200, { retries: 2, failures: (index) => (index === 150 ? 3 : sometimes()) }),
  immediate: plan(200, { onError: 'immediate', failures: once(120) }),
  'at-end': plan(300, { onError: 'at-end', failures: sometimes, sourceFails: true, source: live(300) }),
  skip: plan(300, { onError: 'skip', failures: often(1), retries: 0, reorderWindow: 20 }),
  'skip, of atomic items': plan(200, { onError: 'skip', failures: often(2), retries: 1, atomic: true }),
  'a fallback': plan(300, { onError: 'function', failures: often(2), retries: 1, delay: 2 }),
  'a fallback that fails': plan(200, {
    onError: 'function',
    failures: often(1),
    fallbackFails: (index) => index > 150,
  }),
  total: plan(200, limited({ total: 60 }, 2)),
  'first and each': plan(150, limited({ first: 50, each: 60 }, 1)),
  'blocking and total': plan(120, limited({ blocking: 40, total: 150 }, 1)),
  'inputs that are read': plan(400, { door: 'concatEager', source: live(400), concurrent: 8, reorderWindow: 20 }),
  'inputs that are read, and fail': plan(250, {
    door: 'concatEager',
    onError: 'function',
    failures: often(2),
    retries: 1,
    delay: 'notifier',
    source: live(250),
    sourceFails: true,
  }),
  'inputs that are read, while they are wanted': plan(200, {
    door: 'concatEager',
    takes: 150,
    concurrent: 8,
    reorderWindow: 12,
    source: live(200),
  }),
  'a consumer that has enough': plan(200, { takes: 150, source: live(200) }),
  'a loop': plan(600, asked({ source: live(600) })),
  'a loop over a few at once, of a web stream': plan(600, asked({ readable: 'ReadableStream', reorderWindow: 24 })),
  'a loop over a stream of Node.js, read ahead': plan(600, asked({ readable: 'Readable', readAhead: 8 })),
  'a loop in which little is parked': plan(500, asked({ maxParked: 1, reorderWindow: 12 })),
  'a loop over inputs': plan(500, asked({ door: 'concatEager', concurrent: 8, source: live(500) })),
  'a loop that is left': plan(400, asked({ takes: 300, readAhead: 3 })),
  'a loop and retries': plan(500, asked({ retries: 3, failures: often(3), delay: 2 })),
  'a loop and fallbacks': plan(500, asked({ onError: 'function', failures: often(2), retries: 1, atomic: true })),
  'a loop that an error ends': plan(300, asked({ failures: once(250) })),
  'several requests at once': plan(600, asked({ consumer: 'several at once', source: live(600) })),
  'several requests at once, and little is parked': plan(
    500,
    asked({ consumer: 'several at once', maxParked: 2, readable: 'Readable' }),
  ),
  'several requests at once, and then enough': plan(400, asked({ consumer: 'several at once', takes: 300 })),
  'several requests at once, and errors at the end': plan(
    500,
    asked({ consumer: 'several at once', onError: 'at-end', failures: sometimes, sourceFails: true }),
  ),
  'a stream made of the result': plan(500, asked({ consumer: 'Readable.from', readable: 'ReadableStream' })),
});

/** Values that are read, and a consumer that asks. */
function asked(options: Partial<Omit<Plan, 'items'>> & Troubles): Partial<Omit<Plan, 'items'>> & Troubles {
  return { door: 'concatMapEagerFrom', consumer: 'for await', ...options };
}

/** Hanging attempts that are cut, and then retried, or replaced by a fallback. */
function limited(timeout: ItemTimeout, hanging: number): Partial<Plan> & Troubles {
  const failures = () => (random() < 0.1 ? hanging : 0);
  return { timeout, failures, end: 'never', retries: hanging - 1, onError: 'function', atomic: true, concurrent: 32 };
}

const attemptOf = ({ items }: Plan, index: number, attempt: number): Work => {
  const { attempts } = items[index]!;
  return attempts[Math.min(attempt, attempts.length) - 1]!;
};

/** What comes out, whatever the delays are. */
function expected(plan: Plan): string[] {
  const out: string[] = [];
  const errors: string[] = [];
  const end = (how: string) => [...out.slice(0, plan.takes), out.length >= plan.takes ? 'complete' : how];
  for (const [index, { attempts, fallback }] of plan.items.entries()) {
    const tried = attempts.slice(0, plan.retries + 1);
    const failed = tried.at(-1)!.end !== 'complete';
    const error = `${index}.${tried.length} failed`;
    for (const [nth, each] of tried.entries()) {
      if (each.end === 'complete' || !plan.atomic) {
        out.push(...valuesOf(`next ${index}.${nth + 1}`, each));
      }
    }
    if (failed && plan.onError === 'function') {
      if (fallback.end === 'complete' || !plan.atomic) {
        out.push(...valuesOf(`next ${index}f`, fallback));
      }
      if (fallback.end === 'error') {
        return end(`error ${index}f failed`);
      }
    } else if (failed && plan.onError === 'at-end') {
      errors.push(error);
    } else if (failed && plan.onError !== 'skip') {
      return end(`error ${error}`);
    }
  }
  if (plan.sourceFails) {
    errors.push('source failed');
  }
  return end(errors.length === 0 ? 'complete' : `error ${errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`}`);
}

// What is done with them.

const messageOf = (error: unknown): string =>
  error instanceof AggregateError ? `[${error.errors.map(messageOf).join(', ')}]` : (error as Error).message;

/** Writes down what happens, in the words of `test/proof/model/perform.ts`; at what time, nobody asks. */
async function perform(plan: Plan): Promise<Performance> {
  const log: string[] = [];
  const cut = new Set<number>();
  const observer: Observer = { note: (text) => log.push(`0 ${text}`), opened: 0, finalized: 0 };
  let delays = 0;
  const config: ConcatMapEagerConfig<unknown, string> = {
    concurrent: plan.concurrent,
    reorderWindow: plan.reorderWindow,
    timeout: plan.timeout,
    atomic: plan.atomic,
    retry: { count: plan.retries, ...(plan.delay !== undefined && { delay: wait }) },
    onError: plan.onError === 'function' ? onError : plan.onError,
    monitor: tell,
    maxParked: plan.maxParked,
    ...(plan.readAhead !== undefined && { readAhead: plan.readAhead }),
  };
  if (typeof plan.delay === 'number') {
    config.retry = { count: plan.retries, delay: plan.delay };
  }

  function project(value: number, index: number, { attempt, signal }: { attempt: number; signal: AbortSignal }) {
    observer.note(`project ${index} source/${value} ${attempt}`);
    return inner(`${index}.${attempt}`, attemptOf(plan, index, attempt), observer, signal);
  }

  function onError(error: unknown, { index, attempt, emitted, signal }: FailedItem<unknown>) {
    observer.note(`onError ${index} source/${index} ${attempt} ${emitted}`);
    if (error instanceof TimeoutError) {
      const { meta } = (error as TimeoutError<unknown, TimeoutMeta<unknown>>).info!;
      expect(meta).toMatchObject({ index, attempt });
      cut.add(index);
    }
    return inner(`${index}f`, plan.items[index]!.fallback, observer, signal);
  }

  function wait(error: unknown): ObservableInput<unknown> {
    const index = history.indexOf(messageOf(error));
    return inner(`${index}d${delays++}`, { ...work('complete', 1), kind: 'observable' }, observer);
  }

  function tell({ type, index, attempt, waiting, active, parked, ...details }: MonitorEvent<unknown>) {
    const more = 'outcome' in details ? ` ${details.outcome}` : 'dropped' in details ? ' dropped' : '';
    observer.note(`monitor ${type} ${index} source/${index} ${attempt} ${waiting}/${active}/${parked}${more}`);
  }

  function source(): Observable<number> {
    return new Observable((subscriber) => {
      const step = (nth: number): void => {
        after(plan.source[nth] ?? 'none', () => {
          if (subscriber.closed) {
            return;
          }
          if (nth < plan.source.length) {
            subscriber.next(nth);
            step(nth + 1);
          } else if (plan.sourceFails) {
            subscriber.error(new Error('source failed'));
          } else {
            subscriber.complete();
          }
        });
      };
      observer.note('subscribe source');
      subscriber.add(() => observer.note('teardown source'));
      step(0);
    });
  }

  async function* boxes(): AsyncGenerator<Box, undefined> {
    observer.note('subscribe source');
    observer.opened++;
    try {
      for (const [index, gap] of plan.source.entries()) {
        await new Promise<void>((resolve) => after(gap, resolve));
        let attempt = 1;
        yield {
          input:
            plan.retries === 0
              ? inner(`${index}.1`, attemptOf(plan, index, 1), observer)
              : defer(() => inner(`${index}.${attempt}`, again(index, attempt++), observer)),
        };
      }
      if (plan.sourceFails) {
        throw new Error('source failed');
      }
    } finally {
      observer.finalized++;
      observer.note('teardown source');
    }
  }

  /** What can be subscribed again is an Observable. */
  function again(index: number, attempt: number): Work {
    return { ...attemptOf(plan, index, attempt), kind: 'observable' };
  }

  /** A generator would wait for a promise that it yields, and so read one at a time; an iterator gives it as it is. */
  function inputs(): AsyncIterable<ObservableInput<string>> {
    const iterator = boxes();
    const unbox = (result: IteratorResult<Box, undefined>): IteratorResult<ObservableInput<string>, undefined> =>
      result.done ? result : { done: false, value: result.value.input };
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => iterator.next().then(unbox),
        return: () => iterator.return(undefined).then(unbox),
      }),
    };
  }

  /** What `concatMapEagerFrom` opens: the values, after their delays. */
  function values(): AsyncIterable<number> | ReadableStream<number> {
    async function* numbers(): AsyncGenerator<number, undefined> {
      observer.note('subscribe source');
      observer.opened++;
      try {
        for (const [index, gap] of plan.source.entries()) {
          await new Promise<void>((resolve) => after(gap, resolve));
          yield index;
        }
        if (plan.sourceFails) {
          throw new Error('source failed');
        }
      } finally {
        observer.finalized++;
        observer.note('teardown source');
      }
    }
    switch (plan.readable) {
      case 'async iterable':
        return numbers();
      case 'Readable':
        return Readable.from(numbers(), { highWaterMark: 1 }) as AsyncIterable<number>;
      case 'ReadableStream': {
        const iterator = numbers();
        return new ReadableStream<number>(
          {
            pull: async (controller) => {
              const { done, value } = await iterator.next();
              if (done) controller.close();
              else controller.enqueue(value);
            },
            cancel: async () => {
              await iterator.return(undefined);
            },
          },
          { highWaterMark: 0 },
        );
      }
    }
  }

  function open(): Observable<string> {
    switch (plan.door) {
      case 'concatMapEager':
        return source().pipe(concatMapEager(project, config));
      case 'concatEager':
        return concatEager(inputs(), config);
      case 'concatMapEagerFrom':
        return concatMapEagerFrom(values, project, config);
    }
  }

  /** A loop leaves it at the last value that it takes. */
  async function loop(values: AsyncIterable<string>): Promise<void> {
    let taken = 0;
    for await (const value of values) {
      observer.note(`next ${value}`);
      if (++taken === plan.takes) {
        return;
      }
      await pause(taken);
    }
  }

  /** Requests are answered in their order. */
  async function askSeveralAtOnce(iterator: AsyncIterator<string>): Promise<void> {
    let requests = 0;
    let answers = 0;
    let taken = 0;
    let isOver = false;
    const ask = async () => {
      const request = requests++;
      const answer = await iterator.next();
      expect(request).toBe(answers++);
      if (answer.done) {
        isOver = true;
      } else if (taken < plan.takes) {
        observer.note(`next ${answer.value}`);
        taken++;
      }
    };
    while (!isOver && taken < plan.takes) {
      await Promise.all(times(1 + (taken % 7), ask));
      await pause(taken);
    }
    await iterator.return!();
    // After the end, and once it has been left, it is done.
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  }

  /** A consumer is slow now and then: what is ready waits for it. */
  const pause = (taken: number) =>
    taken % 40 === 0 ? new Promise<void>((resolve) => after(5, resolve)) : Promise.resolve();

  const told = {
    next: (value: string) => observer.note(`next ${value}`),
    error: (error: unknown) => observer.note(`error ${messageOf(error)}`),
    complete: () => observer.note('complete'),
  };

  function subscribe(result: Observable<string>): Promise<void> {
    return new Promise((resolve) => {
      const subscription = result.pipe(take(plan.takes)).subscribe(told);
      subscription.add(resolve);
    });
  }

  function ask(result: IterableObservable<string>): Promise<void> {
    switch (plan.consumer) {
      case 'for await':
        return loop(result);
      case 'several at once':
        return askSeveralAtOnce(result[Symbol.asyncIterator]());
      default:
        return loop(Readable.from(result) as AsyncIterable<string>);
    }
  }

  if (plan.consumer === 'subscriber') {
    await subscribe(open());
  } else {
    await ask(open() as IterableObservable<string>).then(told.complete, told.error);
  }
  // Whatever was left to itself runs to its end.
  await vi.waitFor(() => expect(observer.finalized).toBe(observer.opened), { timeout: 60_000 });
  return { plan, log, entries: history.readLog(log), cut, observer };
}

describe('in real time', () => {
  const performances: [name: string, performance: Performance][] = [];

  beforeAll(async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const streams = Object.entries(makePlans()).map(async ([name, plan]): Promise<[string, Performance]> => [
        name,
        await perform(plan),
      ]);
      performances.push(...(await Promise.all(streams)));
    }
  }, 60_000);

  /** Checks each stream, and says which one it was that broke a law. */
  function each(holds: (performance: Performance) => void): void {
    for (const [name, performance] of performances) {
      try {
        holds(performance);
      } catch (error) {
        (error as Error).message += `\n(${name}, with REAL_TIME_SEED=${seed})`;
        throw error;
      }
    }
  }

  const withLimits = ({ plan }: Performance) => plan.timeout !== undefined;

  test('more than 20,000 items are received, by consumers of every kind and with inners of every kind', () => {
    let all = 0;
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    each(({ plan, entries }) => {
      for (const { what, index } of history.monitored(entries)) {
        if (what === 'received') {
          all++;
          count(plan.consumer);
          count(attemptOf(plan, index!, 1).kind);
        }
      }
    });

    expect(all).toBeGreaterThan(20_000);
    expect([...counts.keys()].sort()).toEqual(
      ['subscriber', 'for await', 'several at once', 'Readable.from', ...KINDS].sort(),
    );
    expect(Math.min(...counts.values())).toBeGreaterThan(900);
  });

  test('what comes out is what the plan says, whatever the delays are', () => {
    each((performance) => {
      const { plan, entries } = performance;
      if (plan.onError !== 'immediate' && !withLimits(performance)) {
        expect(history.output(entries)).toEqual(expected(plan));
      }
    });
  });

  test('where limits pass, each item comes out once and whole, and what hangs as its fallback', () => {
    each((performance) => {
      const { plan, entries, cut } = performance;
      if (withLimits(performance)) {
        const whole = (outputs: readonly string[]) => outputs.map((line) => line.replace(/(?<=next \d+)(f|\.\d+)/, ''));
        const hanging = plan.items.flatMap(({ attempts }, index) =>
          attempts.length > plan.retries + 1 ? [index] : [],
        );

        expect(whole(history.output(entries))).toEqual(whole(expected(plan)));
        expect(hanging.length).toBeGreaterThan(0);
        expect([...cut]).toEqual(expect.arrayContaining(hanging));
      }
    });
  });

  test('an error that comes at once comes after a beginning without a gap', () => {
    each(({ plan, entries }) => {
      if (plan.onError === 'immediate') {
        const emitted = history.values(entries);
        const whole = expected({ ...plan, onError: 'skip' }).map((line) => line.replace('next ', ''));

        expect(history.output(entries).at(-1)).toMatch(/^error \d+\.1 failed$/);
        expect(emitted).toEqual(whole.slice(0, emitted.length));
      }
    });
  });

  test('never are more than `concurrent` active, at any instant', () => {
    let filled = 0;
    each(({ plan, entries }) => {
      const most = history.mostActive(entries);
      expect(most).toBeLessThanOrEqual(plan.concurrent);
      filled += most === plan.concurrent ? 1 : 0;
    });
    // A source that has all its values at once fills all slots.
    expect(filled).toBeGreaterThan(5);
  });

  test('never are more than `reorderWindow` started and not yet fully emitted', () => {
    let filled = 0;
    each(({ plan, entries }) => {
      const { most } = history.mostUnfinished(entries);
      // A consumer that asks hears of a value when the item that it came from may have been flushed already.
      if (plan.consumer === 'subscriber') {
        expect(most).toBeLessThanOrEqual(plan.reorderWindow);
      }
      expect(history.mostUnfinishedAsTold(entries)).toBeLessThanOrEqual(plan.reorderWindow);
      filled += most === plan.reorderWindow ? 1 : 0;
    });
    expect(filled).toBeGreaterThan(0);
  });

  test('`project` is called in source order, and once an attempt', () => {
    let again = 0;
    each(({ plan, entries }) => {
      const projected = history.projected(entries);
      const attempts = projected.map(([, each]) => each.length);

      expect(projected).toEqual(attempts.map((count, index) => [index, times(count, (nth) => nth + 1)]));
      expect(Math.max(0, ...attempts)).toBeLessThanOrEqual(plan.retries + 1);
      again += attempts.filter((count) => count > 1).length;
    });
    expect(again).toBeGreaterThan(100);
  });

  test('every inner, and the source, is torn down exactly once, and after the end nothing begins', () => {
    let subscribed = 0;
    each(({ entries }) => {
      const names = entries.filter(({ what }) => what === 'subscribe').map(({ words }) => words[0]!);
      const ended = entries.findIndex(({ what }) => what === 'error' || what === 'complete');
      // The monitor hears of what the end cancels, drops, or has emitted whole to a consumer that left at its last value.
      const begins = entries.slice(ended + 1).filter(({ what }) => !['teardown', 'ended', 'flushed'].includes(what));

      expect(new Set(names).size).toBe(names.length);
      expect(history.teardowns(entries)).toEqual(new Map(names.map((name) => [name, 1])));
      expect(begins).toEqual([]);
      subscribed += names.length;
    });
    expect(subscribed).toBeGreaterThan(3_000);
  });

  test('the events of the monitor balance: received = completed + failed + cancelled', () => {
    const counts = { completed: 0, failed: 0, cancelled: 0 };
    each(({ entries }) => {
      const unsound = [...history.storyOf(entries)].filter(([, story]) => !history.SOUND_STORY.test(story));
      expect(unsound).toEqual([]);
      const events = history.monitored(entries);
      const ended = events.filter(({ what }) => what === 'ended');
      expect(ended.length).toBe(events.filter(({ what }) => what === 'received').length);
      for (const { words } of ended) {
        counts[words[4] as keyof typeof counts]++;
      }
    });
    expect(counts.completed).toBeGreaterThan(15_000);
    expect(counts.failed).toBeGreaterThan(50);
    expect(counts.cancelled).toBeGreaterThan(0);
  });
});
