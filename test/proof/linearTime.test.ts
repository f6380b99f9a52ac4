import { from, Observable, of, range, Subject } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';

const drained = (observable: Observable<number>) => {
  observable.subscribe();
};

/** Of the processor, since other programs may have it in between. */
const milliseconds = (run: () => void) => {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

describe('the time grows with the input, not with its square', () => {
  test.each<[string, number, (size: number) => void]>([
    [
      'values that wait',
      50_000,
      (size) => {
        const head = new Subject<number>();
        drained(range(0, size).pipe(concatMapEager((value) => (value === 0 ? head : of(value)), 1)));
        head.complete();
      },
    ],
    [
      'values of one key that wait',
      50_000,
      (size) => {
        const head = new Subject<number>();
        const key = () => 'x';
        drained(range(0, size).pipe(concatMapEager((value) => (value === 0 ? head : of(value)), { key })));
        head.complete();
      },
    ],
    [
      'keys that are there at once',
      50_000,
      (size) => {
        const head = new Subject<number>();
        const key = (value: number) => value;
        drained(range(0, size).pipe(concatMapEager((value) => (value === 0 ? head : of(value)), { key })));
        head.complete();
      },
    ],
    [
      'values of keys that wait for slots, and are dropped',
      50_000,
      (size) => {
        const key = (value: number) => value % 1000;
        range(0, size)
          .pipe(concatMapEager(() => new Subject<number>(), { key, concurrent: 16, order: 'key' }))
          .subscribe()
          .unsubscribe();
      },
    ],
    [
      'values that one item has parked',
      50_000,
      (size) => {
        const head = new Subject<number>();
        drained(of(head, range(0, size)).pipe(concatMapEager((inner) => inner)));
        head.complete();
      },
    ],
    [
      'items that have ended behind one',
      50_000,
      (size) => {
        const head = new Subject<number>();
        drained(range(0, size).pipe(concatMapEager((value) => (value === 0 ? head : of(value)))));
        head.complete();
      },
    ],
    [
      'items that are active and end one by one, the earliest last',
      20_000,
      (size) => {
        const inners = Array.from({ length: size }, () => new Subject<number>());
        drained(from(inners).pipe(concatMapEager((inner) => inner)));
        for (const inner of inners.reverse()) {
          inner.complete();
        }
      },
    ],
    [
      'items that are active and end one by one, the earliest first',
      20_000,
      (size) => {
        const inners = Array.from({ length: size }, () => new Subject<number>());
        drained(from(inners).pipe(concatMapEager((inner) => inner)));
        for (const inner of inners) {
          inner.complete();
        }
      },
    ],
    [
      'items that are cancelled',
      20_000,
      (size) => {
        const inner = new Observable<number>(() => () => undefined);
        range(0, size)
          .pipe(concatMapEager(() => inner))
          .subscribe()
          .unsubscribe();
      },
    ],
  ])('for %s', (_, n, run) => {
    let least = Infinity;
    // The caches may be somebody else's, and the collector busy: it is the best of a few that counts.
    for (let i = 0; i < 10 && least > 8; i++) {
      const small = Math.max(
        milliseconds(() => run(n)),
        1,
      );
      least = Math.min(least, milliseconds(() => run(4 * n)) / small);
    }

    // In linear time it is 4, in quadratic time 16.
    expect(least).toBeLessThan(8);
  });
});
