import {
  BehaviorSubject,
  concatWith,
  EMPTY,
  from,
  Observable,
  of,
  range,
  Subject,
  throwError,
  type RetryConfig,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatEager, concatMapEager } from '../../src/index.js';

const MILLION = 1_000_000;

/** What has come, without a list of a million values. */
function count(observable: Observable<number>) {
  const seen = { values: 0, last: -1, inOrder: true, end: undefined as unknown };
  observable.subscribe({
    next: (value) => {
      seen.inOrder &&= value > seen.last;
      seen.values++;
      seen.last = value;
    },
    error: (error: unknown) => (seen.end = error),
    complete: () => (seen.end = '|'),
  });
  return seen;
}

describe('the stack does not grow', () => {
  test.each([1, 4, Infinity])(
    'with 1,000,000 values whose inners complete synchronously behind one that does not, %d at a time',
    (concurrent) => {
      const head = new Subject<number>();
      const reorderWindow = Infinity;
      const seen = count(
        range(0, MILLION + 1).pipe(
          concatMapEager((value) => (value === 0 ? head : of(value)), { concurrent, reorderWindow }),
        ),
      );

      expect(seen.values).toBe(0);
      head.complete();
      expect(seen).toEqual({ values: MILLION, last: MILLION, inOrder: true, end: '|' });
    },
  );

  test('with 1,000,000 values that wait behind a full window', () => {
    const head = new Subject<number>();
    const seen = count(range(0, MILLION + 1).pipe(concatMapEager((value) => (value === 0 ? head : of(value)), 4)));

    head.complete();
    expect(seen).toEqual({ values: MILLION, last: MILLION, inOrder: true, end: '|' });
  });

  test('with 1,000,000 values whose inners complete synchronously and empty', () => {
    const head = new Subject<number>();
    const seen = count(range(0, MILLION).pipe(concatMapEager((value) => (value === 0 ? head : EMPTY), 1)));

    head.complete();
    expect(seen.end).toBe('|');
  });

  test('with 1,000,000 values that one item has parked behind another', () => {
    const head = new Subject<number>();
    const seen = count(of(head, range(0, MILLION)).pipe(concatMapEager((inner) => inner)));

    expect(seen.values).toBe(0);
    head.complete();
    expect(seen).toEqual({ values: MILLION, last: MILLION - 1, inOrder: true, end: '|' });
  });

  test('with 100,000 items that end one by one behind one', () => {
    const inners = Array.from({ length: 100_000 }, () => new Subject<number>());
    const seen = count(from(inners).pipe(concatMapEager((inner) => inner)));

    for (let index = inners.length - 1; index >= 0; index--) {
      inners[index]!.next(index);
      inners[index]!.complete();
    }
    expect(seen).toEqual({ values: 100_000, last: 99_999, inOrder: true, end: '|' });
  });

  test('with 1,000,000 inputs that are pulled', () => {
    function* inputs() {
      for (let i = 0; i < MILLION; i++) {
        yield [i];
      }
    }

    expect(count(concatEager(inputs(), 4))).toEqual({ values: MILLION, last: MILLION - 1, inOrder: true, end: '|' });
  });

  test('with a subscriber that feeds the source 100,000 times', () => {
    const source = new Subject<number>();
    let last = 0;
    source.pipe(concatMapEager((value) => of(value))).subscribe((value) => {
      last = value;
      if (value < 100_000) {
        source.next(value + 1);
      }
    });

    source.next(0);
    expect(last).toBe(100_000);
  });

  test('with a `project` that feeds the source 100,000 times', () => {
    const source = new Subject<number>();
    let last = 0;
    source
      .pipe(
        concatMapEager((value) => {
          if (value < 100_000) {
            source.next(value + 1);
          }
          return of(value);
        }, 4),
      )
      .subscribe((value) => (last = value));

    source.next(0);
    expect(last).toBe(100_000);
  });

  test('with an inner that feeds the source 100,000 times while it is subscribed', () => {
    const source = new Subject<number>();
    let last = 0;
    source
      .pipe(
        concatMapEager(
          (value) =>
            new Observable<number>((subscriber) => {
              if (value < 100_000) {
                source.next(value + 1);
              }
              subscriber.next(value);
              subscriber.complete();
            }),
        ),
      )
      .subscribe((value) => (last = value));

    source.next(0);
    expect(last).toBe(100_000);
  });

  test('with a subscriber that ends each of 100,000 inners at the value it gives while it is subscribed', () => {
    const inners = Array.from({ length: 100_000 }, (_, index) => new BehaviorSubject(index));
    const head = new Subject<number>();
    let last = 0;
    of(head)
      .pipe(
        concatWith(from(inners)),
        concatMapEager((inner) => inner, 1),
      )
      .subscribe((value) => {
        last = value;
        inners[value]!.complete();
      });

    head.complete();
    expect(last).toBe(99_999);
  });

  test('with a subscriber that ends the next of 100,000 inners at each value of a flush', () => {
    const inners = Array.from({ length: 100_000 }, () => new Subject<number>());
    const { length } = inners;
    let seen = 0;
    let completed = false;
    from(inners)
      .pipe(concatMapEager((inner) => inner))
      .subscribe({
        next: (value) => {
          seen++;
          if (value + 1 < length) {
            inners[value + 1]!.next(value + 1);
            inners[value + 1]!.complete();
          }
        },
        complete: () => (completed = true),
      });

    inners[1]!.next(1);
    inners[1]!.complete();
    inners[0]!.complete();
    expect(seen).toBe(length - 1);
    expect(completed).toBe(true);
  });

  test('with 100,000 inners that an error cancels', () => {
    let cancelled = 0;
    const head = new Subject<number>();
    const seen = count(
      range(0, 100_000).pipe(
        concatMapEager((value) => (value === 0 ? head : new Observable<number>(() => () => cancelled++))),
      ),
    );

    head.error('bad');
    expect(seen.end).toBe('bad');
    expect(cancelled).toBe(99_999);
  });

  test('with 200,000 inputs that fail, each with a fallback', () => {
    let failed = 0;
    const failing = throwError(() => 'bad');
    const onError = () => {
      failed++;
      return EMPTY;
    };
    const inputs = Array.from({ length: 200_000 }, () => failing);

    expect(count(concatEager(inputs, { concurrent: 3, onError })).end).toBe('|');
    expect(failed).toBe(200_000);
  });

  test.each<[string, RetryConfig]>([
    ['without a delay', { count: MILLION }],
    ['with a synchronous notifier', { count: MILLION, delay: () => [0] }],
  ])('with 1,000,000 synchronous retries %s', (_, retry) => {
    let calls = 0;
    const seen = count(
      of(0).pipe(
        concatMapEager(
          () => {
            if (++calls <= MILLION) {
              throw calls;
            }
            return of(1);
          },
          { retry },
        ),
      ),
    );

    expect(seen).toEqual({ values: 1, last: 1, inOrder: true, end: '|' });
    expect(calls).toBe(MILLION + 1);
  });

  test('with 200,000 synchronous retries after a failure that comes later', () => {
    let calls = 0;
    const inner = new Subject<number>();
    const seen = count(
      of(0).pipe(
        concatMapEager(() => (++calls === 1 ? inner : calls <= 200_000 ? throwError(() => calls) : of(1)), {
          retry: Infinity,
        }),
      ),
    );

    inner.error('bad');
    expect(seen).toEqual({ values: 1, last: 1, inOrder: true, end: '|' });
  });

  test('with 100,000 items that are retried three times each', () => {
    const seen = count(
      range(0, 100_000).pipe(
        concatMapEager((n, _, { attempt }) => (attempt <= 3 ? throwError(() => n) : of(n)), {
          retry: 3,
          concurrent: 4,
        }),
      ),
    );

    expect(seen).toEqual({ values: 100_000, last: 99_999, inOrder: true, end: '|' });
  });
});

test('a million synchronous items of a thousand keys are emitted in order, on a flat stack', () => {
  const seen = count(
    range(0, MILLION).pipe(concatMapEager((value) => of(value), { key: (value) => value % 1_000, concurrent: 16 })),
  );
  expect(seen).toEqual({ values: MILLION, last: MILLION - 1, inOrder: true, end: '|' });
});
