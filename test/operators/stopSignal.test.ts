import { NEVER, Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import {
  concatAllEager,
  concatEager,
  concatMapEager,
  type ConcatMapEagerConfig,
  type MonitorEvent,
} from '../../src/index.js';
import { POLICY_NAMES } from '../../src/internal/policies.js';
import { record } from '../support/record.js';

const REASON = new Error('stopped');

/** A signal, and how many listen to it. */
function makeSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = ((type: 'abort', listener: () => void) => {
    listeners.add(listener);
    addEventListener.call(signal, type, listener);
  }) as AbortSignal['addEventListener'];
  signal.removeEventListener = ((type: 'abort', listener: () => void) => {
    listeners.delete(listener);
    removeEventListener.call(signal, type, listener);
  }) as AbortSignal['removeEventListener'];
  return { signal, listeners, abort: (reason: unknown = REASON) => controller.abort(reason) };
}

/** Three items, of which only the last is started: the signals of their attempts are kept. */
function start(config: ConcatMapEagerConfig<number>, ...inners: Observable<unknown>[]) {
  const signals: AbortSignal[] = [];
  const source = new Subject<number>();
  const seen = record(
    source.pipe(
      concatMapEager((n, _, { signal }) => {
        signals.push(signal);
        return inners[n] ?? NEVER;
      }, config),
    ),
  );
  [0, 1, 2].forEach((n) => source.next(n));
  return { signals, source, seen };
}

describe('the signal of the configuration', () => {
  test.each(POLICY_NAMES)('ends the result with its reason at once, %o', (onError) => {
    const { signal, abort, listeners } = makeSignal();
    const { signals, source, seen } = start({ signal, onError, concurrent: 2 });
    expect(listeners.size).toBe(1);

    abort();

    expect(seen.heard.at(-1)).toMatchObject({ error: REASON });
    expect(signals.map(({ reason }) => reason as unknown)).toEqual([REASON, REASON]);
    expect(source.observed).toBe(false);
    expect(listeners.size).toBe(0);
  });

  test.each([[null], [0], ['']])('may have the reason %o', (reason) => {
    const { signal, abort } = makeSignal();
    const { signals, seen } = start({ signal });
    abort(reason);
    expect(seen.heard.at(-1)).toMatchObject({ error: reason });
    expect(signals.map((each) => each.reason as unknown)).toEqual([reason, reason, reason]);
  });

  test('has aborted before: nothing is subscribed, read or called', () => {
    const { signal, abort, listeners } = makeSignal();
    abort();
    const subscribed = vi.fn();
    const project = vi.fn(() => of(1));
    const inputs = vi.fn(() => [of(1)]);
    const source = new Observable<Observable<number>>(subscribed);

    for (const result of [
      source.pipe(concatMapEager(project, { signal })),
      source.pipe(concatAllEager({ signal })),
      concatEager(inputs, { signal }),
    ]) {
      expect(record(result).heard).toMatchObject([{ error: REASON }]);
    }
    expect([subscribed, project, inputs].map((each) => each.mock.calls)).toEqual([[], [], []]);
    expect(listeners.size).toBe(0);
  });

  test('aborts between two subscriptions: the second one fails at once', () => {
    const { signal, abort } = makeSignal();
    const result = of(1).pipe(concatMapEager((value) => of(value), { signal }));
    expect(record(result).heard).toHaveLength(2);
    abort();
    expect(record(result).heard).toMatchObject([{ error: REASON }]);
  });

  test('has one listener for each subscription, until that completes, fails or is unsubscribed', () => {
    const { signal, listeners } = makeSignal();
    const inner = new Subject<number>();
    const result = of(1).pipe(concatMapEager(() => inner, { signal }));
    const first = record(result);
    record(result);
    expect(listeners.size).toBe(2);

    first.subscription.unsubscribe();
    expect(listeners.size).toBe(1);
    inner.complete();
    expect(listeners.size).toBe(0);

    record(of(1).pipe(concatMapEager(() => throwError(() => 'boom'), { signal })));
    expect(listeners.size).toBe(0);
  });

  test('closes what is read, and aborts the signal that the function was given with the same reason', () => {
    const { signal, abort } = makeSignal();
    const closed = vi.fn();
    let given: AbortSignal | undefined;
    const seen = record(
      concatEager(
        function* (context: { signal: AbortSignal }) {
          given = context.signal;
          try {
            yield NEVER;
            yield NEVER;
          } finally {
            closed();
          }
        },
        { signal, concurrent: 1 },
      ),
    );
    abort();
    expect(seen.heard).toMatchObject([{ error: REASON }]);
    expect(closed).toHaveBeenCalledOnce();
    expect(given!.reason).toBe(REASON);
  });

  test('aborts while what was parked is being emitted: nothing more comes out', () => {
    const { signal, abort } = makeSignal();
    const head = new Subject<number>();
    const seen: unknown[] = [];
    of(0, 1, 2)
      .pipe(concatMapEager((n) => (n === 0 ? head : of(n)), { signal }))
      .subscribe({
        next: (value) => {
          seen.push(value);
          abort();
        },
        error: (error) => seen.push(error),
      });
    head.complete();
    expect(seen).toEqual([1, REASON]);
  });

  test('ends a retry that waits and a fallback that runs', () => {
    vi.useFakeTimers();
    try {
      const { signal, abort } = makeSignal();
      const fallback = new Subject<never>();
      const failing = throwError(() => 'boom');
      const delayed = record(of(1).pipe(concatMapEager(() => failing, { signal, retry: { count: 1, delay: 1_000 } })));
      const saved = record(of(1).pipe(concatMapEager(() => failing, { signal, onError: () => fallback })));
      expect(fallback.observed).toBe(true);

      abort();

      expect(delayed.heard).toMatchObject([{ error: REASON }]);
      expect(saved.heard).toMatchObject([{ error: REASON }]);
      expect(fallback.observed).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('the monitor hears that what was active or waited is cancelled, and what was parked is dropped', () => {
    const { signal, abort } = makeSignal();
    const events: MonitorEvent<number>[] = [];
    const config = { signal, reorderWindow: 2, monitor: (event: MonitorEvent<number>) => events.push(event) };
    start(config, NEVER, of('parked'));
    events.length = 0;
    abort();
    expect(events.map(({ index, type }) => [index, type])).toEqual([
      [0, 'ended'],
      [1, 'flushed'],
      [2, 'ended'],
    ]);
    expect(events).toMatchObject([{ outcome: 'cancelled' }, { dropped: true }, { outcome: 'cancelled' }]);
  });

  test.each([[null], [true], [{}], [new AbortController()], [{ aborted: false }]])('cannot be %o', (signal) => {
    expect(() => concatMapEager(() => NEVER, { signal: signal as unknown as AbortSignal })).toThrow(
      /^Expected `signal` to be an AbortSignal, got /,
    );
  });
});
