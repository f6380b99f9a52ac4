import { EMPTY, finalize, from, NEVER, of, Subject } from 'rxjs';
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

test('emits values that still wait when the source completes', () => {
  const inners = subjects(3);
  const { heard } = record(from(inners).pipe(concatMapEager((inner) => inner, 1)));

  for (const inner of inners) {
    inner.next('value');
    inner.complete();
  }
  expect(heard).toEqual(['value', 'value', 'value', '|']);
});

test('completes at once when the source is empty', () => {
  expect(record(EMPTY.pipe(concatMapEager(() => NEVER))).heard).toEqual(['|']);
});

test('completes when all inners are empty', () => {
  expect(record(of(1, 2, 3).pipe(concatMapEager(() => EMPTY, 2))).heard).toEqual(['|']);
});

test('does not complete while the source has not', () => {
  const source = new Subject<number>();
  const { heard } = record(source.pipe(concatMapEager((value) => of(value))));

  source.next(1);
  expect(heard).toEqual([1]);
});

test('does not complete while a single item has not', () => {
  const { heard } = record(of(of(1), of(2), NEVER, of(4)).pipe(concatMapEager((inner) => inner)));

  expect(heard).toEqual([1, 2]);
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
