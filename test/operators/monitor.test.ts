import {
  concat,
  config as rxjsConfig,
  EMPTY,
  lastValueFrom,
  map,
  NEVER,
  of,
  range,
  Subject,
  take,
  takeUntil,
  throwError,
  timer,
  type ObservableInput,
} from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { concatEager, concatMapEager, type ConcatMapEagerConfig, type MonitorEvent } from '../../src/index.js';
import { collect, failure, nameOf, record } from '../support/record.js';
import { turn } from '../support/turn.js';
import { inVirtualTime } from '../support/virtualTime.js';

/** An event in one line: type, index, attempt, details, the three counts, and since when the head holds up others. */
function line(event: MonitorEvent<unknown>): string {
  const { type, index, attempt, time, waiting, active, parked, blockedSince } = event;
  const details =
    event.type === 'failed'
      ? ` ${nameOf(event.error)} ${event.willRetry ? 'again' : 'for good'}`
      : event.type === 'ended'
        ? ` ${event.outcome}${'error' in event ? ` ${nameOf(event.error)}` : ''}${event.recovered ? ' recovered' : ''}`
        : event.type === 'flushed' && event.dropped
          ? ' dropped'
          : '';
  const blocked = blockedSince === undefined ? '' : ` blocked since ${blockedSince}`;
  return `${time} ${type} ${index}/${attempt}${details} | ${waiting} ${active} ${parked}${blocked}`;
}

/** The events of a run in virtual time, a line each. */
function told(source: string, inners: string[][], config: ConcatMapEagerConfig<string, string> = {}): string[] {
  const { events, monitor } = collect<string>();
  inVirtualTime(({ cold, record, flush }) => {
    record(
      cold(source).pipe(
        concatMapEager((_, index, { attempt }) => cold(inners[index]![attempt - 1]!, undefined, new Error('boom')), {
          ...config,
          monitor,
        }),
      ),
    );
    flush();
  });
  return events.map(line);
}

