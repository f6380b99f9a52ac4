/** Who asks for values: in a loop, several at once, or as a stream of Node.js. All of them are slow now and then. */
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { noop } from 'rxjs';
import type { IterableObservable } from 'rxjs-concat-map-eager';
import type { Part } from './inners.js';
import type { Random } from './random.js';

export type End = 'completed' | 'failed' | 'left';

export interface Consumption {
  readonly end: Promise<readonly [how: End, error?: unknown]>;
  /** Ends it from outside, also while it waits for a value. */
  leave(): void;
}

interface Habits {
  readonly random: Random;
  /** How many values it takes before it leaves. */
  readonly most: number;
  /** How often it waits for some milliseconds. */
  readonly slowness: number;
  heard(part: Part): void;
}

type Consumer = (result: IterableObservable<Part>, habits: Habits) => Consumption;

/** An iterator that is left; what takes its values returns whether it has had enough. */
function asking(
  result: IterableObservable<Part>,
  take: (iterator: AsyncIterableIterator<Part>) => Promise<boolean>,
): Consumption {
  const iterator = result[Symbol.asyncIterator]();
  let isLeft = false;
  return {
    end: take(iterator).then(
      (hasEnough) => [hasEnough || isLeft ? 'left' : 'completed'],
      (error: unknown) => ['failed', error],
    ),
    leave: () => {
      isLeft = true;
      void iterator.return!();
    },
  };
}

const forAwait: Consumer = (result, { random, most, slowness, heard }) =>
  asking(result, async (iterator) => {
    let taken = 0;
    for await (const part of iterator) {
      heard(part);
      if (++taken >= most) return true;
      if (random.chance(slowness)) await sleep(random.int(1, 3));
    }
    return false;
  });

const severalAtOnce: Consumer = (result, { random, most, slowness, heard }) =>
  asking(result, async (iterator) => {
    let taken = 0;
    let isOver = false;
    const ask = async () => {
      const answer = await iterator.next();
      if (answer.done) isOver = true;
      else {
        taken++;
        heard(answer.value);
      }
    };
    while (taken < most && !isOver) {
      await Promise.all(Array.from({ length: random.int(1, 5) }, ask));
      if (random.chance(slowness)) await sleep(random.int(1, 3));
    }
    if (isOver) return false;
    // Some requests wait when it leaves.
    const waiting = [iterator.next(), iterator.next()];
    if (random.chance(0.5)) await iterator.return!();
    else await iterator.throw!(new Error('Enough')).catch(noop);
    await Promise.allSettled(waiting);
    return true;
  });

const nodeStream: Consumer = (result, { random, most, slowness, heard }) => {
  const left = new AbortController();
  const leave = () => left.abort();
  let taken = 0;
  const writable = new Writable({
    objectMode: true,
    highWaterMark: 2,
    write: (part: Part, _, done) => {
      heard(part);
      if (++taken >= most) leave();
      if (random.chance(slowness)) setTimeout(done, random.int(1, 3));
      else done();
    },
  });
  const end = pipeline(Readable.from(result), writable, { signal: left.signal }).then(
    (): readonly [End] => ['completed'],
    (error: unknown): readonly [End, unknown] => [left.signal.aborted ? 'left' : 'failed', error],
  );
  return { end, leave };
};

export const CONSUMERS = { 'for await': forAwait, 'several next()': severalAtOnce, 'Readable.from': nodeStream };
export type ConsumerName = keyof typeof CONSUMERS;
export const CONSUMER_NAMES = Object.keys(CONSUMERS) as ConsumerName[];
