import {
  asapScheduler,
  concat,
  defer,
  finalize,
  from,
  NEVER,
  Observable,
  observeOn,
  of,
  range,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import { mergeMaps, pairsOfKinds, perform, type Performance } from './specs.js';
import { failure, record, subjects } from '../support/record.js';
import { reportedErrors, turn } from '../support/turn.js';
import { inVirtualTime } from '../support/virtualTime.js';

const ends = ({ notifications }: Performance) => notifications.filter(([, what]) => /[|#]/.test(what));
const values = ({ notifications }: Performance) => notifications.map(([, what]) => what).sort();

// The ideas of rxjs's own specification of `mergeMap`, as far as they do not depend on interleaving, held by both.
describe.each(mergeMaps)('%s', (_, operator) => {
  test('subscribes all inners as their values come', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     -a--b--|     ');
      const a = cold('          1-|         ');
      const b = cold('             -2---3|  ');
      const expected = '       -1---2---3|  ';
      const inners: Record<string, Observable<string>> = { a, b };

      expectObservable(source.pipe(operator((label) => inners[label]!))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------!');
      expectSubscriptions(a.subscriptions).toBe('-^-!');
      expectSubscriptions(b.subscriptions).toBe('----^-----!');
    });
  });

  test('subscribes as many inners as it may, and the next when one ends', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     abcd|        ');
      const a = cold('         1---|        ');
      const b = cold('          ----|       ');
      const c = cold('             -----2|  ');
      const d = cold('              --|     ');
      const expected = '       1--------2|  ';
      const inners: Record<string, Observable<string>> = { a, b, c, d };

      expectObservable(source.pipe(operator((label) => inners[label]!, 2))).toBe(expected);
      expectSubscriptions(a.subscriptions).toBe('^---!');
      expectSubscriptions(b.subscriptions).toBe('-^---!');
      expectSubscriptions(c.subscriptions).toBe('----^-----!');
      expectSubscriptions(d.subscriptions).toBe('-----^-!');
    });
  });

  // Only what happens to the values meanwhile differs: by the end they have all been emitted.
  test.each(pairsOfKinds)(
    'subscribes and ends as mergeMap does, with a source that is %s and inners that are %s',
    (outer, inner) => {
      for (const concurrent of [1, 2, Infinity]) {
        for (const leave of [Infinity, 0, 3, 6, 9]) {
          const [mine, rxjs] = [operator, mergeMaps[0]![1]].map((each) =>
            perform((project) => each(project, concurrent), outer, inner, leave),
          );

          expect(mine!.subscriptions).toEqual(rxjs!.subscriptions);
          expect(ends(mine!)).toEqual(ends(rxjs!));
          if (rxjs!.notifications.at(-1)?.[1] === '|') {
            expect(values(mine!)).toEqual(values(rxjs!));
          }
        }
      }
    },
  );

  test('finalizes an inner before the next is subscribed, if both are synchronous', () => {
    const log: string[] = [];
    const inner = (name: string) =>
      defer(() => {
        log.push(`subscribe ${name}`);
        return of(name);
      }).pipe(finalize(() => log.push(`finalize ${name}`)));
    of('a', 'b', 'c')
      .pipe(operator(inner, 1))
      .subscribe((value) => log.push(value));

    expect(log).toEqual(['a', 'b', 'c'].flatMap((name) => [`subscribe ${name}`, name, `finalize ${name}`]));
  });

  test('finalizes an inner before the next is subscribed, if both are asynchronous', async () => {
    const log: string[] = [];
    const inner = (name: string) =>
      defer(() => {
        log.push(`subscribe ${name}`);
        return of(name).pipe(observeOn(asapScheduler));
      }).pipe(finalize(() => log.push(`finalize ${name}`)));
    of('a', 'b', 'c')
      .pipe(operator(inner, 1))
      .subscribe((value) => log.push(value));
    await turn();
    await turn();

    expect(log).toEqual(['a', 'b', 'c'].flatMap((name) => [`subscribe ${name}`, name, `finalize ${name}`]));
  });

  test.each([1, 2, Infinity])('stops a synchronous source when nobody listens, %d at a time', (concurrent) => {
    const effects: number[] = [];
    const source = new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 10; i++) {
        effects.push(i);
        subscriber.next(i);
      }
    });
    source
      .pipe(
        operator((value) => of(value), concurrent),
        take(3),
      )
      .subscribe();

    expect(effects).toEqual([0, 1, 2]);
  });

  test('stops a synchronous inner when nobody listens', () => {
    const effects: number[] = [];
    const inner = new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 10; i++) {
        effects.push(i);
        subscriber.next(i);
      }
    });
    of(1)
      .pipe(
        operator(() => inner),
        take(3),
      )
      .subscribe();

    expect(effects).toEqual([0, 1, 2]);
  });

  test('runs every teardown once', () => {
    const log: string[] = [];
    const inner = (name: string) =>
      new Observable<string>((subscriber) => {
        if (name !== 'b') {
          subscriber.complete();
        }
        return () => log.push(name);
      });
    const { subscription } = record(concat(of('a', 'b', 'c'), NEVER).pipe(operator(inner)));

    expect(log).toEqual(['a', 'c']);
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(log).toEqual(['a', 'c', 'b']);
  });

  test('runs the teardown of every inner once when one fails', () => {
    const log: string[] = [];
    const [a, b, c] = subjects(3);
    record(of(a!, b!, c!).pipe(operator((inner, index) => inner.pipe(finalize(() => log.push(String(index)))))));

    b!.error('bad');
    expect(log.sort()).toEqual(['0', '1', '2']);
  });

  test('releases the source as soon as it completes', () => {
    const log: string[] = [];
    const source = new Subject<number>();
    record(
      source.pipe(
        finalize(() => log.push('released')),
        operator(() => NEVER),
      ),
    );
    source.next(1);
    expect(log).toEqual([]);
    source.complete();

    expect(log).toEqual(['released']);
  });

  test('emits nothing after the end', () => {
    const [a, b] = subjects(2);
    const source = new Subject<Subject<string>>();
    const { heard } = record(source.pipe(operator((inner) => inner)));
    source.next(a!);
    source.next(b!);

    a!.next('a1');
    b!.error('bad');
    a!.next('late');
    a!.complete();
    source.next(new Subject());
    source.error('late');
    expect(heard).toEqual(['a1', failure('bad')]);
  });

  test('swallows errors after the end', async () => {
    const reported = await reportedErrors(async () => {
      const { heard, subscription } = record(
        of(1, 2).pipe(
          operator(
            (n) =>
              new Observable<number>((subscriber) => {
                setTimeout(() => subscriber.error(`late ${n}`));
              }),
          ),
        ),
      );
      subscription.unsubscribe();
      const { heard: failed } = record(
        of(1, 2).pipe(
          operator((n) => new Observable<number>((subscriber) => void setTimeout(() => subscriber.error(n)))),
        ),
      );
      await turn();
      await turn();
      expect(heard).toEqual([]);
      expect(failed).toEqual([failure(1)]);
    });

    expect(reported).toEqual([]);
  });

  test('ends with what `project` throws, and cancels all', () => {
    const inner = new Subject<number>();
    const source = new Subject<number>();
    const { heard } = record(
      source.pipe(
        operator((value) => {
          if (value === 1) {
            throw 'bad';
          }
          return inner;
        }),
      ),
    );

    source.next(0);
    source.next(1);
    expect(heard).toEqual([failure('bad')]);
    expect([source.observed, inner.observed]).toEqual([false, false]);
  });

  test('hands `project` the value and the index', () => {
    const seen: unknown[] = [];
    record(
      of('a', 'b', 'c').pipe(
        operator((...given: [string, number]) => {
          seen.push(given.slice(0, 2));
          return NEVER;
        }),
      ),
    );

    expect(seen).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  test('is one with many synchronous inners', () => {
    const { heard } = record(range(0, 100).pipe(operator((value) => [value], 3)));

    expect(heard).toEqual([...Array.from({ length: 100 }, (_, i) => i), '|']);
  });

  test('feeds itself', () => {
    const source = new Subject<number>();
    const { heard } = record(source.pipe(operator((value) => of(value + 1))), (value) => {
      if (value < 5) {
        source.next(value);
      } else {
        source.complete();
      }
    });

    source.next(0);
    expect(heard).toEqual([1, 2, 3, 4, 5, '|']);
  });

  test('does not subscribe an inner that is returned after the end', () => {
    const inner = new Subject<number>();
    const source = new Subject<number>();
    const { subscription } = record(
      source.pipe(
        operator(() => {
          subscription.unsubscribe();
          return inner;
        }),
      ),
    );

    source.next(1);
    expect(inner.observed).toBe(false);
  });

  test('lives in real time', async () => {
    const { heard } = record(from([1, 1, 1]).pipe(operator((ms) => timer(ms))));
    for (let i = 0; i < 20 && heard.length < 4; i++) {
      await turn();
    }

    expect(heard).toEqual([0, 0, 0, '|']);
  });

  test('gives an error that is thrown while it is subscribed', () => {
    const inner = new Observable<number>((subscriber) => {
      subscriber.next(1);
      throw 'bad';
    });

    expect(record(of(1).pipe(operator(() => inner))).heard).toEqual([1, failure('bad')]);
    expect(record(throwError(() => 'bad').pipe(operator(() => inner))).heard).toEqual([failure('bad')]);
  });
});
