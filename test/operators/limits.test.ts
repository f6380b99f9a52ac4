import { AsyncLocalStorage } from 'node:async_hooks';
import {
  BehaviorSubject,
  EMPTY,
  NEVER,
  Observable,
  of,
  Subject,
  throwError,
  VirtualTimeScheduler,
  type Subscription,
} from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import {
  adaptiveLimit,
  concatAllEager,
  concatEager,
  concatMapEager,
  concatMapEagerFrom,
  sharedLimit,
  type ConcatMapEagerConfig,
  type MonitorEvent,
} from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';
import { failure, record, subjects } from '../support/record.js';

const BOOM = new Error('boom');

/** A stream whose items are started and ended by hand. */
function start(config: ConcatMapEagerConfig<number>, count = 10) {
  const inners = subjects(count);
  const started: number[] = [];
  const source = new Subject<number>();
  const seen = record(
    source.pipe(
      concatMapEager((n) => {
        started.push(n);
        return inners[n]!;
      }, config),
    ),
  );
  return { inners, started, source, seen, push: (...values: number[]) => values.forEach((n) => source.next(n)) };
}

describe('a limit that an Observable tells', () => {
  test('is subscribed before the source, once for each subscription, and left when nothing is left to start', () => {
    const log: string[] = [];
    const limits = new Observable<number>((subscriber) => {
      log.push('limits');
      subscriber.next(1);
      return () => log.push('no limits');
    });
    const source = new Observable<number>((subscriber) => {
      log.push('source');
      subscriber.next(0);
      subscriber.next(1);
      subscriber.complete();
      return () => log.push('no source');
    });
    let inners = subjects(2);
    const result = source.pipe(concatMapEager((n) => inners[n]!, { concurrent: limits }));

    const first = record(result);
    expect(log).toEqual(['limits', 'source', 'no source']);
    inners[0]!.complete();
    expect(log.splice(0)).toEqual(['limits', 'source', 'no source', 'no limits']);
    inners[1]!.complete();
    expect(first.heard).toEqual(['|']);

    inners = subjects(2);
    result.subscribe().unsubscribe();
    expect(log).toEqual(['limits', 'source', 'no source', 'no limits']);
  });

  describe.each([
    ['an Observable', (limits: Observable<number>) => limits],
    ['a shared limit', sharedLimit],
  ])('%s', (_, limitOf) => {
    test('is left in the call in which it tells a number, if nothing is left to start by then', () => {
      const limits = new BehaviorSubject(2);
      const failing = new Subject<never>();
      const observed: boolean[] = [];
      const later = new Observable<never>(() => () => {
        limits.next(2);
        observed.push(limits.observed);
      });
      const source = new Observable<Observable<never>>((subscriber) => {
        subscriber.next(failing);
        subscriber.next(later);
      });
      const seen = record(source.pipe(concatAllEager({ concurrent: limitOf(limits) })));
      failing.error(BOOM);

      expect(seen.heard).toEqual([failure(BOOM)]);
      expect(observed).toEqual([false]);
    });

    test('that tells a wrong number is the error, although its teardown ends the source', () => {
      const source = new Subject<number>();
      const tell = new Subject<number>();
      const limits = new Observable<number>((subscriber) => {
        subscriber.add(() => source.complete());
        subscriber.add(tell.subscribe(subscriber));
      });
      const item = new Subject<number>();
      const seen = record(source.pipe(concatMapEager(() => item, { concurrent: limitOf(limits) })));
      tell.next(1);
      source.next(0);
      tell.next(-1);
      item.complete();

      expect(seen.heard).toEqual([failure(expect.any(RangeError))]);
    });

    test('lets nothing be read while it is being subscribed', () => {
      const log: string[] = [];
      const numbers = (...each: number[]) =>
        limitOf(
          new Observable((subscriber) => {
            log.push('limits');
            each.forEach((n) => subscriber.next(n));
            log.push('limits are there');
          }),
        );
      const until = new Observable<never>(() => {
        log.push('until');
      });
      const inputs = () => {
        log.push('open');
        return [1, 2];
      };
      const seen = record(concatMapEagerFrom(inputs, (n) => of(n), { concurrent: numbers(0, 2), until }));

      expect(seen.heard).toEqual([1, 2, '|']);
      expect(log).toEqual(['limits', 'limits are there', 'until', 'open']);

      log.length = 0;
      const failed = record(concatMapEagerFrom(inputs, (n) => of(n), numbers(2, -1)));

      expect(failed.heard).toEqual([failure(expect.any(RangeError))]);
      expect(log).toEqual(['limits', 'limits are there']);
    });
  });

  test('may be given in short, at every door', () => {
    const limits = new BehaviorSubject(0);
    const sums = [
      of(of(1), of(2)).pipe(concatAllEager(limits)),
      of(1, 2).pipe(concatMapEager((n) => of(n), limits)),
      concatEager([of(1), of(2)], limits),
      concatMapEagerFrom([1, 2], (n) => of(n), limits),
    ].map((result) => record(result));

    expect(sums.map(({ heard }) => heard)).toEqual([[], [], [], []]);
    limits.next(1);
    expect(sums.map(({ heard }) => heard)).toEqual(Array(4).fill([1, 2, '|']));
  });

  test('may be an Observable of another copy of rxjs, known by its symbol', () => {
    const foreign = { [Symbol.observable ?? '@@observable']: () => of(1), subscribe: () => undefined };
    const seen = record(of(1, 2).pipe(concatMapEager((n) => of(n), { concurrent: foreign as never })));

    expect(seen.heard).toEqual([1, 2, '|']);
  });

  test('fills every new slot in the call that raises it, and cancels nothing when it is lowered', () => {
    const limits = new BehaviorSubject(1);
    const { push, started, inners } = start({ concurrent: limits });
    push(0, 1, 2, 3, 4, 5);
    expect(started).toEqual([0]);

    limits.next(4);
    expect(started).toEqual([0, 1, 2, 3]);
    limits.next(2);
    expect(inners.map(({ observed }) => observed).slice(0, 5)).toEqual([true, true, true, true, false]);
    inners[1]!.complete();
    inners[2]!.complete();
    expect(started).toHaveLength(4);
    inners[3]!.complete();
    expect(started).toEqual([0, 1, 2, 3, 4]);
    limits.next(Infinity);
    expect(started).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test.each(['a project', 'a consumer', 'a monitor', 'an inner that is subscribed'])(
    'may be raised by %s: the slots are filled by the time that the outermost call returns',
    (who) => {
      const limits = new BehaviorSubject(1);
      const started: number[] = [];
      const raise = (by: string) => {
        if (by === who && limits.value < 3) limits.next(3);
      };
      const source = new Subject<number>();
      source
        .pipe(
          concatMapEager(
            (n) => {
              started.push(n);
              if (n > 0) raise('a project');
              return n > 0 && who !== 'a consumer'
                ? new Observable<number>(() => {
                    raise('an inner that is subscribed');
                  })
                : of(n);
            },
            {
              concurrent: limits,
              monitor: ({ type, index }) => {
                if (type === 'started' && index === 1) raise('a monitor');
              },
            },
          ),
        )
        .subscribe(() => {
          raise('a consumer');
        });
      for (let n = 0; n < 6; n++) source.next(n);

      expect(started).toEqual(who === 'a consumer' ? [0, 1, 2, 3, 4, 5] : [0, 1, 2, 3]);
    },
  );

  test('may be lowered while a value is read: it is not started then', () => {
    const limits = new BehaviorSubject(1);
    const started: number[] = [];
    function* values() {
      limits.next(0);
      yield 0;
      yield 1;
    }
    record(
      concatMapEagerFrom(
        values(),
        (n) => {
          started.push(n);
          return NEVER;
        },
        limits,
      ),
    );

    expect(started).toEqual([]);
    limits.next(1);
    expect(started).toEqual([0]);
  });

  test('lets retries and fallbacks of active items go on, at 0 too', () => {
    const limits = new BehaviorSubject(2);
    let attempts = 0;
    const inners = subjects(3);
    const source = new Subject<number>();
    const seen = record(
      source.pipe(
        concatMapEager((n) => (attempts++, inners[n]!), {
          concurrent: limits,
          retry: { count: 1, delay: () => inners[2]! },
          onError: () => of('fallback'),
        }),
      ),
    );
    source.next(0);
    limits.next(0);
    inners[0]!.error(BOOM);
    inners[0] = new Subject();
    inners[2]!.next('now');
    expect(attempts).toBe(2);
    inners[0].error(BOOM);

    expect(seen.heard).toEqual(['fallback']);
  });

  describe.each<[string, Observable<unknown>, unknown]>([
    ['fails', throwError(() => BOOM), BOOM],
    ['tells a wrong number', of(-1), expect.any(RangeError)],
    ['tells a fraction', of(1.5), expect.any(RangeError)],
    ['tells NaN', of(NaN), expect.any(RangeError)],
    ['tells anything but a number', of('3'), expect.any(TypeError)],
    ['tells undefined', of(undefined), expect.any(TypeError)],
    ['completes without a number', EMPTY, new TypeError('Expected `concurrent` to emit a number before it completes')],
  ])('that %s', (_, end, error) => {
    /** Two items are active when the limit ends. */
    function play(config: ConcatMapEagerConfig<number>) {
      const limits = new Subject<unknown>();
      const seen = start({ ...config, concurrent: limits as Observable<number> });
      return {
        ...seen,
        limits,
        fail: () =>
          end.subscribe({
            next: (value) => limits.next(value),
            error: (e) => limits.error(e),
            complete: () => limits.complete(),
          }),
      };
    }

    test.each(POLICY_NAMES.filter((name) => name !== 'immediate'))(
      'lets what is active end, cancels what waits, leaves the source, and is the last thing: %o',
      (onError) => {
        const events: MonitorEvent<number>[] = [];
        const { push, limits, fail, inners, seen, source, started } = play({
          onError,
          monitor: (event) => events.push(event),
        });
        if (end !== EMPTY) {
          limits.next(2);
        }
        push(0, 1, 2, 3);
        fail();

        expect(source.observed).toBe(false);
        expect(limits.observed).toBe(false);
        inners[1]!.next('b');
        inners[1]!.complete();
        if (end !== EMPTY) {
          expect(seen.heard).toEqual([]);
          inners[0]!.next('a');
          inners[0]!.complete();
          expect(started).toEqual([0, 1]);
          expect(seen.heard).toEqual(['a', 'b', failure(error)]);
        } else {
          expect(seen.heard).toEqual([failure(error)]);
        }
        const ends = events.filter(({ type }) => type === 'ended');
        expect(ends).toHaveLength(4);
        expect(events.at(-1)).toMatchObject({ waiting: 0, active: 0, parked: 0 });
      },
    );

    test('ends all at once under immediate', () => {
      const { push, limits, fail, inners, seen } = play({ onError: 'immediate' });
      if (end !== EMPTY) {
        limits.next(2);
      }
      push(0, 1, 2);
      fail();

      expect(seen.heard).toEqual([failure(error)]);
      expect(inners.some(({ observed }) => observed)).toBe(false);
    });

    test('when it is subscribed, leaves the source alone', () => {
      const source = vi.fn(() => of(1));
      const seen = record(
        new Observable<number>((subscriber) => source().subscribe(subscriber)).pipe(
          concatMapEager((n) => of(n), { concurrent: end as Observable<number> }),
        ),
      );

      expect(seen.heard).toEqual([failure(error)]);
      expect(source).not.toHaveBeenCalled();
    });
  });

  test('names the option in its errors', () => {
    const seen = record(of(1).pipe(concatMapEager((n) => of(n), of(-1))));
    expect((seen.heard[0] as { error: Error }).error.message).toMatch(/^Expected `concurrent` to be an integer from 0/);
  });

  test.each([
    [
      'pushed',
      (limits: Observable<number>, source: Observable<number>) => source.pipe(concatMapEager((n) => of(n), limits)),
    ],
    ['read', (limits: Observable<number>) => concatMapEagerFrom([1, 2], (n) => of(n), limits)],
  ])('that stays at 0 is an error as soon as something waits, where values are %s', (how, make) => {
    const source = new Subject<number>();
    const seen = record(make(of(0), source));
    if (how === 'pushed') {
      expect(seen.heard).toEqual([]);
      source.next(1);
    }
    expect(seen.heard).toEqual([failure(expect.any(TypeError))]);
    expect(source.observed).toBe(false);
  });

  test('that ends at 0 while something waits is an error in that call', () => {
    const limits = new BehaviorSubject(0);
    const { push, seen } = start({ concurrent: limits });
    push(0);
    limits.complete();
    expect(seen.heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('may be raised while a value is read ahead', () => {
    const limits = new BehaviorSubject(0);
    const started: number[] = [];
    function* values() {
      yield 0;
      yield 1;
      limits.next(2);
    }
    record(
      concatMapEagerFrom(values(), (n) => (started.push(n), NEVER), {
        concurrent: limits,
        readAhead: 2,
        reorderWindow: 9,
      }),
    );
    limits.next(1);
    expect(started).toEqual([0, 1]);
  });

  test.each([
    ['a number', 1],
    ['a shared limit', sharedLimit(1)],
    ['an adaptive limit', adaptiveLimit({ max: 1 })],
  ])('%s: a slot that comes back while values are read ahead is taken before more are read', (_, concurrent) => {
    const inners = subjects(4);
    const log: string[] = [];
    function* values() {
      for (const n of [0, 1, 2, 3]) {
        log.push(`read ${n}`);
        if (n === 2) {
          inners[0]!.complete();
        }
        yield n;
      }
    }
    const start = (n: number) => {
      log.push(`start ${n}`);
      return inners[n]!;
    };
    record(concatMapEagerFrom(values(), start, { concurrent, readAhead: 3 }));

    expect(log).toEqual(['read 0', 'start 0', 'read 1', 'read 2', 'start 1', 'read 3']);
  });

  test.each<[string, (source: Subject<number>) => void]>([
    ['the source has failed', (source) => source.error(new Error('source'))],
    ['too many values wait', (source) => [2, 3].forEach((n) => source.next(n))],
  ])('that fails when %s is not a second error', (_, failFirst) => {
    const limits = new BehaviorSubject(1);
    const { push, source, seen, inners } = start({ concurrent: limits, maxWaiting: 1, onError: 'at-end' });
    push(0, 1);
    failFirst(source);
    limits.error(BOOM);
    inners[0]!.complete();

    expect(seen.heard).toEqual([failure(expect.any(Error))]);
    expect(seen.heard).not.toEqual([failure(expect.any(AggregateError))]);
    expect(seen.heard).not.toEqual([failure(BOOM)]);
  });

  test('that fails after an error has its turn is not a second one', () => {
    const limits = new BehaviorSubject(2);
    const { push, seen, inners } = start({ concurrent: limits, key: (n) => n % 2 });
    push(0, 2, 1);
    inners[1]!.error('item');
    limits.error(BOOM);
    inners[0]!.complete();

    expect(seen.heard).toEqual([failure('item')]);
  });

  test('that is raised while values are dropped lets what still waits start', () => {
    const limits = new BehaviorSubject(1);
    const dropped: number[] = [];
    const started: number[] = [];
    const source = new Subject<number>();
    source
      .pipe(
        concatMapEager(
          (n) => {
            started.push(n);
            if (n === 0) [1, 2, 3, 4].forEach((next) => source.next(next));
            return NEVER;
          },
          {
            concurrent: limits,
            maxWaiting: 1,
            overflow: 'drop-oldest',
            monitor: (event) => {
              if (event.type === 'ended') {
                dropped.push(event.index);
                limits.next(9);
              }
            },
          },
        ),
      )
      .subscribe();
    source.next(0);

    expect(dropped).toEqual([1]);
    expect(started).toEqual([0, 2, 3, 4]);
  });

  test.each([
    ['of one stream', (limits: Observable<number>) => limits],
    ['that streams share', (limits: Observable<number>) => sharedLimit(limits)],
  ])('%s, that ends at 0 while what waits is being cancelled, changes nothing', (_, make) => {
    const limits = new BehaviorSubject(2);
    const first = new Subject<number>();
    const second = new Observable<number>(() => () => limits.complete());
    const source = new Subject<number>();
    const seen = record(
      source.pipe(concatMapEager((n) => (n === 0 ? first : second), { concurrent: make(limits), key: (n) => n % 2 })),
    );
    [0, 1, 2].forEach((n) => source.next(n));
    limits.next(0);
    first.error(BOOM);

    expect(seen.heard).toEqual([failure(BOOM)]);
    expect(source.observed).toBe(false);
  });

  test('that stays at 0 harms nobody who has nothing to start', () => {
    expect(record(EMPTY.pipe(concatMapEager((n) => of(n), of(0)))).heard).toEqual(['|']);
  });

  test('is followed by the default window, by the highest number so far', () => {
    const limits = new BehaviorSubject(2);
    const { started, source, inners } = start({ concurrent: limits }, 3000);
    const push = (count: number) => {
      for (let n = 0; n < count; n++) source.next(n);
    };
    const finishAllButFirst = () => {
      for (let before = -1; before !== started.length;) {
        before = started.length;
        started.slice(1).forEach((n) => inners[n]!.complete());
      }
    };
    push(3000);
    finishAllButFirst();
    expect(started).toHaveLength(1024);
    limits.next(100);
    finishAllButFirst();
    expect(started).toHaveLength(1600);
    limits.next(3);
    limits.next(101);
    finishAllButFirst();
    expect(started).toHaveLength(1616);
    limits.next(Infinity);
    finishAllButFirst();
    expect(started).toHaveLength(3000);
  });

  test('that was Infinity once does not count for the default window', () => {
    const limits = new BehaviorSubject(Infinity);
    const started: number[] = [];
    const source = new Subject<number>();
    record(source.pipe(concatMapEager((n) => (started.push(n), n === 0 ? NEVER : EMPTY), limits)));
    limits.next(2);
    for (let n = 0; n < 2_000; n++) source.next(n);
    expect(started).toHaveLength(1024);
  });

  test('leaves the default window as large as it was when it is lowered', () => {
    const limits = new BehaviorSubject(100);
    const { started, push, inners } = start({ concurrent: limits }, 2000);
    limits.next(3);
    push(...Array(2000).keys());
    for (let n = 1; n < started.length; n++) inners[started[n]!]!.complete();
    expect(started).toHaveLength(1600);
  });

  test('is in every event', () => {
    const limits = new Subject<number>();
    const told: number[] = [];
    const { push } = start({ concurrent: limits, monitor: ({ concurrent }) => told.push(concurrent) });
    push(0);
    limits.next(7);
    limits.next(3);
    push(1);

    expect(told).toEqual([0, 7, 3, 3]);
  });

  test('a number, too, is in every event', () => {
    const told: number[] = [];
    const { push } = start({ concurrent: 5, monitor: ({ concurrent }) => told.push(concurrent) });
    push(0);

    expect(told).toEqual([5, 5]);
  });

  test('leaves the indices of keyed values with gaps where some were cancelled, and emits what was active', () => {
    const limits = new BehaviorSubject(3);
    const { push, inners, seen } = start({ concurrent: limits, key: (n) => n % 2 });
    push(0, 2, 1);
    limits.error(BOOM);
    inners[1]!.next('b');
    inners[1]!.complete();
    inners[0]!.next('a');
    inners[0]!.complete();

    expect(seen.heard).toEqual(['a', 'b', failure(BOOM)]);
  });

  test('starts items in the context of the subscription, whoever raises it', () => {
    const storage = new AsyncLocalStorage<string>();
    const limits = new BehaviorSubject(0);
    const contexts: unknown[] = [];
    storage.run('stream', () =>
      of(1)
        .pipe(concatMapEager(() => (contexts.push(storage.getStore()), EMPTY), limits))
        .subscribe(),
    );
    storage.run('admin', () => limits.next(1));

    expect(contexts).toEqual(['stream']);
  });

  test('fails where it cannot be subscribed', () => {
    const broken = {
      [Symbol.observable ?? '@@observable']: () => {
        throw BOOM;
      },
    };
    const seen = record(of(1).pipe(concatMapEager((n) => of(n), { concurrent: broken as never })));
    expect(seen.heard).toEqual([failure(BOOM)]);
  });

  test.each(POLICY_NAMES)(
    'that fails is the error under %s, although the source ends what is active when it is left',
    (onError) => {
      const inner = new Subject<number>();
      const limits = new Subject<number>();
      const source = new Observable<number>((subscriber) => {
        subscriber.next(1);
        return () => inner.complete();
      });
      const seen = record(source.pipe(concatMapEager(() => inner, { concurrent: limits, onError })));
      limits.next(1);
      limits.error(BOOM);
      expect(seen.heard).toEqual([failure(BOOM)]);
    },
  );

  test('that fails lets what is active go on, also where each key has an order of its own', () => {
    const limits = new BehaviorSubject(2);
    const { inners, started, source, seen, push } = start({ concurrent: limits, key: (n) => n % 2, order: 'key' });
    push(0, 1, 2, 3);
    limits.error(BOOM);
    expect(source.observed).toBe(false);
    inners[1]!.next('b');
    inners[1]!.complete();
    inners[0]!.next('a');
    inners[0]!.complete();
    expect(started).toEqual([0, 1]);
    expect(seen.heard).toEqual(['b', 'a', failure(BOOM)]);
  });

  test('that fails is the error, although a consumer takes the last value when the source is left', async () => {
    const limits = new BehaviorSubject(1);
    const answers: Promise<unknown>[] = [];
    function* source() {
      try {
        for (let n = 1; ; n++) yield n;
      } finally {
        answers.push(iterator.next(), iterator.next());
      }
    }
    const config = { concurrent: limits, reorderWindow: 1 };
    const iterator = concatMapEagerFrom(source(), (n) => of(n), config)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    limits.error(BOOM);
    expect(await Promise.allSettled(answers)).toEqual([
      { status: 'fulfilled', value: { done: false, value: 2 } },
      { status: 'rejected', reason: BOOM },
    ]);
  });

  test('reports what its teardown throws after it has told a wrong number', () => {
    vi.useFakeTimers();
    try {
      const limits = new Observable<number>((subscriber) => {
        subscriber.next(-1);
        return () => {
          throw BOOM;
        };
      });
      const seen = record(of(1).pipe(concatMapEager((n) => of(n), limits)));
      expect(seen.heard).toEqual([failure(expect.any(RangeError))]);
      expect(() => vi.runAllTimers()).toThrow('boom');
    } finally {
      vi.useRealTimers();
    }
  });

  test('reports what its teardown throws', () => {
    vi.useFakeTimers();
    try {
      const limits = new Observable<number>((subscriber) => {
        subscriber.next(1);
        return () => {
          throw BOOM;
        };
      });
      const seen = record(of(1).pipe(concatMapEager((n) => of(n), limits)));
      expect(seen.heard).toEqual([1, '|']);
      expect(() => vi.runAllTimers()).toThrow('boom');
    } finally {
      vi.useRealTimers();
    }
  });

  test('ends by its own consumer in the middle of everything', () => {
    const limits = new BehaviorSubject(0);
    let subscription: Subscription | undefined = undefined;
    const started: number[] = [];
    const source = new Subject<number>();

    subscription = source
      .pipe(
        concatMapEager((n) => {
          started.push(n);
          subscription?.unsubscribe();
          return NEVER;
        }, limits),
      )
      .subscribe();
    source.next(0);
    source.next(1);
    limits.next(2);

    expect(started).toEqual([0]);
    expect(limits.observed).toBe(false);
    expect(source.observed).toBe(false);
  });

  test('works with a consumer that asks', async () => {
    const limits = new BehaviorSubject(1);
    const values: number[] = [];
    for await (const value of concatMapEagerFrom([1, 2, 3, 4], (n) => of(n), {
      concurrent: limits,
      reorderWindow: 2,
    })) {
      values.push(value);
      limits.next(values.length === 2 ? 2 : 1);
    }
    expect(values).toEqual([1, 2, 3, 4]);
    expect(limits.observed).toBe(false);
  });

  test('works in virtual time, as a ramp', () => {
    const scheduler = new VirtualTimeScheduler();
    const limits = new Observable<number>((subscriber) => {
      for (let n = 0; n < 4; n++) scheduler.schedule(() => subscriber.next(n), 10 * n);
    });
    const log: string[] = [];
    record(
      of(0, 1, 2, 3).pipe(
        concatMapEager((n) => (log.push(`${scheduler.now()}:${n}`), NEVER), { concurrent: limits, scheduler }),
      ),
    );
    scheduler.flush();

    expect(log).toEqual(['10:0', '20:1', '30:2']);
  });
});
