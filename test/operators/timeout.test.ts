import {
  config as rxjsConfig,
  EMPTY,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  type Subscription,
  timer,
  TimeoutError,
  VirtualTimeScheduler,
  type ObservableInput,
} from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig, type ItemTimeout, type TimeoutMeta } from '../../src/index.js';
import { HandScheduler } from '../support/HandScheduler.js';
import { collect, failure, nameOf, record, recordAt } from '../support/record.js';
import { turn } from '../support/turn.js';
import { inVirtualTime, timed } from '../support/virtualTime.js';

/** What is heard of the given inners, all of which start at 0 unless `concurrent` says otherwise. */
const limited = (timeout: number | ItemTimeout, inners: string[], config: ConcatMapEagerConfig<string> = {}) =>
  timed(({ cold }) => of(...inners).pipe(concatMapEager((inner) => cold(inner), { timeout, ...config })));

/** What is heard of one item whose attempts are given. */
const retried = (timeout: ItemTimeout, attempts: string[], config: ConcatMapEagerConfig<number>) =>
  timed(({ cold }) =>
    of(0).pipe(concatMapEager((_, __, { attempt }) => cold(attempts[attempt - 1] ?? '-'), { timeout, ...config })),
  );

describe('first', () => {
  test.each([
    ['passes when there is no value within it', ['---------a|'], '5:#first'],
    ['passes for what never emits', ['-'], '5:#first'],
    ['does not pass when there is one', ['----a-----b|'], '4:a 10:b 11:|'],
    ['does not pass when the inner completes without a value', ['----|'], '4:|'],
    ['is over after the first value', ['-a-------------------|'], '1:a 21:|'],
    ['passes for an item that is not the head', ['-a-------b|', '----------c|'], '1:a 9:b 10:#first'],
  ])('%s', (_, inners, expected) => {
    expect(limited({ first: 5 }, inners)).toBe(expected);
  });
});

describe('each', () => {
  test.each([
    ['passes when the first value takes longer', ['---------a|'], '5:#each'],
    ['passes when there is more between two values', ['---a--------b|'], '3:a 8:#each'],
    ['passes when there is more between the last value and completion', ['---a--b-------|'], '3:a 6:b 11:#each'],
    ['passes when an inner without a value takes longer', ['---------|'], '5:#each'],
    ['does not pass while values keep coming', ['---a---b---c---d---|'], '3:a 7:b 11:c 15:d 19:|'],
    [
      'counts values that are parked',
      ['--a--b--c--d|', '---e---f---g-------|'],
      '2:a 5:b 8:c 11:d 12:e 12:f 12:g 16:#each',
    ],
  ])('%s', (_, inners, expected) => {
    expect(limited({ each: 5 }, inners)).toBe(expected);
  });

  test('leaves the first gap to `first`, where that is given', () => {
    expect(limited({ first: 10, each: 5 }, ['--------a---b|'])).toBe('8:a 12:b 13:|');
    expect(limited({ first: 10, each: 5 }, ['--------a------b|'])).toBe('8:a 13:#each');
    expect(limited({ first: 10, each: 5 }, ['------------a|'])).toBe('10:#first');
    expect(limited({ first: 2, each: 5 }, ['----a|'])).toBe('2:#first');
    expect(limited({ first: 10, each: 5 }, ['-------|'])).toBe('7:|');
  });
});

describe('total', () => {
  test.each([
    ['passes when the inner has not completed within it', ['-a-b-c-d-e-f|'], '1:a 3:b 4:#total'],
    ['passes for what never emits', ['-'], '4:#total'],
    ['does not pass when the inner has completed', ['-a|'], '1:a 2:|'],
  ])('%s', (_, inners, expected) => {
    expect(limited({ total: 4 }, inners)).toBe(expected);
  });

  test('is what a number means', () => {
    expect(limited(4, ['-a-b-c-d-e-f|'])).toBe('1:a 3:b 4:#total');
  });

  test('passes for promises, generators and streams', () => {
    const forever = () => new Promise<never>(() => {});
    async function* endless() {
      await forever();
      yield 'a';
    }
    const inners: (() => ObservableInput<string>)[] = [forever, endless, () => new ReadableStream<string>()];
    for (const inner of inners) {
      expect(timed(() => of(1).pipe(concatMapEager(inner, { timeout: 4 })))).toBe('4:#total');
    }
  });
});

