import { concat, concatMap, NEVER, type Observable, of, range, Subject, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, marbles, record, subjects } from '../support/flow.js';

describe("onError: 'in-order'", () => {
  test(
    'gives the error the place of its item, and cancels at once what comes later',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     abc---d--|    ');
      const a = cold('         -1---------2|');
      const b = cold('          -3-#        ');
      const c = cold('           -4---5|    ');
      const expected = '       -1---------2(3#)';
      const inners: Record<string, Observable<string>> = { a, b, c };

      expectObservable(source.pipe(concatMapEager((label) => inners[label]!))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(a.subscriptions).toBe('^-----------!');
      expectSubscriptions(b.subscriptions).toBe('-^--!');
      expectSubscriptions(c.subscriptions).toBe('--^-!');
    }),
  );

  test('is the default', () => {
    const head = new Subject<string>();
    const { heard } = record(
      of(
        head,
        throwError(() => 'bad'),
      ).pipe(concatMapEager((inner) => inner)),
    );

    expect(heard).toEqual([]);
    head.complete();
    expect(heard).toEqual([failure('bad')]);
  });

  test('emits at once the error of the head', () => {
    const [a, b] = subjects(2);
    const { heard } = record(of(a!, b!).pipe(concatMapEager((inner) => inner)));

    b!.next('b1');
    a!.next('a1');
    a!.error('bad');
    expect(heard).toEqual(['a1', failure('bad')]);
    expect(b!.observed).toBe(false);
  });

  test('emits what the failed item has parked before its error', () => {
    const [a, b] = subjects(2);
    const { heard } = record(of(a!, b!).pipe(concatMapEager((inner) => inner)));

    b!.next('b1');
    b!.next('b2');
    b!.error('bad');
    a!.next('a1');
    a!.complete();
    expect(heard).toEqual(['a1', 'b1', 'b2', failure('bad')]);
  });

  test('lets the error of an earlier item take over', () => {
    const [a, b, c] = subjects(3);
    const { heard } = record(of(a!, b!, c!).pipe(concatMapEager((inner) => inner)));

    c!.error('third');
    expect(b!.observed).toBe(true);
    b!.next('b1');
    b!.error('second');
    expect(a!.observed).toBe(true);
    a!.next('a1');
    expect(heard).toEqual(['a1']);
    a!.complete();
    expect(heard).toEqual(['a1', 'b1', failure('second')]);
  });

  test('starts no waiting value after a failure, though places are free', () => {
    const started: number[] = [];
    const inners = subjects(5);
    record(
      range(0, 5).pipe(
        concatMapEager((index) => {
          started.push(index);
          return inners[index]!;
        }, 3),
      ),
    );

    inners[1]!.error('bad');
    inners[0]!.next('value');
    expect(started).toEqual([0, 1, 2]);
    expect(inners.map((inner) => inner.observed)).toEqual([true, false, false, false, false]);
  });

  test('unsubscribes the source at once', () => {
    const source = new Subject<Observable<string>>();
    const { heard } = record(source.pipe(concatMapEager((inner) => inner)));

    source.next(NEVER);
    source.next(throwError(() => 'bad'));
    expect(source.observed).toBe(false);
    expect(heard).toEqual([]);
  });

  test('starts nothing more of a synchronous source once an item has failed', () => {
    let started = 0;
    record(
      range(0, 1000).pipe(
        concatMapEager((index) => {
          started++;
          return index === 1 ? throwError(() => 'bad') : NEVER;
        }),
      ),
    );

    expect(started).toBe(2);
  });

  test('ends when `project` throws, in the place of that item', () => {
    const head = new Subject<string>();
    const { heard } = record(
      range(0, 3).pipe(
        concatMapEager((index) => {
          if (index === 1) {
            throw 'bad';
          }
          return head;
        }),
      ),
    );

    expect(heard).toEqual([]);
    head.next('a');
    head.complete();
    expect(heard).toEqual(['a', failure('bad')]);
  });

  test.each([undefined, null, 1, true, {}, Symbol('s'), () => 1])(
    'ends with a TypeError when `project` returns %o, which is no ObservableInput',
    (returned) => {
      const { heard } = record(of(1).pipe(concatMapEager(() => returned as never)));

      expect(heard).toEqual([failure(expect.any(TypeError))]);
    },
  );

  test.each([undefined, null, false, 0, NaN, ''])('takes %o for an error', (error) => {
    const head = new Subject<string>();
    const { heard } = record(
      of(
        head,
        throwError(() => error),
      ).pipe(concatMapEager((inner) => inner)),
    );

    head.complete();
    expect(heard).toEqual([failure(error)]);
  });

  test('keeps the error back behind a head that never ends', () => {
    const { heard } = record(
      of(
        NEVER,
        throwError(() => 'bad'),
      ).pipe(concatMapEager((inner) => inner)),
    );

    expect(heard).toEqual([]);
  });
});

