import { getEventListeners } from 'node:events';
import { Observable, type ObservableInput, type Subscriber } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { concatMapEagerFrom, type IterableObservable, type ItemContext } from '../../src/index.js';
import { isCollected, Tracker } from '../support/collected.js';
import { thing, type Thing } from '../support/releaseScenes.js';
import { turn } from '../support/turn.js';

/** What may outlive an iterator, and must not hold what it was about: producers, which keep what they were given. */
class Producers {
  readonly stop = new AbortController();
  /** Of the inners, and of `until`. */
  readonly subscribers: Subscriber<Thing>[] = [];
  /** How many of them nobody has unsubscribed or ended. */
  get subscribed(): number {
    return this.subscribers.filter(({ closed }) => !closed).length;
  }
  readonly until = this.held();
  /** Answers the read that waits. */
  endValues!: (result: IteratorResult<Thing>) => void;
  opened = 0;

  constructor(private readonly tracker: Tracker) {
    tracker.hold(this);
  }

  /** Three values; the fourth is waited for. */
  values(signal: AbortSignal): AsyncIterable<Thing> {
    this.tracker.track('signal of the values', signal);
    this.opened++;
    let asked = 0;
    const next = () =>
      asked++ < 3
        ? Promise.resolve({ done: false as const, value: this.tracker.track('value that is mapped', thing('in')) })
        : new Promise<IteratorResult<Thing>>((resolve) => (this.endValues = resolve));
    return this.tracker.hold({ [Symbol.asyncIterator]: () => this.tracker.hold({ next }) });
  }

  /** An inner that emits at once, and then nothing until it is told to. */
  inner({ signal }: ItemContext): Observable<Thing> {
    this.tracker.track('signal of an item', signal);
    return this.tracker.track('inner', this.held(this.tracker, 2));
  }

  private held(tracker?: Tracker, values = 0): Observable<Thing> {
    return new Observable<Thing>((subscriber) => {
      this.subscribers.push(subscriber);
      for (let i = 0; i < values; i++) subscriber.next(tracker!.track('value that is emitted', thing('out')));
    });
  }

  get inners(): Subscriber<Thing>[] {
    return this.subscribers.slice(1);
  }
}

interface Opened {
  readonly signal: AbortSignal;
}

function open(producers: Producers, tracker: Tracker): IterableObservable<Thing> {
  const project = (_: Thing, _index: number, item: ItemContext) => producers.inner(item);
  return concatMapEagerFrom(({ signal }: Opened) => producers.values(signal), tracker.track('project', project), {
    concurrent: 4,
    timeout: 1e6,
    until: producers.until,
    signal: producers.stop.signal,
  });
}

async function drain(iterator: AsyncIterator<Thing>): Promise<void> {
  while (!(await iterator.next()).done);
}

type End = (iterator: AsyncIterator<Thing>, producers: Producers, tracker: Tracker) => unknown;

/** One value has been taken, the others are parked, all three inners and a read go on. */
const ends: Readonly<Record<string, End>> = {
  'after `return`': (iterator) => iterator.return!(),
  'after `throw`': (iterator) => iterator.throw!(thing('thrown')).catch(() => undefined),
  'after `return`, although a `next` waits': async (iterator) => {
    for (let i = 0; i < 2; i++) void iterator.next();
    await iterator.return!();
  },
  'after the end': async (iterator, producers) => {
    producers.endValues({ done: true, value: undefined });
    producers.inners.forEach((subscriber) => subscriber.complete());
    await drain(iterator);
  },
  'after the end, which `until` has brought': async (iterator, producers) => {
    producers.subscribers[0]!.next(thing('now'));
    producers.inners.forEach((subscriber) => subscriber.complete());
    await drain(iterator);
  },
  'after an error': async (iterator, producers, tracker) => {
    producers.inners[1]!.error(tracker.track('error', thing('error')));
    producers.inners[0]!.complete();
    await drain(iterator).catch(() => undefined);
  },
  'after its signal has aborted': async (iterator, producers, tracker) => {
    producers.stop.abort(tracker.track('reason', thing('reason')));
    await iterator.next().catch(() => undefined);
    // The signal keeps its reason, and the controller the signal.
    (producers as { stop?: unknown }).stop = undefined;
  },
};