describe('several limits', () => {
  test.each([
    [{ first: 3, each: 2, total: 20 }, '---------', '3:#first'],
    [{ first: 3, each: 2, total: 20 }, '-a-------', '1:a 3:#each'],
    [{ first: 9, each: 7, total: 5 }, '-a-------', '1:a 5:#total'],
    [{ first: 9, total: 5 }, '---------', '5:#total'],
    [{ each: 9, total: 5 }, '-a-b-----', '1:a 3:b 5:#total'],
    [{ each: 3, total: 50 }, '-a-b-c-d-----', '1:a 3:b 5:c 7:d 10:#each'],
    [{ first: 3, each: 4, total: 8 }, '-a--b--c--d--e', '1:a 4:b 7:c 8:#total'],
  ] as [ItemTimeout, string, string][])('run side by side: %o, %s', (timeout, inner, expected) => {
    expect(limited(timeout, [inner])).toBe(expected);
  });

  test('pass for many items at the same time, for each of them once', () => {
    expect(limited(5, ['-', '-', '-a|', '-'], { onError: 'at-end' })).toBe('5:a 5:#[total total total]');
  });
});

describe('a clock', () => {
  test('starts when the inner is subscribed, never while the value waits', () => {
    const inners = ['-----a|', '-----b|', '-----c|', '---------|'];
    expect(limited(7, inners, { concurrent: 1 })).toBe('5:a 11:b 17:c 25:#total');
    expect(limited({ first: 7 }, inners.slice(0, 3), { concurrent: 1 })).toBe('5:a 11:b 17:c 18:|');
    expect(limited(5, ['-', '-', '-'], { concurrent: 1, onError: 'skip' })).toBe('15:|');
  });

  test('does not count the time that project takes', () => {
    const scheduler = new HandScheduler();
    const seen = recordAt(
      () => scheduler.time,
      of(1).pipe(
        concatMapEager(
          () => {
            scheduler.time += 50;
            scheduler.elapsed += 50;
            return NEVER;
          },
          { timeout: 10, scheduler },
        ),
      ),
    );
    scheduler.advance(9);
    expect(seen.heard).toEqual([]);
    scheduler.advance(1);
    expect(seen.log).toEqual(['60:#total']);
  });

  test('belongs to one attempt: a retry gets fresh ones', () => {
    const attempts = ['-a--------', '---b------', '-----c-|'];
    const retry = { count: 2, delay: 3 };
    expect(retried({ total: 6 }, attempts, { retry })).toBe('1:a 12:b 23:c 24:#total');
    expect(retried({ total: 8 }, attempts, { retry })).toBe('1:a 14:b 27:c 29:|');
    expect(retried({ each: 6 }, attempts, { retry })).toBe('1:a 13:b 27:c 29:|');
    expect(retried({ first: 2 }, attempts, { retry })).toBe('1:a');
    expect(retried({ first: 2, each: 4 }, attempts, { retry })).toBe('1:a 15:#first');
  });

  test('does not run during the delay of a retry', () => {
    const timeout = { first: 5, each: 5, total: 5 };
    const run = (delay: number | (() => Observable<unknown>)) =>
      timed(({ cold }) =>
        of(0).pipe(
          concatMapEager((_, __, { attempt }) => (attempt === 1 ? cold('--#') : cold('--a|')), {
            timeout,
            retry: { count: 1, delay },
          }),
        ),
      );
    expect(run(100)).toBe('104:a 105:|');
    expect(run(() => timer(100))).toBe('104:a 105:|');
  });

  test('does not run for a fallback, except `blocking`', () => {
    const run = (timeout: ItemTimeout) =>
      timed(({ cold }) =>
        of(0, 1).pipe(
          concatMapEager((n) => (n === 0 ? cold('-#') : cold('---b|')), {
            timeout,
            onError: () => cold('-------x-----------y|'),
          }),
        ),
      );
    expect(run({ first: 5, each: 5, total: 5 })).toBe('8:x 20:y 21:b 21:|');
    // Blocked since 3, when `b` was parked.
    expect(run({ blocking: 10 })).toBe('8:x 13:#blocking');
  });

  test('gives a fallback the whole of `blocking` again, also where each key has an order of its own', () => {
    const run = (order: 'source' | 'key') =>
      timed(({ cold }) =>
        of(0, 1).pipe(
          concatMapEager((n) => (n === 0 ? cold('---------') : cold('---b|')), {
            timeout: { blocking: 5 },
            onError: () => cold('---------'),
            key: () => 'same',
            concurrentPerKey: 2,
            order,
          }),
        ),
      );
    // Blocked from 3 to 8, when the fallback starts, and from then on.
    expect(run('source')).toBe('13:#blocking');
    expect(run('key')).toBe('13:#blocking');
  });

  test('is not stopped, nor set off, by a value that comes after the item has failed', () => {
    const inner = new Subject<string>();
    const scheduler = new HandScheduler();
    const seen = record(
      of(1, 2).pipe(
        concatMapEager((n) => (n === 1 ? inner : NEVER), { timeout: { each: 5 }, scheduler, onError: 'skip' }),
      ),
    );
    scheduler.advance(5);
    inner.next('late');
    scheduler.advance(50);
    expect(seen.heard).toEqual(['|']);
    expect(scheduler.armed).toBe(0);
  });
});

