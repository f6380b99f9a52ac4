import {
  asyncScheduler,
  BehaviorSubject,
  concat,
  concatWith,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  mergeMap,
  NEVER,
  Observable,
  observeOn,
  of,
  range,
  Subject,
  take,
  tap,
  throwError,
} from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMaps, pairsOfKinds, perform } from './specs.js';
import { failure, record, subjects } from '../support/record.js';
import { turn } from '../support/turn.js';
import { inVirtualTime } from '../support/virtualTime.js';

const rxjsConcatMap = concatMaps[0]![1];

// The ideas of rxjs's own specification of `concatMap`, held by both.
describe.each(concatMaps)('%s', (_, operator) => {
  test('runs one inner after another', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     -a-b--c|       ');
      const a = cold('          -1--2|        ');
      const b = cold('               3-4|     ');
      const c = cold('                  --5|  ');
      const expected = '       --1--23-4--5|  ';
      const inners: Record<string, Observable<string>> = { a, b, c };

      expectObservable(source.pipe(operator((label) => inners[label]!))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^------!');
      expectSubscriptions(a.subscriptions).toBe('-^----!');
      expectSubscriptions(b.subscriptions).toBe('------^--!');
      expectSubscriptions(c.subscriptions).toBe('---------^--!');
    });
  });

  test.each(pairsOfKinds)(
    'does what concatMap does with a source that is %s and inners that are %s',
    (outer, inner) => {
      for (const leave of [Infinity, 0, 3, 6, 9]) {
        expect(perform(operator, outer, inner, leave)).toEqual(perform(rxjsConcatMap, outer, inner, leave));
      }
    },
  );

  test('ends at once with the error of the source, and cancels the inner', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     -a-b-#');
      const a = cold('          -1----2|');
      const expected = '       --1--#';

      expectObservable(source.pipe(operator(() => a))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(a.subscriptions).toBe(['-^---!']);
    });
  });

  test('ends at once with the error of an inner, and cancels the source', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     -a-b------|');
      const a = cold('          -1-#');
      const expected = '       --1-#';

      expectObservable(source.pipe(operator(() => a))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^---!');
      expectSubscriptions(a.subscriptions).toBe(['-^--!']);
    });
  });

  test('cancels source and inner when it is left early', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     -a-b------|');
      const a = cold('          -1-----2|');
      const unsubscribed = '   -----!';
      const expected = '       --1---';

      expectObservable(source.pipe(operator(() => a)), unsubscribed).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(a.subscriptions).toBe(['-^---!']);
    });
  });

  test('does not break the chain of subscriptions when it is left', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('     -a-b------|');
      const a = cold('          -1-----2|');
      const unsubscribed = '   -----!';
      const expected = '       --1---';
      const result = source.pipe(
        mergeMap((value) => of(value)),
        operator(() => a),
        mergeMap((value) => of(value)),
      );

      expectObservable(result, unsubscribed).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe('^----!');
      expectSubscriptions(a.subscriptions).toBe(['-^---!']);
    });
  });

  test('ends with what `project` throws, at the first value and at a later one', () => {
    const thrower = (at: number) =>
      operator((value: number) => {
        if (value === at) {
          throw 'bad';
        }
        return of(value);
      });

    expect(record(range(0, 3).pipe(thrower(0))).heard).toEqual([failure('bad')]);
    expect(record(range(0, 3).pipe(thrower(2))).heard).toEqual([0, 1, failure('bad')]);
  });

  test('cancels the source when `project` throws', () => {
    const source = new Subject<number>();
    record(
      source.pipe(
        operator(() => {
          throw 'bad';
        }),
      ),
    );

    source.next(1);
    expect(source.observed).toBe(false);
  });

  test('hands `project` the value and the index', () => {
    const { heard } = record(of('a', 'b').pipe(operator((value, index) => of([value, index]))));

    expect(heard).toEqual([['a', 0], ['b', 1], '|']);
  });

  test('calls `project` only when its turn has come', () => {
    const started: number[] = [];
    const inners = subjects(3);
    record(
      range(0, 3).pipe(
        operator((index) => {
          started.push(index);
          return inners[index]!;
        }),
      ),
    );

    expect(started).toEqual([0]);
    inners[0]!.complete();
    expect(started).toEqual([0, 1]);
    inners[1]!.complete();
    expect(started).toEqual([0, 1, 2]);
  });

  test('finalizes an inner before the next is subscribed, if both are synchronous', () => {
    const log: string[] = [];
    const inner = (name: string) =>
      defer(() => {
        log.push(`subscribe ${name}`);
        return of(name);
      }).pipe(finalize(() => log.push(`finalize ${name}`)));
    of('a', 'b', 'c')
      .pipe(operator(inner))
      .subscribe({ next: (value) => log.push(value), complete: () => log.push('|') });

    expect(log).toEqual([...['a', 'b', 'c'].flatMap((name) => [`subscribe ${name}`, name, `finalize ${name}`]), '|']);
  });

  test('finalizes an inner before the next is subscribed, if both are asynchronous', async () => {
    const log: string[] = [];
    const inner = (name: string) =>
      defer(() => {
        log.push(`subscribe ${name}`);
        return of(name).pipe(observeOn(asyncScheduler));
      }).pipe(finalize(() => log.push(`finalize ${name}`)));
    of('a', 'b', 'c')
      .pipe(operator(inner))
      .subscribe({ next: (value) => log.push(value), complete: () => log.push('|') });
    for (let i = 0; i < 20 && log.at(-1) !== '|'; i++) {
      await turn();
    }

    expect(log).toEqual([...['a', 'b', 'c'].flatMap((name) => [`subscribe ${name}`, name, `finalize ${name}`]), '|']);
  });

  test('stops a synchronous source when nobody listens any more', () => {
    const effects: number[] = [];
    const source = new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 10; i++) {
        effects.push(i);
        subscriber.next(i);
      }
    });
    source
      .pipe(
        operator((value) => of(value)),
        take(3),
      )
      .subscribe();

    expect(effects).toEqual([0, 1, 2]);
  });

  test('takes promises, arrays and iterables', async () => {
    const { heard } = record(
      range(0, 3).pipe(
        operator((n): Promise<number> | number[] | Set<number> =>
          n === 0 ? Promise.resolve(n) : n === 1 ? [n, n] : new Set([n]),
        ),
      ),
    );
    await turn();

    expect(heard).toEqual([0, 1, 1, 2, '|']);
  });

  test('gives the same for a value that is projected to itself', () => {
    const values = [[1, 2], [], [3]];

    expect(record(from(values).pipe(operator((value) => value))).heard).toEqual([1, 2, 3, '|']);
  });

  test('gives values that wait when the source has completed', () => {
    const head = new BehaviorSubject('a');
    const { heard } = record(of(head, of('b'), of('c')).pipe(operator((inner) => inner)));

    expect(heard).toEqual(['a']);
    head.complete();
    expect(heard).toEqual(['a', 'b', 'c', '|']);
  });

  test('keeps the order when the subscriber feeds the source', () => {
    const source = new Subject<number>();
    const { heard } = record(source.pipe(operator((value) => of(value, value + 0.5))), (value) => {
      if (Number.isInteger(value) && value < 3) {
        source.next(value + 1);
      }
    });

    source.next(0);
    expect(heard).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
  });

  test('releases the source as soon as it completes', () => {
    let released = false;
    const source = new Subject<number>();
    record(
      source.pipe(
        finalize(() => (released = true)),
        operator(() => NEVER),
      ),
    );
    source.next(1);
    source.complete();

    expect(released).toBe(true);
  });

  test('runs every teardown once', () => {
    const log: string[] = [];
    const inner = (name: string) =>
      new Observable<string>((subscriber) => {
        subscriber.next(name);
        if (name !== 'b') {
          subscriber.complete();
        }
        return () => log.push(name);
      });
    const { subscription } = record(concat(of('a', 'b', 'c'), NEVER).pipe(operator(inner)));

    expect(log).toEqual(['a']);
    subscription.unsubscribe();
    expect(log).toEqual(['a', 'b']);
  });

  test('may stand in itself, synchronously', () => {
    const { heard } = record(
      range(0, 3).pipe(
        operator((outer) => range(0, outer + 1).pipe(operator((inner) => of(outer * 10 + inner)))),
        map((value) => value),
      ),
    );

    expect(heard).toEqual([0, 10, 11, 20, 21, 22, '|']);
  });

  test('goes on to what is behind it', () => {
    const { heard } = record(
      EMPTY.pipe(
        operator(() => of(0)),
        concatWith(of(1)),
        tap(),
      ),
    );

    expect(heard).toEqual([1, '|']);
  });

  test('swallows errors after the end', () => {
    const late = new Subject<string>();
    const { heard } = record(
      of(1).pipe(
        operator(() => new Observable<string>((subscriber) => void late.subscribe((value) => subscriber.error(value)))),
        (result) => concat(of('first'), result),
        take(1),
      ),
    );
    const failing = record(of(1).pipe(operator(() => throwError(() => 'bad'))));

    late.next('late');
    expect(heard).toEqual(['first', '|']);
    expect(failing.heard).toEqual([failure('bad')]);
  });
});
