import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Effect, Stream } from 'effect';
import pMap, { pMapIterable } from 'p-map';
import { concat, NEVER, of, range, throwError } from 'rxjs';
import { concatMapEager as etcConcatMapEager } from 'rxjs-etc/dist/cjs/operators/concatMapEager.js';
import { parallelMap } from 'streaming-iterables';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// What the guides "Choosing" and "Migrating" say of other libraries, tried with the versions that are installed here.

const CONCURRENCY = 4;
const ITEMS = 40;

/** Work that ends when the test says so. */
class Work {
  readonly started: number[] = [];
  readonly aborted: number[] = [];
  readonly #ends = new Map<number, (outcome: PromiseLike<number>) => void>();

  readonly map = (n: number, signal?: AbortSignal): Promise<number> => {
    this.started.push(n);
    signal?.addEventListener('abort', () => this.aborted.push(n));
    return new Promise((resolve) => this.#ends.set(n, resolve));
  };

  async finish(...items: readonly number[]): Promise<void> {
    for (const n of items) this.#ends.get(n)?.(Promise.resolve(n));
    await quiet();
  }

  async fail(n: number): Promise<void> {
    this.#ends.get(n)?.(Promise.reject(new Error(`item ${n}`)));
    await quiet();
  }

  /** Ends whatever is started behind the head, until nothing more is. */
  async finishAllBehindTheHead(): Promise<void> {
    for (let count = 0; count < this.started.length;) {
      count = this.started.length;
      await this.finish(...this.started.filter((n) => n !== 0));
    }
  }
}

class Source {
  read = 0;
  isClosed = false;

