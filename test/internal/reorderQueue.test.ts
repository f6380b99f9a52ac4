import { describe, expect, test } from 'vitest';
import { Item } from '../../src/internal/item.js';
import { ReorderQueue } from '../../src/internal/reorderQueue.js';

/** A lane with as many items. */
function lane(count: number) {
  const queue = new ReorderQueue<string, string>();
  const items = Array.from({ length: count }, (_, index) => new Item<string, string>(index, 'value', queue));
  items.forEach((item) => {
    queue.push(item);
  });
  return { queue, items };
}

/** Takes all that are left, and returns their indices. */
function drained(queue: ReorderQueue<string, string>): number[] {
  const indices: number[] = [];
  while (queue.head !== undefined) {
    indices.push(queue.head.index);
    queue.shift();
  }
  return indices;
}

test('gives its items in the order in which they were started', () => {
  const { queue } = lane(4);

  expect(drained(queue)).toEqual([0, 1, 2, 3]);
  expect(queue.head).toBe(undefined);
});

test('may be empty in between', () => {
  const { queue, items } = lane(1);
  queue.shift();
  queue.push(items[0]!);
  queue.push(new Item<string, string>(1, 'value', queue));

  expect(drained(queue)).toEqual([0, 1]);
});

test('cuts the link of an item that is gone, so that who holds it does not hold what came after it', () => {
  const { queue, items } = lane(3);
  queue.shift();
  expect(items[0]!.next).toBe(undefined);
  queue.removeAfter(items[1]);
  expect(items.map(({ next }) => next)).toEqual([undefined, undefined, undefined]);
});

test('has no head once all are removed', () => {
  const { queue, items } = lane(2);
  expect(queue.removeAfter(undefined)).toEqual(items);
  expect(queue.head).toBe(undefined);
});

describe('`ready`', () => {
  test('counts items behind the head that were marked, each once', () => {
    const { queue, items } = lane(3);
    expect(queue.ready).toBe(0);
    queue.markReady(items[2]!);
    queue.markReady(items[2]!);
    queue.markReady(items[1]!);
    expect(queue.ready).toBe(2);
  });

  test('does not count the head, neither when it is marked nor when it becomes the head', () => {
    const { queue, items } = lane(3);
    queue.markReady(items[0]!);
    queue.markReady(items[1]!);
    expect(queue.ready).toBe(1);
    queue.shift();
    expect(queue.ready).toBe(0);
    queue.shift();
    expect(queue.ready).toBe(0);
  });

  test('does not count what has been removed', () => {
    const { queue, items } = lane(4);
    [1, 3].forEach((index) => {
      queue.markReady(items[index]!);
    });
    queue.removeAfter(items[1]);
    expect(queue.ready).toBe(1);
    queue.removeAfter(undefined);
    expect(queue.ready).toBe(0);
  });
});

describe('removing', () => {
  test.each([
    [0, [1, 2, 3], [0, 9]],
    [1, [2, 3], [0, 1, 9]],
    [3, [], [0, 1, 2, 3, 9]],
    [undefined, [0, 1, 2, 3], [9]],
  ])('all after %s takes those in order, and the next one comes behind what is left', (after, removed, left) => {
    const { queue, items } = lane(4);
    const gone = queue.removeAfter(after === undefined ? undefined : items[after]);

    expect(gone.map(({ index }) => index)).toEqual(removed);
    queue.push(new Item<string, string>(9, 'value', queue));
    expect(drained(queue)).toEqual(left);
  });

  test('all of an empty lane removes nothing', () => {
    expect(new ReorderQueue().removeAfter(undefined)).toEqual([]);
  });
});