describe('blocking', () => {
  test.each([
    ['counts from when a value is parked behind the head', ['------------a|', '---b-------------|'], '8:#blocking'],
    ['counts an item that has ended without a value', ['------------a|', '---|'], '8:#blocking'],
    ['counts an item that has failed', ['------------a|', '---#'], '8:#blocking'],
    ['counts from the first thing that is parked', ['------------a|', '---b--b--b|', '----c|'], '8:#blocking'],
    ['does not pass when nothing is parked', ['------------a|', '--------------b|'], '12:a 14:b 15:|'],
    ['does not pass for what never ends when nothing is parked', ['-', '-', '-'], ''],
    ['does not pass for an item that is not the head', ['----a|', '-------b|', '--c|'], '4:a 7:b 8:c 8:|'],
    ['counts anew for each head', ['----a|', '-------b|', '-----------c|', '--d|'], '4:a 7:b 11:c 12:d 12:|'],
    ['counts from when the item becomes the head', ['----a|', '-----------b|', '--c|'], '4:a 10:#blocking'],
    ['passes whether the head streams or not', ['-a-b-c-d-e-f-g-h|', '---x|'], '1:a 3:b 5:c 7:d 8:#blocking'],
    ['cannot pass for the last item', ['--a|', '---------------b|'], '2:a 15:b 16:|'],
  ])('%s', (_, inners, expected) => {
    expect(limited({ blocking: 5 }, inners)).toBe(expected);
  });

  test('cannot pass where nothing runs ahead', () => {
    const inners = ['---------a|', '---------b|', '---------|'];
    expect(limited({ blocking: 2 }, inners, { concurrent: 1 })).toBe('9:a 19:b 29:|');
  });

  test('does not count an unfinished atomic item', () => {
    const inners = ['--------------------a|', '-b-b-b-b|'];
    expect(limited({ blocking: 5 }, inners, { atomic: true })).toBe('13:#blocking');
    expect(limited({ blocking: 5 }, inners)).toBe('6:#blocking');
  });

  test('counts what the head itself has parked for nothing', () => {
    expect(limited({ blocking: 5 }, ['-a-b-c-d-e|'], { atomic: true })).toBe('10:a 10:b 10:c 10:d 10:e 10:|');
  });

  test('spans the attempts of an item, and allows no retry', () => {
    const run = (blocking: number, delay: number) => inRetries(blocking, { delay }, ['--#', '--#', '---------']);
    // Blocked since 1. The attempts run from 0 to 2, from 2 to 4, and from 4 on.
    expect(run(2, 0)).toEqual({ log: '3:#blocking', attempts: 2 });
    expect(run(10, 0)).toEqual({ log: '11:#blocking', attempts: 3 });
    // During the delay from 2 to 6; from 0 to 2, 6 to 8, and from 12 on.
    expect(run(3, 4)).toEqual({ log: '4:#blocking', attempts: 1 });
    expect(run(9, 4)).toEqual({ log: '10:#blocking', attempts: 2 });
    expect(run(12, 4)).toEqual({ log: '13:#blocking', attempts: 3 });
  });

  test.each([false, true])('counts what the last attempt emitted, during a delay too; atomic: %s', (atomic) => {
    inVirtualTime(({ cold, flush }) => {
      let seen: number | undefined;
      of(0, 1)
        .pipe(
          concatMapEager((n) => (n === 0 ? cold('ab#') : cold('-c|')), {
            timeout: { blocking: 6 },
            retry: { delay: 100 },
            atomic,
          }),
        )
        .subscribe({ error: (error: TimeoutError) => (seen = error.info?.seen) });
      flush();
      expect(seen).toBe(2);
    });
  });

  test('unsubscribes the notifier of a retry', () => {
    inVirtualTime(({ cold, record, flush, expectSubscriptions }) => {
      const notifier = cold('-------------x');
      const seen = record(
        of(0, 1).pipe(
          concatMapEager((n) => (n === 0 ? cold('--#') : cold('-b|')), {
            timeout: { blocking: 6 },
            retry: { delay: () => notifier },
            onError: 'skip',
          }),
        ),
      );
      expectSubscriptions(notifier.subscriptions).toBe('--^----!');
      flush();
      expect(seen.log).toEqual(['7:b', '7:|']);
    });
  });

  test('starts for the next head when the item is skipped', () => {
    expect(limited({ blocking: 5 }, ['-', '-', '-', '--d|'], { onError: 'skip' })).toBe('17:d 17:|');
  });

  test('starts anew for the fallback of an item that has passed it', () => {
    const run = (fallback: string) =>
      timed(({ cold }) =>
        of(0, 1).pipe(
          concatMapEager((n) => cold(n === 0 ? '-' : '--b|'), {
            timeout: { blocking: 5 },
            onError: () => cold(fallback),
          }),
        ),
      );
    expect(run('---f|')).toBe('10:f 11:b 11:|');
    expect(run('---f-----|')).toBe('10:f 12:#blocking');
  });

  /** One item with the given attempts, and one behind it that parks a value at 1. */
  function inRetries(blocking: number, retry: { delay: number }, attempts: string[]) {
    let most = 0;
    const log = timed(({ cold }) =>
      of(0, 1).pipe(
        concatMapEager(
          (n, _, { attempt }) => {
            if (n === 0) {
              most = attempt;
            }
            return n === 0 ? cold(attempts[attempt - 1]!) : cold('-b|');
          },
          { timeout: { blocking }, retry: { ...retry, count: 99 } },
        ),
      ),
    );
    return { log, attempts: most };
  }
});