  async *[Symbol.asyncIterator]() {
    try {
      for (; this.read < ITEMS;) yield this.read++;
    } finally {
      this.isClosed = true;
    }
  }
}

/** Time enough for whatever follows without a further timer of ours. */
const quiet = () => sleep(20);

type Run = (source: AsyncIterable<number>, work: Work) => AsyncIterable<number>;

const effect: Run = (source, work) =>
  Stream.toAsyncIterable(
    Stream.fromAsyncIterable(source, (error) => error).pipe(
      Stream.mapEffect((n) => Effect.tryPromise((signal) => work.map(n, signal)), { concurrency: CONCURRENCY }),
    ),
  );
const node =
  (options: object): Run =>
  (source, work) =>
    Readable.from(source).map((n: number, given?: { signal?: AbortSignal | undefined }) => work.map(n, given?.signal), {
      concurrency: CONCURRENCY,
      ...options,
    });
const pMapped =
  (options: object): Run =>
  (source, work) =>
    pMapIterable(source, (n) => work.map(n), { concurrency: CONCURRENCY, ...options });
const streamingIterables: Run = (source, work) => parallelMap(CONCURRENCY, (n: number) => work.map(n), source);

let work: Work;
let source: Source;
beforeEach(() => {
  work = new Work();
  source = new Source();
});

test('the guide names the versions that are installed', () => {
  const { devDependencies } = JSON.parse(read('../package.json')) as { devDependencies: Record<string, string> };
  const compared = /^Compared on [^]*?\n\n/m.exec(read('../../docs/guide/choosing.md'))?.[0].replaceAll('\n', ' ');

  for (const [name, title = name] of [
    ['effect', 'Effect'],
    ['p-map'],
    ['rxjs-etc'],
    ['streaming-iterables'],
  ] as const) {
    expect(compared).toContain(`${title} ${devDependencies[name]}`);
  }
});

describe('behind a slow head are started, with it', () => {
  test.each<[string, Run, number]>([
    ['Effect: `concurrency`', effect, CONCURRENCY],
    ['p-map: `concurrency`', pMapped({}), CONCURRENCY],
    ['p-map: `backpressure`', pMapped({ backpressure: 20 }), 20],
    ['streaming-iterables: `concurrency`', streamingIterables, CONCURRENCY],
    ['Node: nearly twice `concurrency`', node({}), 2 * CONCURRENCY - 1],
    ['Node: `concurrency` and `highWaterMark`', node({ highWaterMark: 20 }), CONCURRENCY + 20],
  ])('%s', async (_, run, expected) => {
    const results = run(source, work)[Symbol.asyncIterator]();
    const first = results.next();
    await quiet();
    await work.finishAllBehindTheHead();

    expect(work.started).toHaveLength(expected);
    await work.finish(0);
    expect(await first).toEqual({ done: false, value: 0 });
    await Promise.all([results.return?.(), work.finish(...work.started)]);
  });

  test('rxjs-etc: all', async () => {
    const subscription = range(0, ITEMS)
      .pipe(etcConcatMapEager((n) => work.map(n), CONCURRENCY))
      .subscribe();
    await work.finishAllBehindTheHead();

    expect(work.started).toHaveLength(ITEMS);
    subscription.unsubscribe();
  });
});

describe('an item fails behind a slow head', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  const others = process.listeners('unhandledRejection');
  beforeEach(() => {
    unhandled.length = 0;
    process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  });
  afterEach(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of others) process.on('unhandledRejection', listener);
  });

  /** Item 1 fails, then the head ends, then the others. */
  async function failSecond(run: Run) {
    const values: number[] = [];
    const end = (async () => {
      for await (const value of run(source, work)) values.push(value);
    })().catch((error: unknown) => `${values.join()}; ${String(error)}`);
    await quiet();
    await work.fail(1);
    const atFailure = await Promise.race([end, Promise.resolve('waits')]);
    const unhandledAtFailure = unhandled.length;
    await work.finish(0);
    await work.finish(...work.started);
    const outcome = await end;
    await quiet();
    return { atFailure, outcome, unhandledAtFailure };
  }

  test('Effect: the error at once; the others are interrupted', async () => {
    const { atFailure, unhandledAtFailure } = await failSecond(effect);

    expect(atFailure).toMatch(/^; .*Error/);
    expect(work.started).toEqual([0, 1, 2, 3]);
    expect(new Set(work.aborted)).toEqual(new Set([0, 2, 3]));
    expect([source.isClosed, unhandledAtFailure]).toEqual([true, 0]);
  });

  test.each<[string, Run]>([
    ['p-map', pMapped({ backpressure: 20 })],
    ['Node', node({ highWaterMark: 20 })],
  ])('%s: the error in its turn; nothing more is started, nothing is aborted', async (_, run) => {
    const { atFailure, outcome, unhandledAtFailure } = await failSecond(run);

    expect([atFailure, outcome]).toEqual(['waits', '0; Error: item 1']);
    expect([work.started, work.aborted]).toEqual([[0, 1, 2, 3], []]);
    expect([source.isClosed, unhandledAtFailure]).toEqual([true, 0]);
  });

  test('streaming-iterables: the error in its turn, an unhandled rejection until then; one more is started, the source stays open', async () => {
    const { atFailure, outcome, unhandledAtFailure } = await failSecond(streamingIterables);

    expect([atFailure, outcome]).toEqual(['waits', '0; Error: item 1']);
    expect(work.started).toEqual([0, 1, 2, 3, 4]);
    expect([source.isClosed, unhandledAtFailure]).toEqual([false, 1]);
  });

  test('rxjs-etc: the error at once, be it of an item or of the source', async () => {
    const errors: unknown[] = [];
    range(0, ITEMS)
      .pipe(etcConcatMapEager((n) => work.map(n), CONCURRENCY))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    await work.fail(1);

    expect(errors).toEqual([new Error('item 1')]);
    expect(work.started).toEqual([0, 1, 2, 3]);

    concat(
      of(0),
      throwError(() => new Error('source')),
    )
      .pipe(etcConcatMapEager(() => NEVER))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors.slice(1)).toEqual([new Error('source')]);
  });
});

describe('an item fails while values are awaited from the source', () => {
  /** Item 1 fails before the source gives its third value. */
  async function failBeforeThird(run: Run) {
    let give!: () => void;
    const third = new Promise<void>((resolve) => (give = resolve));
    const slow = (async function* () {
      for await (const n of source) {
        if (n === 2) await third;
        yield n;
      }
    })();
    const outcome = run(slow, work)[Symbol.asyncIterator]().next();
    await quiet();
    await work.fail(1);
    give();
    await quiet();
    expect(work.started).toEqual(expect.arrayContaining([0, 1]));
    await work.finish(...work.started);
    await outcome;
  }

  test.each<[string, Run]>([
    ['p-map', pMapped({ backpressure: 20 })],
    ['Node', node({ highWaterMark: 20 })],
  ])('%s: starts nothing more', async (_, run) => {
    await failBeforeThird(run);

    expect(work.started).toEqual([0, 1]);
  });
});

