import { concat, EMPTY, NEVER, Observable, of, Subject, throwError, timer, TimeoutError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { concatEager, concatMapEager, type ConcatMapEagerConfig, type FailedItem } from '../../src/index.js';
import { heard, inVirtualTime, observe } from '../support/policies.js';

const boom = new Error('boom');
const failing = throwError(() => boom);

/** A config whose fallback emits `f` and notes what it is called with. */
function noting<T>(config: ConcatMapEagerConfig<T, string> = {}) {
  const calls: [error: unknown, item: FailedItem<T>][] = [];
  const onError = (error: unknown, item: FailedItem<T>) => {
    calls.push([error, item]);
    return of('f');
  };
  return { calls, config: { ...config, onError } };
}

describe('an onError function', () => {
  it('gets the error and the failed item', () => {
    const { calls, config } = noting<{ id: number }>();
    const value = { id: 7 };
    const seen = observe(of({ id: 1 }, value).pipe(concatMapEager(({ id }) => (id === 7 ? failing : of('a')), config)));
    expect(seen.log).toEqual(['0:a', '0:f', '0:|']);
    expect(calls).toHaveLength(1);
    const [error, item] = calls[0]!;
    expect(error).toBe(boom);
    expect(item.value).toBe(value);
    expect(item.index).toBe(1);
    expect(item.attempt).toBe(1);
    expect(item.emitted).toBe(0);
    expect(item.signal).toBeInstanceOf(AbortSignal);
    expect(item.signal.aborted).toBe(false);
  });

  it('is told how many attempts there were, and is called after the last of them only', () => {
    const { calls, config } = noting<number>({ retry: 3 });
    observe(of(0).pipe(concatMapEager(() => failing, config)));
    expect(calls.map(([, item]) => item.attempt)).toEqual([4]);
  });

  it('is told how many values went out or are parked to go out, those of earlier attempts included', () => {
    const { calls, config } = noting<number>({ retry: 1 });
    const head = new Subject<string>();
    const seen = observe(
      of(0, 1).pipe(concatMapEager((n) => (n === 0 ? head : concat(of('x', 'y'), failing)), config)),
    );
    // Parked, in two attempts.
    expect(calls.map(([, item]) => item.emitted)).toEqual([4]);
    head.next('a');
    head.error(boom);
    // The subject is an error for its second subscriber at once.
    expect(calls.map(([, item]) => [item.index, item.emitted])).toEqual([
      [1, 4],
      [0, 1],
    ]);
    expect(seen.values).toEqual(['a', 'f', 'x', 'y', 'x', 'y', 'f']);
  });

  it('is called at the moment of the failure, once, and what it returns is subscribed at once', () => {
    const calls: string[] = [];
    inVirtualTime(({ cold, observe, flush, now, expectSubscriptions }) => {
      const fallback = cold('--f--|');
      const seen = observe(
        of(0, 1, 2).pipe(
          concatMapEager((n) => cold(['---------a|', '---#', '-c|'][n]!), {
            onError: (_, { index }) => {
              calls.push(`${now()}:${index}`);
              return fallback;
            },
          }),
        ),
      );
      expectSubscriptions(fallback.subscriptions).toBe('---^----!');
      flush();
      expect(seen.log).toEqual(['9:a', '10:f', '10:c', '10:|']);
    });
    expect(calls).toEqual(['3:1']);
  });

  it('continues the item after what it already emitted', () => {
    expect(
      heard(({ cold }) =>
        of(0, 1).pipe(concatMapEager((n) => cold(n === 0 ? '-a-b-#' : '-c|'), { onError: () => cold('-x-y-|') })),
      ),
    ).toBe('1:a 3:b 6:x 8:y 10:c 10:|');
  });

  it('keeps the place of the item among the active', () => {
    const starts: string[] = [];
    inVirtualTime(({ cold, observe, flush, now }) => {
      observe(
        of(0, 1, 2).pipe(
          concatMapEager(
            (n) => {
              starts.push(`${now()}:${n}`);
              return n === 0 ? cold('-#') : cold('--|');
            },
            { concurrent: 1, onError: () => cold('-----|') },
          ),
        ),
      );
      flush();
    });
    expect(starts).toEqual(['0:0', '6:1', '8:2']);
  });

  it('may return any ObservableInput', async () => {
    const inputs = [of('o'), ['a'], new Set(['s']), Promise.resolve('p'), 'c', concatEager([of('e')])];
    for (const input of inputs) {
      const values = await new Promise<string[]>((resolve, reject) => {
        const got: string[] = [];
        of(0)
          .pipe(concatMapEager(() => failing, { onError: () => input }))
          .subscribe({ next: (value) => got.push(value), error: reject, complete: () => resolve(got) });
      });
      expect(values).toHaveLength(1);
    }
  });

  it('skips by EMPTY', () => {
    const seen = observe(of(0, 1).pipe(concatMapEager((n) => (n === 0 ? failing : of(n)), { onError: () => EMPTY })));
    expect(seen.log).toEqual(['0:1', '0:|']);
  });

  it('passes an error on by throwing it: it takes the place in the order', () => {
    const a = new Subject<string>();
    const c = new Subject<string>();
    const source = new Subject<number>();
    const seen = observe(
      source.pipe(
        concatMapEager((n) => (n === 0 ? a : n === 1 ? failing : c), {
          onError: (error) => {
            throw error;
          },
        }),
      ),
    );
    source.next(0);
    source.next(2);
    source.next(1);
    expect(c.observed).toBe(true);
    expect(source.observed).toBe(false);
    a.next('a');
    a.complete();
    expect(seen.failure).toBeUndefined();
    c.next('c');
    c.complete();
    expect(seen.log).toEqual(['0:a', '0:c', '0:#boom']);
    expect(seen.failure?.error).toBe(boom);
  });

  it.each([undefined, null, 5, {}, () => of(1)])(
    'that returns no ObservableInput leads to a TypeError with the original as its cause: %s',
    (returned) => {
      const seen = observe(of('v').pipe(concatMapEager(() => failing, { onError: () => returned as never })));
      const error = seen.failure?.error as TypeError;
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/onError/);
      expect(error.message).toMatch(/EMPTY/);
      expect(error.message).toContain(`(${returned === null ? 'null' : typeof returned})`);
      expect(error.cause).toBe(boom);
    },
  );

  it.each([undefined, null, 0, ''])('has a cause even if the original is %o', (original) => {
    const seen = observe(
      of('v').pipe(concatMapEager(() => throwError(() => original), { onError: () => undefined as never })),
    );
    const error = seen.failure?.error as TypeError;
    expect(Object.hasOwn(error, 'cause')).toBe(true);
    expect(error.cause).toBe(original);
  });

  it('is called once an item: not for its own failure, and without retries', () => {
    let calls = 0;
    let subscribed = 0;
    const seen = observe(
      of(0).pipe(
        concatMapEager(() => failing, {
          retry: { count: 3 },
          onError: () => {
            calls++;
            return new Observable<never>((subscriber) => {
              subscribed++;
              subscriber.error(new Error('worse'));
            });
          },
        }),
      ),
    );
    expect(calls).toBe(1);
    expect(subscribed).toBe(1);
    expect(seen.log).toEqual(['0:#worse']);
  });

  it('is called for each failed item, in the order of the failures', () => {
    const inners = [new Subject<string>(), new Subject<string>(), new Subject<string>()];
    const calls: number[] = [];
    const seen = observe(
      of(0, 1, 2).pipe(
        concatMapEager((n) => inners[n]!, {
          onError: (_, { index }) => {
            calls.push(index);
            return of(`f${index}`);
          },
        }),
      ),
    );
    [2, 0, 1].forEach((n) => {
      inners[n]!.error(boom);
    });
    expect(calls).toEqual([2, 0, 1]);
    expect(seen.log).toEqual(['0:f0', '0:f1', '0:f2', '0:|']);
  });

  it('is still asked about earlier items after a later fallback has failed', () => {
    const inners = [new Subject<string>(), new Subject<string>(), new Subject<string>()];
    const seen = observe(
      of(0, 1, 2).pipe(
        concatMapEager((n) => inners[n]!, {
          onError: (error, { index }) => {
            if (index === 1) {
              throw new Error('worse');
            }
            return of(`f${index}`);
          },
        }),
      ),
    );
    inners[1]!.error(boom);
    expect(inners[2]!.observed).toBe(false);
    inners[0]!.error(boom);
    expect(seen.log).toEqual(['0:f0', '0:#worse']);
  });

  it('is not called for the source error', () => {
    const { calls, config } = noting<number>();
    const seen = observe(concat(of(0), failing as Observable<number>).pipe(concatMapEager(() => of('a'), config)));
    expect(seen.log).toEqual(['0:a', '0:#boom']);
    expect(calls).toEqual([]);
  });

  it('gets the TimeoutError of a passed limit', () => {
    const errors: unknown[] = [];
    expect(
      heard(() =>
        of(0).pipe(
          concatMapEager(() => NEVER, {
            timeout: 5,
            onError: (error) => {
              errors.push(error);
              return timer(50);
            },
          }),
        ),
      ),
    ).toBe('55:0 55:|');
    expect(errors).toEqual([expect.any(TimeoutError)]);
  });

  it('may unsubscribe: what it returns is not subscribed then', () => {
    const inner = new Subject<string>();
    const fallback = new Subject<string>();
    let signal: AbortSignal | undefined;
    const seen = observe(
      of(0).pipe(
        concatMapEager(() => inner, {
          onError: (_, item) => {
            seen.subscription.unsubscribe();
            signal = item.signal;
            return fallback;
          },
        }),
      ),
    );
    inner.error(boom);
    expect(fallback.observed).toBe(false);
    expect(signal?.aborted).toBe(true);
    expect(seen.log).toEqual([]);
  });

  it('does not grow the stack, however many items fail', () => {
    let calls = 0;
    const seen = observe(
      concatEager(
        Array.from({ length: 200_000 }, () => failing),
        {
          concurrent: 3,
          onError: () => {
            calls++;
            return EMPTY;
          },
        },
      ),
    );
    expect(seen.log).toEqual(['0:|']);
    expect(calls).toBe(200_000);
  });
});

