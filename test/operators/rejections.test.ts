import { runInNewContext } from 'node:vm';
import { concat, from, NEVER, Observable, of, type ObservableInput, Subject, take, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatAllEager, concatEager, concatMapEager } from '../../src/index.js';
import { failure, record } from '../support/record.js';
import { turn, unhandledRejections } from '../support/turn.js';

const rejected = () => Promise.reject(new Error('rejected'));

/** A promise that the test itself rejects later. */
function deferred() {
  let reject!: (reason: unknown) => void;
  const promise = new Promise<string>((_, rejects) => (reject = rejects));
  return { promise, reject };
}

describe('no promise becomes an unhandled rejection', () => {
  test('that waits in concatAllEager', async () => {
    const unhandled = await unhandledRejections(async () => {
      record(concat(of(NEVER, rejected(), rejected()), NEVER).pipe(concatAllEager(1)));
      await turn();
    });

    expect(unhandled).toEqual([]);
  });

  test('that waits in concatAllEager behind a full window', async () => {
    const unhandled = await unhandledRejections(() => {
      record(of(NEVER, of(1), rejected()).pipe(concatAllEager({ concurrent: 2, reorderWindow: 2 })));
    });

    expect(unhandled).toEqual([]);
  });

  test('that is rejected while it waits in concatAllEager', async () => {
    const { promise, reject } = deferred();
    const unhandled = await unhandledRejections(async () => {
      record(of(NEVER, promise).pipe(concatAllEager(1)));
      await turn();
      reject('late');
    });

    expect(unhandled).toEqual([]);
  });

  test('that waits in concatAllEager and is never listened to, since the subscriber leaves', async () => {
    const { promise, reject } = deferred();
    const unhandled = await unhandledRejections(async () => {
      const { subscription } = record(of(NEVER, promise).pipe(concatAllEager(1)));
      subscription.unsubscribe();
      await turn();
      reject('late');
    });

    expect(unhandled).toEqual([]);
  });

  test('that concatAllEager is given after an item has failed', async () => {
    const unhandled = await unhandledRejections(() => {
      const source = new Observable<ObservableInput<number>>((subscriber) => {
        subscriber.next(NEVER);
        subscriber.next(throwError(() => 'bad'));
        subscriber.complete();
      });
      record(source.pipe(concatAllEager()));
      record(from([NEVER, throwError(() => 'bad')]).pipe(concatAllEager()));
    });

    expect(unhandled).toEqual([]);
  });

  test('that is a subclass of Promise with a `then` of its own, and waits in concatAllEager', async () => {
    let calls = 0;
    class Counting<T> extends Promise<T> {
      override then<A = T, B = never>(
        fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
        rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
      ): Promise<A | B> {
        calls++;
        return super.then(fulfilled, rejected);
      }
    }
    const unhandled = await unhandledRejections(() => {
      record(of(NEVER, Counting.reject('bad')).pipe(concatAllEager(1)));
    });

    expect(unhandled).toEqual([]);
    expect(calls).toBe(0);
  });

  test('that waits in concatAllEager, and is one of another realm', async () => {
    const unhandled = await unhandledRejections(() => {
      from<ObservableInput<unknown>[]>([NEVER, runInNewContext('Promise.reject(1)') as Promise<never>])
        .pipe(concatAllEager(1))
        .subscribe();
    });

    expect(unhandled).toEqual([]);
  });

  test('that only claims to be a promise does no harm while it waits', () => {
    const { heard } = record(
      from<ObservableInput<string>[]>([['a'], { [Symbol.toStringTag]: 'Promise' } as never, ['b']]).pipe(
        concatAllEager({ concurrent: 1, onError: 'skip' }),
      ),
    );

    expect(heard).toEqual(['a', 'b', '|']);
  });

  test('in an array given to concatEager, before it is its turn', async () => {
    const unhandled = await unhandledRejections(async () => {
      record(concatEager([NEVER, rejected(), rejected()], 1));
      await turn();
    });

    expect(unhandled).toEqual([]);
  });

  test('in an array given to concatEager that nobody subscribes', async () => {
    expect(await unhandledRejections(() => void concatEager([rejected(), rejected()]))).toEqual([]);
  });

  test('in an array given to concatEager after whose first item the subscriber leaves', async () => {
    const { promise, reject } = deferred();
    const unhandled = await unhandledRejections(async () => {
      record(concatEager([of('a'), promise]).pipe(take(1)));
      await turn();
      reject('late');
    });

    expect(unhandled).toEqual([]);
  });

  test('that an array given to concatEager gets between the call and the subscription', async () => {
    const unhandled = await unhandledRejections(() => {
      const inputs: ObservableInput<never>[] = [NEVER];
      const result = concatEager(inputs, 1);
      inputs.push(rejected());
      record(result);
    });

    expect(unhandled).toEqual([]);
  });

  test('that a generator given to concatEager yields after the end', async () => {
    const unhandled = await unhandledRejections(() => {
      const stop = new Subject<string>();
      function* inputs(): Generator<ObservableInput<string>> {
        yield stop;
        stop.next('stop');
        yield rejected();
      }
      record(concatEager(inputs(), 2).pipe(take(1)));
    });

    expect(unhandled).toEqual([]);
  });

  test('that an async iterator given to concatEager gives after the end', async () => {
    let give!: (result: IteratorResult<Promise<string>>) => void;
    const unhandled = await unhandledRejections(async () => {
      const { subscription } = record(
        concatEager({
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise<IteratorResult<Promise<string>>>((resolve) => (give = resolve)),
          }),
        }),
      );
      await turn();
      subscription.unsubscribe();
      give({ done: false, value: rejected() });
    });

    expect(unhandled).toEqual([]);
  });

  test.each([
    ['', {}],
    [', with limits of time', { timeout: 1_000 }],
  ])('that `project` returns after the subscriber has left%s', async (_, config) => {
    const source = new Subject<number>();
    const unhandled = await unhandledRejections(() => {
      const { subscription } = record(
        source.pipe(
          concatMapEager(() => {
            subscription.unsubscribe();
            return rejected();
          }, config),
        ),
      );
      source.next(1);
    });

    expect(unhandled).toEqual([]);
  });

  test('that `project` returns after it has let an earlier item fail', async () => {
    const head = new Subject<string>();
    const unhandled = await unhandledRejections(() => {
      record(
        of(0, 1).pipe(
          concatMapEager((index) => {
            if (index === 1) {
              head.error('bad');
              return rejected();
            }
            return head;
          }),
        ),
      );
    });

    expect(unhandled).toEqual([]);
  });

  test.each(['in-order', 'immediate'] as const)('of several that fail under %s', async (onError) => {
    let heard: unknown[] = [];
    const unhandled = await unhandledRejections(() => {
      heard = record(of(1, 2, 3).pipe(concatMapEager((n) => Promise.reject(n), { onError }))).heard;
    });

    expect(heard).toEqual([failure(1)]);
    expect(unhandled).toEqual([]);
  });

  test('whose error stays behind a head that never ends', async () => {
    const unhandled = await unhandledRejections(() => {
      record(of(NEVER, rejected()).pipe(concatMapEager((inner) => inner)));
    });

    expect(unhandled).toEqual([]);
  });

  test('whose error is dropped since the subscriber leaves', async () => {
    const { promise, reject } = deferred();
    const unhandled = await unhandledRejections(async () => {
      const { subscription } = record(of(promise).pipe(concatMapEager((inner) => inner)));
      await turn();
      subscription.unsubscribe();
      reject('late');
    });

    expect(unhandled).toEqual([]);
  });

  test('that is active and is rejected after an earlier item has failed', async () => {
    const { promise, reject } = deferred();
    const unhandled = await unhandledRejections(async () => {
      record(
        of(
          throwError(() => 'bad'),
          promise,
        ).pipe(concatMapEager((inner) => inner)),
      );
      const head = new Subject<string>();
      record(of(head, promise).pipe(concatMapEager((inner) => inner)));
      head.error('bad');
      await turn();
      reject('late');
    });

    expect(unhandled).toEqual([]);
  });

  test('when a subscriber that throws is given its value', async () => {
    const reported: unknown[] = [];
    const note = (error: unknown) => reported.push(error);
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
    const unhandled = await unhandledRejections(async () => {
      of(Promise.resolve(1))
        .pipe(concatAllEager())
        .subscribe(() => {
          throw 'subscriber';
        });
      await turn();
    });
    process.off('uncaughtException', note);
    listeners.forEach((listener) => process.on('uncaughtException', listener));

    expect(unhandled).toEqual([]);
    expect(reported).toEqual(['subscriber']);
  });
});

describe('a thenable that is not a promise is not touched before its turn', () => {
  function thenables(count: number) {
    const touched: number[] = [];
    const list = Array.from({ length: count }, (_, index): PromiseLike<number> => ({
      then: () => {
        touched.push(index);
        return undefined as never;
      },
    }));
    return { touched, list };
  }

  test('while it waits in concatAllEager', () => {
    const { touched, list } = thenables(3);
    record(from(list).pipe(concatAllEager(1)));

    expect(touched).toEqual([0]);
  });

  test('in an array given to concatEager', () => {
    const { touched, list } = thenables(3);
    const result = concatEager(list, 2);

    expect(touched).toEqual([]);
    record(result);
    expect(touched).toEqual([0, 1]);
  });

  test('when `project` returns it after the end', () => {
    const { touched, list } = thenables(1);
    const source = new Subject<number>();
    const { subscription } = record(
      source.pipe(
        concatMapEager(() => {
          subscription.unsubscribe();
          return list[0]!;
        }),
      ),
    );

    source.next(0);
    expect(touched).toEqual([]);
  });
});