describe('a monitor', () => {
  test('is told of what is received, started, ended and flushed, with the counts after it', () => {
    expect(told('(abc|)', [['---x|'], ['-y|'], ['-z----|']], { concurrent: 2 })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '0 received 1/0 | 1 1 0',
      '0 started 1/1 | 0 2 0',
      '0 received 2/0 | 1 2 0',
      // `y` is parked at 1.
      '2 ended 1/1 completed | 1 1 1 blocked since 1',
      '2 started 2/1 | 0 2 1 blocked since 1',
      expect.stringMatching(/^4 ended 0\/1 completed \| 0 1 2/),
      expect.stringMatching(/^4 flushed 0\/1 \| 0 1 1/),
      '4 flushed 1/1 | 0 1 0',
      '8 ended 2/1 completed | 0 0 1',
      '8 flushed 2/1 | 0 0 0',
    ]);
  });

  test('is told of each attempt that fails, and whether there is another', () => {
    expect(told('(a|)', [['-#', '--x#', '-y|']], { retry: { count: 2, delay: 5 } })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '1 failed 0/1 boom again | 0 1 0',
      '6 started 0/2 | 0 1 0',
      '9 failed 0/2 boom again | 0 1 0',
      '14 started 0/3 | 0 1 0',
      '16 ended 0/3 completed | 0 0 1',
      '16 flushed 0/3 | 0 0 0',
    ]);
  });

  test("is told how it ends 'in-order'", () => {
    expect(told('(abcd)-', [['-----x|'], ['-#'], ['-'], ['-']], { concurrent: 3 })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '0 received 1/0 | 1 1 0',
      '0 started 1/1 | 0 2 0',
      '0 received 2/0 | 1 2 0',
      '0 started 2/1 | 0 3 0',
      '0 received 3/0 | 1 3 0',
      '1 failed 1/1 boom for good | 1 3 0',
      '1 ended 2/1 cancelled | 1 2 0',
      '1 ended 3/0 cancelled | 0 2 0',
      '1 ended 1/1 failed boom | 0 1 1 blocked since 1',
      expect.stringMatching(/^6 ended 0\/1 completed \| 0 0 2/),
      expect.stringMatching(/^6 flushed 0\/1 \| 0 0 1/),
      '6 flushed 1/1 | 0 0 0',
    ]);
  });

  test("is told how it ends 'immediate'", () => {
    const events = told('(abc)-', [['-----x|'], ['-#'], ['-']], { onError: 'immediate', concurrent: 2 });
    expect(events.slice(0, 6)).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '0 received 1/0 | 1 1 0',
      '0 started 1/1 | 0 2 0',
      '0 received 2/0 | 1 2 0',
      '1 failed 1/1 boom for good | 1 2 0',
    ]);
    const ends = events.slice(6).map((text) => text.slice(0, text.indexOf(' |')));
    expect(ends).toEqual([
      '1 ended 1/1 failed boom',
      '1 ended 0/1 cancelled',
      '1 flushed 1/1 dropped',
      '1 ended 2/0 cancelled',
    ]);
  });

  test.each(['skip', 'at-end'] as const)("is told how an item ends by '%s'", (onError) => {
    expect(told('(ab|)', [['-#'], ['--|']], { onError })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '0 received 1/0 | 1 1 0',
      '0 started 1/1 | 0 2 0',
      '1 failed 0/1 boom for good | 0 2 0',
      '1 ended 0/1 failed boom | 0 1 1',
      '1 flushed 0/1 | 0 1 0',
      '2 ended 1/1 completed | 0 0 1',
      '2 flushed 1/1 | 0 0 0',
    ]);
  });

  test('is told that an item completed whose fallback did', () => {
    expect(told('(a|)', [['-#']], { onError: () => timer(5).pipe(map(() => 'f')) })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '1 failed 0/1 boom for good | 0 1 0',
      '6 ended 0/1 completed recovered | 0 0 1',
      '6 flushed 0/1 | 0 0 0',
    ]);
  });

  test('is told that an item failed whose fallback did, with its error and no attempt', () => {
    expect(told('(a|)', [['-#']], { onError: () => throwError(() => new Error('worse')) })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '1 failed 0/1 boom for good | 0 1 0',
      '1 ended 0/1 failed worse | 0 0 1',
      '1 flushed 0/1 | 0 0 0',
    ]);
  });

  test('is told of a passed limit as a failed attempt', () => {
    expect(told('(a|)', [['-', '-']], { timeout: 5, retry: 1, onError: 'skip' })).toEqual([
      '0 received 0/0 | 1 0 0',
      '0 started 0/1 | 0 1 0',
      '5 failed 0/1 total again | 0 1 0',
      '5 started 0/2 | 0 1 0',
      '10 failed 0/2 total for good | 0 1 0',
      '10 ended 0/2 failed total | 0 0 1',
      '10 flushed 0/2 | 0 0 0',
    ]);
  });

  test('is told that an item completed whose notifier did', () => {
    expect(told('(a|)', [['-#']], { retry: { delay: () => EMPTY } }).slice(2)).toEqual([
      '1 failed 0/1 boom again | 0 1 0',
      '1 ended 0/1 completed | 0 0 1',
      '1 flushed 0/1 | 0 0 0',
    ]);
  });

  test.each<[what: string, project: (n: number) => ObservableInput<number>]>([
    ['as the head', (n) => [n]],
    ['after it was parked', (n) => (n === 1 ? timer(1).pipe(map(() => n)) : [n])],
  ])('is not told that an item was dropped whose last value ended the result: %s', async (_, project) => {
    const { events, monitor } = collect<number>();
    await lastValueFrom(of(1, 2).pipe(concatMapEager(project, { monitor }), take(2)));

    expect(events.filter(({ type }) => type === 'flushed').map((event) => line(event).includes('dropped'))).toEqual([
      false,
      false,
    ]);
  });

  test('is told of what is cancelled by unsubscribing', () => {
    const { events, monitor } = collect<number>();
    const seen = record(
      concat(of(7, 8, 9), NEVER).pipe(concatMapEager((n) => (n === 8 ? EMPTY : NEVER), { concurrent: 2, monitor })),
    );
    const before = events.length;
    seen.subscription.unsubscribe();
    expect(events.slice(before).map((event) => line({ ...event, time: 0 }).replace(/ blocked.*/, ''))).toEqual([
      '0 ended 0/1 cancelled | 0 1 1',
      '0 flushed 1/1 dropped | 0 1 0',
      '0 ended 2/1 cancelled | 0 0 0',
    ]);
    expect(events.map(({ value }) => value)).toEqual([7, 7, 8, 8, 8, 9, 9, 7, 8, 9]);
  });

  test('gets the value and the index', () => {
    const { events, monitor } = collect<{ id: number }>();
    const values = [{ id: 1 }, { id: 2 }];
    of(...values)
      .pipe(concatMapEager(() => of(1), { monitor }))
      .subscribe();
    expect(events).toHaveLength(8);
    for (const { value, index } of events) {
      expect(value).toBe(values[index]);
    }
  });

  test('belongs to concatEager too', () => {
    const { events, monitor } = collect<string[]>();
    concatEager([['a'], ['b']], { monitor }).subscribe();
    expect(events.map(({ type, index }) => `${type} ${index}`)).toEqual([
      'received 0',
      'started 0',
      'ended 0',
      'flushed 0',
      'received 1',
      'started 1',
      'ended 1',
      'flushed 1',
    ]);
  });

  test('is told of a start before project is called', () => {
    const log: string[] = [];
    of(0)
      .pipe(
        concatMapEager(
          () => {
            log.push('project');
            return EMPTY;
          },
          { monitor: ({ type }) => log.push(type) },
        ),
      )
      .subscribe();
    expect(log).toEqual(['received', 'started', 'project', 'ended', 'flushed']);
  });

  test('is not called any more once the result has ended, whatever happens then', () => {
    for (const end of ['complete', 'error', 'unsubscribe'] as const) {
      const { events, monitor } = collect<number>();
      const source = new Subject<number>();
      const inners = [new Subject<number>(), new Subject<number>(), new Subject<number>()];
      let atEnd: number | undefined;
      const subscription = source
        .pipe(concatMapEager((n) => inners[n]!, { monitor, retry: { count: 1, delay: 5 } }))
        .subscribe({
          error: () => (atEnd = events.length),
          complete: () => (atEnd = events.length),
        });
      [0, 1, 2].forEach((n) => {
        source.next(n);
      });
      inners[1]!.next(1);
      if (end === 'complete') {
        source.complete();
        inners.forEach((inner) => {
          inner.complete();
        });
      } else if (end === 'error') {
        source.error('boom');
        inners.forEach((inner) => {
          inner.complete();
        });
      } else {
        subscription.unsubscribe();
        atEnd = events.length;
      }
      source.next(0);
      inners.forEach((inner) => {
        inner.next(1);
        inner.error('late');
      });
      subscription.unsubscribe();
      expect(atEnd).toBe(events.length);
      balance(events);
    }
  });
});

