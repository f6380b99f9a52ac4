import { AsyncLocalStorage } from 'node:async_hooks';
import {
  BehaviorSubject,
  concatMap,
  from,
  NEVER,
  Observable,
  of,
  Subject,
  throwError,
  timer,
  type Subscription,
} from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import {
  concatMapEager,
  concatMapEagerFrom,
  sharedLimit,
  type ConcatMapEagerConfig,
  type ConcurrencyLimit,
  type MonitorEvent,
} from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';
import { failure, record, thrownBy } from '../support/record.js';

const BOOM = new Error('boom');

/** Streams that share a limit: `a0` is the first item of the stream `a`. Each item ends when it is told to. */
function streams(limit: ConcurrencyLimit, names: string, config: ConcatMapEagerConfig<string> = {}) {
  const started: string[] = [];
  const active = new Map<string, Subject<string>>();
  const most = { active: 0 };
  const open = (name: string) => {
    const source = new Subject<string>();
    let count = 0;
    const seen = record(
      source.pipe(
        concatMapEager(
          (value) =>
            new Observable<string>((subscriber) => {
              started.push(value);
              const inner = new Subject<string>();
              active.set(value, inner);
              most.active = Math.max(most.active, active.size);
              inner.subscribe(subscriber);
              return () => active.delete(value);
            }),
          { ...config, concurrent: limit },
        ),
      ),
    );
    return {
      ...seen,
      source,
      push: (values = 1) => {
        for (let n = 0; n < values; n++) source.next(`${name}${count++}`);
      },
    };
  };
  const opened = Object.fromEntries([...names].map((name) => [name, open(name)]));
  return { ...opened, started, active, most, open, end: (value: string) => active.get(value)!.complete() } as Record<
    'a' | 'b' | 'c' | 'd',
    ReturnType<typeof open>
  > & {
    started: string[];
    active: typeof active;
    most: typeof most;
    open: typeof open;
    end: (value: string) => void;
  };
}

