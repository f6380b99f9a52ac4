import { finalize, of, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { record, subjects } from '../support/record.js';

test('completes in the call in which the last item ends', () => {
  const [a, b] = subjects(2);
  const { heard } = record(of(a!, b!).pipe(concatMapEager((inner) => inner)));

  b!.complete();
  expect(heard).toEqual([]);
  a!.complete();
  expect(heard).toEqual(['|']);
});

test('completes in the call in which the source does, where nothing is left', () => {
  const source = new Subject<number>();
  const { heard } = record(source.pipe(concatMapEager((value) => of(value))));

  source.next(1);
  source.complete();
  expect(heard).toEqual([1, '|']);
});

test('does not complete while an item with the last value of a full window waits', () => {
  const head = new Subject<string>();
  const config = { concurrent: 1, reorderWindow: 1 };
  const { heard } = record(of(head, of('last')).pipe(concatMapEager((inner) => inner, config)));

  head.next('first');
  expect(heard).toEqual(['first']);
  head.complete();
  expect(heard).toEqual(['first', 'last', '|']);
});

test('completes once, and emits nothing after it', () => {
  const source = new Subject<Subject<string>>();
  const inner = new Subject<string>();
  const { heard, subscription } = record(source.pipe(concatMapEager((value) => value)));

  source.next(inner);
  source.complete();
  inner.complete();
  source.next(new Subject());
  source.complete();
  inner.next('late');
  inner.complete();
  expect(heard).toEqual(['|']);
  expect(subscription.closed).toBe(true);
});

test('releases the source as soon as it completes, while items go on', () => {
  let released = 0;
  const inner = new Subject<string>();
  const source = new Subject<string>();
  record(
    source.pipe(
      finalize(() => released++),
      concatMapEager(() => inner),
    ),
  );

  source.next('a');
  source.complete();
  expect(released).toBe(1);
  expect(inner.observed).toBe(true);
});
