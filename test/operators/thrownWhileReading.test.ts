import { Observable, of, UnsubscriptionError } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, record } from '../support/record.js';
import { reportedErrors, turn } from '../support/turn.js';

const boom = new Error('boom');
const worse = new Error('worse');

/** An inner whose teardown throws. */
const fragile = new Observable<number>(() => () => {
  throw worse;
});

const asyncIterable = (next: () => Promise<IteratorResult<number>>) => ({ [Symbol.asyncIterator]: () => ({ next }) });

test('what a teardown throws is reported, after an error of an async iterable at which the result ends', async () => {
  let heard: unknown[] = [];
  const reported = await reportedErrors(async () => {
    const inners = [asyncIterable(() => Promise.reject<IteratorResult<number>>(boom)), fragile];
    ({ heard } = record(of(0, 1).pipe(concatMapEager((n) => inners[n]!, { onError: 'immediate' }))));
    await turn();
  });

  expect(heard).toEqual([failure(boom)]);
  expect(reported).toEqual([expect.any(UnsubscriptionError)]);
});

test('a promise that is fulfilled by a monitor that hears of an immediate error emits nothing', () => {
  let fulfil: (value: string) => void = () => undefined;
  const thenable = { then: (fulfilled: (value: string) => void) => (fulfil = fulfilled) } as unknown as Promise<string>;
  const { heard } = record(
    of(0, 1).pipe(
      concatMapEager((n) => (n === 0 ? thenable : new Observable<string>((subscriber) => subscriber.error(boom))), {
        onError: 'immediate',
        monitor: ({ type, index }) => {
          if (type === 'ended' && index === 1) {
            fulfil('late');
          }
        },
      }),
    ),
  );

  expect(heard).toEqual([failure(boom)]);
});
