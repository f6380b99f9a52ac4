import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap, type Ranked } from '../../src/internal/heap.js';

const ranks = fc.uniqueArray(fc.integer(), { maxLength: 200 });

test('gives all that it was given, the lowest first', () => {
  fc.assert(
    fc.property(ranks, (all) => {
      const heap = new Heap<Ranked>();
      all.forEach((rank) => heap.push({ rank }));
      expect(heap.length).toBe(all.length);
      expect(all.map(() => heap.pop().rank)).toEqual([...all].sort((a, b) => a - b));
      expect(heap.length).toBe(0);
    }),
  );
});

test('keeps what is to be kept', () => {
  fc.assert(
    fc.property(ranks, (all) => {
      const heap = new Heap<Ranked>();
      all.forEach((rank) => heap.push({ rank }));
      heap.keep(({ rank }) => rank % 3 === 0);
      const kept = all.filter((rank) => rank % 3 === 0).sort((a, b) => a - b);
      expect(heap.length).toBe(kept.length);
      expect(kept.map(() => heap.pop().rank)).toEqual(kept);
    }),
  );
});

test('gives the lowest of what there is, whatever comes and goes between', () => {
  fc.assert(
    fc.property(ranks, fc.infiniteStream(fc.nat(3)), (all, takes) => {
      const heap = new Heap<Ranked>();
      const sorted: number[] = [];
      for (const rank of all) {
        heap.push({ rank });
        sorted.push(rank);
        sorted.sort((a, b) => a - b);
        for (let n = takes.next().value as number; n > 1 && sorted.length > 0; n--) {
          expect(heap.pop().rank).toBe(sorted.shift());
        }
        expect(heap.length).toBe(sorted.length);
      }
    }),
  );
});
