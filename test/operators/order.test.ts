import { from, Observable, of, type ObservableInput, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { record, subjects } from '../support/record.js';

test('passes a value of the head in the same call in which the inner emits it', () => {
  const [a, b] = subjects(2);
  const { heard } = record(from([a!, b!]).pipe(concatMapEager((inner) => inner)));

  a!.next('a1');
  expect(heard).toEqual(['a1']);
  a!.next('a2');
  expect(heard).toEqual(['a1', 'a2']);
});

test('emits what the next item has parked in the call in which the head ends, and streams it from then on', () => {
  const [a, b] = subjects(2);
  const { heard } = record(from([a!, b!]).pipe(concatMapEager((inner) => inner)));

  b!.next('b1');
  b!.next('b2');
  a!.complete();
  expect(heard).toEqual(['b1', 'b2']);
  b!.next('b3');
  expect(heard).toEqual(['b1', 'b2', 'b3']);
});

test('goes on through every item that is ready in the call in which the head ends', () => {
  const [a, b, c, d, e] = subjects(5);
  const { heard } = record(from([a!, b!, c!, d!, e!]).pipe(concatMapEager((inner) => inner)));

  d!.next('d1');
  e!.next('e1');
  c!.complete();
  b!.next('b1');
  b!.complete();
  expect(heard).toEqual([]);
  a!.next('a1');
  a!.complete();
  expect(heard).toEqual(['a1', 'b1', 'd1']);
  d!.complete();
  expect(heard).toEqual(['a1', 'b1', 'd1', 'e1']);
});

test('parks any number of values of an item, and gives them in the order in which they came', () => {
  const head = new Subject<number>();
  const values = Array.from({ length: 5000 }, (_, i) => i);
  const { heard } = record(of(head, from(values)).pipe(concatMapEager((inner) => inner)));

  expect(heard).toEqual([]);
  head.complete();
  expect(heard).toEqual([...values, '|']);
});

test('takes null, undefined, false, 0, NaN and the empty string for values, streamed and parked', () => {
  const odd = [null, undefined, false, 0, NaN, '', undefined, null];
  const head = new Subject<unknown>();
  const { heard } = record(
    of<ObservableInput<unknown>[]>(odd, head, odd, of(undefined), of(null)).pipe(concatMapEager((inner) => inner)),
  );

  expect(heard).toEqual(odd);
  head.complete();
  expect(heard).toEqual([...odd, ...odd, undefined, null, '|']);
});

test('takes null, undefined, false, 0 and NaN for source values', () => {
  const odd = [undefined, null, false, 0, NaN, undefined];
  const { heard } = record(from(odd).pipe(concatMapEager((value, index) => of([value, index]), 2)));

  expect(heard).toEqual([...odd.map((value, index) => [value, index]), '|']);
});

test('emits at once what the head emits while it is being subscribed', () => {
  const log: string[] = [];
  const inner = new Observable<string>((subscriber) => {
    subscriber.next('a1');
    log.push('after a1');
    subscriber.next('a2');
    log.push('after a2');
  });
  of(inner)
    .pipe(concatMapEager((head) => head))
    .subscribe((value) => log.push(value));

  expect(log).toEqual(['a1', 'after a1', 'a2', 'after a2']);
});

test('counts the index from 0, in source order', () => {
  const indices: number[] = [];
  const { heard } = record(
    of('a', 'b', 'c').pipe(
      concatMapEager((value, index) => {
        indices.push(index);
        return of(value + String(index));
      }, 2),
    ),
  );

  expect(indices).toEqual([0, 1, 2]);
  expect(heard).toEqual(['a0', 'b1', 'c2', '|']);
});