describe("the fallback's signal", () => {
  const start = () => {
    let signal: AbortSignal | undefined;
    let ofAttempt: AbortSignal | undefined;
    const fallback = new Subject<string>();
    const seen = observe(
      of(0).pipe(
        concatMapEager(
          (_, __, item) => {
            ofAttempt = item.signal;
            return failing;
          },
          {
            onError: (_, item) => {
              signal = item.signal;
              return fallback;
            },
          },
        ),
      ),
    );
    return { seen, fallback, signal: signal!, ofAttempt: ofAttempt! };
  };

  it('aborts when the fallback is cancelled', () => {
    const { seen, signal, ofAttempt } = start();
    expect(signal).not.toBe(ofAttempt);
    seen.subscription.unsubscribe();
    expect(signal.aborted).toBe(true);
    expect((signal.reason as DOMException).name).toBe('AbortError');
    // The attempt had failed by itself.
    expect(ofAttempt.aborted).toBe(false);
  });

  it('does not abort when the fallback ends by itself', () => {
    const completed = start();
    completed.fallback.complete();
    const failed = start();
    failed.fallback.error(boom);
    for (const { seen, signal } of [completed, failed]) {
      seen.subscription.unsubscribe();
      expect(signal.aborted).toBe(false);
    }
  });

  it('aborts with the TimeoutError when `blocking` passes', () => {
    let signal: AbortSignal | undefined;
    inVirtualTime(({ cold, observe, flush }) => {
      const seen = observe(
        of(0, 1).pipe(
          concatMapEager((n) => (n === 0 ? cold('-#') : cold('--b')), {
            timeout: { blocking: 5 },
            onError: (_, item) => {
              signal = item.signal;
              return NEVER;
            },
          }),
        ),
      );
      flush();
      expect(seen.log).toEqual(['7:#blocking']);
      expect(signal?.reason).toBe(seen.failure?.error);
    });
  });
});
