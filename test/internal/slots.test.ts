import { expect, test } from 'vitest';
import { FixedSlots } from '../../src/internal/slots.js';

test.each([1, 2, 3])('as many may be taken as there are: %i', (limit) => {
  const slots = new FixedSlots(limit);
  for (let taken = 0; taken < limit; taken++) {
    expect([slots.active, slots.mayTake()]).toEqual([taken, true]);
    slots.take();
  }
  expect([slots.active, slots.mayTake()]).toEqual([limit, false]);
  slots.giveBack();
  expect([slots.active, slots.mayTake()]).toEqual([limit - 1, true]);
});

test('without a limit some are always free', () => {
  const slots = new FixedSlots(Infinity);
  for (let taken = 0; taken < 10_000; taken++) slots.take();

  expect(slots.mayTake()).toBe(true);
});
