import { concatMap, EMPTY, mergeMap, Observable, of, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, record } from '../support/record.js';
import { reportedErrors } from '../support/turn.js';

const boom = new Error('boom');
const worse = new Error('worse');

const throws = () => {
  throw worse;
};

describe('an inner that ends while it is being subscribed, and returns its teardown,', () => {
  test.each<[string, (inner: Observable<number>) => OperatorFunction<number, number>]>([
    ['concatMap', (inner) => concatMap(() => inner)],
    ['mergeMap', (inner) => mergeMap(() => inner)],
    ['concatMapEager', (inner) => concatMapEager(() => inner)],
  ])('fails with what the teardown throws after it has completed: %s', (_, operator) => {
    const inner = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
      return throws;
    });

    expect(record(of(0).pipe(operator(inner))).heard).toEqual([1, failure(worse)]);
  });

  test('is retried, skipped or continued like any other', async () => {
    let attempts = 0;
    const inner = new Observable<number>((subscriber) => {
      subscriber.next(++attempts);
      subscriber.complete();
      return attempts < 2 ? throws : undefined;
    });

    expect(record(of(0).pipe(concatMapEager(() => inner, { retry: 1 }))).heard).toEqual([1, 2, '|']);
  });

  test('keeps its own error where the teardown throws as well, which is reported', async () => {
    const inner = new Observable<number>((subscriber) => {
      subscriber.error(boom);
      return throws;
    });
    let heard: unknown[] = [];
    const reported = await reportedErrors(() => {
      ({ heard } = record(of(0).pipe(concatMapEager(() => inner))));
    });

    expect(heard).toEqual([failure(boom)]);
    expect(reported).toEqual([worse]);
  });

  test.each(['in-order', 'immediate', 'at-end', 'skip', () => EMPTY] as const)(
    'has been finalized before its failure or completion leads to anything: %s',
    (onError) => {
      for (const how of ['complete', 'error'] as const) {
        const log: string[] = [];
        const inner = new Observable<number>((subscriber) => {
          if (how === 'error') {
            subscriber.error(boom);
          } else {
            subscriber.complete();
          }
          return () => log.push('teardown');
        });
        of(0)
          .pipe(
            concatMapEager(() => inner, {
              onError,
              monitor: ({ type }) => {
                if (type === 'failed' || type === 'ended') {
                  log.push('told');
                }
              },
            }),
          )
          .subscribe({ error: () => log.push('end'), complete: () => log.push('end') });

        expect(log[0]).toBe('teardown');
        expect(log.at(-1)).toBe('end');
      }
    },
  );

  test('frees its slot only then', () => {
    const log: string[] = [];
    const inner = (n: number) =>
      new Observable<never>((subscriber) => {
        log.push(`subscribe ${n}`);
        subscriber.complete();
        return () => log.push(`teardown ${n}`);
      });
    record(of(0, 1).pipe(concatMapEager(inner, 1)));

    expect(log).toEqual(['subscribe 0', 'teardown 0', 'subscribe 1', 'teardown 1']);
  });

  test('is not told of its end when it has been cancelled meanwhile', () => {
    const log: string[] = [];
    const inner = new Observable<number>((subscriber) => {
      subscriber.next(1);
      subscriber.complete();
      subscription?.unsubscribe();
      return () => log.push('teardown');
    });
    const source = new Observable<number>((subscriber) => {
      queueMicrotask(() => subscriber.next(0));
    });
    const subscription: ReturnType<typeof record>['subscription'] | undefined = source
      .pipe(concatMapEager(() => inner, { monitor: (event) => event.type === 'ended' && log.push(event.outcome) }))
      .subscribe();

    return Promise.resolve().then(() => expect(log).toEqual(['cancelled', 'teardown']));
  });
});