describe('a TimeoutError', () => {
  const cases: [ItemTimeout, string, number][] = [
    [{ first: 70, total: 500 }, 'first', 0],
    [{ each: 70, total: 500 }, 'each', 2],
    [{ total: 70 }, 'total', 2],
    [{ blocking: 70 }, 'blocking', 2],
  ];

  test.each(cases)("is rxjs's own, and says what has passed: %o", (timeout, limit, seen) => {
    inVirtualTime(({ cold, record, flush }) => {
      const values = [{ id: 'zero' }, { id: 'one' }, { id: 'two' }];
      const errors: unknown[] = [];
      record(
        of(...values).pipe(
          concatMapEager(
            (_, index, { attempt }) => {
              if (index !== 1) {
                return of('x');
              }
              return attempt === 1 ? cold('a#') : cold(seen === 0 ? '-' : 'bc-');
            },
            {
              timeout,
              retry: { count: 1 },
              onError: (error) => {
                errors.push(error);
                return EMPTY;
              },
            },
          ),
        ),
      );
      flush();
      expect(errors).toHaveLength(1);
      const error = errors[0] as TimeoutError<unknown, TimeoutMeta<unknown>>;
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe('TimeoutError');
      expect(error.info?.seen).toBe(seen);
      expect(error.info?.meta).toEqual({ value: values[1], index: 1, attempt: 2, limit });
      expect(error.info?.meta?.value).toBe(values[1]);
      expect(error.message).toMatch(/\b1\b/);
      expect(error.message).toContain(limit);
      expect(error.message).toMatch(/\b70 ms\b/);
    });
  });

  test("has its item's value also where nothing else wants it after `project`", () => {
    inVirtualTime(({ record, flush }) => {
      const { heard } = record(of('zero').pipe(concatMapEager(() => NEVER, { timeout: 5 })));
      flush();
      expect(heard).toEqual([
        failure(
          expect.objectContaining({
            info: { meta: { value: 'zero', index: 0, attempt: 1, limit: 'total' }, seen: 0, lastValue: null },
          }),
        ),
      ]);
    });
  });

  test('comes after the inner is unsubscribed and its signal aborted with it', () => {
    for (const timeout of [{ first: 5 }, { each: 5 }, { total: 5 }, { blocking: 5 }]) {
      const scheduler = new HandScheduler();
      const log: unknown[] = [];
      const silent = new Observable<never>(() => () => log.push('unsubscribed'));
      of(0, 1)
        .pipe(
          concatMapEager(
            (n, _, { signal }) => {
              if (n === 1) {
                return of('x');
              }
              signal.addEventListener('abort', () => log.push('aborted', signal.reason));
              return silent;
            },
            { timeout, scheduler },
          ),
        )
        .subscribe({ error: (error: unknown) => log.push('failed', error) });
      scheduler.advance(5);
      expect(log).toEqual(['unsubscribed', 'aborted', log[2], 'failed', log[2]]);
      expect(log[2]).toBeInstanceOf(TimeoutError);
    }
  });

  test('is what retry.delay gets', () => {
    const errors: unknown[] = [];
    const delay = (error: unknown) => {
      errors.push(error);
      return of(0);
    };
    expect(retried({ total: 5 }, ['-', '--a|'], { retry: { delay } })).toBe('7:a 8:|');
    expect(errors).toEqual([expect.any(TimeoutError)]);
  });
});