describe('a loop that is left', () => {
  async function leave(run: Run) {
    const loop = (async () => {
      for await (const value of run(source, work)) {
        expect(value).toBe(0);
        break;
      }
    })();
    await quiet();
    await work.finish(0);
    return loop;
  }

  test('p-map: closes the source; the mappers go on', async () => {
    await leave(pMapped({}));

    expect([source.isClosed, work.started]).toEqual([true, [0, 1, 2, 3]]);
  });

  test('streaming-iterables: the source stays open', async () => {
    await leave(streamingIterables);

    expect(source.isClosed).toBe(false);
  });

  test('Effect: interrupts what runs, and closes the source', async () => {
    await leave(effect);

    expect(source.isClosed).toBe(true);
    expect(new Set(work.aborted)).toEqual(new Set([1, 2, 3]));
  });

  test('Node: aborts nothing, and starts items and keeps the source open until the next in order has ended', async () => {
    await leave(node({}));
    expect(work.started).toEqual([0, 1, 2, 3, 4]);

    await work.finish(2, 3);
    expect([source.isClosed, work.started]).toEqual([false, [0, 1, 2, 3, 4, 5, 6]]);

    await work.finish(1);
    expect([source.isClosed, work.started, work.aborted]).toEqual([true, [0, 1, 2, 3, 4, 5, 6], []]);
    await work.finish(...work.started);
  });
});

describe('`return()` while `next()` waits', () => {
  test.each<[string, Run]>([
    ['p-map', pMapped({ backpressure: 20 })],
    ['Node', node({})],
  ])('%s: closes the source only when that is answered', async (_, run) => {
    const results = run(source, work)[Symbol.asyncIterator]();
    const waiting = Promise.allSettled([results.next()]);
    await quiet();
    const left = results.return?.();
    await quiet();
    expect(source.isClosed).toBe(false);

    await work.finish(...work.started);
    await Promise.all([waiting, left, quiet()]);
    expect(source.isClosed).toBe(true);
  });

  test('p-map: starts nothing more', async () => {
    const results = pMapped({ backpressure: 20 })(source, work)[Symbol.asyncIterator]();
    const waiting = results.next();
    await quiet();
    const left = results.return?.();
    await work.finish(1, 2, 3);
    expect(work.started).toEqual([0, 1, 2, 3]);

    await work.finish(0);
    await Promise.all([waiting, left]);
  });
});

describe('p-map', () => {
  test.each([
    [{}, CONCURRENCY],
    [{ backpressure: ITEMS }, 2 * CONCURRENCY],
  ])('`pMapIterable` with %o reads %i values while the first four are mapped', async (options, read) => {
    const results = pMapped(options)(source, work)[Symbol.asyncIterator]();
    const waiting = results.next();
    await quiet();

    expect([source.read, work.started.length]).toEqual([read, CONCURRENCY]);
    await Promise.all([work.finish(0), waiting, results.return?.()]);
  });

  test('`pMapIterable` without a limit reads the whole input', async () => {
    const results = pMapped({ concurrency: Infinity })(source, work)[Symbol.asyncIterator]();
    const waiting = results.next();
    await quiet();

    expect([source.read, work.started.length]).toEqual([ITEMS, ITEMS]);
    await Promise.all([work.finish(0), waiting, results.return?.()]);
  });

  test('`pMap` rejects at the first error and starts nothing more; `stopOnError: false` gives an `AggregateError` even of one', async () => {
    const stopped = pMap(source, (n) => work.map(n), { concurrency: CONCURRENCY }).catch(String);
    await quiet();
    await work.fail(1);
    expect(await stopped).toBe('Error: item 1');
    await work.finish(0, 2, 3);
    expect(work.started).toEqual([0, 1, 2, 3]);

    const collected = pMap([1], () => Promise.reject(new Error('only')), { stopOnError: false });
    await expect(collected).rejects.toEqual(new AggregateError([new Error('only')]));
  });

  test('the mapper gets the result of a promise, and `pMapIterable` knows no `signal`', async () => {
    expect(await pMap([Promise.resolve(1)], (n) => typeof n)).toEqual(['number']);

    const options: object = { signal: AbortSignal.abort() };
    expect(await Readable.from(pMapIterable([1, 2], (n) => n, options)).toArray()).toEqual([1, 2]);
  });
});

describe('`map` of a Node.js stream', () => {
  test('its `signal` aborts those of what runs; the stream fails only when the mapper of the head has ended', async () => {
    const controller = new AbortController();
    const results = node({ signal: controller.signal })(source, work)[Symbol.asyncIterator]();
    const outcome = results.next().catch((error: unknown) => (error as Error).name);
    await quiet();
    controller.abort(new Error('why'));
    await quiet();
    expect(work.aborted).toEqual([0, 1, 2, 3]);
    expect(await Promise.race([outcome, Promise.resolve('waits')])).toBe('waits');

    await work.finish(0);
    expect(await outcome).toBe('AbortError');
    await work.finish(1, 2, 3);
  });

  test('a `null` makes it fail', async () => {
    const mapped = Readable.from([1]).map(() => null);

    await expect(mapped.toArray()).rejects.toMatchObject({ code: 'ERR_STREAM_NULL_VALUES' });
  });
});

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
