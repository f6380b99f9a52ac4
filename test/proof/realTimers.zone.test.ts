// zone.js replaces timers and promises everywhere: in a file, and so in a process, of its own.
import 'zone.js';
import 'zone.js/testing';
import { NEVER, of, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { observe } from '../support/policies.js';

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

  it('the zone would tell if a timer were left', () => {
    expect(() =>
      fakeAsync(() => {
        observe(of(0).pipe(concatMapEager(() => NEVER, { timeout: 50 })));
        tick(10);
      })(),
    ).toThrow(/1 periodic timer\(s\) still in the queue/);
  });

  it.each([
    [{ first: 50 }, '50:#first'],
    [{ each: 50 }, '50:#each'],
    [{ total: 50 }, '50:#total'],
  ])('a limit passes when its time has come, and leaves no timer: %o', (timeout, expected) => {
    fakeAsync(() => {
      const start = Date.now();
      const seen = observe(of(0).pipe(concatMapEager(() => NEVER, { timeout })), () => Date.now() - start);
      tick(49);
      expect(seen.log).toEqual([]);
      tick(1);
      expect(seen.log).toEqual([expected]);
    })();
  });

  it('`blocking` passes when its time has come', () => {
    fakeAsync(() => {
      const start = Date.now();
      const seen = observe(
        of(0, 20).pipe(concatMapEager((ms) => (ms === 0 ? NEVER : timer(ms)), { timeout: { blocking: 50 } })),
        () => Date.now() - start,
      );
      tick(1000);
      expect(seen.log).toEqual(['70:#blocking']);
    })();
  });

  it('promises are timed, retried and emitted in order', () => {
    fakeAsync(() => {
      const start = Date.now();
      const after = (ms: number) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms));
      const seen = observe(
        of(60, 10, 20).pipe(
          concatMapEager((ms, _, { attempt }) => after(attempt === 1 ? ms : 5), {
            timeout: 50,
            retry: { count: 1, delay: 100 },
          }),
        ),
        () => Date.now() - start,
      );
      tick(1000);
      expect(seen.log).toEqual(['155:5', '155:10', '155:20', '155:|']);
    })();
  });

  it('a rejected promise fails its item', () => {
    fakeAsync(() => {
      const seen = observe(
        of(0, 1).pipe(concatMapEager((n) => (n ? Promise.resolve(n) : Promise.reject('boom')), { onError: 'at-end' })),
      );
      flushMicrotasks();
      expect(seen.values).toEqual([1]);
      expect(seen.failure).toEqual({ error: 'boom' });
    })();
  });

  it('no timer is left to a stream that has completed or was unsubscribed before its limit', () => {
    fakeAsync(() => {
      const source = new Subject<number>();
      const completed = observe(source.pipe(concatMapEager((n) => of(n), { timeout: 1000 })));
      source.next(0);
      source.complete();
      expect(completed.completed).toBe(true);
      const seen = observe(of(0).pipe(concatMapEager(() => NEVER, { timeout: 1000, retry: { delay: 1000 } })));
      tick(10);
      seen.subscription.unsubscribe();
    })();
  });

  it('an idle stream leaves none once its action has fired', () => {
    fakeAsync(() => {
      const source = new Subject<number>();
      const seen = observe(source.pipe(concatMapEager((n) => of(n), { timeout: 1000 })));
      source.next(0);
      tick(1000);
      expect(seen.subscription.closed).toBe(false);
    })();
  });
});
