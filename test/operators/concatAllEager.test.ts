import { concat, concatAll, from, of, Subject, take, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import { concatAllEager } from '../../src/index.js';
import { failure, record, subjects } from '../support/record.js';
import { turn } from '../support/turn.js';

test('takes `concurrent` as a number and in a configuration', () => {
  for (const config of [2, { concurrent: 2 }]) {
    const inners = subjects(3);
    record(from(inners).pipe(concatAllEager(config)));

    expect(inners.map((inner) => inner.observed)).toEqual([true, true, false]);
  }
});

test('takes inners of any kind', async () => {
  const { heard } = record(of([1, 2], of(3), Promise.resolve(4), new Set([5])).pipe(concatAllEager()));
  await turn();

  expect(heard).toEqual([1, 2, 3, 4, 5, '|']);
});

test('fails in order with a TypeError for a value that is not an ObservableInput', () => {
  const head = new Subject<number>();
  const { heard } = record(from([head, 42 as never]).pipe(concatAllEager()));

  expect(heard).toEqual([]);
  head.complete();
  expect(heard).toEqual([failure(expect.any(TypeError))]);
});

test('gives what concatAll gives', () => {
  const source = of(
    of(1, 2),
    concat(
      of(3),
      throwError(() => 'bad'),
    ),
    of(4),
  );

  expect(record(source.pipe(concatAllEager())).heard).toEqual(record(source.pipe(concatAll())).heard);
});

test('subscribes no inner that `take` makes unnecessary', () => {
  const [a, b] = subjects(2);
  const { heard } = record(of(a!, b!).pipe(concatAllEager(1), take(1)));

  a!.next('a1');
  a!.complete();
  expect(heard).toEqual(['a1', '|']);
  expect(b!.observed).toBe(false);
});
