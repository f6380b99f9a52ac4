import process from 'node:process';
import {
  concat,
  delay,
  EMPTY,
  firstValueFrom,
  from,
  ignoreElements,
  interval,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  range,
  Subject,
  take,
  throwError,
  timer,
  toArray,
  VirtualTimeScheduler,
} from 'rxjs';
import * as library from 'rxjs-concat-map-eager';
import { describe, expect, test } from 'vitest';
import { measure } from '../../../playground/engine/measures';
import { Assembly } from '../../../playground/freeform/assemble';
import { recorded } from '../../../playground/freeform/record';

type Package = typeof library;
type Seen = readonly [at: number, what: string, value?: unknown];

/** What comes out, and when, in virtual time. */
function see(build: (operators: Package, scheduler: VirtualTimeScheduler) => Observable<unknown>, operators: Package) {
  const scheduler = new VirtualTimeScheduler();
  const seen: Seen[] = [];
  build(operators, scheduler).subscribe({
    next: (value) => seen.push([scheduler.frame, 'next', value]),
    error: (error: Error) => seen.push([scheduler.frame, 'error', error.message]),
    complete: () => seen.push([scheduler.frame, 'complete']),
  });
  scheduler.flush();
  return seen;
}

function record() {
  const assembly = new Assembly();
  const operators = recorded({ tell: (entry) => assembly.add(entry), now: () => 0 });
  return { operators, timelines: () => assembly.snapshot() };
}

const CASES: Record<string, (operators: Package, scheduler: VirtualTimeScheduler) => Observable<unknown>> = {
  'inners of different lengths': ({ concatMapEager }, scheduler) =>
    range(0, 8).pipe(
      concatMapEager((i) => timer(80 - 10 * i, scheduler).pipe(map(() => i)), { concurrent: 3, scheduler }),
    ),
  'several values of an inner': ({ concatMapEager }, scheduler) =>
    interval(5, scheduler).pipe(
      take(5),
      concatMapEager(
        (i) =>
          interval(7 - i, scheduler).pipe(
            take(3),
            map((n) => `${i}${n}`),
          ),
        { scheduler },
      ),
    ),
  'arrays, strings and iterables': ({ concatMapEager }) =>
    of([1, 2], 'ab', new Set([3, 4]), [], '', Object.freeze([5])).pipe(concatMapEager((input) => input as number[])),
  'a number instead of the configuration': ({ concatMapEager }, scheduler) =>
    range(0, 4).pipe(concatMapEager((i) => timer(10, scheduler).pipe(map(() => i)), 2)),
  'limits, retries and a fallback': ({ concatMapEager }, scheduler) =>
    range(0, 6).pipe(
      concatMapEager(
        (i, _index, { attempt }) =>
          i === 1
            ? NEVER
            : i === 2 && attempt < 3
              ? concat(of('early'), throwError(() => new Error(`${i}`)).pipe(delay(0)))
              : timer(20 * i, scheduler).pipe(map(() => `${i} ${attempt}`)),
        {
          concurrent: 2,
          scheduler,
          timeout: { first: 50, each: 60, total: 90, blocking: 70 },
          retry: { count: 2, delay: 5 },
          onError: (error, item) => of(`${item.index} ${item.attempt} ${item.emitted} ${(error as Error).message}`),
        },
      ),
    ),
  ...Object.fromEntries(
    (['in-order', 'immediate', 'at-end', 'skip'] as const).map((onError) => [
      `a failure, ${onError}`,
      ({ concatMapEager }: Package, scheduler: VirtualTimeScheduler) =>
        range(0, 5).pipe(
          concatMapEager(
            (i) =>
              timer(30 - 5 * i, scheduler).pipe(mergeMap(() => (i === 2 ? throwError(() => new Error('2')) : of(i)))),
            { onError, scheduler, atomic: true },
          ),
        ),
    ]),
  ),
  'a project that throws': ({ concatMapEager }) =>
    range(0, 3).pipe(
      concatMapEager((i) => {
        if (i === 1) throw new Error('thrown');
        return of(i);
      }),
    ),
  'something that is not an inner': ({ concatMapEager }) => range(0, 2).pipe(concatMapEager(() => 7 as never)),
  'an operator in the inner of another': ({ concatMapEager }, scheduler) =>
    range(0, 3).pipe(
      concatMapEager(
        (i) =>
          of(i).pipe(concatMapEager(() => (i === 0 ? NEVER : of(i)), { timeout: 30, scheduler, onError: 'in-order' })),
        { onError: 'skip', scheduler },
      ),
    ),
  'an endless synchronous inner that is cut off': ({ concatMapEager }) =>
    of(1).pipe(
      concatMapEager(() => range(0, 1e9)),
      take(3),
    ),
  'keys, of which one throws': ({ concatMapEager }, scheduler) =>
    range(0, 8).pipe(
      concatMapEager((i) => timer(80 - 10 * i, scheduler).pipe(map(() => i)), {
        key: (i) => {
          if (i === 5) throw new Error('no key');
          return i % 3;
        },
        order: 'key',
        onError: (error) => of((error as Error).message),
        scheduler,
      }),
    ),
  concatAllEager: ({ concatAllEager }, scheduler) =>
    of(timer(30, scheduler), timer(10, scheduler), EMPTY).pipe(concatAllEager({ concurrent: 2, scheduler })),
  'an iterator whose result is none': ({ concatEager }) =>
    concatEager({ [Symbol.iterator]: () => ({ next: () => 7 as never }) }),
  'inputs that a function gives': ({ concatEager }, scheduler) =>
    concatEager(() => [timer(20, scheduler).pipe(map(() => 'a')), of('b')], { concurrent: 2, scheduler }),
  'a function that gives nothing to read': ({ concatEager }) => concatEager((() => 7) as never),
  'a generator that is read twice': ({ concatEager }) => {
    const inputs = concatEager([of(1), of(2)].values());
    return concat(inputs, inputs);
  },
  'values that are read, and mapped': ({ concatMapEagerFrom }, scheduler) => {
    function* values() {
      for (let i = 0; ; i++) yield i;
    }
    return concatMapEagerFrom(values, (i) => timer(i % 2 ? 10 : 30, scheduler).pipe(map(() => i)), {
      concurrent: 2,
      reorderWindow: 3,
      readAhead: 1,
      until: timer(200, scheduler),
      scheduler,
    });
  },
  'concatEager, which pulls': ({ concatEager }, scheduler) => {
    function* inputs() {
      for (let i = 0; ; i++) yield timer(i % 2 ? 10 : 30, scheduler).pipe(map(() => i));
    }
    return concatEager(inputs(), { concurrent: 2, reorderWindow: 3, scheduler }).pipe(take(5));
  },
};

