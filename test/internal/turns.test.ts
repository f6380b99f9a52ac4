import { describe, expect, test } from 'vitest';
import { Lock, NONE } from '../../src/internal/lock.js';
import { ReorderQueue } from '../../src/internal/reorderQueue.js';
import { Turns } from '../../src/internal/turns.js';

const CHUNK = 1024;

/** As many values as asked for, all of one lock, which wait from that index on. */
function waiting(count: number, started = 0) {
  const turns = new Turns<string, string>();
  const lock = new Lock<string, string>('id', { key: 'key' }, new ReorderQueue());
  for (let index = 0; index < count; index++) {
    turns.add(`value ${index}`, lock);
    if (index === 0) {
      lock.first = 0;
    } else {
      turns.link(index - 1, index);
    }
  }
  for (let index = 0; index < started; index++) {
    turns.start(lock);
  }
  return { turns, lock };
}

const chunksOf = (turns: Turns<string, string>) => (turns as unknown as { chunks: Map<number, unknown> }).chunks.size;

test('starts what waits for a lock in order, across chunks', () => {
  const { turns, lock } = waiting(2 * CHUNK + 1);
  for (let index = 0; index <= 2 * CHUNK; index++) {
    expect(turns.start(lock)).toMatchObject({ index, value: `value ${index}`, lock, waits: false });
  }
  expect(lock.first).toBe(NONE);
  expect(turns.start(lock)).toBeUndefined();
});

test('finds an item once it is started, until its turn is removed', () => {
  const { turns, lock } = waiting(2);
  expect(turns.itemAt(0)).toBeUndefined();

  const item = turns.start(lock);
  expect(turns.itemAt(0)).toBe(item);
  expect(turns.itemAt(1)).toBeUndefined();
  expect(turns.itemAt(5 * CHUNK)).toBeUndefined();

  turns.remove(0);
  expect(turns.itemAt(0)).toBeUndefined();
});

test('keeps no chunk whose turns are all removed, except the newest', () => {
  const { turns, lock } = waiting(3 * CHUNK, 3 * CHUNK);
  expect(chunksOf(turns)).toBe(3);

  for (let index = 3 * CHUNK - 1; index >= 0; index--) {
    turns.remove(index);
    turns.remove(index);
  }
  expect(chunksOf(turns)).toBe(1);

  turns.add('next', lock);
  expect(chunksOf(turns)).toBe(1);
});

describe('removing all from an index on', () => {
  test('gives started items and items for what waits, in order', () => {
    const { turns, lock } = waiting(CHUNK + 3, CHUNK + 1);
    const removed = turns.removeFrom(CHUNK - 1);

    expect(removed.map(({ index, value, waits }) => [index, value, waits])).toEqual([
      [CHUNK - 1, `value ${CHUNK - 1}`, false],
      [CHUNK, `value ${CHUNK}`, false],
      [CHUNK + 1, `value ${CHUNK + 1}`, true],
      [CHUNK + 2, `value ${CHUNK + 2}`, true],
    ]);
    expect(turns.start(lock)).toBeUndefined();
    expect(turns.removeFrom(0)).toHaveLength(CHUNK - 1);
  });

  test('passes over chunks that are gone', () => {
    const { turns } = waiting(4 * CHUNK, 4 * CHUNK);
    for (let index = 1; index < 4 * CHUNK; index++) {
      if (index !== 3 * CHUNK) {
        turns.remove(index);
      }
    }
    expect(turns.removeFrom(0).map(({ index }) => index)).toEqual([0, 3 * CHUNK]);
  });

  test('may be repeated from earlier on, and values that come after it are found', () => {
    const { turns, lock } = waiting(CHUNK + 2);
    const indices = (first: number) => turns.removeFrom(first).map(({ index }) => index);
    expect(indices(CHUNK + 1)).toEqual([CHUNK + 1]);
    expect(indices(CHUNK - 1)).toEqual([CHUNK - 1, CHUNK]);
    turns.add('next', lock);
    expect(indices(CHUNK - 2)).toEqual([CHUNK - 2, CHUNK + 2]);
  });

  test('leaves started items where only those that wait are meant', () => {
    const { turns } = waiting(3, 2);
    expect(turns.removeFrom(0, true)).toMatchObject([{ index: 2, waits: true }]);
    expect(turns.removeFrom(0)).toMatchObject([{ index: 0 }, { index: 1 }]);
  });
});
