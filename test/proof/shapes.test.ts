import { queryObjects } from 'node:v8';
import { lastValueFrom, NEVER, of } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { concatEager, concatMapEager } from 'rxjs-concat-map-eager';
import { Attempt } from '../../src/internal/attempt.js';
import { Blocking } from '../../src/internal/blocking.js';
import { AttemptContext } from '../../src/internal/context.js';
import { Clock } from '../../src/internal/deadlines.js';
import { EagerLoop } from '../../src/internal/eagerLoop.js';
import { Item } from '../../src/internal/item.js';
import { KeyAsker } from '../../src/internal/keyAsker.js';
import { KeyedBacklog } from '../../src/internal/keys.js';
import { KeyedItem, Lock } from '../../src/internal/lock.js';
import { Monitor } from '../../src/internal/monitor.js';
import { PulledSource } from '../../src/internal/pulled.js';
import { PushedSource } from '../../src/internal/pushed.js';
import { Turns } from '../../src/internal/turns.js';

const runStream = () =>
  lastValueFrom(
    concatEager([of(1)]).pipe(
      concatMapEager(() => of(1)),
      concatMapEager(() => of(1), { key: () => 1 }),
    ),
  );

/** How many objects of the class there are. V8 collects garbage before it counts. */
const count = (each: abstract new (...args: never[]) => object) => queryObjects(each, { format: 'count' });

describe('when all streams have ended, V8 keeps the shapes and the code', () => {
  const plain = [Attempt, Blocking, Clock, EagerLoop, Item, Monitor, AttemptContext, PulledSource, PushedSource];
  const keyed = [KeyAsker, KeyedBacklog, KeyedItem, Lock, Turns];

  test.each([...plain, ...keyed])(
    'since an object stays of each class that works for every item or value: %o',
    async (each) => {
      await runStream();
      expect(count(each)).toBeGreaterThan(0);
    },
  );

  test('and not more and more of them', async () => {
    for (let stream = 0; stream < 50; stream++) {
      await runStream();
    }
    // What is still on the stack counts.
    expect(count(Attempt)).toBeLessThan(10);
  });

  test('and no timer runs, although those items have limits', async () => {
    vi.resetModules();
    vi.useFakeTimers();
    try {
      // A fresh module has no idle subscription yet: it begins under these timers.
      const fresh = await import('rxjs-concat-map-eager');
      expect(fresh.concatEager).not.toBe(concatEager);
      fresh.concatEager([NEVER]).subscribe().unsubscribe();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
