import { NEVER, of, range, Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig } from '../../src/index.js';
import { record, subjects } from '../support/record.js';

/** How many items start behind a head that never ends, when every other ends at once. */
function startedBehindStuckHead(count: number, config: number | ConcatMapEagerConfig<number>): number {
  let started = 0;
  record(
    range(0, count).pipe(
      concatMapEager((index) => {
        started++;
        return index === 0 ? NEVER : of(index);
      }, config),
    ),
  );
  return started;
}

test('counts active and parked items', () => {
  expect(startedBehindStuckHead(100, { concurrent: 4, reorderWindow: 7 })).toBe(7);
});

test('counts items, not the values they have parked', () => {
  const started: number[] = [];
  record(
    range(0, 10).pipe(
      concatMapEager(
        (index) => {
          started.push(index);
          return index === 0 ? NEVER : range(0, 1000);
        },
        { concurrent: 2, reorderWindow: 5 },
      ),
    ),
  );

  expect(started).toEqual([0, 1, 2, 3, 4]);
});

test.each([
  [{ concurrent: 2 }, 1024],
  [{ concurrent: 64 }, 1024],
  [{ concurrent: 65 }, 1040],
  [{ concurrent: 200 }, 3200],
  [{}, 6000],
  [{ concurrent: 2, reorderWindow: Infinity }, 6000],
  [{ concurrent: 2, reorderWindow: undefined }, 1024],
])('is max(1024, 16 * concurrent) by default: %o starts %i behind a stuck head', (config, expected) => {
  expect(startedBehindStuckHead(6000, config)).toBe(expected);
});

test('makes room only when an item is fully emitted', () => {
  const inners = subjects(5);
  const started: number[] = [];
  const { heard } = record(
    range(0, 5).pipe(
      concatMapEager(
        (index) => {
          started.push(index);
          return inners[index]!;
        },
        { concurrent: 2, reorderWindow: 2 },
      ),
    ),
  );

  inners[1]!.next('b');
  inners[1]!.complete();
  expect(started).toEqual([0, 1]);
  inners[0]!.complete();
  expect(heard).toEqual(['b']);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('emits all that is ready before it uses the room', () => {
  const log: string[] = [];
  const inners = subjects(6);
  range(0, 6)
    .pipe(
      concatMapEager(
        (index) => {
          log.push(`start ${index}`);
          return inners[index]!;
        },
        { concurrent: 3, reorderWindow: 3 },
      ),
    )
    .subscribe((value) => log.push(value));
  for (const index of [2, 1]) {
    inners[index]!.next(`value ${index}`);
    inners[index]!.complete();
  }
  log.length = 0;

  inners[0]!.complete();
  expect(log).toEqual(['value 1', 'value 2', 'start 3', 'start 4', 'start 5']);
});

test('does not slow the source, whose values wait', () => {
  const source = new Subject<number>();
  const head = new Subject<number>();
  const { heard } = record(
    source.pipe(concatMapEager((index) => (index === 0 ? head : of(index)), { concurrent: 2, reorderWindow: 3 })),
  );

  for (let index = 0; index < 50; index++) {
    source.next(index);
  }
  source.complete();
  head.complete();
  expect(heard).toEqual([...Array.from({ length: 49 }, (_, i) => i + 1), '|']);
});
