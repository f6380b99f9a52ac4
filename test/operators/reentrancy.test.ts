import { finalize, from, map, NEVER, Observable, of, Subject, take, tap } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatEager, concatMapEager } from '../../src/index.js';
import { failure, record, subjects } from '../support/record.js';
import { reportedErrors, turn } from '../support/turn.js';

describe('a subscriber', () => {
  test('that feeds the source gets the new values after those that were there', () => {
    const source = new Subject<number>();
    const started: number[] = [];
    const { heard } = record(
      source.pipe(
        concatMapEager((value) => {
          started.push(value);
          return of(`${value}a`, `${value}b`);
        }, 2),
      ),
      (value) => {
        if (value === '0a') {
          source.next(1);
          source.next(2);
        }
        if (value === '1b') {
          source.next(3);
          source.complete();
        }
      },
    );

    source.next(0);
    expect(heard).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', '3a', '3b', '|']);
    expect(started).toEqual([0, 1, 2, 3]);
  });

  test('that feeds an inner that is being flushed gets the new value after the parked ones', () => {
    const [a, b] = subjects(2);
    const { heard } = record(of(a!, b!).pipe(concatMapEager((inner) => inner)), (value) => {
      if (value === 'b1') {
        b!.next('b3');
      }
    });

    b!.next('b1');
    b!.next('b2');
    a!.complete();
    expect(heard).toEqual(['b1', 'b2', 'b3']);
  });

  test('that feeds the next inner from the last value of the head does not let it overtake', () => {
    const [a, b, c] = subjects(3);
    const { heard } = record(of(a!, b!, c!).pipe(concatMapEager((inner) => inner)), (value) => {
      if (value === 'b1') {
        c!.next('c2');
      }
    });

    b!.next('b1');
    b!.next('b2');
    b!.complete();
    c!.next('c1');
    a!.complete();
    expect(heard).toEqual(['b1', 'b2', 'c1', 'c2']);
  });

  test('that completes a later inner in the middle of a flush lets it follow in its turn', () => {
    const [a, b, c, d] = subjects(4);
    const { heard } = record(of(a!, b!, c!, d!).pipe(concatMapEager((inner) => inner)), (value) => {
      if (value === 'b1') {
        d!.next('d1');
        d!.complete();
        c!.next('c1');
        c!.complete();
      }
    });

    b!.next('b1');
    b!.next('b2');
    b!.complete();
    a!.complete();
    expect(heard).toEqual(['b1', 'b2', 'c1', 'd1', '|']);
  });

  test('that completes the inner whose value it is given goes on with the next item', () => {
    const inners = subjects(3);
    const { heard } = record(from(inners).pipe(concatMapEager((inner) => inner, 2)), (value) => {
      inners[Number(value)]!.complete();
    });

    inners[1]!.next('1');
    inners[0]!.next('0');
    expect(heard).toEqual(['0', '1']);
    inners[2]!.next('2');
    expect(heard).toEqual(['0', '1', '2', '|']);
  });

  test('that completes the inner that is being flushed gets all that it has parked', () => {
    const [a, b] = subjects(2);
    const { heard } = record(of(a!, b!, of('c1')).pipe(concatMapEager((inner) => inner)), (value) => {
      if (value === 'b1') {
        b!.complete();
      }
    });

    b!.next('b1');
    b!.next('b2');
    a!.complete();
    expect(heard).toEqual(['b1', 'b2', 'c1', '|']);
  });

  test('that lets the inner fail that is being flushed gets all that it has parked, then the error', () => {
    const [a, b, c] = subjects(3);
    const { heard } = record(of(a!, b!, c!).pipe(concatMapEager((inner) => inner)), (value) => {
      if (value === 'b1') {
        b!.error('bad');
      }
    });

    c!.next('c1');
    b!.next('b1');
    b!.next('b2');
    a!.complete();
    expect(heard).toEqual(['b1', 'b2', failure('bad')]);
  });

  test('that lets an item fail under `immediate` in the middle of a flush gets nothing more', () => {
    const [a, b, c] = subjects(3);
    const { heard } = record(
      of(a!, b!, c!).pipe(concatMapEager((inner) => inner, { onError: 'immediate' })),
      (value) => {
        if (value === 'b1') {
          c!.error('bad');
        }
      },
    );

    b!.next('b1');
    b!.next('b2');
    a!.complete();
    expect(heard).toEqual(['b1', failure('bad')]);
  });

  test('that unsubscribes in the middle of a flush starts nothing', () => {
    const inners = subjects(4);
    const started: number[] = [];
    const { heard, subscription } = record(
      from(inners).pipe(
        concatMapEager(
          (inner, index) => {
            started.push(index);
            return inner;
          },
          { concurrent: 2, reorderWindow: 2 },
        ),
      ),
      () => subscription.unsubscribe(),
    );

    inners[1]!.next('b1');
    inners[1]!.next('b2');
    inners[1]!.complete();
    inners[0]!.complete();
    expect(heard).toEqual(['b1']);
    expect(started).toEqual([0, 1]);
  });

  test('that ends the source in the middle of a flush gets the completion last', () => {
    const source = new Subject<Observable<string>>();
    const head = new Subject<string>();
    const { heard } = record(source.pipe(concatMapEager((inner) => inner)), (value) => {
      if (value === '1') {
        source.complete();
      }
    });

    source.next(head);
    source.next(of('1', '2'));
    source.next(of('3'));
    head.complete();
    expect(heard).toEqual(['1', '2', '3', '|']);
  });

  test('that feeds the source starts no value out of order, whatever is free', () => {
    const source = new Subject<number>();
    const inners = subjects(6);
    const started: number[] = [];
    record(
      source.pipe(
        concatMapEager((index) => {
          started.push(index);
          return inners[index]!;
        }, 2),
      ),
      () => {
        source.next(4);
        inners[1]!.complete();
        source.next(5);
      },
    );

    for (const index of [0, 1, 2, 3]) {
      source.next(index);
    }
    inners[0]!.next('now');
    expect(started).toEqual([0, 1, 2]);
    inners[2]!.complete();
    inners[3]!.complete();
    inners[0]!.complete();
    expect(started).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('`project`', () => {
  test('that feeds the source gets the value after those that were there', () => {
    const source = new Subject<number>();
    const log: string[] = [];
    const { heard } = record(
      source.pipe(
        concatMapEager((value) => {
          log.push(`start ${value}`);
          if (value < 3) {
            source.next(value + 1);
          }
          log.push(`started ${value}`);
          return of(value);
        }),
      ),
    );

    source.next(0);
    expect(log).toEqual([0, 1, 2, 3].flatMap((value) => [`start ${value}`, `started ${value}`]));
    expect(heard).toEqual([0, 1, 2, 3]);
  });

  test('that completes the source leaves nothing out', () => {
    const source = new Subject<number>();
    const { heard } = record(
      source.pipe(
        concatMapEager((value) => {
          source.complete();
          return of(value);
        }),
      ),
    );

    source.next(0);
    expect(heard).toEqual([0, '|']);
  });

  test('that completes the head lets what is parked follow before its own', () => {
    const head = new Subject<string>();
    const source = new Subject<Observable<string>>();
    const { heard } = record(
      source.pipe(
        concatMapEager((inner, index) => {
          if (index === 2) {
            head.next('a1');
            head.complete();
          }
          return inner;
        }),
      ),
    );

    source.next(head);
    source.next(of('b1'));
    source.next(of('c1'));
    expect(heard).toEqual(['a1', 'b1', 'c1']);
  });

  test('that has an item tried again, and then cancelled, keeps it from being tried again', () => {
    const source = new Subject<number>();
    const [first, second] = subjects(2);
    const calls: number[] = [];
    let headFails = true;
    const { heard } = record(
      source.pipe(
        concatMapEager(
          (value) => {
            calls.push(value);
            if (value === 2) {
              // `second` waits for its next attempt when the head, which has had its last, cancels it.
              second!.error('second');
              first!.error('first');
            }
            if (value === 0 && headFails) {
              headFails = false;
              throw 'once';
            }
            return value === 0 ? first! : second!;
          },
          { retry: 1 },
        ),
      ),
    );

    source.next(0);
    source.next(1);
    source.next(2);
    expect(calls).toEqual([0, 0, 1, 2]);
    expect(heard).toEqual([failure('first')]);
  });

  test('that lets an earlier item fail is not listened to', () => {
    const head = new Subject<string>();
    const inner = new Subject<string>();
    const source = new Subject<number>();
    const { heard } = record(
      source.pipe(
        concatMapEager((value) => {
          if (value === 1) {
            head.error('bad');
            return inner;
          }
          return head;
        }),
      ),
    );

    source.next(0);
    source.next(1);
    expect(heard).toEqual([failure('bad')]);
    expect(inner.observed).toBe(false);
  });
});

describe('an inner', () => {
  test('that completes its predecessor while it completes keeps the order', () => {
    const [a, b] = subjects(2);
    const { heard } = record(
      of(
        a!,
        b!.pipe(
          tap({
            complete: () => {
              a!.next('a1');
              a!.complete();
            },
          }),
        ),
      ).pipe(concatMapEager((inner) => inner)),
    );

    b!.next('b1');
    b!.complete();
    expect(heard).toEqual(['a1', 'b1', '|']);
  });

  test('that completes its predecessor in its teardown keeps the order', () => {
    const [a, b] = subjects(2);
    const { heard } = record(
      of(a!, b!.pipe(finalize(() => a!.complete())), of('c1')).pipe(concatMapEager((inner) => inner)),
    );

    b!.next('b1');
    b!.complete();
    expect(heard).toEqual(['b1', 'c1', '|']);
  });

  test('that completes its predecessor while it is subscribed streams from then on', () => {
    const head = new Subject<string>();
    const log: string[] = [];
    const inner = new Observable<string>((subscriber) => {
      head.next('a1');
      head.complete();
      subscriber.next('b1');
      log.push('after b1');
      subscriber.complete();
    });
    of(head, inner)
      .pipe(concatMapEager((each) => each))
      .subscribe((value) => log.push(value));

    expect(log).toEqual(['a1', 'b1', 'after b1']);
  });

  test('that completes its predecessor while it is subscribed lets what is parked follow at once', () => {
    const head = new Subject<string>();
    const log: string[] = [];
    const inner = new Observable<string>((subscriber) => {
      head.complete();
      log.push('after the head');
      subscriber.complete();
    });
    of(head, of('b1'), inner)
      .pipe(concatMapEager((each) => each))
      .subscribe((value) => log.push(value));

    expect(log).toEqual(['b1', 'after the head']);
  });

  test('that feeds the source while it is subscribed gets the values after those that were there', () => {
    const source = new Subject<string>();
    const { heard } = record(
      source.pipe(
        concatMapEager((value) =>
          value === 'a'
            ? new Observable<string>((subscriber) => {
                subscriber.next('a1');
                source.next('b');
                subscriber.next('a2');
                subscriber.complete();
              })
            : of(value),
        ),
      ),
    );

    source.next('a');
    expect(heard).toEqual(['a1', 'a2', 'b']);
  });

  test('that unsubscribes everything while it is subscribed is itself torn down', () => {
    let teardowns = 0;
    const source = new Subject<string>();
    const { heard, subscription } = record(
      source.pipe(
        concatMapEager(
          () =>
            new Observable<string>((subscriber) => {
              subscription.unsubscribe();
              subscriber.next('late');
              return () => teardowns++;
            }),
        ),
      ),
    );

    source.next('a');
    expect(heard).toEqual([]);
    expect(teardowns).toBe(1);
  });

  test('that lets its predecessor fail while it is subscribed is torn down', () => {
    let teardowns = 0;
    const head = new Subject<string>();
    const { heard } = record(
      of(
        head,
        new Observable<string>((subscriber) => {
          subscriber.next('b1');
          head.error('bad');
          return () => teardowns++;
        }),
      ).pipe(concatMapEager((inner) => inner)),
    );

    expect(heard).toEqual([failure('bad')]);
    expect(teardowns).toBe(1);
  });
});

describe('a key function', () => {
  test('that lets the source fail is heard once, after what it was asked for, although that feeds the source', () => {
    const source = new Subject<string>();
    const inner = new Subject<string>();
    const { heard } = record(
      source.pipe(
        concatMapEager(
          (value) => {
            if (value === 'a') {
              source.next('b');
            }
            return inner;
          },
          {
            key: (value) => {
              if (value === 'b') {
                source.error('bad');
              }
              return value;
            },
          },
        ),
      ),
    );

    source.next('a');
    inner.next('x');
    inner.complete();
    expect(heard).toEqual(['x', 'x', failure('bad')]);
  });

  test('that lets the source fail, and then an item, ends the result with the error of the item', () => {
    const source = new Subject<Observable<string>>();
    const [a, b, c] = subjects(3);
    const { heard } = record(
      source.pipe(
        concatMapEager((inner) => inner, {
          key: (inner) => {
            if (inner === c) {
              source.error('bad');
              b!.error('worse');
            }
            return inner;
          },
        }),
      ),
    );

    source.next(a!);
    source.next(b!);
    source.next(c!);
    a!.complete();
    expect(heard).toEqual([failure('worse')]);
    expect(c!.observed).toBe(false);
  });
});

describe('a teardown', () => {
  test('of the source that completes an earlier inner when an error has its turn starts nothing that waits', () => {
    const [a, b] = subjects(2);
    const source = new Subject<Observable<string>>();
    let subscribed = 0;
    const waiting = new Observable<string>(() => {
      subscribed++;
    });
    const { heard } = record(
      source.pipe(
        finalize(() => a!.complete()),
        concatMapEager((inner) => inner, 2),
      ),
    );
    for (const inner of [a!, b!, waiting]) {
      source.next(inner);
    }

    b!.error('bad');
    expect(heard).toEqual([failure('bad')]);
    expect(subscribed).toBe(0);
  });

  test.each(['next', 'error', 'complete'] as const)(
    'that calls `%s` of another inner while the subscriber leaves disturbs nothing',
    (kind) => {
      const other = new Subject<string>();
      const { heard, subscription } = record(
        of(NEVER.pipe(finalize(() => other[kind]('late'))), other).pipe(concatMapEager((inner) => inner)),
      );

      expect(() => subscription.unsubscribe()).not.toThrow();
      expect(heard).toEqual([]);
      expect(other.observed).toBe(false);
    },
  );

  test.each(['next', 'error', 'complete'] as const)(
    'of the source that calls `%s` of an inner while the subscriber leaves disturbs nothing',
    (kind) => {
      const inner = new Subject<string>();
      const source = new Subject<string>();
      const { heard, subscription } = record(
        source.pipe(
          finalize(() => inner[kind]('late')),
          concatMapEager(() => inner),
        ),
      );

      source.next('a');
      expect(() => subscription.unsubscribe()).not.toThrow();
      expect(heard).toEqual([]);
    },
  );

  test.each(['next', 'error', 'complete'] as const)(
    'that calls `%s` of another inner which is cancelled with it disturbs nothing',
    async (kind) => {
      const [a, b, d] = subjects(3);
      const { heard } = record(
        of(a!, b!, NEVER.pipe(finalize(() => d![kind]('late'))), d!).pipe(concatMapEager((inner) => inner)),
      );

      expect(await reportedErrors(() => b!.error('bad'))).toEqual([]);
      expect(heard).toEqual([]);
      a!.complete();
      expect(heard).toEqual([failure('bad')]);
    },
  );

  test('that completes an earlier inner when a later one fails keeps the order', () => {
    const [a, b] = subjects(2);
    const { heard } = record(
      of(
        a!,
        b!,
        NEVER.pipe(
          finalize(() => {
            a!.next('a1');
            a!.complete();
          }),
        ),
      ).pipe(concatMapEager((inner) => inner)),
    );

    b!.next('b1');
    b!.error('bad');
    expect(heard).toEqual(['a1', 'b1', failure('bad')]);
  });

  test('that lets an earlier inner fail when a later one fails lets that error take over', () => {
    const [a, b] = subjects(2);
    const { heard } = record(
      of(a!, b!, NEVER.pipe(finalize(() => a!.error('earlier')))).pipe(concatMapEager((inner) => inner)),
    );

    b!.next('b1');
    b!.error('later');
    expect(heard).toEqual([failure('earlier')]);
  });

  test('that feeds the source while the subscriber leaves starts nothing', () => {
    const source = new Subject<number>();
    const started: number[] = [];
    const { subscription } = record(
      source.pipe(
        concatMapEager((value) => {
          started.push(value);
          return NEVER.pipe(finalize(() => source.next(value + 1)));
        }),
      ),
    );

    source.next(0);
    subscription.unsubscribe();
    expect(started).toEqual([0]);
  });
});

test('a listener of a signal that completes another inner disturbs nothing', async () => {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.on('uncaughtException', note);
  const other = new Subject<string>();
  const { heard, subscription } = record(
    of(NEVER, other).pipe(
      concatMapEager((inner, index, { signal }) => {
        if (index === 0) {
          signal.addEventListener('abort', () => other.complete());
        }
        return inner;
      }),
    ),
  );

  subscription.unsubscribe();
  await turn();
  process.off('uncaughtException', note);
  expect(uncaught).toEqual([]);
  expect(heard).toEqual([]);
});

describe('inputs that are pulled', () => {
  test('may end an inner when they are asked for the next, and have no next', () => {
    function* inputs() {
      const inner = new Subject<string>();
      yield inner;
      inner.next('a1');
      inner.complete();
    }

    expect(record(concatEager(inputs(), 2)).heard).toEqual(['a1', '|']);
  });

  test('may end an inner when they are asked for the next, and give it later', async () => {
    const [a, b] = subjects(2);
    const given = [a!, b!];
    let asked = 0;
    const inputs: AsyncIterable<Subject<string>> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          if (asked++ === 2) {
            b!.next('b1');
            a!.complete();
            return new Promise(() => undefined);
          }
          return Promise.resolve({ done: false, value: given.shift()! });
        },
      }),
    };
    const { heard } = record(concatEager(inputs, 3));

    await turn();
    expect(heard).toEqual(['b1']);
  });

  test('may end the subscription when they are asked for the next', () => {
    let returned = 0;
    const stop = new Subject<string>();
    function* inputs() {
      try {
        yield stop;
        stop.next('stop');
        yield of('late');
      } finally {
        returned++;
      }
    }
    const { heard } = record(concatEager(inputs(), 2).pipe(take(1)));

    expect(heard).toEqual(['stop', '|']);
    expect(returned).toBe(1);
  });
});

test('a result that feeds its own source keeps the order', () => {
  const source = new Subject<number>();
  const { heard } = record(
    source.pipe(
      concatMapEager((value) => of(value, value + 0.5), 3),
      tap((value) => {
        if (Number.isInteger(value) && value < 50) {
          source.next(value + 1);
        }
      }),
      map((value) => value * 2),
    ),
  );

  source.next(0);
  expect(heard).toEqual(Array.from({ length: 102 }, (_, i) => i));
});