describe.each(Object.entries(ends))('%s', (_, end) => {
  test('nothing is held by the iterator or by the producers', async () => {
    const tracker = new Tracker();
    const play = async () => {
      const producers = new Producers(tracker);
      const iterator = tracker.hold(open(producers, tracker)[Symbol.asyncIterator]());
      await iterator.next();
      await turn();
      await end(iterator, producers, tracker);
      await turn();
    };
    await play();

    expect(await tracker.left()).toEqual([]);
    expect(tracker.size).toBeGreaterThan(15);
  });

  test('nobody listens to the signal, nor to `until` or an inner', async () => {
    const tracker = new Tracker();
    const producers = new Producers(tracker);
    const { signal } = producers.stop;
    const listeners = () => getEventListeners(signal, 'abort').length;
    const result = open(producers, tracker);
    const [iterator, other] = [result[Symbol.asyncIterator](), result[Symbol.asyncIterator]()];
    expect([listeners(), producers.subscribed]).toEqual([0, 0]);

    await other.next();
    await other.return!();
    producers.subscribers.length = 0;
    await iterator.next();
    await turn();
    expect([listeners(), producers.subscribed]).toEqual([1, 4]);

    await end(iterator, producers, tracker);
    expect([listeners(), producers.subscribed]).toEqual([0, 0]);
  });
});

test('after `break` in `for await`, nothing is held by the producers', async () => {
  const tracker = new Tracker();
  const play = async () => {
    const producers = new Producers(tracker);
    for await (const value of open(producers, tracker)) {
      tracker.track('value of the loop', { value });
      break;
    }
    expect([getEventListeners(producers.stop.signal, 'abort').length, producers.subscribed]).toEqual([0, 0]);
  };
  await play();

  expect(await tracker.left()).toEqual([]);
});

test('one that was never asked has opened and subscribed nothing, and nothing holds it', async () => {
  const tracker = new Tracker();
  const producers = new Producers(tracker);
  const make = () => void tracker.track('iterator', open(producers, tracker)[Symbol.asyncIterator]());
  make();

  expect([producers.opened, producers.subscribers.length]).toEqual([0, 0]);
  expect(getEventListeners(producers.stop.signal, 'abort')).toEqual([]);
  expect(await tracker.left()).toEqual([]);
});

test('one that is dropped while its `next` waits is held by its inner and by nobody else: not by that promise', async () => {
  const scene = () => {
    const refs: WeakRef<object>[] = [];
    const inner = new Promise<Thing>(() => undefined);
    const iterator = concatMapEagerFrom([1], () => inner)[Symbol.asyncIterator]();
    refs.push(new WeakRef(inner), new WeakRef(iterator));
    return { refs, asked: iterator.next() };
  };
  const { refs, asked } = scene();

  for (const ref of refs) expect(await isCollected(ref)).toBe(true);
  expect(asked).toBeInstanceOf(Promise);
});

test('`until` is left when the values have ended, before anything of them is taken', async () => {
  const tracker = new Tracker();
  const producers = new Producers(tracker);
  const iterator = open(producers, tracker)[Symbol.asyncIterator]();
  await iterator.next();
  await turn();
  const until = producers.subscribers[0]!;
  expect(until.closed).toBe(false);

  producers.endValues({ done: true, value: undefined });
  await turn();
  expect(until.closed).toBe(true);
  expect(getEventListeners(producers.stop.signal, 'abort')).toHaveLength(1);
});

describe('a long loop keeps nothing', () => {
  const kinds: [string, number, (n: number) => ObservableInput<number>][] = [
    ['of what it has to wait for', 1, (n) => later(n)],
    ['of what is ready', 16, (n) => [n]],
  ];

  const later = async (n: number) => {
    for (let i = 0; i < 3; i++) await Promise.resolve();
    return n;
  };

  test.each(kinds)('%s', async (_, reorderWindow, project) => {
    function* numbers() {
      for (let n = 0; n <= 200_000; n++) yield n;
    }
    const heap = async () => {
      await turn();
      globalThis.gc!();
      return process.memoryUsage().heapUsed;
    };
    let before = 0;
    let after = 0;
    for await (const n of concatMapEagerFrom(numbers(), project, { reorderWindow, retry: 1, timeout: 1e6 })) {
      if (n === 20_000) before = await heap();
      if (n === 200_000) after = await heap();
    }

    // Nothing is smaller than twelve bytes: one object kept for each value would be two megabytes.
    expect(after - before).toBeLessThan(1e6);
  });
});
