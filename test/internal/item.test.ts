import { expect, test } from 'vitest';
import { Item } from '../../src/internal/item.js';
import { ReorderQueue } from '../../src/internal/reorderQueue.js';

const item = () => new Item<string, unknown>(0, 'value', new ReorderQueue<string, unknown>());

test.each([[[1]], [[1, 2, 3]], [[undefined, null, undefined]]])(
  'gives the values that it keeps in order: %j',
  (values) => {
    const keeper = item();
    values.forEach((value) => {
      keeper.keep(value);
    });

    expect(keeper.kept).toBe(values.length);
    expect(values.map(() => keeper.takeKept())).toEqual(values);
    expect(keeper.kept).toBe(0);
  },
);

test('keeps more while it gives', () => {
  const keeper = item();
  const given: unknown[] = [];
  keeper.keep(1);
  for (let value = 2; value < 6; value++) {
    keeper.keep(value);
    given.push(keeper.takeKept());
  }

  expect(given).toEqual([1, 2, 3, 4]);
  expect(keeper.kept).toBe(1);
  expect(keeper.takeKept()).toBe(5);
});

test('forgets all that it keeps, but not how many values the attempt has emitted', () => {
  const keeper = item();
  [1, 2, 3].forEach((value) => {
    keeper.keep(value);
    keeper.emitted++;
  });
  keeper.dropKept();

  expect(keeper.kept).toBe(0);
  expect(keeper.emitted).toBe(0);
  expect(keeper.emitted - keeper.emittedBefore).toBe(3);
  keeper.keep(4);
  expect(keeper.takeKept()).toBe(4);
});
