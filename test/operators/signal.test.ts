import { EMPTY, NEVER, Observable, of, Subject, take, throwError, TimeoutError } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig, type ItemContext } from '../../src/index.js';
import { inVirtualTime, observe, settled } from '../support/policies.js';
import { startServer } from '../support/policiesServer.js';

const isAbortError = (reason: unknown) => reason instanceof DOMException && reason.name === 'AbortError';

/** Items by hand, whose signals are read when they start. */
function start(config: ConcatMapEagerConfig<number> = {}, count = 3) {
  const inners = Array.from({ length: count }, () => new Subject<string>());
  const signals: AbortSignal[] = [];
  const source = new Subject<number>();
  const seen = observe(
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
  it('is not aborted at first, and each attempt has its own', () => {
    const items: ItemContext[] = [];
    observe(
      of(0).pipe(
        concatMapEager(
          (_, __, item) => {
            items.push(item);
            expect(item.signal.aborted).toBe(false);
            return item.attempt < 3 ? throwError(() => new Error('boom')) : NEVER;
          },
          { retry: 5 },
        ),
      ),
    );
    expect(items.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(new Set(items.map(({ signal }) => signal)).size).toBe(3);
    expect(items[0]!.signal).toBe(items[0]!.signal);
    expect(states(items.map(({ signal }) => signal))).toEqual([false, false, false]);
  });

  it('aborts with an AbortError when the consumer unsubscribes', () => {
    const { signals, seen } = start();
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([true, true, true]);
    expect(signals.every(({ reason }) => isAbortError(reason))).toBe(true);
  });

  it('aborts with an AbortError when the consumer has taken enough', () => {
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

  it("aborts with an AbortError when an earlier item fails, 'in-order'", () => {
    const { inners, signals } = start();
    inners[1]!.error(new Error('boom'));
    expect(states(signals)).toEqual([false, false, true]);
    expect(isAbortError(signals[2]!.reason)).toBe(true);
    inners[0]!.complete();
    expect(states(signals)).toEqual([false, false, true]);
  });

  it("aborts with an AbortError when any item fails, 'immediate'", () => {
    const { inners, signals } = start({ onError: 'immediate' });
    inners[1]!.error(new Error('boom'));
    expect(states(signals)).toEqual([true, false, true]);
    expect(isAbortError(signals[0]!.reason)).toBe(true);
    expect(isAbortError(signals[2]!.reason)).toBe(true);
  });

  it("aborts with an AbortError by the source's error, 'immediate'", () => {
    const { source, signals } = start({ onError: 'immediate' });
    source.error(new Error('boom'));
    expect(states(signals)).toEqual([true, true, true]);
    expect(signals.every(({ reason }) => isAbortError(reason))).toBe(true);
  });

  it.each(['in-order', 'at-end', 'skip'] as const)("does not abort by the source's error, '%s'", (onError) => {
    const { source, signals } = start({ onError });
    source.error(new Error('boom'));
    expect(states(signals)).toEqual([false, false, false]);
  });

  it.each(['at-end', 'skip'] as const)("does not abort by another item's failure, '%s'", (onError) => {
    const { inners, signals } = start({ onError });
    inners[1]!.error(new Error('boom'));
    expect(states(signals)).toEqual([false, false, false]);
  });

  it("aborts with the TimeoutError of its time limit; siblings with an AbortError, 'immediate'", () => {
    inVirtualTime(({ cold, observe, flush }) => {
      const signals: AbortSignal[] = [];
      const seen = observe(
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
      expect(signals[1]!.reason).toBe(seen.failure?.error);
      expect(isAbortError(signals[2]!.reason)).toBe(true);
    });
  });

  it('aborts with the TimeoutError in each attempt that passes a limit', () => {
    inVirtualTime(({ observe, flush }) => {
      const signals: AbortSignal[] = [];
      observe(
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

  it('never aborts after its inner has completed', () => {
    const { inners, signals, seen } = start();
    inners[1]!.next('b');
    inners[1]!.complete();
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([true, false, true]);
  });

  it('never aborts after its inner has failed', () => {
    const { inners, signals, seen } = start({ onError: 'skip' });
    inners[1]!.error(new Error('boom'));
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([true, false, true]);
  });

  it('never aborts after the stream has completed', () => {
    const { inners, signals, source, seen } = start();
    inners.forEach((inner) => {
      inner.complete();
    });
    source.complete();
    expect(seen.completed).toBe(true);
    seen.subscription.unsubscribe();
    expect(states(signals)).toEqual([false, false, false]);
  });

  it('never aborts after a promise has settled', async () => {
    const items: ItemContext[] = [];
    const seen = observe(
      of(0, 1, 2).pipe(
        concatMapEager(
          async (n, _, item) => {
            items.push(item);
            expect(item.signal.aborted).toBe(false);
            if (n === 1) {
              throw new Error('boom');
            }
            return n === 0 ? new Promise<number>(() => {}) : n;
          },
          { onError: 'skip' },
        ),
      ),
    );
    await settled();
    seen.subscription.unsubscribe();
    expect(states(items.map(({ signal }) => signal))).toEqual([true, false, false]);
  });

  it('never aborts after project threw', () => {
    let signal: AbortSignal | undefined;
    const seen = observe(
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

  it('is not aborted while the item waits for its retry: its attempt had failed by itself', () => {
    let signal: AbortSignal | undefined;
    const seen = observe(
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

  it('is already aborted when it is read for the first time after the cancellation', () => {
    const items: ItemContext[] = [];
    const seen = observe(
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

  it('has the TimeoutError as its reason, also when it is read late', () => {
    inVirtualTime(({ observe, flush }) => {
      const items: ItemContext[] = [];
      const seen = observe(
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
      expect(items[0]!.signal.reason).toBe(seen.failure?.error);
    });
  });

  it('is not aborted when it is read for the first time after its inner has ended', () => {
    const items: ItemContext[] = [];
    const seen = observe(
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

  it('is already aborted when project unsubscribes and reads it then', () => {
    let aborted: boolean | undefined;
    const source = new Subject<number>();
    const seen = observe(
      source.pipe(
        concatMapEager((_, __, item) => {
          seen.subscription.unsubscribe();
          aborted = item.signal.aborted;
          return EMPTY;
        }),
      ),
    );
    source.next(0);
    expect(aborted).toBe(true);
  });

  it('aborts after the inner has been unsubscribed', () => {
    const log: string[] = [];
    const seen = observe(
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

  it('aborts though the teardown of its inner throws', () => {
    const signals: AbortSignal[] = [];
    const seen = observe(
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

  it('lets a promise be rejected by its abort: it is heard no more, and is no unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const seen = observe(
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
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.off('unhandledRejection', unhandled);
    expect(seen.log).toEqual(['0:#[total total]']);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is made only where it is read', () => {
    const made = vi.spyOn(globalThis, 'AbortController');
    try {
      const seen = observe(
        of(0, 1, 2).pipe(
          concatMapEager((n) => (n === 0 ? NEVER : n === 1 ? EMPTY : throwError(() => new Error('boom'))), {
            retry: 2,
            timeout: 5,
            onError: () => EMPTY,
          }),
        ),
      );
      seen.subscription.unsubscribe();
      expect(made).not.toHaveBeenCalled();
      observe(
        of(0).pipe(
          concatMapEager((_, __, { signal }) => {
            expect(signal.aborted).toBe(false);
            return EMPTY;
          }),
        ),
      );
      expect(made).toHaveBeenCalledTimes(1);
    } finally {
      made.mockRestore();
    }
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

  it('by a time limit', async () => {
    const { values, error } = await ended(['/ok/1', '/hang/limit', '/ok/2'], { timeout: 150 });
    expect(values).toEqual(['/ok/1']);
    expect(error).toBeInstanceOf(TimeoutError);
    await server.hasClosed('/hang/limit');
    expect(server.closed).not.toContain('/ok/1');
  });

  it('by unsubscribing', async () => {
    const seen = observe(of('/hang/unsubscribed/1', '/hang/unsubscribed/2').pipe(concatMapEager(get)));
    await Promise.all([server.hasArrived('/hang/unsubscribed/1'), server.hasArrived('/hang/unsubscribed/2')]);
    seen.subscription.unsubscribe();
    await Promise.all([server.hasClosed('/hang/unsubscribed/1'), server.hasClosed('/hang/unsubscribed/2')]);
    expect(seen.log).toEqual([]);
  });

  it.each(['immediate', 'in-order'] as const)("by a sibling that fails, '%s'", async (onError) => {
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

  it('not, for a response that came', async () => {
    const { values, error } = await ended(['/ok/a', '/ok/b'], { timeout: 5000 });
    expect([values, error]).toEqual([['/ok/a', '/ok/b'], undefined]);
    expect(server.closed).not.toContain('/ok/a');
    expect(server.closed).not.toContain('/ok/b');
  });
});
