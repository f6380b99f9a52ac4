import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Queue } from '../../src/internal/queue.js';
import { isCollected } from '../support/collected.js';

test('gives what an array gives, whatever comes and goes between', () => {
  // Bursts, some of them longer than a chunk: `+n` values come, or up to `-n` are taken.
  const bursts = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -1500, max: 1500 })));
  fc.assert(
    fc.property(bursts, (sizes) => {
      const queue = new Queue<number>();
      const array: number[] = [];
      let next = 0;
      for (const size of sizes) {
        for (let n = 0; n < size; n++) {
          queue.push(next);
          array.push(next++);
        }
        for (let n = 0; n < -size && array.length > 0; n++) {
          expect(queue.shift()).toBe(array.shift());
        }
        expect(queue.length).toBe(array.length);
      }
    }),
    { numRuns: 50 },
  );
});

test('gives each value although it is empty between any two', () => {
  const queue = new Queue<number>();
  const values = Array.from({ length: 3_000 }, (_, n) => n);
  const given = values.map((value) => {
    queue.push(value);
    return queue.shift();
  });

  expect(given).toEqual(values);
});

test('keeps `undefined` as a value like any other', () => {
  const queue = new Queue<string | undefined>();
  queue.push(undefined);
  queue.push(undefined);

  expect(queue.length).toBe(2);
  expect(queue.shift()).toBe(undefined);
  expect(queue.length).toBe(1);
});

test('does not reference what has been taken', async () => {
  const queue = new Queue<object>();
  const refs = [0, 1, 2].map(() => {
    const value = {};
    queue.push(value);
    return new WeakRef(value);
  });
  queue.push({});
  refs.forEach(() => queue.shift());

  expect(await Promise.all(refs.map(isCollected))).toEqual([true, true, true]);
  expect(queue.length).toBe(1);
});
