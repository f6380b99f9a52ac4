import { NEVER, Observable, of, Subject, throwError, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest';
import { adaptiveLimit, concatMapEager, type AdaptiveLimitConfig, type ConcatMapEagerConfig } from '../../src/index.js';
import { AdaptiveRule } from '../../src/internal/adaptiveRule.js';
import { record, thrownBy } from '../support/record.js';

const BOOM = new Error('boom');

/** What the rule was told: how long an attempt took, and whether it failed by overload. */
let told: MockInstance<AdaptiveRule['ended']>;
let underused: MockInstance<AdaptiveRule['underused']>;
beforeEach(() => {
  told = vi.spyOn(AdaptiveRule.prototype, 'ended');
  underused = vi.spyOn(AdaptiveRule.prototype, 'underused');
});
afterEach(() => {
  vi.restoreAllMocks();
});
const ends = () => told.mock.calls.map(([, duration, isOverload]) => [duration, isOverload]);

/** Plays inners in virtual time, one after another. */
function play(
  inners: Observable<unknown>[],
  config: ConcatMapEagerConfig<unknown, unknown> = {},
  options?: AdaptiveLimitConfig,
) {
  const scheduler = new VirtualTimeScheduler();
  const limit = adaptiveLimit({ initial: 1, ...options });
  const seen = record(
    of(...inners).pipe(concatMapEager((inner) => inner, { onError: 'skip', ...config, concurrent: limit, scheduler })),
  );
  return { limit, scheduler, seen };
}

const takes = (ms: number, scheduler: { current: VirtualTimeScheduler | undefined }) =>
  new Observable<never>((subscriber) => scheduler.current!.schedule(() => subscriber.complete(), ms));

describe('an adaptive limit', () => {
  test('learns from each attempt that completes, by the time of the stream', () => {
    const clock: { current: VirtualTimeScheduler | undefined } = { current: undefined };
    const { scheduler } = play([NEVER]);
    clock.current = scheduler;
    const limit = adaptiveLimit({ initial: 1 });
    record(of(5, 7).pipe(concatMapEager((ms) => takes(ms, clock), { concurrent: limit, scheduler })));
    scheduler.flush();

    expect(ends()).toEqual([
      [5, false],
      [7, false],
    ]);
  });

  test.each<[string, unknown]>([
    ['that of the platform', Object.assign(new Error('late'), { name: 'TimeoutError' })],
    ["that of rxjs's `timeout`", { name: 'TimeoutError', info: { meta: null, seen: 0, lastValue: null } }],
    ['the status 429', { status: 429 }],
    ['the status 503', { status: 503 }],
    ['the statusCode 429', { statusCode: 429 }],
    ['the status of a response', { response: { status: 503 } }],
    ['the statusCode of a response', { response: { statusCode: 429 } }],
  ])('takes %s for overload', (_, error) => {
    play([throwError(() => error)]);
    expect(ends()).toEqual([[0, true]]);
  });

  test.each<[string, unknown]>([
    ['another error', BOOM],
    ['another status', { status: 500 }],
    ['another statusCode', { response: { statusCode: 404 } }],
    ['undefined', undefined],
    ['null', null],
    ['a string', 'TimeoutError'],
    ['a response that is null', { response: null }],
  ])('learns nothing from %s', (_, error) => {
    play([throwError(() => error)]);
    expect(ends()).toEqual([]);
  });

  test('takes the time limits of an attempt for overload, and not that of `blocking`', () => {
    const { scheduler } = play([NEVER, of(1)], { timeout: 5 }, { initial: 2 });
    scheduler.flush();
    expect(ends()).toEqual([
      [0, false],
      [5, true],
    ]);

    told.mockClear();
    play([NEVER, of(1)], { timeout: { blocking: 5 } }, { initial: 2 }).scheduler.flush();
    expect(ends()).toEqual([[0, false]]);
  });

  test('takes for overload what the user says', () => {
    const isOverload = vi.fn((error: unknown) => error === BOOM);
    play([throwError(() => BOOM), throwError(() => ({ status: 429 }))], {}, { isOverload });

    expect(ends()).toEqual([[0, true]]);
    expect(isOverload.mock.calls).toEqual([[BOOM], [{ status: 429 }]]);
  });

  test('reports what that throws, and takes it for no', () => {
    vi.useFakeTimers();
    try {
      play(
        [throwError(() => 1)],
        {},
        {
          isOverload: () => {
            throw BOOM;
          },
        },
      );
      expect(ends()).toEqual([]);
      expect(() => vi.runAllTimers()).toThrow(BOOM);
    } finally {
      vi.useRealTimers();
    }
  });

  test('counts each attempt, and neither delays nor fallbacks', () => {
    let attempts = 0;
    const flaky = new Observable((subscriber) => {
      if (attempts++ < 2) subscriber.error({ status: 503 });
      else subscriber.error(BOOM);
    });
    const { scheduler, seen } = play([flaky], { retry: { count: 2, delay: 10 }, onError: () => of('fallback') });
    scheduler.flush();

    expect(seen.heard).toEqual(['fallback', '|']);
    expect(ends()).toEqual([
      [0, true],
      [0, true],
    ]);
  });

  test('does not count what is cancelled', () => {
    const { seen } = play([NEVER]);
    seen.subscription.unsubscribe();
    expect(ends()).toEqual([]);
  });

  test('knows when not all slots are held', () => {
    const inners = [new Subject<never>(), new Subject<never>(), new Subject<never>()];
    const limit = adaptiveLimit({ initial: 1 });
    record(of(...inners).pipe(concatMapEager((inner) => inner, limit)));
    inners[0]!.complete();
    inners[1]!.complete();
    expect(underused).not.toHaveBeenCalled();
    inners[2]!.complete();
    expect(underused).toHaveBeenCalledOnce();
  });

  test('knows that a stream is about to take the slot which another one gives back', () => {
    // So that every sample is looked at anew.
    underused.mockImplementation(() => undefined);
    const limit = adaptiveLimit({ initial: 2 });
    const other = new Subject<never>();
    record(of(0).pipe(concatMapEager(() => other, limit)));
    const source = new Subject<number>();
    let calls: number | undefined;
    record(
      source.pipe(
        concatMapEager((n) => {
          if (n === 0) {
            source.next(1);
            underused.mockClear();
            other.complete();
            // What is thrown here would be the item's failure.
            calls = underused.mock.calls.length;
          }
          return NEVER;
        }, limit),
      ),
    );
    source.next(0);

    expect(told).toHaveBeenCalledOnce();
    expect(calls).toBe(0);
  });

  test('knows that a slot is free although values wait, where the window is full', () => {
    // So that every sample is looked at anew.
    underused.mockImplementation(() => undefined);
    const limit = adaptiveLimit({ initial: 3 });
    const source = new Subject<number>();
    record(source.pipe(concatMapEager(() => NEVER, { concurrent: limit, reorderWindow: 2 })));
    source.next(0);
    source.next(1);
    underused.mockClear();
    source.next(2);

    expect(underused).toHaveBeenCalled();
  });

  test('is raised and lowered by what it finds, tells so, and fills the slots', () => {
    const limit = adaptiveLimit({ initial: 2, max: 64 });
    const changes = record(limit.changes).heard;
    const inners: Subject<never>[] = [];
    let most = 0;
    const source = new Subject<number>();
    record(
      source.pipe(
        concatMapEager(
          () => {
            const inner = new Subject<never>();
            inners.push(inner);
            most = Math.max(most, inners.length);
            return inner;
          },
          { concurrent: limit, onError: 'skip', scheduler: new VirtualTimeScheduler() },
        ),
      ),
    );
    for (let n = 0; n < 2000; n++) source.next(n);
    for (let n = 0; n < 500; n++) inners.shift()!.complete();
    expect(limit.current).toBe(64);
    expect(most).toBe(64);
    for (let n = 0; n < 500; n++) inners.shift()!.error({ status: 429 });

    expect(limit.current).toBeLessThan(40);
    expect(changes.slice(0, 4)).toEqual([2, 4, 8, 16]);
  });

  test('keeps no value of an item that has ended and is parked', async () => {
    const source = new Subject<object>();
    const head = {};
    record(
      source.pipe(
        concatMapEager((value) => (value === head ? NEVER : of(1)), { concurrent: adaptiveLimit(), retry: 1 }),
      ),
    );
    source.next(head);
    const parked = (() => {
      const value = {};
      source.next(value);
      return new WeakRef(value);
    })();
    await new Promise((resolve) => setTimeout(resolve));
    gc!();

    expect(parked.deref()).toBeUndefined();
  });

  test('begins with 4, or as near to it as it may', () => {
    expect(adaptiveLimit().current).toBe(4);
    expect(adaptiveLimit({ max: 3 }).current).toBe(3);
    expect(adaptiveLimit({ min: 6 }).current).toBe(6);
    expect(adaptiveLimit({ initial: 17 }).current).toBe(17);
  });

  test.each<[unknown, ErrorConstructor, RegExp]>([
    [{ min: 0 }, RangeError, /^Expected `min` to be an integer from 1 and up, got `0`/],
    [{ min: 1.5 }, RangeError, /^Expected `min`/],
    [{ min: '1' }, TypeError, /^Expected `min`/],
    [{ max: 0 }, RangeError, /^Expected `max` to be an integer from 1 and up, got `0`/],
    [{ min: 5, max: 4 }, RangeError, /^Expected `max` to be an integer from 5 and up, got `4`/],
    [{ max: Infinity }, RangeError, /^Expected `max`/],
    [{ initial: 0 }, RangeError, /^Expected `initial` to be an integer from 1 to 200, got `0`/],
    [{ initial: 201 }, RangeError, /^Expected `initial`/],
    [{ isOverload: 429 }, TypeError, /^Expected `isOverload` to be a function, got `429`/],
    [{ maximum: 3 }, TypeError, /^Unknown option `maximum` in `config`. Did you mean `max`\?/],
    [20, TypeError, /^Expected `config` to be an object of options, got `20`/],
  ])('is refused at the call: %o', (config, kind, message) => {
    const error = thrownBy(() => adaptiveLimit(config as AdaptiveLimitConfig));
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
  });

  test('takes undefined for an option that is left out', () => {
    expect(adaptiveLimit({ min: undefined, max: undefined, initial: undefined, isOverload: undefined }).current).toBe(
      4,
    );
  });
});