describe('blockedSince', () => {
  const blockedAt = (inners: string[], config: ConcatMapEagerConfig<string, string> = {}) =>
    told(
      `(${'abcdef'.slice(0, inners.length)}|)`,
      inners.map((inner) => [inner]),
      config,
    )
      .filter((text) => !text.includes('received') && !text.includes('started'))
      .map((text) => text.replace(/\/1( completed)? \| \d+ \d+ \d+/, ''));

  test('is there while the head holds up others, and says since when', () => {
    expect(blockedAt(['--------x|', '--y--|', '----|', '-----------z|'])).toEqual([
      '4 ended 2 blocked since 2',
      '5 ended 1 blocked since 2',
      expect.stringMatching(/^9 ended 0/),
      expect.stringMatching(/^9 flushed 0/),
      expect.stringMatching(/^9 flushed 1/),
      '9 flushed 2',
      '12 ended 3',
      '12 flushed 3',
    ]);
  });

  test('starts anew with a new head', () => {
    expect(blockedAt(['-----|', '---------|', '-|'])).toEqual([
      '1 ended 2 blocked since 1',
      expect.stringMatching(/^5 ended 0/),
      '5 flushed 0 blocked since 5',
      expect.stringMatching(/^9 ended 1/),
      expect.stringMatching(/^9 flushed 1/),
      '9 flushed 2',
    ]);
  });

  test('does not count an unfinished atomic item', () => {
    expect(blockedAt(['---------|', '-y-y-|', '-----------|'], { atomic: true })).toEqual([
      '5 ended 1 blocked since 5',
      expect.stringMatching(/^9 ended 0/),
      expect.stringMatching(/^9 flushed 0/),
      '9 flushed 1',
      '11 ended 2',
      '11 flushed 2',
    ]);
  });

  test('is not there for a head that has ended: it holds up nothing', () => {
    const events = blockedAt(['-----|', '-|', '-|', '-------|', '------|']);
    expect(events).toEqual([
      '1 ended 1 blocked since 1',
      '1 ended 2 blocked since 1',
      '5 ended 0',
      '5 flushed 0',
      '5 flushed 1',
      '5 flushed 2',
      '6 ended 4 blocked since 6',
      '7 ended 3',
      '7 flushed 3',
      '7 flushed 4',
    ]);
  });
});

