import { queryObjects } from 'node:v8';
import { firstValueFrom, lastValueFrom, NEVER, of } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { concatEager, concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';
import { Attempt } from '../../src/internal/attempt.js';
import { Blocking } from '../../src/internal/blocking.js';
import { Clock } from '../../src/internal/deadlines.js';
import { EagerLoop } from '../../src/internal/eagerLoop.js';
import { Item } from '../../src/internal/item.js';
import { Monitor } from '../../src/internal/monitor.js';
import { PromiseLink } from '../../src/internal/promiseLink.js';
import { PulledSource } from '../../src/internal/pulled.js';
import { PushedSource } from '../../src/internal/pushed.js';

/** Runs a stream to its end, and returns its attempt, which a `project` of one parameter finds behind it. */
async function itemOfAStream(): Promise<ItemContext> {
  let given!: ItemContext;
  function project(value: number) {
    // eslint-disable-next-line prefer-rest-params
    given = arguments[2] as ItemContext;
    return of(value);
  }
  await firstValueFrom(of(1).pipe(concatMapEager(project)));
  return given;
}

/** How many objects of its class there are. V8 collects garbage before it counts. */
const alike = (item: ItemContext) => queryObjects(item.constructor, { format: 'count' });

describe('when all streams have ended, V8 keeps the shapes and the code', () => {
  test('since an item of each kind stays: the two of the idle subscription, besides the one held here', async () => {
    expect(alike(await itemOfAStream())).toBe(1 + 2);
  });

  test.each([Attempt, Blocking, Clock, EagerLoop, Item, Monitor, PromiseLink, PulledSource, PushedSource])(
    'since an object stays of each class that works for every item or value: %o',
    async (each) => {
      await lastValueFrom(concatEager([of(1)]).pipe(concatMapEager(() => of(1))));
      expect(queryObjects(each, { format: 'count' })).toBeGreaterThan(0);
    },
  );

  test('and not more and more of them', async () => {
    for (let stream = 0; stream < 50; stream++) {
      await itemOfAStream();
    }
    // What is still on the stack counts.
    expect(alike(await itemOfAStream())).toBeLessThan(10);
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
