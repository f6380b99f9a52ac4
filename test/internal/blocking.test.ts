import { expect, test, vi } from 'vitest';
import { Blocking } from '../../src/internal/blocking.js';
import { Deadlines } from '../../src/internal/deadlines.js';
import { Item } from '../../src/internal/item.js';
import { ReorderQueue } from '../../src/internal/reorderQueue.js';
import { HandScheduler } from '../support/HandScheduler.js';

/** What a consumer that asks has, and a lane of two items. */
function paced() {
  const demand = { wanted: false };
  const heldUp = new Set<ReorderQueue<string, string>>();
  const deadlines = new Deadlines(new HandScheduler());
  const blocking = new Blocking<string, string>(deadlines, undefined, demand, heldUp);
  const lane = new ReorderQueue<string, string>();
  const items = [0, 1].map((index) => new Item<string, string>(index, 'value', lane));
  items.forEach((item) => lane.push(item));
  return { demand, heldUp, blocking, lane, items };
}

test('a lane is kept while its head holds up others, and no longer', () => {
  const { heldUp, blocking, lane, items } = paced();
  blocking.look(lane);
  expect(heldUp.size).toBe(0);
  lane.markReady(items[1]!);
  blocking.look(lane);
  expect([...heldUp]).toEqual([lane]);
  lane.shift();
  blocking.look(lane);
  expect(heldUp.size).toBe(0);
});

test('a head holds up others only while a value is wanted', () => {
  const { demand, blocking, lane, items } = paced();
  lane.markReady(items[1]!);
  expect(blocking.look(lane)).toBeUndefined();
  demand.wanted = true;
  blocking.lookAtAll();
  expect(lane.blocker?.item).toBe(items[0]);
  demand.wanted = false;
  blocking.lookAtAll();
  expect(lane.blocker).toBeUndefined();
});

test('the limit passes for a head that nothing runs for', () => {
  const scheduler = new HandScheduler();
  const deadlines = new Deadlines(scheduler);
  const blocking = new Blocking<string, string>(deadlines, deadlines.add('blocking', 10), { wanted: true }, undefined);
  const { lane, items } = paced();
  const timeOut = vi.fn();
  lane.markReady(items[1]!);
  blocking.look(lane);
  scheduler.advance(10);
  items[0]!.run = { timeOut } as never;
  scheduler.advance(10);

  expect(timeOut).toHaveBeenCalledOnce();
});