describe('a shared limit', () => {
  test('is one for all subscriptions', () => {
    const all = streams(sharedLimit(3), 'ab');
    all.a.push(2);
    all.b.push(2);
    expect(all.started).toEqual(['a0', 'a1', 'b0']);

    all.end('a1');
    expect(all.started).toEqual(['a0', 'a1', 'b0', 'b1']);
    expect(all.most.active).toBe(3);
  });

  test('gives a free slot to the stream that was served least recently of those that wait', () => {
    const all = streams(sharedLimit(1), 'abc');
    all.a.push(4);
    all.c.push(2);
    all.b.push(2);
    // `b` has joined before `c`, although it waits since later.
    for (const value of ['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'a3']) {
      expect(all.started.at(-1)).toBe(value);
      all.end(value);
    }
  });

  test('is given to who still waits when most of those that waited have left', () => {
    const all = streams(sharedLimit(1), 'abcd');
    [all.a, all.b, all.c, all.d].forEach((each) => each.push());
    all.c.subscription.unsubscribe();
    all.d.subscription.unsubscribe();
    all.end('a0');
    expect(all.started).toEqual(['a0', 'b0']);
  });

  test('has whoever joins come last', () => {
    const all = streams(sharedLimit(1), 'ab');
    all.a.push(3);
    all.b.push(2);
    const c = all.open('c');
    c.push();
    all.end('a0');
    all.end('b0');
    all.end('a1');
    expect(all.started).toEqual(['a0', 'b0', 'a1', 'c0']);
  });

  test('serves nobody twice while another waits, whatever ends in the call in which it starts', () => {
    const limit = sharedLimit(1);
    const log: string[] = [];
    const gate = new Subject<void>();
    record(gate.pipe(concatMapEager(() => timer(0), limit)));
    const make = (name: string) =>
      record(
        from([0, 1, 2]).pipe(
          concatMapEager((n) => {
            log.push(`${name}${n}`);
            return of(n);
          }, limit),
        ),
      );
    const blocker = new Subject<never>();
    const first = record(of(0).pipe(concatMapEager(() => blocker, limit)));
    const all = [make('a'), make('b'), make('c')];
    expect(log).toEqual([]);
    blocker.complete();

    expect(first.heard).toEqual(['|']);
    expect(log).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
    expect(all.map(({ heard }) => heard)).toEqual(Array(3).fill([0, 1, 2, '|']));
  });

  test('goes on when the stream whose item ended has emitted what is ready', () => {
    const limit = sharedLimit(2);
    const log: string[] = [];
    const [first, second] = [new Subject<string>(), new Subject<string>()];
    of(first, second)
      .pipe(concatMapEager((inner) => inner, limit))
      .subscribe((value) => log.push(value));
    of(0)
      .pipe(
        concatMapEager(() => {
          log.push('other starts');
          return NEVER;
        }, limit),
      )
      .subscribe();
    second.next('second');
    first.next('first');
    first.complete();

    expect(log).toEqual(['first', 'second', 'other starts']);
  });

  test('goes on only then, if what is emitted feeds the other stream, too', () => {
    const limit = sharedLimit(2);
    const log: string[] = [];
    const [first, second, other] = [new Subject<string>(), new Subject<string>(), new Subject<number>()];
    other
      .pipe(
        concatMapEager(() => {
          log.push('other starts');
          return NEVER;
        }, limit),
      )
      .subscribe();
    of(first, second)
      .pipe(concatMapEager((inner) => inner, limit))
      .subscribe((value) => {
        log.push(value);
        if (value === 'second') other.next(1);
      });
    ['second', 'third'].forEach((value) => second.next(value));
    first.complete();

    expect(log).toEqual(['second', 'third', 'other starts']);
  });

  test('passes over a stream that is emitting, which keeps its turn', () => {
    const limit = sharedLimit(1);
    const started: string[] = [];
    const inners: Record<string, Subject<string>> = {};
    const project = (value: string) => {
      started.push(value);
      return (inners[value] = new Subject<string>());
    };
    const [a, b] = [new Subject<string>(), new Subject<string>()];
    // While `a` emits what is parked, `b` gives its slot back.
    a.pipe(concatMapEager(project, limit)).subscribe();
    b.pipe(concatMapEager(project, limit)).subscribe();
    a.next('a0');
    b.next('b0');
    a.next('a1');
    let before: string[] = [];
    // Behind the operator's own observer: `b0` is active by now.
    inners.a0!.subscribe({ complete: () => (before = [...started]) });
    inners.a0!.complete();
    expect(before).toEqual(['a0', 'b0']);
    inners.b0!.complete();

    expect(started).toEqual(['a0', 'b0', 'a1']);
  });

  test.each<
    [
      string,
      (stream: { subscription: Subscription; source: Subject<string> }, active: Map<string, Subject<string>>) => void,
    ]
  >([
    ['unsubscribing', ({ subscription }) => subscription.unsubscribe()],
    ['a failure', (_, active) => active.get('a0')!.error(BOOM)],
    ['a failure of a later item', (_, active) => active.get('a1')!.error(BOOM)],
  ])('gets all slots back by %s', (_, act) => {
    for (const onError of POLICY_NAMES) {
      const all = streams(sharedLimit(2), 'ab', { onError });
      all.a.push(2);
      all.b.push(2);
      expect(all.started).toEqual(['a0', 'a1']);
      act(all.a, all.active);
      [...all.active.keys()].filter((value) => value.startsWith('a')).forEach((value) => all.end(value));

      expect(all.started).toEqual(['a0', 'a1', 'b0', 'b1']);
    }
  });

  test('gets its slots back by a signal, a time limit, and take', () => {
    const controller = new AbortController();
    const limit = sharedLimit(1);
    const started: string[] = [];
    const never = (name: string, config: ConcatMapEagerConfig<string>) =>
      record(of(name).pipe(concatMapEager(() => (started.push(name), NEVER), { ...config, concurrent: limit })));
    never('signal', { signal: controller.signal });
    never('waits', {});
    controller.abort();
    expect(started).toEqual(['signal', 'waits']);
  });

  test('is held by the delay before a retry', () => {
    const limit = sharedLimit(1);
    const delay = new Subject<void>();
    let attempts = 0;
    record(
      of(0).pipe(
        concatMapEager(() => (attempts++, throwError(() => BOOM)), {
          concurrent: limit,
          retry: { count: 1, delay: () => delay },
        }),
      ),
    );
    const other = record(of('other').pipe(concatMapEager((value) => of(value), limit)));
    expect(other.heard).toEqual([]);
    delay.next();

    expect(attempts).toBe(2);
    expect(other.heard).toEqual(['other', '|']);
  });

  test('is the limit of every event, and the counts are those of the subscription', () => {
    const limit = sharedLimit(5);
    const events: MonitorEvent<number>[] = [];
    record(of(0).pipe(concatMapEager(() => NEVER, limit)));
    record(of(1).pipe(concatMapEager(() => NEVER, { concurrent: limit, monitor: (event) => events.push(event) })));

    expect(events).toMatchObject([
      { type: 'received', concurrent: 5, active: 0 },
      { type: 'started', concurrent: 5, active: 1 },
    ]);
  });

  test('may be one of an Observable, which is subscribed while somebody may start something', () => {
    let subscribed = 0;
    const numbers = new BehaviorSubject(1);
    const limit = sharedLimit(
      new Observable<number>((subscriber) => {
        subscribed++;
        return numbers.subscribe(subscriber);
      }),
    );
    expect([subscribed, limit.current]).toEqual([0, 0]);
    const all = streams(limit, 'ab');
    expect([subscribed, limit.current]).toEqual([1, 1]);
    all.a.push(2);
    all.b.push(2);
    expect(all.started).toEqual(['a0']);
    numbers.next(3);
    expect(all.started).toEqual(['a0', 'b0', 'a1']);
    numbers.next(0);
    ['a0', 'b0'].forEach((value) => all.end(value));
    expect(all.started).toHaveLength(3);
    numbers.next(1);
    all.end('a1');
    expect(all.started.at(-1)).toBe('b1');
    expect(numbers.observed).toBe(true);

    all.a.source.complete();
    expect(numbers.observed).toBe(true);
    all.b.source.complete();
    expect(numbers.observed).toBe(false);
    expect(limit.current).toBe(1);
    all.end('b1');
  });

  test('starts nothing for a later stream before its Observable, subscribed anew, has told a number', () => {
    const numbers = new Subject<number>();
    const limit = sharedLimit(numbers);
    const changes: number[] = [];
    limit.changes.subscribe((number) => changes.push(number));
    const first = record(of(1).pipe(concatMapEager((n) => of(n), limit)));
    numbers.next(2);
    expect(first.heard).toEqual([1, '|']);
    const second = record(of(2).pipe(concatMapEager((n) => of(n), limit)));
    expect(second.heard).toEqual([]);
    numbers.next(3);

    expect(second.heard).toEqual([2, '|']);
    expect(changes).toEqual([0, 2, 0, 3]);
  });

  test('whose Observable fails is an error of all that may start something, and is subscribed anew by the next', () => {
    let numbers = new BehaviorSubject(1);
    const limit = sharedLimit(new Observable<number>((subscriber) => numbers.subscribe(subscriber)));
    const all = streams(limit, 'abc');
    all.a.push(2);
    all.b.push(1);
    numbers.error(BOOM);
    expect(all.b.heard).toEqual([failure(BOOM)]);
    expect(all.c.heard).toEqual([failure(BOOM)]);
    expect(all.a.heard).toEqual([]);
    numbers = new BehaviorSubject(2);
    const d = all.open('d');
    d.push(2);
    // `a0` still holds a slot.
    expect(all.started).toEqual(['a0', 'd0']);
    all.end('a0');

    expect(all.a.heard).toEqual([failure(BOOM)]);
    expect(all.started).toEqual(['a0', 'd0', 'd1']);
  });

  test('may be 0 again, where its Observable, subscribed anew, does not end there', () => {
    const all = [of(0), new BehaviorSubject(0)];
    const limit = sharedLimit(new Observable<number>((subscriber) => all.shift()!.subscribe(subscriber)));
    const first = streams(limit, 'a');
    first.a.push();
    expect(first.a.heard).toEqual([failure(expect.any(TypeError))]);
    const second = streams(limit, 'b');
    second.b.push();
    expect(second.b.heard).toEqual([]);
  });

  test('is subscribed anew by a stream that begins while another one hears of its failure', () => {
    let numbers = new BehaviorSubject(2);
    const limit = sharedLimit(new Observable<number>((subscriber) => numbers.subscribe(subscriber)));
    const [first, second] = [new Subject<string>(), new Subject<string>()];
    const later: unknown[] = [];
    of(first, second, NEVER)
      .pipe(concatMapEager((inner) => inner, limit))
      .subscribe({
        next: () => {
          numbers.error(BOOM);
          numbers = new BehaviorSubject(3);
          later.push(record(of(1).pipe(concatMapEager(() => of(limit.current), limit))).heard);
        },
        error: () => undefined,
      });
    second.next('parked');
    first.complete();

    expect(later).toEqual([[3, '|']]);
  });

  test('that stays at another number is no error, although something waits', () => {
    const numbers = new BehaviorSubject(1);
    const all = streams(sharedLimit(numbers), 'a');
    all.a.push(2);
    numbers.complete();
    expect(all.a.heard).toEqual([]);
    all.end('a0');
    expect(all.started).toEqual(['a0', 'a1']);
  });

  test('that stays at 0 is an error of every stream in which something waits', () => {
    const limit = sharedLimit(of(0));
    const all = streams(limit, 'ab');
    all.a.push();
    expect(all.a.heard).toEqual([failure(expect.any(TypeError))]);
    expect(all.b.heard).toEqual([]);
    all.b.source.complete();
    expect(all.b.heard).toEqual(['|']);
  });

  test('that comes to stay at 0 is an error of those that wait then', () => {
    const numbers = new BehaviorSubject(1);
    const all = streams(sharedLimit(numbers), 'ab');
    all.a.push(2);
    all.b.push();
    numbers.next(0);
    expect(all.b.heard).toEqual([]);
    numbers.complete();
    expect(all.b.heard).toEqual([failure(expect.any(TypeError))]);
    expect(all.a.heard).toEqual([]);
    all.end('a0');
    expect(all.a.heard).toEqual([failure(expect.any(TypeError))]);
  });

  test('fills the room that a higher limit makes by the default window', () => {
    const numbers = new BehaviorSubject(1);
    const limit = sharedLimit(numbers);
    const head = new Subject<number>();
    let started = 0;
    record(from(Array(3000).keys()).pipe(concatMapEager((n) => (started++, n === 0 ? head : of(n)), limit)));
    numbers.next(2);
    expect(started).toBe(1024);
    numbers.next(100);

    expect(started).toBe(1600);
  });

  test('holds no slot while a value is read: it may have to wait for one', async () => {
    const limit = sharedLimit(1);
    const started: string[] = [];
    let arrive!: (value: IteratorResult<string>) => void;
    const values: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => (arrive = resolve)) }),
    };
    const project = (value: string) => (started.push(value), NEVER);
    const reader = record(concatMapEagerFrom(values, project, limit));
    const other = record(of('other').pipe(concatMapEager(project, limit)));
    expect(started).toEqual(['other']);
    arrive({ done: false, value: 'read' });
    await Promise.resolve();
    await Promise.resolve();
    expect(started).toEqual(['other']);
    other.subscription.unsubscribe();

    expect(started).toEqual(['other', 'read']);
    reader.subscription.unsubscribe();
  });

  test('is never exceeded by a stream that another one feeds while it reads', () => {
    const limit = sharedLimit(1);
    const started: string[] = [];
    const project = (value: string) => (started.push(value), NEVER);
    const source = new Subject<string>();
    const other = record(source.pipe(concatMapEager(project, limit)));
    function* values() {
      source.next('other');
      yield 'read';
    }
    record(concatMapEagerFrom(values(), project, limit));

    expect(started).toEqual(['other']);
    other.subscription.unsubscribe();
    expect(started).toEqual(['other', 'read']);
  });

  test('starts items in the context of their own stream, and not of the one whose slot they get', () => {
    const storage = new AsyncLocalStorage<string>();
    const limit = sharedLimit(1);
    const contexts: unknown[] = [];
    const first = new Subject<never>();
    storage.run('first', () =>
      of(0)
        .pipe(concatMapEager(() => first, limit))
        .subscribe(),
    );
    storage.run('second', () =>
      of(0)
        .pipe(concatMapEager(() => (contexts.push(storage.getStore()), NEVER), limit))
        .subscribe(),
    );
    storage.run('first', () => first.complete());

    expect(contexts).toEqual(['second']);
  });

  test('works for items that end at once, without a growing stack and in linear time', () => {
    const limit = sharedLimit(1);
    const results = ['a', 'b'].map(() => new Subject<number>());
    let values = 0;
    results.forEach((source) => source.pipe(concatMapEager((n) => of(n), limit)).subscribe(() => values++));
    const head = new Subject<never>();
    record(of(0).pipe(concatMapEager(() => head, limit)));
    for (let n = 0; n < 50_000; n++) results.forEach((source) => source.next(n));
    head.complete();

    expect(values).toBe(100_000);
  });

  test('can deadlock where an item waits for another one of the same limit', () => {
    const limit = sharedLimit(1);
    const seen = record(of(1).pipe(concatMapEager((n) => of(n).pipe(concatMapEager((m) => of(m), limit)), limit)));
    expect(seen.heard).toEqual([]);
    // The cure: a limit of its own.
    expect(
      record(of(1).pipe(concatMapEager((n) => of(n).pipe(concatMapEager((m) => of(m), sharedLimit(1))), limit))).heard,
    ).toEqual([]);
    seen.subscription.unsubscribe();
    expect(record(of(1).pipe(concatMapEager((n) => of(n).pipe(concatMap((m) => of(m))), limit))).heard).toEqual([
      1,
      '|',
    ]);
  });

  test('has nothing dropped while a slot is free, although a stream that has nothing to start waited longer', () => {
    const numbers = new BehaviorSubject(1);
    const limit = sharedLimit(numbers);
    const idle = record(NEVER.pipe(concatMapEager(() => NEVER, limit)));
    const source = new Subject<number>();
    const inners = [new Subject<number>(), new Subject<number>()];
    const seen = record(
      source.pipe(concatMapEager((n) => inners[n]!, { concurrent: limit, atomic: true, maxWaiting: 0 })),
      () => source.next(1),
    );
    source.next(0);
    // Whoever may have something to start is asked when there is a slot, and the idle stream before the other one.
    numbers.next(1);
    inners[0]!.next(7);
    inners[0]!.complete();

    expect(inners[1]!.observed).toBe(true);
    expect([seen.heard, idle.heard]).toEqual([[7], []]);
  });

  test('may have a stream end while another one is served before a value of it is dropped', () => {
    const limit = sharedLimit(1);
    const source = new Subject<number>();
    const inner = new Subject<number>();
    const again = record(
      source.pipe(concatMapEager(() => inner, { concurrent: limit, atomic: true, maxWaiting: 0 })),
      () => source.next(1),
    );
    const served: number[] = [];
    const others = new Subject<number>();
    record(
      others.pipe(
        concatMapEager((n) => {
          served.push(n);
          again.subscription.unsubscribe();
          return NEVER;
        }, limit),
      ),
    );
    source.next(0);
    others.next(0);
    inner.next(7);
    inner.complete();

    expect(again.heard).toEqual([7]);
    expect(served).toEqual([0]);
    expect(source.observed).toBe(false);
  });

  test('tells everybody the same number last, if hearing of one leads to another', () => {
    const numbers = new BehaviorSubject(1);
    const limit = sharedLimit(numbers);
    const heard: number[][] = [[], []];
    limit.changes.subscribe((n) => {
      heard[0]!.push(n);
      if (n === 2) numbers.next(3);
    });
    limit.changes.subscribe((n) => heard[1]!.push(n));
    const all = streams(limit, 'a');
    numbers.next(2);

    expect(heard).toEqual([
      [0, 1, 2, 3],
      [0, 1, 3],
    ]);
    expect(all.a.heard).toEqual([]);
  });

  test('tells its present number, and every other one', () => {
    const numbers = new Subject<number>();
    const limit = sharedLimit(numbers);
    const heard: number[] = [];
    const early = limit.changes.subscribe((n) => heard.push(n));
    const all = streams(limit, 'a');
    [2, 2, 5].forEach((n) => numbers.next(n));

    expect(heard).toEqual([0, 2, 5]);
    expect(record(limit.changes).heard).toEqual([5]);
    early.unsubscribe();
    expect(all.a.heard).toEqual([]);
    expect(sharedLimit(4).current).toBe(4);
    expect(record(sharedLimit(4).changes).heard).toEqual([4]);
  });

  test.each<[unknown, ErrorConstructor]>([
    [0, RangeError],
    [-1, RangeError],
    [1.5, RangeError],
    [NaN, RangeError],
    ['3', TypeError],
    [undefined, TypeError],
    [null, TypeError],
    [{}, TypeError],
    [[1], TypeError],
    [sharedLimit(1), TypeError],
  ])('is refused at the call: %o', (limit, kind) => {
    const error = thrownBy(() => sharedLimit(limit as number));
    expect(error).toBeInstanceOf(kind);
    const others = kind === TypeError ? ', or an Observable of numbers' : '';
    const rule = `Expected \`limit\` to be an integer from 1 and up or \`Infinity\`${others}, got `;
    expect((error as Error).message.slice(0, rule.length)).toBe(rule);
  });

  test('reports an error of another stream, and serves the next', () => {
    vi.useFakeTimers();
    try {
      const limit = sharedLimit(1);
      const first = new Subject<never>();
      record(of(0).pipe(concatMapEager(() => first, limit)));
      const broken = new Subject<number>();
      broken.pipe(concatMapEager(() => of(1), limit)).subscribe(() => {
        throw BOOM;
      });
      const other = record(of('other').pipe(concatMapEager((value) => of(value), limit)));
      broken.next(0);
      first.complete();
      expect(other.heard).toEqual(['other', '|']);
      expect(() => vi.runAllTimers()).toThrow('boom');
    } finally {
      vi.useRealTimers();
    }
  });
});
