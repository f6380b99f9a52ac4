import { concatWith, defer, from, map, of, range, repeat, retry, share, Subject, take, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { concatEager, concatMapEager } from '../../src/index.js';
import { failure, record, subjects } from '../support/record.js';
import { turn } from '../support/turn.js';
import { inVirtualTime } from '../support/virtualTime.js';

test('counts and parks for each subscription by itself', () => {
  const heads = subjects(2);
  let next = 0;
  const indices: number[] = [];
  const result = of('a', 'b', 'c').pipe(
    concatMapEager((value, index) => {
      indices.push(index);
      return index === 0 ? heads[next++]! : of(value);
    }, 2),
  );
  const first = record(result);
  const second = record(result);

  expect(indices).toEqual([0, 1, 2, 0, 1, 2]);
  heads[1]!.complete();
  expect(second.heard).toEqual(['b', 'c', '|']);
  expect(first.heard).toEqual([]);
  heads[0]!.next('late');
  heads[0]!.complete();
  expect(first.heard).toEqual(['late', 'b', 'c', '|']);
});

test('lets one operator stand behind several sources', () => {
  const operator = concatMapEager((value: number) => of(value * 10), 2);

  expect(record(of(1, 2).pipe(operator)).heard).toEqual([10, 20, '|']);
  expect(record(of(3).pipe(operator)).heard).toEqual([30, '|']);
});

test('does not end one subscription with another', () => {
  const source = new Subject<number>();
  const result = source.pipe(concatMapEager((value) => of(value)));
  const first = record(result);
  const second = record(result);

  first.subscription.unsubscribe();
  source.next(1);
  source.complete();
  expect(first.heard).toEqual([]);
  expect(second.heard).toEqual([1, '|']);
});

test('starts over with an error that another subscription has had', () => {
  let fail = true;
  const result = of(1, 2).pipe(
    concatMapEager((value) => {
      if (fail && value === 2) {
        throw 'bad';
      }
      return of(value);
    }),
  );

  expect(record(result).heard).toEqual([1, failure('bad')]);
  fail = false;
  expect(record(result).heard).toEqual([1, 2, '|']);
});

test('repeats', () => {
  inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
    const source = cold('    ab|      ');
    const a = cold('         --1|     ');
    const b = cold('          2|      ');
    const expected = '       --12-1(2|)';
    const inners: Record<string, typeof a> = { a, b };

    expectObservable(
      source.pipe(
        concatMapEager((label) => inners[label]!),
        repeat(2),
      ),
    ).toBe(expected);
    expectSubscriptions(source.subscriptions).toBe(['^-!', '---^-!']);
    expectSubscriptions(a.subscriptions).toBe(['^--!', '---^--!']);
  });
});

test('is retried', () => {
  let attempts = 0;
  const result = range(1, 3).pipe(
    concatMapEager((value) => (value === 2 && ++attempts < 3 ? throwError(() => 'bad') : of(value))),
    retry(5),
  );

  expect(record(result).heard).toEqual([1, 1, 1, 2, 3, '|']);
});

test('is retried with items that are active', async () => {
  let attempts = 0;
  const result = defer(() => of(++attempts)).pipe(
    concatWith(of(10, 20)),
    concatMapEager((value) => (value === 1 ? Promise.reject(new Error('bad')) : Promise.resolve(value)), 2),
    retry(1),
  );
  const { heard } = record(result);
  await turn();

  expect(heard).toEqual([2, 10, 20, '|']);
});

test('is shared', () => {
  const head = new Subject<string>();
  let subscribed = 0;
  const result = defer(() => {
    subscribed++;
    return from([head, of('b')]);
  }).pipe(
    concatMapEager((inner) => inner),
    share(),
  );
  const first = record(result);
  const second = record(result.pipe(take(1)));

  head.next('a1');
  head.complete();
  expect(first.heard).toEqual(['a1', 'b', '|']);
  expect(second.heard).toEqual(['a1', '|']);
  expect(subscribed).toBe(1);
  expect(record(result.pipe(take(1))).heard).toEqual(['b', '|']);
  expect(subscribed).toBe(2);
});

test('ends with the last of those that share it', () => {
  const head = new Subject<string>();
  const result = of(head).pipe(
    concatMapEager((inner) => inner),
    share(),
  );
  const first = record(result);
  const second = record(result);

  first.subscription.unsubscribe();
  expect(head.observed).toBe(true);
  second.subscription.unsubscribe();
  expect(head.observed).toBe(false);
});

test('may stand in itself', () => {
  const numbers = (n: number) => range(0, n);
  const result = numbers(3).pipe(
    concatMapEager((outer) => numbers(3).pipe(concatMapEager((inner) => of([outer, inner]), 2)), 2),
    map(([outer, inner]) => outer! * 3 + inner!),
  );

  expect(record(result).heard).toEqual([...Array.from({ length: 9 }, (_, i) => i), '|']);
});

test('concatEager gives an array again for each subscription', () => {
  const result = concatEager([of(1), of(2)], 1).pipe(repeat(2));

  expect(record(result).heard).toEqual([1, 2, 1, 2, '|']);
});
