import { EMPTY, NEVER, Observable, of, Subject, take, throwError, TimeoutError } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig, type ItemContext } from '../../src/index.js';
import { record } from '../support/record.js';
import { startServer } from '../support/server.js';
import { turn } from '../support/turn.js';
import { inVirtualTime } from '../support/virtualTime.js';

const isAbortError = (reason: unknown) => reason instanceof DOMException && reason.name === 'AbortError';

/** Items by hand, whose signals are read when they start. */
function start(config: ConcatMapEagerConfig<number> = {}, count = 3) {
  const inners = Array.from({ length: count }, () => new Subject<string>());
  const signals: AbortSignal[] = [];
  const source = new Subject<number>();
  const seen = record(
    source.pipe(
      concatMapEager((n, _, item) => {
        signals.push(item.signal);
        return inners[n]!;
      }, config),
    ),
  );
  for (let n = 0; n < count; n++) {
    source.next(n);
  }
  return { inners, signals, source, seen };
}

const states = (signals: AbortSignal[]) => signals.map(({ aborted }) => aborted);

describe("an item's signal", () => {
  test('is not aborted at first, and each attempt has its own', () => {
    const items: ItemContext[] = [];
    const atFirst: boolean[] = [];
    record(
      of(0).pipe(
        concatMapEager(
          (_, __, item) => {
            items.push(item);
            atFirst.push(item.signal.aborted);
            return item.attempt < 3 ? throwError(() => new Error('boom')) : NEVER;
          },
          { retry: 5 },
        ),
      ),
    );
    expect(items.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(atFirst).toEqual([false, false, false]);
    expect(new Set(items.map(({ signal }) => signal)).size).toBe(3);
    expect(items[0]!.signal).toBe(items[0]!.signal);
    expect(states(items.map(({ signal }) => signal))).toEqual([false, false, false]);
  });

  test('aborts with an AbortError when the consumer unsubscribes', () => {
    const { signals, seen } = start();
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([true, true, true]);
    expect(signals.every(({ reason }) => isAbortError(reason))).toBe(true);
  });

  test('aborts with an AbortError when the consumer has taken enough', () => {
    const signals: AbortSignal[] = [];
    const inners = [new Subject<string>(), new Subject<string>()];
    of(0, 1)
      .pipe(
        concatMapEager((n, _, { signal }) => {
          signals.push(signal);
          return inners[n]!;
        }),
        take(1),
      )
      .subscribe();
    inners[0]!.next('a');
    expect(states(signals)).toEqual([true, true]);
    expect(signals.every(({ reason }) => isAbortError(reason))).toBe(true);
  });

  test("aborts with an AbortError when an earlier item fails, 'in-order'", () => {
    const { inners, signals } = start();
    inners[1]!.error(new Error('boom'));
    expect(states(signals)).toEqual([false, false, true]);
    expect(isAbortError(signals[2]!.reason)).toBe(true);
    inners[0]!.complete();
    expect(states(signals)).toEqual([false, false, true]);
  });

  test("aborts with an AbortError when any item fails, 'immediate'", () => {
    const { inners, signals } = start({ onError: 'immediate' });
    inners[1]!.error(new Error('boom'));
    expect(states(signals)).toEqual([true, false, true]);
    expect(isAbortError(signals[0]!.reason)).toBe(true);
    expect(isAbortError(signals[2]!.reason)).toBe(true);
  });

  test("aborts with an AbortError by the source's error, 'immediate'", () => {
    const { source, signals } = start({ onError: 'immediate' });
    source.error(new Error('boom'));
    expect(states(signals)).toEqual([true, true, true]);
    expect(signals.every(({ reason }) => isAbortError(reason))).toBe(true);
  });

  test.each(['in-order', 'at-end', 'skip'] as const)("does not abort by the source's error, '%s'", (onError) => {
    const { source, signals } = start({ onError });
    source.error(new Error('boom'));
    expect(states(signals)).toEqual([false, false, false]);
  });

  test.each(['at-end', 'skip'] as const)("does not abort by another item's failure, '%s'", (onError) => {
    const { inners, signals } = start({ onError });
    inners[1]!.error(new Error('boom'));
    expect(states(signals)).toEqual([false, false, false]);
  });

  test("aborts with the TimeoutError of its time limit; siblings with an AbortError, 'immediate'", () => {
    inVirtualTime(({ cold, record, flush }) => {
      const signals: AbortSignal[] = [];
      const seen = record(
        of('a-', '--', 'c-').pipe(
          concatMapEager(
            (marbles, _, { signal }) => {
              signals.push(signal);
              return cold(marbles);
            },
            { timeout: { first: 5 }, onError: 'immediate' },
          ),
        ),
      );
      flush();
      expect(seen.log).toEqual(['0:a', '5:#first']);
      expect(states(signals)).toEqual([true, true, true]);
      expect(isAbortError(signals[0]!.reason)).toBe(true);
      expect(signals[1]!.reason).toBe((seen.heard.at(-1) as { error: unknown }).error);
      expect(isAbortError(signals[2]!.reason)).toBe(true);
    });
  });

  test('aborts with the TimeoutError in each attempt that passes a limit', () => {
    inVirtualTime(({ record, flush }) => {
      const signals: AbortSignal[] = [];
      record(
        of(0).pipe(
          concatMapEager(
            (_, __, { signal }) => {
              signals.push(signal);
              return NEVER;
            },
            { timeout: 5, retry: 2, onError: 'skip' },
          ),
        ),
      );
      flush();
      expect(signals.map(({ reason }) => (reason as TimeoutError).info)).toMatchObject([
        { meta: { attempt: 1 } },
        { meta: { attempt: 2 } },
        { meta: { attempt: 3 } },
      ]);
    });
  });

  test('never aborts after its inner has completed', () => {
    const { inners, signals, seen } = start();
    inners[1]!.next('b');
    inners[1]!.complete();
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([true, false, true]);
  });

  test('never aborts after its inner has failed', () => {
    const { inners, signals, seen } = start({ onError: 'skip' });
    inners[1]!.error(new Error('boom'));
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([true, false, true]);
  });

  test('never aborts after the stream has completed', () => {
    const { inners, signals, source, seen } = start();
    inners.forEach((inner) => {
      inner.complete();
    });
    source.complete();
    expect(seen.heard).toEqual(['|']);
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([false, false, false]);
  });

  test('never aborts after a promise has settled', async () => {
    const items: ItemContext[] = [];
    const atFirst: boolean[] = [];
    const seen = record(
      of(0, 1, 2).pipe(
        concatMapEager(
          async (n, _, item) => {
            items.push(item);
            atFirst.push(item.signal.aborted);
            if (n === 1) {
              throw new Error('boom');
            }
            return n === 0 ? new Promise<number>(() => {}) : n;
          },
          { onError: 'skip' },
        ),
      ),
    );
    await turn();
    seen.subscription.unsubscribe();
    expect(atFirst).toEqual([false, false, false]);
    expect(states(items.map(({ signal }) => signal))).toEqual([true, false, false]);
  });

  test('never aborts after project threw', () => {
    let signal: AbortSignal | undefined;
    const seen = record(
      of(0, 1).pipe(
        concatMapEager(
          (n, _, item) => {
            if (n === 0) {
              signal = item.signal;
              throw new Error('boom');
            }
            return NEVER;
          },
          { onError: 'at-end' },
        ),
      ),
    );
    seen.subscription.unsubscribe();
    expect(signal?.aborted).toBe(false);
  });

  test('is not aborted while the item waits for its retry: its attempt had failed by itself', () => {
    let signal: AbortSignal | undefined;
    const seen = record(
      of(0).pipe(
        concatMapEager(
          (_, __, item) => {
            signal ??= item.signal;
            return throwError(() => new Error('boom'));
          },
          { retry: { delay: () => NEVER } },
        ),
      ),
    );
    seen.subscription.unsubscribe();
    expect(signal?.aborted).toBe(false);
  });

  test('is already aborted when it is read for the first time after the cancellation', () => {
    const items: ItemContext[] = [];
    const seen = record(
      of(0).pipe(
        concatMapEager((_, __, item) => {
          items.push(item);
          return NEVER;
        }),
      ),
    );
    seen.subscription.unsubscribe();
    expect(items[0]!.signal.aborted).toBe(true);
    expect(isAbortError(items[0]!.signal.reason)).toBe(true);
  });

  test('has the TimeoutError as its reason, also when it is read late', () => {
    inVirtualTime(({ record, flush }) => {
      const items: ItemContext[] = [];
      const seen = record(
        of(0).pipe(
          concatMapEager(
            (_, __, item) => {
              items.push(item);
              return NEVER;
            },
            { timeout: 5 },
          ),
        ),
      );
      flush();
      expect(items[0]!.signal.aborted).toBe(true);
      expect(items[0]!.signal.reason).toBe((seen.heard[0] as { error: unknown }).error);
    });
  });

  test('is not aborted when it is read for the first time after its inner has ended', () => {
    const items: ItemContext[] = [];
    const seen = record(
      of(0, 1, 2).pipe(
        concatMapEager(
          (n, _, item) => {
            items.push(item);
            return n === 0 ? NEVER : n === 1 ? EMPTY : throwError(() => new Error('boom'));
          },
          { onError: 'skip' },
        ),
      ),
    );
    seen.subscription.unsubscribe();
    expect(states(items.map(({ signal }) => signal))).toEqual([true, false, false]);
  });

  test.each([[[]], [[false]]])('is aborted when `project` unsubscribes, whether it was read before: %j', (before) => {
    const source = new Subject<number>();
    const aborted: boolean[] = [];
    const { subscription } = record(
      source.pipe(
        concatMapEager((_, __, item) => {
          if (before.length > 0) aborted.push(item.signal.aborted);
          subscription.unsubscribe();
          aborted.push(item.signal.aborted);
          return EMPTY;
        }),
      ),
    );
    source.next(0);
    expect(aborted).toEqual([...before, true]);
  });

  test('aborts after the inner has been unsubscribed', () => {
    const log: string[] = [];
    const seen = record(
      of(0, 1).pipe(
        concatMapEager((n, _, { signal }) => {
          signal.addEventListener('abort', () => log.push(`aborted ${n}`));
          return new Observable<never>(() => () => log.push(`unsubscribed ${n}`));
        }),
      ),
    );
    seen.subscription.unsubscribe();
    expect(log).toEqual(['unsubscribed 0', 'aborted 0', 'unsubscribed 1', 'aborted 1']);
  });

  test('aborts though the teardown of its inner throws', () => {
    const signals: AbortSignal[] = [];
    const seen = record(
      of(0, 1).pipe(
        concatMapEager((_, __, { signal }) => {
          signals.push(signal);
          return new Observable<never>(() => () => {
            throw new Error('of the teardown');
          });
        }),
      ),
    );
    expect(() => seen.subscription.unsubscribe()).toThrow(/of the teardown/);
    expect(states(signals)).toEqual([true, true]);
  });

  test('lets a promise be rejected by its abort: it is heard no more, and is no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const seen = record(
      of(0, 1).pipe(
        concatMapEager(
          (_, __, { signal }) =>
            new Promise<string>((___, reject) => {
              signal.addEventListener('abort', () => {
                reject(new Error('aborted'));
              });
            }),
          { timeout: 5, onError: 'at-end' },
        ),
      ),
    );
    await expect.poll(() => seen.log).not.toEqual([]);
    await turn();
    process.off('unhandledRejection', unhandled);
    expect(seen.log).toEqual(['0:#[total total]']);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('is made only where it is read', () => {
    let made = 0;
    vi.stubGlobal(
      'AbortController',
      class extends AbortController {
        constructor() {
          super();
          made++;
        }
      },
    );
    try {
      const seen = record(
        of(0, 1, 2).pipe(
          concatMapEager((n) => (n === 0 ? NEVER : n === 1 ? EMPTY : throwError(() => new Error('boom'))), {
            retry: 2,
            timeout: 5,
            onError: () => EMPTY,
          }),
        ),
      );
      seen.subscription.unsubscribe();
      expect(made).toBe(0);
      const states = record(of(0).pipe(concatMapEager((_, __, { signal }) => of(signal.aborted)))).heard;
      expect(states).toEqual([false, '|']);
      expect(made).toBe(1);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe("a fallback's signal", () => {
  const startFallback = () => {
    let ofAttempt!: AbortSignal;
    let signal!: AbortSignal;
    const fallback = new Subject<string>();
    const { subscription } = record(
      of(0).pipe(
        concatMapEager(
          (_, __, item) => {
            ofAttempt = item.signal;
            return throwError(() => new Error('boom'));
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
    return { subscription, fallback, signal, ofAttempt };
  };

  test('aborts when the fallback is cancelled; that of the attempt, which had failed by itself, does not', () => {
    const { subscription, signal, ofAttempt } = startFallback();
    expect(signal).not.toBe(ofAttempt);
    subscription.unsubscribe();
    expect(isAbortError(signal.reason)).toBe(true);
    expect(states([signal, ofAttempt])).toEqual([true, false]);
  });

  test('does not abort when the fallback ends by itself', () => {
    const [completed, failed] = [startFallback(), startFallback()];
    completed.fallback.complete();
    failed.fallback.error(new Error('worse'));
    for (const { subscription, signal } of [completed, failed]) {
      subscription.unsubscribe();
      expect(signal.aborted).toBe(false);
    }
  });

  test('aborts with the TimeoutError when `blocking` passes', () => {
    inVirtualTime(({ cold, record, flush }) => {
      let signal: AbortSignal | undefined;
      const { heard, log } = record(
        of('-#', '--b').pipe(
          concatMapEager((inner) => cold(inner), {
            timeout: { blocking: 5 },
            onError: (_, item) => {
              signal = item.signal;
              return NEVER;
            },
          }),
        ),
      );
      flush();
      expect(log).toEqual(['7:#blocking']);
      expect(heard).toEqual([{ error: signal?.reason as unknown }]);
    });
  });
});

describe('with a real server, the connection is closed', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  const get = (path: string, _: number, { signal }: ItemContext) =>
    fetch(server.url(path), { signal }).then((response) => {
      if (!response.ok) {
        throw new Error(`status ${response.status}`);
      }
      return response.text();
    });

  /** The error the result ends with, if it is one. */
  const ended = (paths: string[], config: ConcatMapEagerConfig<string>) =>
    new Promise<{ values: string[]; error: unknown }>((resolve) => {
      const values: string[] = [];
      of(...paths)
        .pipe(concatMapEager(get, config))
        .subscribe({
          next: (value) => values.push(value),
          error: (error: unknown) => resolve({ values, error }),
          complete: () => resolve({ values, error: undefined }),
        });
    });

  test('by a time limit', async () => {
    const { values, error } = await ended(['/ok/1', '/hang/limit', '/ok/2'], { timeout: 500 });
    expect(values).toEqual(['/ok/1']);
    expect(error).toBeInstanceOf(TimeoutError);
    await server.hasClosed('/hang/limit');
    expect(server.closed).not.toContain('/ok/1');
  });

  test('by unsubscribing', async () => {
    const seen = record(of('/hang/unsubscribed/1', '/hang/unsubscribed/2').pipe(concatMapEager(get)));
    await Promise.all([server.hasArrived('/hang/unsubscribed/1'), server.hasArrived('/hang/unsubscribed/2')]);
    seen.subscription.unsubscribe();
    await Promise.all([server.hasClosed('/hang/unsubscribed/1'), server.hasClosed('/hang/unsubscribed/2')]);
    expect(seen.heard).toEqual([]);
  });

  test.each(['immediate', 'in-order'] as const)("by a sibling that fails, '%s'", async (onError) => {
    const paths = new Subject<string>();
    const result = new Promise<unknown>((resolve) => {
      paths
        .pipe(concatMapEager((path, _, item) => (path === '/wait' ? failure : get(path, _, item)), { onError }))
        .subscribe({ error: resolve });
    });
    const failure = new Subject<string>();
    const path = `/hang/${onError}`;
    paths.next('/wait');
    paths.next(path);
    await server.hasArrived(path);
    failure.error(new Error('boom'));
    expect(((await result) as Error).message).toBe('boom');
    await server.hasClosed(path);
  });

  test('not, for a response that came', async () => {
    const { values, error } = await ended(['/ok/a', '/ok/b'], { timeout: 5000 });
    expect([values, error]).toEqual([['/ok/a', '/ok/b'], undefined]);
    expect(server.closed).not.toContain('/ok/a');
    expect(server.closed).not.toContain('/ok/b');
  });
});
