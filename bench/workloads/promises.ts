import { Readable } from 'node:stream';
import { Effect, Stream } from 'effect';
import { pMapIterable } from 'p-map';
import { range } from 'rxjs';
import { parallelMap, transform } from 'streaming-iterables';
import { Check, drain, drainAsync } from '../check.js';
import type { Contestant, Workload } from '../measure.js';
import { against } from '../operators.js';
import { orderedLoop } from '../orderedLoop.js';
import { count, atOnce, slug } from '../words.js';

const settled = (n: number) => Promise.resolve(n);

/** Promises that have settled when they are returned: nothing but overhead, and little is parked. */
export function settledPromises(items: number, concurrent: number): Workload {
  return {
    id: `promises-${slug(concurrent)}`,
    title: `${count(items)} settled promises, ${atOnce(concurrent)}`,
    contestants: {
      ...against(
        ['mergeMap', 'concatMap', 'rxjs-etc'],
        ({ order, apply }) =>
          () =>
          () =>
            drain(range(0, items).pipe(apply(settled, concurrent)), items, order),
      ),
      'loop by hand': loopByHand(items, concurrent),
      'p-map `pMapIterable`': () => () =>
        drainAsync(pMapIterable(numbers(items), settled, { concurrency: concurrent }), items, 'in order'),
      'streaming-iterables `parallelMap`': () => () =>
        drainAsync(parallelMap(concurrent, settled, numbers(items)), items, 'in order'),
      // Emits whatever comes first.
      'streaming-iterables `transform`': () => () =>
        drainAsync(transform(concurrent, settled, numbers(items)), items, 'in any order'),
      'Node `Readable.map`': () => () =>
        drainAsync(
          Readable.from(numbers(items)).map(settled, { concurrency: Math.min(concurrent, items) }),
          items,
          'in order',
        ),
      'Effect `Stream.mapEffect`': effect(items, concurrent),
    },
  };
}

function loopByHand(items: number, concurrent: number): Contestant {
  return () => async () => {
    const check = new Check(items, 'in order');
    await orderedLoop(items, concurrent, settled, (value) => check.next(value));
    check.end();
  };
}

function effect(items: number, concurrent: number): Contestant {
  const concurrency = concurrent === Infinity ? 'unbounded' : concurrent;
  return () => async () => {
    const check = new Check(items, 'in order');
    const stream = Stream.fromIterable(numbers(items)).pipe(
      Stream.mapEffect((n) => Effect.promise(() => settled(n)), { concurrency }),
      Stream.runForEach((value) => Effect.sync(() => check.next(value))),
    );
    await Effect.runPromise(stream);
    check.end();
  };
}

function* numbers(items: number): Generator<number> {
  for (let n = 0; n < items; n++) yield n;
}