describe('all clocks', () => {
  const everything = { first: 30, each: 40, total: 50, blocking: 60 };

  test('share one scheduled action, however many items there are', () => {
    const scheduler = new HandScheduler();
    const inners = Array.from({ length: 1000 }, () => new Subject<number>());
    const seen = record(of(...inners).pipe(concatMapEager((inner) => inner, { timeout: everything, scheduler })));
    expect(scheduler.armed).toBe(1);
    expect(scheduler.scheduled).toBe(1);
    scheduler.advance(10);
    for (const inner of inners) {
      inner.next(1);
    }
    scheduler.advance(10);
    for (const inner of inners) {
      inner.next(2);
      inner.complete();
    }
    expect(seen.heard).toHaveLength(2001);
    expect(scheduler.mostArmed).toBe(1);
    expect(scheduler.scheduled).toBeLessThan(10);
  });

  test('pass in time with a scheduler that leads to an earlier one before it has scheduled', () => {
    const scheduler = new HandScheduler();
    const schedule = scheduler.schedule.bind(scheduler);
    const [a, b] = [new Subject<string>(), new Subject<string>()];
    const seen = recordAt(
      () => scheduler.elapsed,
      of(a, b).pipe(
        concatMapEager((inner) => inner, {
          timeout: { first: 100, each: 5 },
          retry: { count: 1, delay: 20 },
          onError: (error) => of(nameOf(error)),
          scheduler,
        }),
      ),
    );
    scheduler.schedule = (...args) => {
      const action = schedule(...args);
      scheduler.schedule = schedule;
      // While the delay of `a` is being scheduled, `each` of `b` begins.
      b.next('b');
      return action;
    };
    a.error(new Error('boom'));
    scheduler.advance(200);
    expect(seen.log).toEqual(['20:boom', '20:b', '125:first', '125:|']);
    expect(scheduler.armed).toBe(0);
  });

  test('schedule nothing an item: a hundred thousand that end at once need one action', () => {
    const scheduler = new HandScheduler();
    const source = new Subject<number>();
    source.pipe(concatMapEager((n) => of(n), { timeout: everything, scheduler })).subscribe();
    range(0, 100_000).subscribe(source);
    expect(scheduler.scheduled).toBe(1);
    expect(scheduler.armed).toBe(0);
  });

  test('schedule next to nothing over a long run', () => {
    inVirtualTime(({ record, flush, scheduler }) => {
      let scheduled = 0;
      const counting = {
        now: () => scheduler.now(),
        schedule: (...args: Parameters<typeof scheduler.schedule>) => {
          scheduled++;
          return scheduler.schedule(...args);
        },
      };
      // 4 s in all, with 50 at a time of 10 ms each: an action every 100 ms at most.
      const seen = record(
        range(0, 20_000).pipe(
          concatMapEager(() => timer(10, scheduler), { concurrent: 50, timeout: 100, scheduler: counting }),
        ),
      );
      flush();
      expect(seen.heard).toHaveLength(20_001);
      expect(seen.heard.at(-1)).toBe('|');
      expect(scheduled).toBeLessThan(60);
      expect(scheduled).toBeGreaterThan(0);
    });
  });

  test('leave at most one action to an idle stream, which fires once and is not renewed', () => {
    const scheduler = new HandScheduler();
    const source = new Subject<number>();
    const seen = record(source.pipe(concatMapEager((n) => of(n), { timeout: everything, scheduler })));
    expect(scheduler.armed).toBe(0);
    source.next(1);
    source.next(2);
    expect(scheduler.armed).toBeLessThanOrEqual(1);
    scheduler.advance(10_000);
    expect(scheduler.fired).toBeLessThanOrEqual(1);
    expect(scheduler.armed).toBe(0);
    expect(scheduler.scheduled).toBe(1);
    expect(seen.heard).toEqual([1, 2]);
    // And it is not deaf now.
    source.next(3);
    scheduler.advance(10_000);
    expect(scheduler.armed).toBe(0);
    expect(scheduler.scheduled).toBe(2);
  });

  test.each<[string, (source: Subject<number>, inner: Subject<number>, subscription: Subscription) => void, unknown[]]>(
    [
      ['completes', (source, inner) => [inner, source].forEach((each) => each.complete()), [1, '|']],
      ['fails', (_, inner) => inner.error('bad'), [failure('bad')]],
      ['is unsubscribed', (_, __, subscription) => subscription.unsubscribe(), []],
    ],
  )('leave no action to a stream that %s', (_, end, expected) => {
    for (const timeout of [1000, { first: 1000 }, { each: 1000 }, { blocking: 1000 }, everything]) {
      const scheduler = new HandScheduler();
      const source = new Subject<number>();
      const inner = new Subject<number>();
      const { heard, subscription } = record(
        source.pipe(concatMapEager((n) => (n === 0 ? inner : of(n)), { timeout, scheduler })),
      );
      source.next(0);
      source.next(1);
      expect(scheduler.armed).toBe(1);
      end(source, inner, subscription);
      expect(heard).toEqual(expected);
      expect(scheduler.armed).toBe(0);
    }
  });

  test('leave no action of a retry delay either', () => {
    const scheduler = new HandScheduler();
    const seen = record(
      of(0).pipe(
        concatMapEager(
          () => {
            throw new Error('boom');
          },
          { retry: { delay: 1000 }, scheduler },
        ),
      ),
    );
    expect(scheduler.armed).toBe(1);
    seen.subscription.unsubscribe();
    expect(scheduler.armed).toBe(0);
  });

  test('include the delays of retries', () => {
    const scheduler = new HandScheduler();
    range(0, 100)
      .pipe(
        concatMapEager(
          (n) => {
            if (n % 2 === 0) {
              throw new Error('boom');
            }
            return NEVER;
          },
          { retry: { delay: 20 }, timeout: everything, scheduler },
        ),
      )
      .subscribe();
    scheduler.advance(29);
    expect(scheduler.mostArmed).toBe(1);
    expect(scheduler.scheduled).toBeLessThan(10);
  });

  test('run on the given scheduler', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen = recordAt(
      () => scheduler.now(),
      of(0).pipe(concatMapEager(() => NEVER, { timeout: 5, retry: { count: 2, delay: 10 }, scheduler })),
    );
    scheduler.flush();
    expect(seen.log).toEqual(['35:#total']);
  });
});