describe("onError: 'immediate'", () => {
  const immediate = { onError: 'immediate' } as const;

  test(
    'emits the error at once, drops what is parked and cancels everything',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     abc---d--|');
      const a = cold('         -1--------2|');
      const b = cold('          -3--#');
      const c = cold('           -4---5|');
      const expected = '       -1---#';
      const inners: Record<string, Observable<string>> = { a, b, c };

      expectObservable(source.pipe(concatMapEager((label) => inners[label]!, immediate))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(a.subscriptions).toBe('^----!');
      expectSubscriptions(b.subscriptions).toBe('-^---!');
      expectSubscriptions(c.subscriptions).toBe('--^--!');
    }),
  );

  test('ends when `project` throws, ahead of earlier items', () => {
    const head = new Subject<string>();
    const { heard } = record(
      range(0, 2).pipe(
        concatMapEager((index) => {
          if (index === 1) {
            throw 'bad';
          }
          return head;
        }, immediate),
      ),
    );

    expect(heard).toEqual([failure('bad')]);
    expect(head.observed).toBe(false);
  });

  test.each([undefined, null, false, 0, NaN, ''])('takes %o for an error', (error) => {
    const { heard } = record(
      of(
        NEVER,
        throwError(() => error),
      ).pipe(concatMapEager((inner) => inner, immediate)),
    );

    expect(heard).toEqual([failure(error)]);
  });

  test('calls `project` no more after the error', () => {
    const inners = subjects(4);
    const started: number[] = [];
    record(
      range(0, 4).pipe(
        concatMapEager(
          (index) => {
            started.push(index);
            return inners[index]!;
          },
          { ...immediate, concurrent: 2 },
        ),
      ),
    );

    inners[1]!.error('bad');
    expect(started).toEqual([0, 1]);
  });
});

test('a source that is no Observable is an error of the result', () => {
  const { heard } = record(concatMapEager(() => NEVER)({} as never));

  expect(heard).toEqual([
    failure(new TypeError('Expected the source to be an Observable, got `[object Object]` (object)')),
  ]);
});

describe("the source's own error", () => {
  test(
    'comes when every value before it has been processed and emitted',
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     abc#           ');
      const a = cold('         ----1|         ');
      const b = cold('          -2-|          ');
      const c = cold('             ------3-4|');
      const expected = '       ----12----3-4#';
      const inners: Record<string, Observable<string>> = { a, b, c };

      expectObservable(source.pipe(concatMapEager((label) => inners[label]!, 2))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(c.subscriptions).toBe('----^--------!');
    }),
  );

  test('comes at once where nothing is left', () => {
    const { heard } = record(
      concat(
        of(1),
        throwError(() => 'bad'),
      ).pipe(concatMapEager((value) => of(value))),
    );

    expect(heard).toEqual([1, failure('bad')]);
  });

  test('comes at once where there was no value', () => {
    expect(record(throwError(() => 'bad').pipe(concatMapEager(() => NEVER))).heard).toEqual([failure('bad')]);
  });

  test('starts the values that wait before it is emitted', () => {
    const started: number[] = [];
    const inners = subjects(3);
    const { heard } = record(
      concat(
        range(0, 3),
        throwError(() => 'bad'),
      ).pipe(
        concatMapEager((index) => {
          started.push(index);
          return inners[index]!;
        }, 1),
      ),
    );

    inners[0]!.complete();
    inners[1]!.next('b');
    inners[1]!.complete();
    expect(started).toEqual([0, 1, 2]);
    inners[2]!.complete();
    expect(heard).toEqual(['b', failure('bad')]);
  });

  test('gives way to the error of an item', () => {
    const inner = new Subject<string>();
    const { heard } = record(
      concat(
        of(1),
        throwError(() => 'source'),
      ).pipe(concatMapEager(() => inner)),
    );

    inner.next('a');
    inner.error('item');
    expect(heard).toEqual(['a', failure('item')]);
  });

  test('ends at once under `immediate`, ahead of what is active, parked and waits', () => {
    const source = new Subject<Observable<string>>();
    const head = new Subject<string>();
    const config = { onError: 'immediate', concurrent: 2 } as const;
    const { heard } = record(source.pipe(concatMapEager((inner) => inner, config)));

    source.next(head);
    source.next(of('parked'));
    source.next(NEVER);
    source.next(of('waiting'));
    source.error('bad');
    expect(heard).toEqual([failure('bad')]);
    expect(head.observed).toBe(false);
  });

  test.each([undefined, null, false, 0, NaN])('may be %o', (error) => {
    const source = concat(
      of(1),
      throwError(() => error),
    );

    expect(record(source.pipe(concatMapEager((value) => of(value)))).heard).toEqual([1, failure(error)]);
    expect(record(source.pipe(concatMap((value) => of(value)))).heard).toEqual([1, failure(error)]);
  });
});
