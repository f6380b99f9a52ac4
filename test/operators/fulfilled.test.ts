import { of, NEVER, Subject, switchMap, take, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatAllEager, concatEager, concatMapEager, type ItemContext, type MonitorEvent } from '../../src/index.js';
import { record } from '../support/record.js';
import { turn } from '../support/turn.js';

/** What a monitor is told, without `received`. */
function watch() {
  const told: string[] = [];
  const monitor = (event: MonitorEvent<unknown>) => {
    if (event.type === 'ended') {
      told.push(`${event.type} ${event.index} ${event.outcome}`);
    }
  };
  return { told, monitor };
}

describe('a promise has completed when it is fulfilled, before its value goes out:', () => {
  test.each([
    ['take', take(1)],
    ['switchMap', switchMap(() => NEVER)],
  ])('its signal does not abort when %s ends the result at that value', async (_, operator) => {
    let signal: AbortSignal | undefined;
    const { told, monitor } = watch();
    const project = (value: string, _index: number, item: ItemContext) => {
      signal = item.signal;
      return Promise.resolve(value);
    };
    const { subscription } = record(of('a').pipe(concatMapEager(project, { monitor }), operator as never));
    await turn();
    subscription.unsubscribe();

    expect(signal!.aborted).toBe(false);
    expect(told).toEqual(['ended 0 completed']);
  });

  test('nor does that of an array with its last value, and of a thenable', async () => {
    for (const inner of [['a'], { then: (fulfilled: (value: string) => void) => fulfilled('a') }]) {
      let signal: AbortSignal | undefined;
      const { told, monitor } = watch();
      const project = (_value: number, _index: number, item: ItemContext) => {
        signal = item.signal;
        return inner as string[];
      };
      const { heard } = record(of(0).pipe(concatMapEager(project, { monitor }), take(1)));

      expect(heard).toEqual(['a', '|']);
      expect(signal!.aborted).toBe(false);
      expect(told).toEqual(['ended 0 completed']);
    }
  });

  test('nor does that of a fallback', async () => {
    let signal: AbortSignal | undefined;
    record(
      of(0).pipe(
        concatMapEager(() => throwError(() => new Error('boom')), {
          onError: (_error, item) => {
            signal = item.signal;
            return Promise.resolve('fallback');
          },
        }),
        take(1),
      ),
    );
    await turn();

    expect(signal!.aborted).toBe(false);
  });

  test('its item is not cancelled by whoever unsubscribes at its value', async () => {
    for (const make of [
      (monitor: (event: MonitorEvent<unknown>) => void) =>
        of(Promise.resolve(1)).pipe(concatAllEager({ monitor, onError: 'immediate' })),
      (monitor: (event: MonitorEvent<unknown>) => void) => concatEager([Promise.resolve(1)], { monitor }),
    ]) {
      const { told, monitor } = watch();
      const { heard } = record(make(monitor).pipe(take(1)));
      await turn();

      expect(heard).toEqual([1, '|']);
      expect(told).toEqual(['ended 0 completed']);
    }
  });

  test('a promise that is not fulfilled yet is cancelled, and its signal aborts', async () => {
    const signals: AbortSignal[] = [];
    const head = new Subject<string>();
    record(
      of(0, 1).pipe(
        concatMapEager((n, _index, { signal }) => {
          signals.push(signal);
          return n === 0 ? head : new Promise<string>(() => undefined);
        }),
        take(1),
      ),
    );
    head.next('a');

    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('an array is read as long as it is when its last value goes out', () => {
    const inner = [1, 2];
    const { heard } = record(of(0).pipe(concatMapEager(() => inner)), (value) => {
      if (value === 1) {
        inner.push(3);
      }
    });

    expect(heard).toEqual([1, 2, 3, '|']);
  });
});