describe('the recorder', () => {
  test.each(Object.entries(CASES))('does not change what is emitted, and when: %s', (_name, build) => {
    const { operators, timelines } = record();
    const seen = see(build, operators);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(see(build, library));
    // And every output is known to be that of an item, in order.
    const outer = timelines().at(0)!;
    expect(outer.run.output.length).toBe(seen.filter(([, what]) => what === 'next').length);
    for (const { value } of outer.run.output) expect(value).toBeDefined();
  });

  describe('of a result that is iterated', () => {
    const slots = [3, 1, 2].map((ms) => () => new Promise<number>((resolve) => setTimeout(resolve, ms, ms)));
    const readers: Record<string, (operators: Package) => AsyncIterable<number>> = {
      concatEager: ({ concatEager }) => concatEager(() => slots.map((start) => start()), 2),
      concatMapEagerFrom: ({ concatMapEagerFrom }) => concatMapEagerFrom(slots, (start) => start(), 2),
    };
    const taken = async (iterable: AsyncIterable<number>, most = Infinity) => {
      const values: number[] = [];
      for await (const value of iterable) {
        values.push(value);
        if (values.length === most) break;
      }
      return values;
    };

    test.each(Object.entries(readers))('gives what it gives, and tells of it: %s', async (name, open) => {
      const { operators, timelines } = record();
      expect(await taken(open(operators))).toEqual([3, 1, 2]);
      const [{ run }] = timelines() as [ReturnType<typeof timelines>[number]];
      expect([run.operator, run.output.length, run.end?.how]).toEqual([name, 3, 'complete']);
      expect(run.limits).toEqual([{ at: 0, limit: 2 }]);
      expect(run.items.every(({ ended, flushed }) => ended !== undefined && flushed !== undefined)).toBe(true);
    });

    test.each(Object.entries(readers))('tells that a loop has left it, once: %s', async (_name, open) => {
      const { operators, timelines } = record();
      const result = open(operators);
      expect(await taken(result, 1)).toEqual([3]);
      expect(await taken(result)).toEqual([3, 1, 2]);
      expect(timelines().map(({ run }) => [run.output.length, run.end?.how])).toEqual([
        [1, 'cancelled'],
        [3, 'complete'],
      ]);
    });

    test('does not tell that what was parked when a loop left it is flushed', async () => {
      const { operators, timelines } = record();
      expect(
        await taken(
          operators.concatMapEagerFrom([1, 2, 3], (n) => [n], { concurrent: 3 }),
          1,
        ),
      ).toEqual([1]);
      const { items } = timelines()[0]!.run;
      expect(items.map(({ ended, flushed }) => [ended?.outcome, flushed !== undefined])).toEqual([
        ['completed', true],
        ['completed', false],
        ['completed', false],
      ]);
    });

    test('tells of its error, and answers as it does after the end', async () => {
      const { operators, timelines } = record();
      const failing = operators.concatMapEagerFrom([null, 1], (value) =>
        value === null ? of(value) : throwError(() => new Error('bad')),
      );
      const iterator = failing[Symbol.asyncIterator]();
      expect(await iterator.next()).toEqual({ done: false, value: null });
      await expect(iterator.next()).rejects.toThrow('bad');
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      expect(await iterator.return!()).toEqual({ done: true, value: undefined });
      expect(timelines().map(({ run }) => [run.output.length, run.end?.how])).toEqual([[1, 'error']]);
    });

    test('tells of nothing, if nothing was asked for', async () => {
      const { operators, timelines } = record();
      const iterator = readers['concatMapEagerFrom']!(operators)[Symbol.asyncIterator]();
      await iterator.return!();
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      expect(timelines()).toEqual([]);
    });

    test('is asked by another', async () => {
      const { operators } = record();
      let read = 0;
      function* values() {
        for (;;) yield read++;
      }
      const first = operators.concatMapEagerFrom(values, (n) => [n], 1);
      const second = operators.concatMapEagerFrom(first, (n) => [n], { concurrent: 1, reorderWindow: 1 });
      expect(await taken(second, 3)).toEqual([0, 1, 2]);
      expect(read).toBeLessThan(1_100);
    });
  });

  test('tells of a limit that changes, as far as events know of it', () => {
    const { operators, timelines } = record();
    see(
      ({ concatMapEager }, scheduler) =>
        range(0, 6).pipe(
          concatMapEager((i) => timer(10, scheduler).pipe(map(() => i)), {
            scheduler,
            concurrent: concat(of(1), timer(25, scheduler).pipe(map(() => 4)), NEVER),
          }),
        ),
      operators,
    );
    expect(timelines()[0]!.run.limits).toEqual([
      { at: 0, limit: 1 },
      { at: 25, limit: 4 },
    ]);
  });

  test('says how items ended, and what their limits were', () => {
    const { operators, timelines } = record();
    see(CASES['limits, retries and a fallback']!, operators);
    const [{ run, virtual }] = timelines() as [ReturnType<typeof timelines>[number]];
    expect({ limits: run.limits, virtual, operator: run.operator }).toEqual({
      limits: [{ at: 0, limit: 2 }],
      virtual: true,
      operator: 'concatMapEager',
    });
    const hung = run.items[1]!.legs;
    expect(hung.map(({ kind, attempt, end }) => [kind, attempt, end?.how])).toEqual([
      ['attempt', 1, 'cancelled'],
      ['attempt', 2, 'cancelled'],
      ['fallback', 0, 'complete'],
    ]);
    expect(hung.map(({ error }) => error)).toEqual([
      { info: { meta: { limit: 'first' } } },
      { info: { meta: { limit: 'blocking' } } },
      undefined,
    ]);
    expect(run.items[2]!.legs.map(({ end }) => end?.how)).toEqual(['error', 'error', 'complete']);
    expect(run.items.every(({ ended, flushed }) => ended !== undefined && flushed !== undefined)).toBe(true);
    expect(run.end?.how).toBe('complete');
  });

  test('is measured from when it was subscribed to, and without an item has used no slots', () => {
    const { operators, timelines } = record();
    see(
      ({ concatMapEager }, scheduler) =>
        concat(
          timer(50, scheduler).pipe(
            ignoreElements(),
            concatMapEager(() => EMPTY, { scheduler }),
          ),
          range(0, 4).pipe(
            concatMapEager((i) => timer(10, scheduler).pipe(map(() => i)), { concurrent: 2, scheduler }),
          ),
        ),
      operators,
    );
    expect(timelines().map(({ run }) => measure(run))).toMatchObject([
      { finished: 50, firstResult: undefined, utilisation: undefined },
      { finished: 20, firstResult: 10, utilisation: 1 },
    ]);
  });

  test('hears promises in the same microtask', async () => {
    const order = async ({ concatMapEager }: Package) => {
      const log: string[] = [];
      const ticks = (async () => {
        for (let i = 0; i < 8; i++) {
          log.push(`tick ${i}`);
          await undefined;
        }
      })();
      await new Promise<void>((resolve) =>
        of(1, 2, 3)
          .pipe(
            concatMapEager((i) => (i === 2 ? Promise.reject(new Error()) : Promise.resolve(i)), { onError: 'skip' }),
          )
          .subscribe({ next: (i) => log.push(`next ${i}`), complete: resolve }),
      );
      await ticks;
      return log;
    };
    expect(await order(record().operators)).toEqual(await order(library));
  });

  test('passes the signal on, and lets promises be aborted', async () => {
    const { operators, timelines } = record();
    const reasons: unknown[] = [];
    const result = of('a', 'b').pipe(
      operators.concatMapEager(
        (value, _index, { signal }) =>
          new Promise<string>((resolve) => {
            if (value === 'b') resolve(value);
            signal.addEventListener('abort', () => {
              reasons.push((signal.reason as Error).name);
              // Too late, and heard by nobody.
              setTimeout(() => resolve(value), 20);
            });
          }),
        { timeout: 10, onError: 'skip' },
      ),
    );
    expect(await firstValueFrom(result.pipe(toArray()))).toEqual(['b']);
    expect(reasons).toEqual(['TimeoutError']);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(timelines()[0]!.run.items[0]!.legs[0]).toMatchObject({ end: { how: 'cancelled' }, values: [] });
  });

  test('leaves no rejection unhandled that the operators handle', async () => {
    const { operators } = record();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const source = new Subject<number>();
    const subscription = source
      .pipe(
        operators.concatMapEager(() => {
          subscription.unsubscribe();
          return Promise.reject(new Error('late'));
        }),
      )
      .subscribe();
    source.next(1);
    const rejected = Promise.reject(new Error('early'));
    operators
      .concatEager([of(0), rejected], 1)
      .pipe(take(1))
      .subscribe();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  test('gives the monitor and onError the inputs themselves', async () => {
    const hangs = NEVER.pipe(delay(0));
    const given: unknown[] = [];
    const { operators } = record();
    const result = operators.concatEager([hangs], {
      timeout: 5,
      monitor: ({ value }) => given.push(value),
      onError: (error, { value }) => {
        given.push(value, (error as { info: { meta: { value: unknown } } }).info.meta.value);
        return EMPTY;
      },
    });
    await firstValueFrom(result.pipe(toArray()));
    expect(given.length).toBeGreaterThan(5);
    expect(new Set(given)).toEqual(new Set([hangs]));
  });

  test('asks for the keys of the inputs themselves, and tells keys apart as a Map does', () => {
    const [one, other] = [NEVER.pipe(delay(0)), NEVER.pipe(delay(1))];
    const { operators, timelines } = record();
    const asked: unknown[] = [];
    operators
      .concatEager([one, other, one], {
        key: (input, index) => {
          asked.push(input, index);
          return input;
        },
        timeout: 1_000,
        onError: 'skip',
      })
      .subscribe()
      .unsubscribe();
    expect(asked).toEqual([one, 0, other, 1, one, 2]);
    const { run, order, concurrentPerKey } = timelines()[0]!;
    expect(run.items.map(({ key }) => key!.nth)).toEqual([0, 1, 0]);
    expect(run.items.map(({ legs }) => legs.length)).toEqual([1, 1, 0]);
    expect({ order, concurrentPerKey }).toEqual({ order: 'source', concurrentPerKey: undefined });
  });

  test('says what keys are called, and how many of one may be active; what has none is told without one', () => {
    const { operators, timelines } = record();
    const keys: unknown[] = ['ann', 7, undefined, { id: 1 }];
    range(0, 5)
      .pipe(
        operators.concatMapEager((i) => of(i), {
          key: (i) => {
            if (i === 4) throw new Error('no key');
            return keys[i];
          },
          concurrentPerKey: 2,
          order: 'key',
          onError: 'skip',
        }),
      )
      .subscribe();
    const { run, order, concurrentPerKey } = timelines()[0]!;
    expect(run.items.map(({ key }) => key?.name)).toEqual(['ann', '7', 'undefined', '{ id: 1 }', undefined]);
    expect(run.items[4]).toMatchObject({ legs: [], ended: { outcome: 'failed' } });
    expect({ order, concurrentPerKey }).toEqual({ order: 'key', concurrentPerKey: 2 });
  });

  test('hears async generators and streams, and ends them', async () => {
    const log: string[] = [];
    const build = ({ concatEager, concatMapEager }: Package) => {
      async function* inputs() {
        try {
          for (let i = 0; ; i++) yield of(i);
        } finally {
          log.push('returned');
        }
      }
      const stream = () =>
        new ReadableStream<string>({
          start: (controller) => controller.enqueue('chunk'),
          cancel: () => void log.push('cancelled'),
        });
      return concat(
        concatEager(inputs(), { concurrent: 2 }).pipe(take(3)),
        from([1]).pipe(
          concatMapEager(() => stream()),
          take(1),
        ),
      ).pipe(toArray());
    };
    const { operators, timelines } = record();
    const wrapped = await firstValueFrom(build(operators));
    await new Promise((resolve) => setTimeout(resolve, 5));
    const logged = log.splice(0);
    expect(logged).toEqual(['returned', 'cancelled']);
    expect(wrapped).toEqual(await firstValueFrom(build(library)));
    expect(timelines().map(({ run }) => [run.operator, run.output.length, run.end?.how])).toEqual([
      ['concatEager', 3, 'cancelled'],
      ['concatMapEager', 1, 'cancelled'],
    ]);
  });

  test('gives a function for inputs the signal that ends what it waits for', async () => {
    const build = async ({ concatEager }: Package) => {
      const log: unknown[] = [];
      async function* inputs(signal: AbortSignal) {
        try {
          for (let i = 0; ; i++) {
            yield of(i);
            if (i === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
          }
        } finally {
          log.push('closed');
        }
      }
      const result = concatEager(({ signal }) => Promise.resolve(inputs(signal)), 1).pipe(take(2), toArray());
      log.push(await firstValueFrom(result));
      await new Promise((resolve) => setTimeout(resolve, 5));
      return log;
    };
    const { operators, timelines } = record();
    const wrapped = await build(operators);
    expect(wrapped).toEqual([[0, 1], 'closed']);
    expect(wrapped).toEqual(await build(library));
    expect(timelines().map(({ run }) => run.output.length)).toEqual([2]);
  });

  test('throws what the operators throw, at the call', () => {
    const { operators } = record();
    const { concatMapEager, concatEager } = operators;
    expect(() => concatMapEager(() => of(1), { concurent: 2 } as never)).toThrow('Did you mean `concurrent`?');
    expect(() => concatEager(7 as never)).toThrow(TypeError);
  });

  test('records so many subscriptions, and leaves the others as they are', () => {
    const assembly = new Assembly();
    const { concatMapEager } = recorded({ tell: (entry) => assembly.add(entry), now: () => 0, most: 2 });
    const seen: number[] = [];
    const result = range(0, 2).pipe(concatMapEager((i) => of(i)));
    for (let i = 0; i < 3; i++) result.subscribe((value) => seen.push(value));
    expect(seen).toEqual([0, 1, 0, 1, 0, 1]);
    expect(assembly.snapshot().length).toBe(2);
  });
});
