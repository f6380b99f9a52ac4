import { Readable } from 'node:stream';
import { Effect, Stream } from 'effect';
import { pMapIterable } from 'p-map';
import type { ObservableInput } from 'rxjs';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';
import { parallelMap } from 'streaming-iterables';
import { randomFrom } from '../../test/support/random.js';
import { drain, drainAsync } from '../check.js';
import type { Contestant, Workload } from '../measure.js';
import { atOnce, count } from '../words.js';

export const READ_PROMISES = 'read-promises';
export const READING = 'concatMapEagerFrom';
const SUBSCRIBED = 'a subscriber of the same result';

const LONGEST = 5; // ms

export const reading = {
  /** Nothing but overhead. */
  promises: (items: number, concurrent: number) =>
    workload(READ_PROMISES, `${count(items)} settled promises`, items, concurrent, (n) => Promise.resolve(n)),

  /** Work of different lengths: whoever may start little ahead of the order waits for the longest. */
  timers: (items: number, concurrent: number) => {
    const random = randomFrom(1);
    const delays = Array.from({ length: items }, () => random() * LONGEST);
    return workload(
      'read-timers',
      `${count(items)} timers of 0 to ${LONGEST} ms`,
      items,
      concurrent,
      (n) => new Promise<number>((resolve) => setTimeout(resolve, delays[n], n)),
    );
  },

  /** What is there at once: the others may return the value itself. */
  synchronous: (items: number, concurrent: number) =>
    workload(
      'read-synchronous',
      `${count(items)} synchronous values`,
      items,
      concurrent,
      (n) => n,
      (n) => [n],
    ),
};

/** Each reads an iterable, and its result is iterated. */
function workload(
  id: string,
  what: string,
  items: number,
  concurrent: number,
  map: (n: number) => number | Promise<number>,
  project = map as (n: number) => ObservableInput<number>,
): Workload {
  const limit = { concurrency: concurrent };
  const ours = () => concatMapEagerFrom(numbers(items), project, concurrent);
  const iterated =
    (make: () => AsyncIterable<number>): Contestant =>
    () =>
    () =>
      drainAsync(make(), items, 'in order');
  return {
    id,
    title: `${what}, ${atOnce(concurrent)}, by \`for await\``,
    contestants: {
      [READING]: iterated(ours),
      [SUBSCRIBED]: () => () => drain(ours(), items, 'in order'),
      'p-map `pMapIterable`': iterated(() => pMapIterable(numbers(items), map, limit)),
      'streaming-iterables `parallelMap`': iterated(() => parallelMap(concurrent, map, numbers(items))),
      'Node `Readable.map`': iterated(() => Readable.from(numbers(items)).map(map, limit)),
      'Effect `Stream.mapEffect`': iterated(() =>
        Stream.toAsyncIterable(
          Stream.fromIterable(numbers(items)).pipe(Stream.mapEffect((n) => effect(map(n)), limit)),
        ),
      ),
    },
  };
}

const effect = (result: number | Promise<number>) =>
  typeof result === 'number' ? Effect.succeed(result) : Effect.promise(() => result);

function* numbers(items: number): Generator<number> {
  for (let n = 0; n < items; n++) yield n;
}
