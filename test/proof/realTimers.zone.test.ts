// zone.js replaces timers and promises everywhere: in a file, and so in a process, of its own.
import 'zone.js';
import 'zone.js/testing';
import { NEVER, of, Subject, timer } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { failure, record, recordAt } from '../support/record.js';

interface Zone {
  fork(spec: unknown): { run<R>(act: () => R): R };
}
interface FakeAsync {
  fakeAsync(test: () => void, options: { flush: boolean }): () => void;
  tick(ms?: number): void;
  flushMicrotasks(): void;
}
const { Zone } = globalThis as unknown as {
  Zone: { current: Zone; ProxyZoneSpec: new () => unknown; __symbol__(name: string): string } & Record<
    string,
    FakeAsync
  >;
};
const { tick, flushMicrotasks, ...zone } = Zone[Zone.__symbol__('fakeAsyncTest')]!;

/** What zone.js's patches for other test runners do: each test has a proxy zone of its own. */
const fakeAsync = (test: () => void) => () => {
  Zone.current.fork(new Zone.ProxyZoneSpec()).run(zone.fakeAsync(test, { flush: false }));
};

describe("under zone.js's fakeAsync", () => {
  // Without `flush`, `fakeAsync` itself throws if a timer, periodic or not, is left at the end of the test.

  test('the zone would tell if a timer were left', () => {
    expect(() =>
      fakeAsync(() => {
        record(of(0).pipe(concatMapEager(() => NEVER, { timeout: 50 })));
        tick(10);
      })(),
    ).toThrow(/1 periodic timer\(s\) still in the queue/);
  });

  test.each([
    [{ first: 50 }, '50:#first'],
    [{ each: 50 }, '50:#each'],
    [{ total: 50 }, '50:#total'],
  ])('a limit passes when its time has come, and leaves no timer: %o', (timeout, expected) => {
    fakeAsync(() => {
      const start = Date.now();
      const seen = recordAt(() => Date.now() - start, of(0).pipe(concatMapEager(() => NEVER, { timeout })));
      tick(49);
      expect(seen.heard).toEqual([]);
      tick(1);
      expect(seen.log).toEqual([expected]);
    })();
  });

  test('`blocking` passes when its time has come', () => {
    fakeAsync(() => {
      const start = Date.now();
      const seen = recordAt(
        () => Date.now() - start,
        of(0, 20).pipe(concatMapEager((ms) => (ms === 0 ? NEVER : timer(ms)), { timeout: { blocking: 50 } })),
      );
      tick(1000);
      expect(seen.log).toEqual(['70:#blocking']);
    })();
  });

  test('promises are timed, retried and emitted in order', () => {
    fakeAsync(() => {
      const start = Date.now();
      const after = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms));
      const seen = recordAt(
        () => Date.now() - start,
        of(60, 10, 20).pipe(
          concatMapEager((ms, _, { attempt }) => after(attempt === 1 ? ms : 5), {
            timeout: 50,
            retry: { count: 1, delay: 100 },
          }),
        ),
      );
      tick(1000);
      expect(seen.log).toEqual(['155:5', '155:10', '155:20', '155:|']);
    })();
  });

  test('a rejected promise fails its item', () => {
    fakeAsync(() => {
      const seen = record(
        of(0, 1).pipe(concatMapEager((n) => (n ? Promise.resolve(n) : Promise.reject('boom')), { onError: 'at-end' })),
      );
      flushMicrotasks();
      expect(seen.heard).toEqual([1, failure('boom')]);
    })();
  });

  test('no timer is left to a stream that has completed or was unsubscribed before its limit', () => {
    fakeAsync(() => {
      const source = new Subject<number>();
      const completed = record(source.pipe(concatMapEager((n) => of(n), { timeout: 1000 })));
      source.next(0);
      source.complete();
      expect(completed.heard).toEqual([0, '|']);
      const seen = record(of(0).pipe(concatMapEager(() => NEVER, { timeout: 1000, retry: { delay: 1000 } })));
      tick(10);
      seen.subscription.unsubscribe();
    })();
  });

  test('an idle stream leaves none once its action has fired', () => {
    fakeAsync(() => {
      const source = new Subject<number>();
      const seen = record(source.pipe(concatMapEager((n) => of(n), { timeout: 1000 })));
      source.next(0);
      tick(1000);
      expect(seen.subscription.closed).toBe(false);
    })();
  });
});
