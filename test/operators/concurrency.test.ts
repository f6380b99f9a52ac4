import { EMPTY, finalize, from, NEVER, Observable, of, range, Subject, take } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { record, subjects } from '../support/record.js';

/** Inners that end on demand, and what is known of them. */
function gauge(count: number) {
  const inners = subjects(count);
  const started: number[] = [];
  const running = new Set<number>();
  const project = (index: number) => {
    started.push(index);
    return new Observable<string>((subscriber) => {
      running.add(index);
      subscriber.add(() => running.delete(index));
      subscriber.add(inners[index]!.subscribe(subscriber));
    });
  };
  return { inners, started, running, project };
}

test('has at most `concurrent` inners subscribed', () => {
  const { inners, started, running, project } = gauge(5);
  record(range(0, 5).pipe(concatMapEager(project, { concurrent: 3 })));

  expect(started).toEqual([0, 1, 2]);
  expect([...running]).toEqual([0, 1, 2]);
  inners[1]!.complete();
  expect([...running]).toEqual([0, 2, 3]);
  inners[3]!.complete();
  inners[2]!.complete();
  expect([...running]).toEqual([0, 4]);
});

test('starts everything at once by default', () => {
  const started: number[] = [];
  record(
    range(0, 5000).pipe(
      concatMapEager((index) => {
        started.push(index);
        return NEVER;
      }),
    ),
  );

  expect(started).toHaveLength(5000);
});

test('starts an item in the call in which the source gives its value', () => {
  const { started, running, project } = gauge(2);
  const source = new Subject<number>();
  record(source.pipe(concatMapEager(project, 2)));

  source.next(0);
  expect(started).toEqual([0]);
  expect([...running]).toEqual([0]);
  source.next(1);
  expect([...running]).toEqual([0, 1]);
});

test('starts a waiting value in the call in which another item ends', () => {
  const { inners, started, project } = gauge(3);
  record(range(0, 3).pipe(concatMapEager(project, 2)));

  inners[1]!.complete();
  expect(started).toEqual([0, 1, 2]);
});

test('does not call `project` for a value that waits', () => {
  const { inners, started, project } = gauge(3);
  const source = new Subject<number>();
  record(source.pipe(concatMapEager(project, 1)));

  source.next(0);
  source.next(1);
  source.next(2);
  source.complete();
  expect(started).toEqual([0]);
  inners[0]!.complete();
  expect(started).toEqual([0, 1]);
});

test('starts items in source order, whichever slot becomes free', () => {
  const { inners, started, project } = gauge(6);
  record(range(0, 6).pipe(concatMapEager(project, 3)));

  for (const ended of [2, 0, 3, 1]) {
    inners[ended]!.complete();
  }
  expect(started).toEqual([0, 1, 2, 3, 4, 5]);
});

test('starts as many as there are slots when one call ends several items', () => {
  const { inners, started, project } = gauge(6);
  const source = new Subject<number>();
  record(source.pipe(concatMapEager(project, 2)), (value) => {
    if (value === 'end') {
      inners[1]!.complete();
      inners[0]!.complete();
    }
  });
  range(0, 6).subscribe(source);

  inners[0]!.next('end');
  expect(started).toEqual([0, 1, 2, 3]);
});

test('fills a slot only when the teardown of the inner that had it has run', () => {
  const log: string[] = [];
  const inners = subjects(2);
  record(
    range(0, 2).pipe(
      concatMapEager((index) => {
        log.push(`start ${index}`);
        return inners[index]!.pipe(finalize(() => log.push(`finalized ${index}`)));
      }, 1),
    ),
  );

  inners[0]!.complete();
  inners[1]!.complete();
  expect(log).toEqual(['start 0', 'finalized 0', 'start 1', 'finalized 1']);
});

test('fills a slot only when the teardown has run that an inner returns after it has completed', () => {
  const log: string[] = [];
  const head = new Subject<never>();
  record(
    range(0, 4).pipe(
      concatMapEager((index) => {
        log.push(`start ${index}`);
        return index === 0
          ? head
          : new Observable<never>((subscriber) => {
              subscriber.complete();
              log.push(`completed ${index}`);
              return () => log.push(`finalized ${index}`);
            });
      }, 2),
    ),
  );

  expect(log).toEqual([
    'start 0',
    ...[1, 2, 3].flatMap((index) => [`start ${index}`, `completed ${index}`, `finalized ${index}`]),
  ]);
});

test('emits what is ready before it fills a slot', () => {
  const log: string[] = [];
  const inners = subjects(5);
  range(0, 5)
    .pipe(
      concatMapEager((index) => {
        log.push(`start ${index}`);
        return inners[index]!;
      }, 3),
    )
    .subscribe((value) => log.push(value));
  inners[1]!.next('b');
  inners[2]!.next('c');
  log.length = 0;
  inners[1]!.complete();
  expect(log).toEqual(['start 3']);

  log.length = 0;
  inners[0]!.complete();
  expect(log).toEqual(['b', 'c', 'start 4']);
});

test.each([1, 2, 5])('starts nothing that `take` makes unnecessary, with %i at a time', (concurrent) => {
  const inners = subjects(10);
  const started: number[] = [];
  const { heard } = record(
    range(0, 10).pipe(
      concatMapEager((index) => {
        started.push(index);
        return inners[index]!;
      }, concurrent),
      take(1),
    ),
  );
  for (let index = concurrent - 1; index > 0; index--) {
    inners[index]!.next(`value ${index}`);
  }
  if (concurrent > 1) {
    inners[0]!.complete();
  } else {
    inners[0]!.next('value');
  }

  expect(heard).toHaveLength(2);
  expect(started).toHaveLength(concurrent);
});

test('starts one item of a synchronous source if its value is all that is taken', () => {
  const started: number[] = [];
  const { heard } = record(
    range(0, 10).pipe(
      concatMapEager((index) => {
        started.push(index);
        return of(index);
      }, 4),
      take(1),
    ),
  );

  expect(heard).toEqual([0, '|']);
  expect(started).toEqual([0]);
});

test('starts one waiting value after another, emitting between them', () => {
  const log: (string | number)[] = [];
  const head = new Subject<number>();
  from([head, of(1), of(2), of(3)])
    .pipe(
      concatMapEager((inner, index) => {
        log.push(`start ${index}`);
        return inner;
      }, 1),
      take(2),
    )
    .subscribe((value) => log.push(value));

  head.complete();
  expect(log).toEqual(['start 0', 'start 1', 1, 'start 2', 2]);
});

test('hands `project` the attempt, which is the first, and a signal', () => {
  const items: unknown[] = [];
  record(
    of('a').pipe(
      concatMapEager((value, index, item) => {
        items.push([value, index, item.attempt, item.signal instanceof AbortSignal, item.signal.aborted]);
        return EMPTY;
      }),
    ),
  );

  expect(items).toEqual([['a', 0, 1, true, false]]);
});
