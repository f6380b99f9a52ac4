import { combineLatest, concat, from, interval, NEVER, Observable, of, Subject, take, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, record, subjects } from '../support/record.js';

test('runs the teardown of the source and of each inner exactly once', () => {
  const teardowns: string[] = [];
  const watched = (name: string, observable: Observable<string>) =>
    new Observable<string>((subscriber) => {
      const subscription = observable.subscribe(subscriber);
      return () => {
        teardowns.push(name);
        subscription.unsubscribe();
      };
    });
  const { subscription } = record(
    watched('source', concat(of('never', 'of', 'error-free'), NEVER)).pipe(
      concatMapEager((name) => watched(name, name === 'of' ? of('value') : NEVER)),
    ),
  );

  expect(teardowns).toEqual(['of']);
  subscription.unsubscribe();
  subscription.unsubscribe();
  expect(teardowns.sort()).toEqual(['error-free', 'never', 'of', 'source']);
});

test('stops in the middle of a flush', () => {
  const [a, b, c] = subjects(3);
  const { heard, subscription } = record(from([a!, b!, c!]).pipe(concatMapEager((inner) => inner)), (value) => {
    if (value === 'b2') {
      subscription.unsubscribe();
    }
  });

  for (const value of ['b1', 'b2', 'b3']) {
    b!.next(value);
  }
  c!.next('c1');
  a!.complete();
  expect(heard).toEqual(['b1', 'b2']);
  expect([a!, b!, c!].map((inner) => inner.observed)).toEqual([false, false, false]);
});

test('stops a synchronous source', () => {
  let produced = 0;
  const source = new Observable<number>((subscriber) => {
    while (!subscriber.closed && produced < 1000) {
      subscriber.next(produced++);
    }
  });
  const { heard } = record(
    source.pipe(
      concatMapEager((value) => of(value)),
      take(3),
    ),
  );

  expect(heard).toEqual([0, 1, 2, '|']);
  expect(produced).toBe(3);
});

test('stops a synchronous inner that is the head', () => {
  let produced = 0;
  const inner = new Observable<number>((subscriber) => {
    while (!subscriber.closed && produced < 1000) {
      subscriber.next(produced++);
    }
  });
  const { heard } = record(
    of(inner).pipe(
      concatMapEager((head) => head),
      take(3),
    ),
  );

  expect(heard).toEqual([0, 1, 2, '|']);
  expect(produced).toBe(3);
});

test('stops a synchronous inner that becomes the head while it is being subscribed', () => {
  const head = new Subject<number>();
  let produced = 0;
  const inner = new Observable<number>((subscriber) => {
    head.complete();
    while (!subscriber.closed && produced < 1000) {
      subscriber.next(produced++);
    }
  });
  const { heard } = record(
    of(head, inner).pipe(
      concatMapEager((each) => each),
      take(3),
    ),
  );

  expect(heard).toEqual([0, 1, 2, '|']);
  expect(produced).toBe(3);
});

test('stops a synchronous inner of a waiting value', () => {
  let produced = 0;
  const head = new Subject<number>();
  const inner = new Observable<number>((subscriber) => {
    while (!subscriber.closed && produced < 1000) {
      subscriber.next(produced++);
    }
  });
  const { heard } = record(
    of(head, inner).pipe(
      concatMapEager((each) => each, 1),
      take(3),
    ),
  );

  head.complete();
  expect(heard).toEqual([0, 1, 2, '|']);
  expect(produced).toBe(3);
});

test('stops a synchronous parked inner when its neighbour ends the result', () => {
  const head = new Subject<number>();
  let produced = 0;
  const inner = new Observable<number>((subscriber) => {
    while (!subscriber.closed && produced < 1000) {
      subscriber.next(produced++);
      if (produced === 5) {
        head.error('bad');
      }
    }
  });
  const { heard } = record(of(head, inner).pipe(concatMapEager((each) => each)));

  expect(heard).toEqual([failure('bad')]);
  expect(produced).toBe(5);
});

test('does not listen to what `project` returns after it has unsubscribed', () => {
  const inner = new Subject<string>();
  const source = new Subject<number>();
  const { heard, subscription } = record(
    source.pipe(
      concatMapEager(() => {
        subscription.unsubscribe();
        return inner;
      }),
    ),
  );

  source.next(1);
  expect(inner.observed).toBe(false);
  expect(heard).toEqual([]);
});

test('swallows what `project` throws after it has unsubscribed', () => {
  const source = new Subject<number>();
  const { heard, subscription } = record(
    source.pipe(
      concatMapEager(() => {
        subscription.unsubscribe();
        throw 'bad';
      }),
    ),
  );

  source.next(1);
  expect(heard).toEqual([]);
});

test('ends a source and its inners on behalf of a subscriber that is closed before it subscribes', () => {
  const source = new Subject<number>();
  const { heard } = record(combineLatest([throwError(() => 'bad'), source.pipe(concatMapEager((value) => of(value)))]));

  expect(heard).toEqual([failure('bad')]);
  expect(source.observed).toBe(false);
});

test('starts nothing for a subscriber that is closed before it subscribes', () => {
  let started = 0;
  let produced = 0;
  const source = new Observable<number>((subscriber) => {
    while (!subscriber.closed && produced < 1000) {
      subscriber.next(produced++);
    }
  });
  const result = source.pipe(
    concatMapEager((value) => {
      started++;
      return of(value);
    }),
  );
  record(combineLatest([throwError(() => 'bad'), result]));

  expect(started).toBe(0);
  expect(produced).toBeLessThan(2);
});

test('leaves no timer', () => {
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const { subscription } = record(interval(1e6).pipe(concatMapEager(() => interval(1e6))));
  subscription.unsubscribe();

  expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout')).toHaveLength(before);
});

test('goes on with the other teardowns when one throws', () => {
  const teardowns: string[] = [];
  const inner = (name: string) =>
    new Observable<never>(() => () => {
      teardowns.push(name);
      if (name === 'b') {
        throw new Error('teardown');
      }
    });
  const { subscription } = record(concat(of('a', 'b', 'c'), NEVER).pipe(concatMapEager(inner)));

  expect(() => subscription.unsubscribe()).toThrow('teardown');
  expect(teardowns).toEqual(['a', 'b', 'c']);
});