describe('a limit beyond the longest delay of a timer', () => {
  const longest = 2 ** 31 - 1;

  test('neither passes at once nor spins', () => {
    const scheduler = new HandScheduler();
    const seen = recordAt(
      () => scheduler.time,
      of(0).pipe(concatMapEager(() => NEVER, { timeout: longest + 1000, scheduler })),
    );
    scheduler.advance(longest);
    expect(seen.heard).toEqual([]);
    expect(scheduler.scheduled).toBe(2);
    scheduler.advance(999);
    expect(seen.heard).toEqual([]);
    scheduler.advance(1);
    expect(seen.log).toEqual([`${longest + 1000}:#total`]);
  });

  test.each([Number.MAX_SAFE_INTEGER, Number.MAX_VALUE])('may be as long as %d', (timeout) => {
    const scheduler = new HandScheduler();
    const seen = record(of(0).pipe(concatMapEager(() => NEVER, { timeout, scheduler })));
    scheduler.advance(10 * longest);
    expect(seen.heard).toEqual([]);
    expect(scheduler.scheduled).toBe(11);
  });

  test('may be a retry delay', () => {
    const scheduler = new HandScheduler();
    const starts: number[] = [];
    of(0)
      .pipe(
        concatMapEager(
          () => {
            starts.push(scheduler.time);
            throw new Error('boom');
          },
          { retry: { delay: longest + 5 }, scheduler },
        ),
      )
      .subscribe();
    scheduler.advance(longest + 4);
    expect(starts).toEqual([0]);
    scheduler.advance(1);
    expect(starts).toEqual([0, longest + 5]);
  });

  test('of Infinity is none: nothing is scheduled', () => {
    const scheduler = new HandScheduler();
    const seen = record(
      of(0, 1).pipe(
        concatMapEager((n) => (n === 0 ? NEVER : of(n)), {
          timeout: { first: Infinity, each: Infinity, total: Infinity, blocking: Infinity },
          scheduler,
        }),
      ),
    );
    expect(scheduler.scheduled).toBe(0);
    expect(seen.heard).toEqual([]);
    record(of(0).pipe(concatMapEager(() => NEVER, { timeout: Infinity, scheduler })));
    expect(scheduler.scheduled).toBe(0);
  });
});