describe('a monitor that throws', () => {
  afterEach(() => {
    rxjsConfig.onUnhandledError = null;
  });

  test('is reported, and disturbs nothing', async () => {
    const reported: unknown[] = [];
    rxjsConfig.onUnhandledError = (error) => reported.push(error);
    let calls = 0;
    const monitor = () => {
      throw new Error(`of the monitor, ${++calls}`);
    };
    const run = (config: ConcatMapEagerConfig<number, string>) => {
      const inners = [new Subject<string>(), new Subject<string>(), new Subject<string>()];
      const source = new Subject<number>();
      const seen = record(source.pipe(concatMapEager((n) => inners[n]!, { onError: 'at-end', retry: 1, ...config })));
      [0, 1, 2].forEach((n) => {
        source.next(n);
      });
      inners[1]!.next('b');
      inners[0]!.next('a');
      inners[1]!.complete();
      inners[0]!.error(new Error('boom'));
      inners[2]!.complete();
      source.complete();
      return seen.heard;
    };
    expect(run({ monitor })).toEqual(run({}));
    expect(reported).toEqual([]);
    await turn();
    expect(calls).toBeGreaterThan(10);
    expect(reported).toHaveLength(calls);
    expect((reported[0] as Error).message).toBe('of the monitor, 1');
  });

  test('throws in a task of its own, where nobody wants to hear of errors', () => {
    vi.useFakeTimers();
    try {
      const monitor = () => {
        throw new Error('of the monitor');
      };
      expect(record(of(0).pipe(concatMapEager((n) => of(n), { monitor }))).heard).toEqual([0, '|']);
      expect(() => vi.runAllTimers()).toThrow('of the monitor');
    } finally {
      vi.clearAllTimers();
      vi.useRealTimers();
    }
  });
});

describe('a re-entrant monitor', () => {
  test.each([
    ['received', [0], []],
    ['started', [0], []],
    ['failed', [0, 1], []],
    ['ended', [0, 1, 1], []],
    ['flushed', [0, 1, 1], ['a']],
  ] as const)('may unsubscribe when told %s', (when, projected, values) => {
    const { events, monitor } = collect<number>();
    const calls: number[] = [];
    const head = new Subject<string>();
    const stop = new Subject<void>();
    const source = new Subject<number>();
    const seen = record(
      source.pipe(
        concatMapEager(
          (n) => {
            calls.push(n);
            return n === 0 ? head : n === 1 ? throwError(() => new Error('boom')) : of('c');
          },
          {
            retry: 1,
            onError: 'skip',
            monitor: (event) => {
              monitor(event);
              if (event.type === when && event.index === 1) {
                stop.next();
              }
            },
          },
        ),
        takeUntil(stop),
      ),
    );
    source.next(0);
    source.next(1);
    head.next('a');
    head.complete();
    source.next(2);
    expect(seen.heard).toEqual([...values, '|']);
    expect(calls).toEqual(projected);
    expect(source.observed || head.observed).toBe(false);
    balance(events);
  });

  test('may push into the source', () => {
    const { events, monitor } = collect<number>();
    const source = new Subject<number>();
    const seen = record(
      source.pipe(
        concatMapEager((n) => of(n), {
          monitor: (event) => {
            monitor(event);
            if (event.type === 'ended' && event.value < 5) {
              source.next(event.value + 1);
            }
          },
        }),
      ),
    );
    source.next(0);
    source.complete();
    expect(seen.heard).toEqual([0, 1, 2, 3, 4, 5, '|']);
    balance(events);
  });

  test("does not make an 'immediate' error come late", () => {
    const source = new Subject<number>();
    const inners = [new Subject<string>(), new Subject<string>()];
    const seen = record(
      source.pipe(
        concatMapEager((n) => inners[n] ?? EMPTY, {
          onError: 'immediate',
          monitor: (event) => {
            if (event.type === 'ended' && event.outcome === 'failed') {
              source.next(2);
            }
          },
        }),
      ),
    );
    source.next(0);
    source.next(1);
    inners[1]!.next('b');
    inners[0]!.next('a');
    inners[0]!.error(new Error('boom'));
    expect(seen.heard).toEqual(['a', failure(new Error('boom'))]);
  });

  test("that has the head emit does not make an 'immediate' error come late", () => {
    const inners = [new Subject<string>(), new Subject<string>()];
    const seen = record(
      of(0, 1).pipe(
        concatMapEager((n) => inners[n]!, {
          onError: 'immediate',
          monitor: ({ type, index }) => {
            if (type === 'ended' && index === 1) {
              inners[0]!.next('late');
            }
          },
        }),
      ),
    );
    inners[1]!.error(new Error('boom'));
    expect(seen.heard).toEqual([failure(new Error('boom'))]);
  });

  test("that has another item fail does not change an 'immediate' error", () => {
    const { events, monitor } = collect<number>();
    const inners = [new Subject<string>(), new Subject<string>()];
    const seen = record(
      of(0, 1).pipe(
        concatMapEager((n) => inners[n]!, {
          onError: 'immediate',
          monitor: (event) => {
            monitor(event);
            if (event.type === 'ended' && event.index === 1) {
              inners[0]!.error(new Error('second'));
            }
          },
        }),
      ),
    );
    inners[1]!.error(new Error('first'));
    expect(seen.heard).toEqual([failure(new Error('first'))]);
    balance(events);
  });

  test.each<[string, (called: () => void) => ConcatMapEagerConfig<number, number>]>([
    ['how long a retry waits', (called) => ({ retry: { count: 1, delay: () => (called(), of(0)) } })],
    ['for a fallback', (called) => ({ onError: () => (called(), of(0)) })],
  ])('may unsubscribe when told of a failure, and nobody is asked %s', (_, configOf) => {
    const called = vi.fn();
    const inner = new Subject<number>();
    const { subscription } = record(
      of(0).pipe(
        concatMapEager(() => inner, {
          ...configOf(called),
          monitor: ({ type }) => {
            if (type === 'failed') subscription.unsubscribe();
          },
        }),
      ),
    );
    inner.error(new Error('boom'));
    expect(called).not.toHaveBeenCalled();
  });

  test.each(['failed', 'cancelled'] as const)(
    'may unsubscribe while a failure cancels others: the first %s',
    (outcome) => {
      const { events, monitor } = collect<number>();
      const inner = new Subject<string>();
      const source = new Subject<number>();
      const seen = record(
        source.pipe(
          concatMapEager((n) => (n === 1 ? inner : NEVER), {
            concurrent: 4,
            monitor: (event) => {
              monitor(event);
              if (event.type === 'ended' && event.outcome === outcome) {
                seen.subscription.unsubscribe();
              }
            },
          }),
        ),
      );
      range(0, 8).subscribe((n) => {
        source.next(n);
      });
      inner.error(new Error('boom'));
      expect(seen.heard).toEqual([]);
      expect(events.filter(({ type }) => type === 'received')).toHaveLength(8);
      balance(events);
    },
  );
});

