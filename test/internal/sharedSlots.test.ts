import { expect, test, vi } from 'vitest';
import { Sharer, SharedSlots } from '../../src/internal/sharedSlots.js';
import type { Starter } from '../../src/internal/slots.js';

const idle: Starter = {
  isBusy: false,
  hasToStart: true,
  mayHaveToStart: true,
  limitTo: () => undefined,
  advance: () => undefined,
  stopStarting: () => undefined,
};

const waiting = (slots: SharedSlots) => (slots as unknown as { waiting: { length: number } }).waiting.length;

test('nothing is kept of streams that come and go while there is no slot', () => {
  const slots = new SharedSlots(1);
  const open = () => {
    const sharer = new Sharer(slots, idle, 0);
    sharer.open();
    return sharer;
  };
  const holder = open();
  expect(holder.mayTake()).toBe(true);
  holder.take();
  const staying = [open(), open(), open()];
  staying.forEach((sharer) => expect(sharer.mayTake()).toBe(false));
  for (let n = 0; n < 1000; n++) {
    const sharer = open();
    expect(sharer.mayTake()).toBe(false);
    sharer.close();
    expect(waiting(slots)).toBeLessThan(8);
  }
});

test('a stream that has nothing to start is offered nothing, and does not wait', () => {
  const slots = new SharedSlots(1);
  const sharer = new Sharer(slots, { ...idle, hasToStart: false }, 0);
  sharer.open();

  expect(sharer.mayTake()).toBe(false);
  expect(waiting(slots)).toBe(0);
});

test('what one stream throws is reported, and the next is served', () => {
  vi.useFakeTimers();
  try {
    const slots = new SharedSlots(1);
    const served: string[] = [];
    const open = (name: string, advance: () => void) => {
      const note = () => {
        served.push(name);
        advance();
      };
      const sharer = new Sharer(slots, { ...idle, advance: note }, 0);
      sharer.open();
      return sharer;
    };
    const holder = open('holder', () => undefined);
    expect(holder.mayTake()).toBe(true);
    holder.take();
    const throwing = open('throwing', () => {
      throw new Error('boom');
    });
    const next = open('next', () => undefined);
    expect([throwing.mayTake(), next.mayTake()]).toEqual([false, false]);
    holder.giveBack();
    holder.close();

    expect(served).toEqual(['throwing', 'next']);
    expect(() => vi.runAllTimers()).toThrow('boom');
  } finally {
    vi.useRealTimers();
  }
});