describe('a clock that is wrong', () => {
  const start = (config: ConcatMapEagerConfig<number>) => {
    const scheduler = new HandScheduler();
    scheduler.time = 1_000_000;
    const source = new Subject<number>();
    const seen = recordAt(
      () => scheduler.elapsed,
      source.pipe(concatMapEager((n) => (n < 10 ? NEVER : of(n)), { scheduler, onError: 'skip', ...config })),
    );
    return { scheduler, source, seen };
  };

  test('and goes backwards neither delays nor hastens the limit of an item that runs', () => {
    const { scheduler, source, seen } = start({ timeout: 100 });
    source.next(0);
    source.next(10);
    scheduler.advance(50);
    scheduler.time -= 500_000;
    source.next(11);
    scheduler.advance(49);
    expect(seen.heard).toEqual([]);
    scheduler.advance(1);
    expect(seen.log).toEqual(['100:10', '100:11']);
  });

  test('and went backwards does not cut short the limit of an item that is started afterwards', () => {
    const { scheduler, source, seen } = start({ timeout: 100 });
    source.next(0);
    scheduler.advance(50);
    scheduler.time -= 500_000;
    source.next(1);
    source.next(10);
    scheduler.advance(99);
    expect(seen.heard).toEqual([]);
    scheduler.advance(101);
    expect(seen.heard).toEqual([10]);
  });

  test.each([{ first: 100 }, { each: 100 }, { total: 100 }, { blocking: 100 }])(
    'and stands still does not keep a limit from passing: %o',
    (timeout) => {
      const { scheduler, source, seen } = start({ timeout });
      source.next(0);
      source.next(10);
      scheduler.advance(99, { stands: true });
      expect(seen.heard).toEqual([]);
      scheduler.advance(1, { stands: true });
      expect(seen.log).toEqual(['100:10']);
      expect(scheduler.scheduled).toBeLessThan(4);
    },
  );

  test('and goes backwards all the time does not keep a limit from passing, nor does it spin', () => {
    const { scheduler, source, seen } = start({ timeout: { each: 100, total: 300 } });
    source.next(0);
    source.next(10);
    for (let i = 0; i < 40; i++) {
      scheduler.time -= 20;
      scheduler.advance(10);
    }
    expect(seen.heard).toEqual([10]);
    expect(scheduler.scheduled).toBeLessThan(10);
  });

  test('and goes backwards delays no retry', () => {
    const scheduler = new HandScheduler();
    scheduler.time = 1_000_000;
    const seen = recordAt(
      () => scheduler.elapsed,
      of(0).pipe(
        concatMapEager(
          (_, __, { attempt }) => {
            if (attempt === 1) {
              throw new Error('boom');
            }
            return of('a');
          },
          { retry: { delay: 100 }, scheduler },
        ),
      ),
    );
    scheduler.advance(50);
    scheduler.time -= 500_000;
    scheduler.advance(50);
    expect(seen.log).toEqual(['100:a', '100:|']);
  });

  test('shows a monitor a time that does not go backwards', () => {
    const { events, monitor } = collect<number>();
    const { scheduler, source } = start({ monitor });
    source.next(10);
    scheduler.time -= 500;
    source.next(11);
    scheduler.time += 100;
    source.next(12);
    const times = events.map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)! - times[0]!).toBe(100);
  });
});