/** received = completed + failed + cancelled, each item once, and every count right after every event. */
function balance<T>(events: MonitorEvent<T>[]): void {
  const received = new Set<number>();
  const started = new Map<number, number>();
  const ended = new Map<number, string>();
  const flushed = new Set<number>();
  let emitted = 0;
  for (const [at, event] of events.entries()) {
    const { type, index, attempt } = event;
    const where = `event ${at}: ${line(event)}`;
    if (type === 'received') {
      expect(index, where).toBe(received.size);
      expect(attempt, where).toBe(0);
      received.add(index);
    } else {
      expect(received.has(index), where).toBe(true);
      expect(flushed.has(index), where).toBe(false);
    }
    if (type === 'started') {
      expect(ended.has(index), where).toBe(false);
      expect(attempt, where).toBe((started.get(index) ?? 0) + 1);
      expect(started.size === index || started.has(index), where).toBe(true);
      started.set(index, attempt);
    } else if (type !== 'received') {
      expect(attempt, where).toBe(started.get(index) ?? 0);
    }
    if (event.type === 'ended') {
      expect(ended.has(index), where).toBe(false);
      ended.set(index, event.outcome);
    }
    if (type === 'flushed') {
      expect(['completed', 'failed'], where).toContain(ended.get(index));
      expect(flushed.has(index), where).toBe(false);
      flushed.add(index);
      if (!event.dropped) {
        expect(index, where).toBe(emitted++);
      }
    }
    expect(event.waiting + event.active, where).toBe(received.size - ended.size);
  }
  expect(ended.size).toBe(received.size);
  expect([...flushed].sort()).toEqual([...ended.keys()].filter((index) => ended.get(index) !== 'cancelled').sort());
  const last = events.at(-1);
  if (last) {
    expect([last.waiting, last.active]).toEqual([0, 0]);
  }
}

describe('without a monitor', () => {
  test('no time is asked for', () => {
    const now = vi.fn(() => 0);
    const scheduler = { now, schedule: vi.fn() };
    record(of(0, 1, 2).pipe(concatMapEager((n) => of(n), { scheduler })));
    expect(now).not.toHaveBeenCalled();
    expect(scheduler.schedule).not.toHaveBeenCalled();
  });
});
