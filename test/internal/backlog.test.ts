import { describe, expect, test } from 'vitest';
import { FirstCome } from '../../src/internal/backlog.js';
import { ReorderQueue } from '../../src/internal/reorderQueue.js';

const lane = new ReorderQueue<string, string>();

/** A backlog in which values wait, after some that have been taken. */
function backlog(taken: number, ...waiting: string[]) {
  const values = new FirstCome<string, string>(lane);
  for (let n = 0; n < taken; n++) {
    values.add('taken');
    values.take()!;
  }
  const indices = waiting.map((value) => values.add(value));
  return { values, indices };
}

test('counts indices from 0, whether values wait or have been taken', () => {
  expect(backlog(0, 'a', 'b').indices).toEqual([0, 1]);
  expect(backlog(3, 'a', 'b').indices).toEqual([3, 4]);
});

test('gives the value that came first, with its index and its lane', () => {
  const { values } = backlog(1, 'a', 'b');
  const taken = [values.take()!, values.take()!];

  expect(taken.map(({ index, value }) => [index, value])).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
  expect(taken[0]!.lane).toBe(lane);
  expect(values.waiting).toBe(0);
});

describe('dropping', () => {
  test('reports each value when it no longer waits', () => {
    const { values } = backlog(2, 'a', 'b', 'c');
    const told: unknown[] = [];
    values.drop((index, value) => told.push([index, value, values.waiting]));

    expect(told).toEqual([
      [2, 'a', 2],
      [3, 'b', 1],
      [4, 'c', 0],
    ]);
  });

  test('leaves nothing where nothing is reported', () => {
    const { values } = backlog(0, 'a', 'b');
    values.drop();
    expect(values.waiting).toBe(0);
  });

  test('includes a value that comes while one is reported', () => {
    const { values } = backlog(0, 'a');
    const told: string[] = [];
    values.drop((_, value) => {
      told.push(value);
      if (told.length < 3) values.add(`after ${value}`);
    });

    expect(told).toEqual(['a', 'after a', 'after after a']);
    expect(values.waiting).toBe(0);
  });
});
