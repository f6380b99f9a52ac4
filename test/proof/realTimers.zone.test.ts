// zone.js replaces timers and promises everywhere: in a file, and so in a process, of its own.
import 'zone.js';
import 'zone.js/testing';
import { concatMap, NEVER, of, Subject, timer } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatEager, concatMapEager } from '../../src/index.js';
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

describe('what is read arrives in the zone of the subscriber', () => {
  const results = (...results: (() => Promise<IteratorResult<number>>)[]) => results;
  const value = (n: number) => () => Promise.resolve({ done: false, value: n });
  const done = () => Promise.resolve({ done: true as const, value: undefined });
  const rejected = () => Promise.reject<IteratorResult<number>>(new Error('boom'));
  const asyncIterable = (script: (() => Promise<IteratorResult<number>>)[]) => ({
    [Symbol.asyncIterator]: () => {
      const left = [...script];
      return { next: () => left.shift()!() };
    },
  });
  const stream = (script: (() => Promise<IteratorResult<number>>)[]) => ({
    getReader: () => {
      const left = [...script];
      return { read: () => left.shift()!(), releaseLock: () => undefined };
    },
  });
  const kinds = [
    ['an async iterable', asyncIterable],
    ['a ReadableStream', stream as unknown as typeof asyncIterable],
  ] as const;

  for (const [name, make] of kinds) {
    test(`as an inner: ${name}`, () => {
      fakeAsync(() => {
        const inner = () => make(results(value(1), value(2), done));
        const ours = record(of(0).pipe(concatMapEager(inner)));
        const theirs = record(of(0).pipe(concatMap(inner as () => AsyncIterable<number>)));
        flushMicrotasks();
        expect(ours.heard).toEqual([1, 2, '|']);
        expect(theirs.heard).toEqual(ours.heard);
      })();
    });

    test(`as inputs: ${name}`, () => {
      fakeAsync(() => {
        const inputs = () => make(results(value(1), value(2), done)) as unknown as AsyncIterable<number[]>;
        const seen = record(concatEager(inputs, { onError: (_error, { value }) => of(value) }));
        const given = record(concatEager(() => Promise.resolve([[3]])));
        flushMicrotasks();
        expect(seen.heard).toEqual([1, 2, '|']);
        expect(given.heard).toEqual([3, '|']);
      })();
    });

    test(`whose first result is rejected at once, which is reported to nobody else: ${name}`, () => {
      fakeAsync(() => {
        const inner = record(of(0).pipe(concatMapEager(() => make(results(rejected)))));
        const inputs = record(concatEager(make(results(rejected)) as unknown as AsyncIterable<number[]>));
        flushMicrotasks();
        expect(inner.log).toEqual(['0:#boom']);
        expect(inputs.log).toEqual(['0:#boom']);
      })();
    });

    test(`in real time, with values, an end and an error: ${name}`, async () => {
      const zoneOfSubscriber = Zone.current.fork({ name: 'subscriber' });
      const zones: unknown[] = [];
      await zoneOfSubscriber.run(
        () =>
          new Promise<void>((resolve) => {
            const note = () => zones.push(Zone.current);
            of(results(value(1), done), results(value(2), rejected))
              .pipe(concatMapEager((script) => make(script)))
              .subscribe({
                next: note,
                error: () => {
                  note();
                  resolve();
                },
              });
          }),
      );

      expect(zones).toEqual([zoneOfSubscriber, zoneOfSubscriber, zoneOfSubscriber]);
    });
  }
});