describe('a passed limit', () => {
  afterEach(() => {
    rxjsConfig.onUnhandledError = null;
  });

  const thrower = new Observable<never>(() => () => {
    throw new Error('of the teardown');
  });

  test.each([{ first: 5 }, { each: 5 }, { total: 5 }, { blocking: 5 }])(
    'fails the item though the teardown of its inner throws: %o',
    async (timeout) => {
      const reported: unknown[] = [];
      rxjsConfig.onUnhandledError = (error) => reported.push(error);
      const scheduler = new HandScheduler();
      const seen = record(
        of(0, 1).pipe(concatMapEager((n) => (n === 0 ? thrower : of('b')), { timeout, scheduler, onError: 'skip' })),
      );
      try {
        scheduler.advance(5);
      } catch (error) {
        // It may also be thrown to the scheduler, as rxjs's own operators do.
        reported.push(error);
      }
      scheduler.advance(1);
      await turn();
      expect(seen.heard).toEqual(['b', '|']);
      expect(reported).toHaveLength(1);
    },
  );

  test('fails every item that is due, though the teardown of one of them throws', async () => {
    rxjsConfig.onUnhandledError = () => {};
    const scheduler = new HandScheduler();
    const seen = record(
      of(0, 1, 2).pipe(concatMapEager((n) => (n === 0 ? thrower : NEVER), { timeout: 5, scheduler, onError: 'skip' })),
    );
    try {
      scheduler.advance(5);
    } catch {
      // See above.
    }
    scheduler.advance(1);
    await turn();
    expect(seen.heard).toEqual(['|']);
  });

  test('lets a listener of the signal end everything, and then fails nothing', () => {
    const scheduler = new VirtualTimeScheduler();
    const events: string[] = [];
    const source = new Subject<string>();
    const end = new Subject<void>();
    const seen = record(
      source.pipe(
        concatMapEager(
          (_value, _index, { signal }) => {
            signal.addEventListener('abort', () => end.next());
            return NEVER;
          },
          { timeout: 10, onError: 'skip', scheduler, monitor: ({ type }) => void events.push(type) },
        ),
      ),
    );
    end.subscribe(() => seen.subscription.unsubscribe());
    source.next('a');
    scheduler.flush();
    expect(events).toEqual(['received', 'started', 'ended']);
    expect(source.observed).toBe(false);
    expect(seen.heard).toEqual([]);
  });

  test('lets a listener of the signal push into the source', () => {
    const scheduler = new HandScheduler();
    const source = new Subject<number>();
    const seen = recordAt(
      () => scheduler.time,
      source.pipe(
        concatMapEager(
          (n, _, { signal }) => {
            signal.addEventListener('abort', () => {
              source.next(n + 1);
            });
            return n < 3 ? NEVER : of('end');
          },
          { timeout: 5, scheduler, onError: 'skip' },
        ),
      ),
    );
    source.next(0);
    scheduler.advance(100);
    expect(seen.log).toEqual(['15:end']);
    expect(scheduler.armed).toBe(0);
  });

  test('may be heard by a subscriber that unsubscribes, and leaves no action then', () => {
    const scheduler = new HandScheduler();
    const subscription = of(0, 1, 2)
      .pipe(
        concatMapEager(() => NEVER, {
          timeout: 5,
          scheduler,
          onError: () => {
            subscription.unsubscribe();
            return EMPTY;
          },
        }),
      )
      .subscribe();
    scheduler.advance(100);
    expect(scheduler.armed).toBe(0);
    expect(scheduler.scheduled).toBe(1);
  });
});
