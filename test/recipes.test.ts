import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TokenBucket } from 'limiter';
import {
  BehaviorSubject,
  concat,
  defer,
  delay,
  EMPTY,
  firstValueFrom,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  NEVER,
  of,
  pipe,
  range,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  TimeoutError,
  timer,
  toArray,
  type GroupedObservable,
  type Observable,
  type ObservableInput,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { inContextOfValue } from '../examples/recipes/asyncContext.js';
import { backoff, getAll, HttpError } from '../examples/recipes/backoff.js';
import { commitInOrder, type Marker } from '../examples/recipes/commitOffsets.js';
import { copyRows } from '../examples/recipes/copyRows.js';
import { readyWithin } from '../examples/recipes/deadline.js';
import { withDeadLetters, type DeadLetter } from '../examples/recipes/deadLetters.js';
import { withDeadLettersPerKey } from '../examples/recipes/deadLettersPerKey.js';
import { orElse } from '../examples/recipes/fallbackValue.js';
import { enrichFile, linesOf } from '../examples/recipes/enrichFile.js';
import { firstHit } from '../examples/recipes/firstHit.js';
import { mapGroups } from '../examples/recipes/groups.js';
import { bucketOf, overConnections } from '../examples/recipes/hashBuckets.js';
import { Gate, holdBack } from '../examples/recipes/holdBack.js';
import { withInventory, type Listed } from '../examples/recipes/inventory.js';
import { handlePartitions } from '../examples/recipes/kafkaPartitions.js';
import { limitAllAttempts, limitAllCalls } from '../examples/recipes/limitAllAttempts.js';
import { logFailures, runAllLogged } from '../examples/recipes/logFailures.js';
import { startWithin } from '../examples/recipes/maxWait.js';
import { handleGroups, type Message } from '../examples/recipes/messageGroups.js';
import { unlessPaused } from '../examples/recipes/pause.js';
import { handleQueue } from '../examples/recipes/pollQueue.js';
import { withProgress, type Progress } from '../examples/recipes/progress.js';
import { rampUp } from '../examples/recipes/rampUp.js';
import { rateLimited } from '../examples/recipes/rateLimit.js';
import { mapPages } from '../examples/recipes/readPages.js';
import { settle } from '../examples/recipes/settle.js';
import { cancelAll, finishActive, finishReceived } from '../examples/recipes/shutdown.js';
import { stopKey } from '../examples/recipes/stopKey.js';
import { streamAnswers, type Token } from '../examples/recipes/streamAnswers.js';
import { uploadAll, type UploadEvent } from '../examples/recipes/uploads.js';
import { whileOnline } from '../examples/recipes/whileOnline.js';
import { inVirtualTime, nameOf, observe, randomFrom, type VirtualTime } from './support/policies.js';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const boom = new Error('boom');

/** Emits, after so many milliseconds, what is given. */
const after = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));

/** Fails after so many milliseconds. */
const failing = (ms: number, error: unknown = boom) =>
  concat(
    timer(ms).pipe(ignoreElements()),
    throwError(() => error),
  );

/** Waits, unless it is told not to. */
const sleep = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timeout);
      reject(signal!.reason);
    };
    const timeout = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop);
  });

describe('settle', () => {
  test('gives what Promise.allSettled gives', async () => {
    const call = async (n: number) => {
      await sleep(10 - n);
      if (n % 3 === 0) {
        throw new Error(`no ${n}`);
      }
      return `row ${n}`;
    };
    const values = [0, 1, 2, 3, 4, 5];
    const settled = await lastValueFrom(from(values).pipe(settle(call), toArray()));
    expect(settled).toEqual(await Promise.allSettled(values.map(call)));
  });

  test('gives one rejection for an item that has emitted before it failed, or that does not end in time', () => {
    inVirtualTime(({ observe, flush }) => {
      const inners = [after(7, 'a'), concat(of('b'), failing(3)), concat(of('c'), NEVER), after(1, 'd')];
      const seen = observe(from(inners).pipe(settle((inner) => inner)));
      flush();
      expect(seen.values).toEqual([
        { status: 'fulfilled', value: 'a' },
        { status: 'rejected', reason: boom },
        { status: 'rejected', reason: expect.any(TimeoutError) as TimeoutError },
        { status: 'fulfilled', value: 'd' },
      ]);
      expect(seen.completed).toBe(true);
    });
  });
});

describe('dead letters', () => {
  test('hand on value, index, attempts, emitted values and error of what failed, and the result goes on', () => {
    inVirtualTime(({ observe, flush }) => {
      const letters: DeadLetter<string>[] = [];
      const seen = observe(
        of('a', 'b', 'c').pipe(
          withDeadLetters(
            (value) => (value === 'b' ? concat(of('b'), failing(10)) : after(5, value)),
            (letter) => {
              letters.push(letter);
              return EMPTY;
            },
          ),
        ),
      );
      flush();
      // Three attempts of 10 ms, and two delays of 500.
      expect(seen.log).toEqual(['5:a', '5:b', '510:b', '1020:b', '1030:c', '1030:|']);
      expect(letters).toEqual([{ value: 'b', index: 1, attempts: 3, emitted: 3, error: boom }]);
    });
  });

  test('keep the turn of an item until the sink is done, and emit nothing themselves', () => {
    inVirtualTime(({ observe, flush }) => {
      const seen = observe(
        of('a', 'b').pipe(
          withDeadLetters(
            (value) => (value === 'a' ? throwError(() => boom) : after(1, value)),
            () => after(30, 'written'),
          ),
        ),
      );
      flush();
      expect(seen.log).toEqual(['1030:b', '1030:|']);
    });
  });

  test('end the result, in order, where the sink fails', () => {
    inVirtualTime(({ observe, flush }) => {
      const seen = observe(
        of('a', 'b', 'c').pipe(
          withDeadLetters(
            (value) => (value === 'b' ? failing(1) : after(2_000, value)),
            () => throwError(() => new Error('disk full')),
          ),
        ),
      );
      flush();
      expect(seen.log).toEqual(['2000:a', '2000:#disk full']);
    });
  });
});

describe('backoff', () => {
  const answer = (status: number, retryAfter?: string) =>
    new HttpError(new Response(null, { status, ...(retryAfter && { headers: { 'retry-after': retryAfter } }) }));

  /** When the attempts of an item start that fails with these errors, and then succeeds; and how it ends. */
  function attempts(errors: unknown[], options: Parameters<typeof backoff>[0]) {
    const starts: number[] = [];
    let end = '';
    inVirtualTime(({ now, observe, flush }) => {
      const seen = observe(
        of('a').pipe(
          concatMapEager(
            (value, _, { attempt }) => {
              starts.push(now());
              return attempt > errors.length ? of(value) : throwError(() => errors[attempt - 1]);
            },
            { retry: backoff(options), timeout: 5_000, onError: 'in-order' },
          ),
        ),
      );
      flush();
      end = seen.log.join(' ').replace(/\d+:/g, '');
    });
    return { starts, end };
  }

  test('doubles the longest delay with each retry, up to a maximum', () => {
    const options = { base: 100, max: 500, random: () => 1, count: 5 };
    expect(attempts([boom, boom, boom, boom, boom], options)).toEqual({
      starts: [0, 100, 300, 700, 1_200, 1_700],
      end: 'a |',
    });
  });

  test('chooses each delay at random from none to the longest', () => {
    const random = vi.fn().mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValueOnce(0.25);
    expect(attempts([boom, boom, boom], { base: 100, random }).starts).toEqual([0, 0, 100, 200]);
  });

  test('fails with the last error when the retries are used up', () => {
    expect(attempts([1, 2, 3], { count: 2, random: () => 0 })).toEqual({ starts: [0, 0, 0], end: '#3' });
  });

  test('waits for as long as Retry-After says, in seconds, and then for the jitter', () => {
    expect(attempts([answer(429, '3'), answer(503)], { base: 100, random: () => 1 }).starts).toEqual([0, 3_100, 3_300]);
  });

  test('waits for the date that Retry-After says', () => {
    vi.useFakeTimers({ now: Date.UTC(2030, 0, 1), toFake: ['Date'] });
    const errors = [answer(503, 'Tue, 01 Jan 2030 00:00:07 GMT'), answer(503, 'Mon, 31 Dec 2029 00:00:00 GMT')];
    vi.useRealTimers();
    expect(attempts(errors, { random: () => 0 }).starts).toEqual([0, 7_000, 7_000]);
  });

  test('gives up at once what would fail again, and what would have to wait for too long', () => {
    expect(attempts([answer(404)], {})).toEqual({ starts: [0], end: '#HTTP status 404' });
    expect(attempts([answer(429, '31')], {})).toEqual({ starts: [0], end: '#HTTP status 429' });
  });

  test('gets rows in order from a server that is busy for a while', async () => {
    const asked = new Map<string, number>();
    const server = createServer(({ url = '' }, response) => {
      const times = (asked.get(url) ?? 0) + 1;
      asked.set(url, times);
      if (url === '/1' && times < 3) {
        response.writeHead(503, { 'retry-after': '0' }).end();
      } else if (url === '/2') {
        response.writeHead(404).end();
      } else {
        response.end(JSON.stringify({ url }));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const random = vi.spyOn(Math, 'random').mockReturnValue(0);
    try {
      const { port } = server.address() as AddressInfo;
      const urls = range(1, 4).pipe(map((n) => `http://127.0.0.1:${port}/${n}`));
      const rows = await lastValueFrom(urls.pipe(getAll<{ url: string }>(), toArray()));
      expect(rows).toEqual([{ url: '/1' }, { url: '/3' }, { url: '/4' }]);
      expect(Object.fromEntries(asked)).toEqual({ '/1': 3, '/2': 1, '/3': 1, '/4': 1 });
    } finally {
      random.mockRestore();
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('one limit over all attempts', () => {
  /** Runs two items: the attempts of the first are these inners, the second is ready at once. */
  function run({ now, observe, flush }: VirtualTime, inner: () => Observable<string>) {
    const log: string[] = [];
    const seen = observe(
      of('a', 'b').pipe(
        limitAllAttempts((value, index, { attempt, signal }) => {
          if (value === 'b') {
            return of('b');
          }
          log.push(`${now()}: attempt ${attempt} of ${index}`);
          signal.addEventListener('abort', () => {
            log.push(`${now()}: aborted, ${nameOf(signal.reason)}`);
          });
          return inner();
        }),
      ),
    );
    flush();
    return { log, seen: seen.log };
  }

  test('ends an item whose attempts each keep their own limit, and tries no more', () => {
    inVirtualTime((time) => {
      const { log, seen } = run(time, () => failing(1_500));
      expect(log).toEqual(['0: attempt 1 of 0', '1700: attempt 2 of 0', '3400: attempt 3 of 0']);
      expect(seen).toEqual(['5000:b', '5000:|']);
    });
  });

  test('ends an attempt that hangs, tries again, and aborts what runs when the item has no time left', () => {
    inVirtualTime((time) => {
      const { log, seen } = run(time, () => NEVER);
      expect(log).toEqual([
        '0: attempt 1 of 0',
        '2000: aborted, total',
        '2200: attempt 2 of 0',
        '4200: aborted, total',
        '4400: attempt 3 of 0',
        '5000: aborted, This operation was aborted',
      ]);
      expect(seen).toEqual(['5000:b', '5000:|']);
    });
  });

  test('does nothing to an item that succeeds at last', () => {
    inVirtualTime((time) => {
      let attempt = 0;
      const { log, seen } = run(time, () => (++attempt < 3 ? failing(100) : after(100, 'a')));
      expect(log).toHaveLength(3);
      expect(seen).toEqual(['700:a', '700:b', '700:|']);
    });
  });

  test('aborts the signal that a call gets, with the limit of the attempt, and then of the item', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const log: string[] = [];
      const seen = observe(
        of('a').pipe(
          limitAllCalls((value, signal) => {
            const start = now();
            signal.addEventListener('abort', () => {
              log.push(`${value} ${now() - start}: ${nameOf(signal.reason)}`);
            });
            return new Promise(() => undefined);
          }),
        ),
      );
      flush();
      expect(log).toEqual(['a 2000: total', 'a 2000: total', 'a 600: This operation was aborted']);
      expect(seen.log).toEqual(['5000:|']);
    });
  });

  test('passes whatever the garbage collector does, with a server that hangs', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    setFlagsFromString('--expose-gc');
    const collecting = setInterval(runInNewContext('gc') as () => void, 250);
    const { port } = server.address() as AddressInfo;
    const calls: { n: number; ended?: string }[] = [];
    try {
      const call = (n: number, signal: AbortSignal) => {
        const started: (typeof calls)[number] = { n };
        calls.push(started);
        return fetch(`http://127.0.0.1:${port}/${n}`, { signal }).catch((error: unknown) => {
          started.ended = nameOf(error);
          throw error;
        });
      };
      expect(await lastValueFrom(range(0, 4).pipe(limitAllCalls(call), toArray()))).toEqual([]);
      // The first attempts end by their own limit. How many more there is time for depends on the machine.
      expect(calls.slice(0, 4)).toEqual([0, 1, 2, 3].map((n) => ({ n, ended: 'total' })));
      expect(calls.length).toBeGreaterThan(4);
    } finally {
      clearInterval(collecting);
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('a time limit with a fallback value', () => {
  test('replaces an item that takes too long, with what it has emitted', () => {
    inVirtualTime(({ observe, flush }) => {
      const inners = { a: after(10, 'A'), b: concat(of('B'), NEVER), c: after(20, 'C') };
      const seen = observe(
        of('a', 'b', 'c').pipe(
          orElse(
            (name) => inners[name as 'a'],
            (name) => `no ${name}`,
          ),
        ),
      );
      flush();
      expect(seen.log).toEqual(['10:A', '300:no b', '300:C', '300:|']);
    });
  });

  test('lets other errors end the result in order', () => {
    inVirtualTime(({ observe, flush }) => {
      const inners = { a: NEVER, b: failing(1), c: of('C') };
      const seen = observe(
        of('a', 'b', 'c').pipe(
          orElse(
            (name) => inners[name as 'a'],
            (name) => `no ${name}`,
          ),
        ),
      );
      flush();
      expect(seen.log).toEqual(['300:no a', '300:#boom']);
    });
  });
});

describe('logging failures', () => {
  /** A logger that writes down the time too. */
  function timed(now: () => number) {
    const lines: string[] = [];
    const log =
      (level: string) =>
      (...args: unknown[]) => {
        lines.push(`${now()} ${level} ${args.map((arg) => (typeof arg === 'string' ? arg : nameOf(arg))).join(' ')}`);
      };
    return { lines, logger: { warn: log('warn'), error: log('error') } };
  }

  test('says at once what surfaces late', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const { lines, logger } = timed(now);
      const inners = { a: after(900, 'a'), b: failing(10), c: after(5, 'c') };
      const seen = observe(
        of('a', 'b', 'c').pipe(
          concatMapEager((name) => inners[name as 'a'], {
            onError: 'in-order',
            timeout: 5_000,
            monitor: logFailures(logger),
          }),
        ),
      );
      flush();
      expect(lines).toEqual([
        '10 warn item 1: attempt 1 failed and was the last: boom',
        '10 error item 1: failed for good: boom',
      ]);
      expect(seen.log).toEqual(['900:a', '900:#boom']);
    });
  });

  test('says what never surfaces', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const { lines, logger } = timed(now);
      const seen = observe(
        of('a', 'b').pipe(
          concatMapEager((name) => (name === 'a' ? NEVER : failing(10)), {
            // No limit, which is the mistake that the log shows.
            onError: 'in-order',
            monitor: logFailures(logger),
          }),
        ),
      );
      flush();
      expect(seen.log).toEqual([]);
      expect(lines).toHaveLength(2);
    });
  });

  test('tells attempts that are tried again from items that failed for good', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const { lines, logger } = timed(now);
      const seen = observe(
        of('a', 'b', 'c').pipe(
          runAllLogged(
            (name, _, { attempt }) => (name === 'b' || (name === 'a' && attempt === 1) ? failing(1) : after(9, name)),
            logger,
          ),
        ),
      );
      flush();
      expect(lines).toEqual([
        '1 warn item 0: attempt 1 failed and is tried again: boom',
        '1 warn item 1: attempt 1 failed and is tried again: boom',
        '2 warn item 1: attempt 2 failed and is tried again: boom',
        '3 warn item 1: attempt 3 failed and was the last: boom',
        '3 error item 1: failed for good: boom',
      ]);
      expect(seen.log).toEqual(['10:a', '10:c', '10:#boom']);
    });
  });

  test('says when a fallback fails too, or saves the item', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const { lines, logger } = timed(now);
      observe(
        of('a', 'b').pipe(
          concatMapEager(() => failing(1), {
            timeout: 5_000,
            onError: (_, { value }) => (value === 'a' ? of('saved') : throwError(() => new Error('worse'))),
            monitor: logFailures(logger),
          }),
        ),
      );
      flush();
      expect(lines).toEqual([
        '1 warn item 0: attempt 1 failed and was the last: boom',
        '1 warn item 1: attempt 1 failed and was the last: boom',
        '1 error item 1: failed for good: worse',
      ]);
    });
  });
});

describe('progress', () => {
  test('is reported at most ten times a second, from the first count to the last', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const reports: [number, Progress][] = [];
      const project = (n: number) => (n % 10 === 9 ? failing(20) : after(20, n));
      observe(
        range(0, 100).pipe(
          withProgress(project, 100, (progress) => {
            reports.push([now(), progress]);
          }),
        ),
      );
      flush();
      // Eight at a time and 20 ms each: thirteen rounds.
      expect(reports.map(([time]) => time)).toEqual([20, 120, 220, 320]);
      expect(reports[0]![1]).toEqual({ completed: 1, recovered: 0, failed: 0, cancelled: 0, percent: 1 });
      expect(reports.at(-1)![1]).toEqual({ completed: 90, recovered: 0, failed: 10, cancelled: 0, percent: 100 });
    });
  });

  test('tells items that a fallback has completed from those that completed by themselves', () => {
    inVirtualTime(({ observe, flush }) => {
      const reports: Progress[] = [];
      const seen = observe(
        range(0, 10).pipe(
          withProgress(
            (n) => (n % 3 === 0 ? failing(20) : after(20, n)),
            10,
            (progress) => reports.push(progress),
            (error, { value }) => (value === 9 ? throwError(() => error) : of(100 + value)),
          ),
        ),
      );
      flush();
      expect(seen.values).toEqual([100, 1, 2, 103, 4, 5, 106, 7, 8]);
      expect(reports.at(-1)).toEqual({ completed: 6, recovered: 3, failed: 1, cancelled: 0, percent: 100 });
    });
  });

  test('is counted anew for each subscription', () => {
    inVirtualTime(({ observe, flush }) => {
      const reports: Progress[] = [];
      const result = range(0, 3).pipe(
        withProgress(
          (n) => after(1, n),
          3,
          (progress) => {
            reports.push(progress);
          },
        ),
      );
      observe(result);
      observe(result);
      flush();
      expect(reports.map(({ percent }) => Math.round(percent))).toEqual([33, 33, 100, 100]);
    });
  });

  test('counts what the consumer has cancelled, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const reports: Progress[] = [];
    const { subscription } = observe(
      range(0, 20).pipe(
        withProgress(
          (n) => after(n + 1, n),
          20,
          (progress) => {
            reports.push(progress);
          },
        ),
      ),
    );
    await vi.advanceTimersByTimeAsync(5);
    subscription.unsubscribe();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reports.at(-1)).toEqual({ completed: 5, recovered: 0, failed: 0, cancelled: 15, percent: 100 });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an inventory', () => {
  /** What is shown, as in `0 active, 1 parked`. */
  const text = (items: ReadonlyMap<number, Listed<unknown>>) =>
    [...items].map(([index, { state }]) => `${index} ${state}`).join(', ');

  test('shows each item in its state, with its value and the time since then', () => {
    inVirtualTime(({ observe, flush }) => {
      let items: ReadonlyMap<number, Listed<string>> = new Map();
      const project = (name: string) => after(name === 'a' ? 100 : 10, name);
      observe(from([...'abcdefghij']).pipe(withInventory(project, (shown) => (items = shown))));
      const seen: string[] = [];
      timer(5).subscribe(() => seen.push(text(items)));
      timer(15).subscribe(() => seen.push(text(items)));
      timer(50).subscribe(() => expect(items.get(1)).toEqual({ value: 'b', state: 'parked', since: 10 }));
      flush();
      const [first, others] = ['0 active', [1, 2, 3, 4, 5, 6, 7]];
      expect(seen).toEqual([
        [first, ...others.map((n) => `${n} active`), '8 waiting', '9 waiting'].join(', '),
        [first, ...others.map((n) => `${n} parked`), '8 active', '9 active'].join(', '),
      ]);
      expect(items.size).toBe(0);
    });
  });

  test('is empty at the end, whenever the consumer leaves and whatever has failed', () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = randomFrom(seed);
      inVirtualTime(({ observe, flush }) => {
        let items: ReadonlyMap<number, Listed<number>> = new Map();
        let most = 0;
        const { subscription } = observe(
          range(0, 30).pipe(
            withInventory(
              (n) => (random() < 0.3 ? failing(100 * random()) : after(100 * random(), n)),
              (shown) => {
                items = shown;
                most = Math.max(most, shown.size);
              },
            ),
          ),
        );
        timer(400 * random()).subscribe(() => subscription.unsubscribe());
        flush();
        expect(most).toBe(30);
        expect([...items]).toEqual([]);
      });
    }
  });
});

describe('a graceful shutdown', () => {
  /** Twenty values at once and one later, eight at a time, 10 ms each; stopped while the first eight are active. */
  function shutDown(recipe: typeof finishReceived, fails = false) {
    const started: string[] = [];
    const signals: AbortSignal[] = [];
    let log: string[] = [];
    inVirtualTime(({ now, observe, flush }) => {
      const source = concat(range(0, 20), after(100, 20));
      const project = (n: number, _index: number, { attempt, signal }: ItemContext) => {
        started.push(`${now()}:${n}`);
        signals.push(signal);
        return fails && attempt === 1 ? failing(10) : after(10, n);
      };
      ({ log } = observe(source.pipe(recipe(project, timer(5)))));
      flush();
    });
    return {
      started,
      values: log.length - 1,
      end: log.at(-1),
      aborted: signals.filter(({ aborted }) => aborted).length,
    };
  }

  test('with takeUntil before the operator takes no new value, and finishes those that wait', () => {
    const { started, ...rest } = shutDown(finishReceived);
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => `${Math.floor(n / 8) * 10}:${n}`));
    expect(rest).toEqual({ values: 20, end: '30:|', aborted: 0 });
  });

  test('with a flag as well finishes what is active, and drops what waits', () => {
    const { started, ...rest } = shutDown(finishActive);
    expect(started).toEqual(Array.from({ length: 8 }, (_, n) => `0:${n}`));
    expect(rest).toEqual({ values: 8, end: '10:|', aborted: 0 });
  });

  test('with a flag as well still tries again what is active', () => {
    const { started, ...rest } = shutDown(finishActive, true);
    expect(started).toHaveLength(16);
    expect(rest).toEqual({ values: 8, end: '20:|', aborted: 0 });
  });

  test('with takeUntil after the operator cancels everything', () => {
    const { started, ...rest } = shutDown(cancelAll);
    expect(started).toHaveLength(8);
    expect(rest).toEqual({ values: 0, end: '5:|', aborted: 8 });
  });

  test('with takeUntil on both sides cancels what is not finished in time', () => {
    const { started, ...rest } = shutDown((project, stop$) =>
      pipe(finishReceived(project, stop$), takeUntil(stop$.pipe(delay(10)))),
    );
    expect(started).toHaveLength(16);
    expect(rest).toEqual({ values: 8, end: '15:|', aborted: 8 });
  });

  test('forgets its flag with the subscription', () => {
    const stop = new Subject<void>();
    const result = concat(of(1), NEVER).pipe(finishActive((n) => of(n), stop));
    const first = observe(result);
    stop.next();
    expect(first.completed).toBe(true);
    expect(observe(result).values).toEqual([1]);
  });
});

describe('pause and resume', () => {
  test('starts nothing, lets what runs go on, and emits it', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const paused = new BehaviorSubject(false);
      const started: string[] = [];
      timer(5).subscribe(() => paused.next(true));
      timer(1_005).subscribe(() => paused.next(false));
      const seen = observe(
        range(0, 10).pipe(
          concatMapEager((n) => (started.push(`${now()}:${n}`), after(10, n)), { concurrent: unlessPaused(paused, 8) }),
        ),
      );
      flush();
      expect(started.slice(0, 8).every((start) => start.startsWith('0:'))).toBe(true);
      expect(started.slice(8)).toEqual(['1005:8', '1005:9']);
      expect(seen.log.slice(0, 8).every((line) => line.startsWith('10:'))).toBe(true);
      expect(seen.log.slice(8)).toEqual(['1015:8', '1015:9', '1015:|']);
    });
  });

  test('does not let a time limit pass while an item waits, and retries what is active', () => {
    inVirtualTime(({ observe, flush }) => {
      const paused = new BehaviorSubject(false);
      timer(1).subscribe(() => paused.next(true));
      timer(60_000).subscribe(() => paused.next(false));
      const concurrent = unlessPaused(paused, 1);
      const seen = observe(
        of('a', 'b').pipe(
          concatMapEager((name) => (name === 'a' ? NEVER : of(name)), {
            concurrent,
            timeout: 5_000,
            retry: 2,
            onError: (_, { value, attempt }) => of(`${value}: attempt ${attempt}`),
          }),
        ),
      );
      flush();
      expect(seen.log).toEqual(['15000:a: attempt 3', '60000:b', '60000:|']);
    });
  });

  test('while offline, starts nothing', () => {
    const events = new EventTarget();
    const navigator = { onLine: false };
    vi.stubGlobal('window', events);
    vi.stubGlobal('navigator', navigator);
    try {
      const started: number[] = [];
      const subscription = range(0, 3)
        .pipe(concatMapEager((n) => (started.push(n), NEVER), whileOnline(2)))
        .subscribe();
      expect(started).toEqual([]);
      navigator.onLine = true;
      events.dispatchEvent(new Event('online'));
      expect(started).toEqual([0, 1]);
      navigator.onLine = false;
      events.dispatchEvent(new Event('offline'));
      expect(started).toEqual([0, 1]);
      subscription.unsubscribe();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

test('a ramp allows one more at a time, up to its limit', () => {
  inVirtualTime(({ now, observe, flush }) => {
    const started: string[] = [];
    const seen = observe(
      range(0, 5).pipe(concatMapEager((n) => (started.push(`${now()}:${n}`), after(1_000, n)), rampUp(3, 100))),
    );
    flush();
    expect(started).toEqual(['0:0', '100:1', '200:2', '1000:3', '1100:4']);
    expect(seen.log.at(-1)).toBe('2100:|');
  });
});

describe('a rate limit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  /** Starts of work, in milliseconds from now on, as in `100:0`. */
  function pace(count: number, bucket: TokenBucket, inner: (n: number, signal: AbortSignal) => Promise<number>) {
    const origin = Date.now();
    const started: string[] = [];
    const seen = observe(
      range(0, count).pipe(
        rateLimited((n, _index, { signal }) => {
          started.push(`${Date.now() - origin}:${n}`);
          return inner(n, signal);
        }, bucket),
      ),
      () => Date.now() - origin,
    );
    return { started, seen };
  }

  test('starts work in source order, and no faster than tokens come', async () => {
    const bucket = new TokenBucket({ bucketSize: 1, tokensPerInterval: 10, interval: 'second' });
    const { started, seen } = pace(20, bucket, async (n, signal) => {
      await sleep(n % 2 ? 5 : 250, signal);
      return n;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toEqual(Array.from({ length: 20 }, (_, n) => `${(n + 1) * 100}:${n}`));
    expect(seen.values).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(seen.completed).toBe(true);
  });

  test('lets a burst through where the bucket is full, up to the limit of what may be active', async () => {
    const bucket = new TokenBucket({ bucketSize: 20, tokensPerInterval: 20, interval: 'second' });
    await vi.advanceTimersByTimeAsync(1_000);
    const { started } = pace(20, bucket, async (n, signal) => {
      await sleep(400, signal);
      return n;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started.map((start) => start.split(':')[0])).toEqual([
      ...Array.from({ length: 8 }, () => '0'),
      ...Array.from({ length: 8 }, () => '400'),
      ...Array.from({ length: 4 }, () => '800'),
    ]);
  });

  test('does not let a time limit pass while an item waits for its token', async () => {
    const bucket = new TokenBucket({ bucketSize: 1, tokensPerInterval: 1, interval: 6_000 });
    const { seen } = pace(4, bucket, async (n, signal) => {
      await sleep(4_000, signal);
      return n;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.values).toEqual([0, 1, 2, 3]);
  });

  test('takes a token for every attempt', async () => {
    const bucket = new TokenBucket({ bucketSize: 1, tokensPerInterval: 10, interval: 'second' });
    const { started } = pace(1, bucket, () => Promise.reject(boom));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toEqual(['100:0', '200:0', '300:0']);
  });

  test('starts nothing any more when the consumer unsubscribes, and aborts what runs', async () => {
    const bucket = new TokenBucket({ bucketSize: 1, tokensPerInterval: 10, interval: 'second' });
    const signals: AbortSignal[] = [];
    const { started, seen } = pace(20, bucket, async (n, signal) => {
      signals.push(signal);
      await sleep(60_000, signal);
      return n;
    });
    await vi.advanceTimersByTimeAsync(250);
    seen.subscription.unsubscribe();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toEqual(['100:0', '200:1']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe('committing offsets in order', () => {
  const messages = (from: number, count: number) => range(from, count).pipe(map((offset) => ({ offset })));

  test('commits one offset a message, whether it was handled, skipped or failed', () => {
    inVirtualTime(({ observe, flush }) => {
      const handled = [after(9, 'a'), EMPTY, of('b', 'c'), failing(1), after(3, 'd')];
      const committed: number[] = [];
      const seen = observe(
        messages(0, 5).pipe(
          commitInOrder(
            ({ offset }) => handled[offset]!,
            (offset) => {
              committed.push(offset);
              return EMPTY;
            },
          ),
        ),
      );
      flush();
      expect(committed).toEqual([0, 1, 2, 3, 4]);
      expect(seen.values).toEqual<Marker[]>([
        { offset: 0, result: 'done' },
        { offset: 1, result: 'done' },
        { offset: 2, result: 'done' },
        { offset: 3, result: 'failed', error: boom },
        { offset: 4, result: 'done' },
      ]);
      expect(seen.completed).toBe(true);
    });
  });

  test('commits one after the other, and ends with the commit that fails', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const commits: string[] = [];
      const seen = observe(
        messages(0, 5).pipe(
          commitInOrder(
            () => after(1, 'ok'),
            (offset) => {
              commits.push(`${now()}:${offset}`);
              return offset === 2 ? throwError(() => boom) : after(10, 'ok');
            },
          ),
        ),
      );
      flush();
      expect(commits).toEqual(['1:0', '11:1', '21:2', '1021:2', '2021:2']);
      expect(seen.values.map(({ offset }) => offset)).toEqual([0, 1]);
      expect(seen.failure).toEqual({ error: boom });
    });
  });

  test('loses no message, whenever the consumer dies and starts again from its last commit', () => {
    for (let seed = 0; seed < 10; seed++) {
      const random = randomFrom(seed);
      const count = 60;
      const done = new Set<number>();
      const commits: number[] = [];
      let next = 0;
      let runs = 0;
      while (next < count && runs++ < 100) {
        inVirtualTime(({ observe, flush }) => {
          const { subscription } = observe(
            messages(next, count - next).pipe(
              commitInOrder(
                ({ offset }) => {
                  // The last attempt of a message that fails is as good as done: it has a marker.
                  const settled = tap({ complete: () => done.add(offset), error: () => done.add(offset) });
                  const kind = random();
                  const ms = Math.floor(random() * 100);
                  return (kind < 0.1 ? failing(ms) : kind < 0.2 ? EMPTY : after(ms, offset)).pipe(settled);
                },
                (offset) =>
                  defer(() => {
                    expect([...Array(offset + 1).keys()].filter((earlier) => !done.has(earlier))).toEqual([]);
                    commits.push(offset);
                    next = offset + 1;
                    return after(1, undefined);
                  }),
              ),
            ),
          );
          timer(Math.floor(random() * 4_000)).subscribe(() => subscription.unsubscribe());
          flush();
        });
      }
      expect(commits).toEqual([...Array(count).keys()]);
      expect(done.size).toBe(count);
    }
  });

  test('aborts handlers and the commit when the consumer unsubscribes', async () => {
    const signals: AbortSignal[] = [];
    const hang = (signal: AbortSignal) => {
      signals.push(signal);
      return NEVER;
    };
    const { subscription } = observe(
      messages(0, 3).pipe(
        commitInOrder(
          ({ offset }, signal) => (offset === 0 ? of('ok') : hang(signal)),
          (_offset, signal) => hang(signal),
        ),
      ),
    );
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });
});

describe('streaming answers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  /** A model that gives each word of its answer after so many milliseconds, as in `10 It 20 is`. */
  function model(script: Record<string, string>) {
    const closed: string[] = [];
    async function* ask(prompt: string, signal: AbortSignal): AsyncIterable<string> {
      try {
        const parts = script[prompt]!.split(' ');
        for (let at = 0; at < parts.length; at += 2) {
          await sleep(Number(parts[at]), signal);
          if (parts[at + 1] === '#') {
            throw boom;
          }
          yield parts[at + 1]!;
        }
      } finally {
        closed.push(`${prompt}${signal.aborted ? ' aborted' : ''}`);
      }
    }
    return { ask, closed };
  }

  async function stream(script: Record<string, string>) {
    const origin = Date.now();
    const { ask, closed } = model(script);
    const log: string[] = [];
    const seen = observe(
      from(Object.keys(script)).pipe(
        streamAnswers(ask),
        tap(({ prompt, text }: Token) => log.push(`${Date.now() - origin} ${prompt}:${text}`)),
      ),
    );
    return { seen, closed, log };
  }

  test('passes on the words of the first one as they come, and has those of the others ready', async () => {
    const { seen, log } = await stream({ a: '10 It 10 is 10 late', b: '5 No 10 ,it 25 is 10 not', c: '7 Hm' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log).toEqual(['10 0:It', '20 0:is', '30 0:late', '30 1:No', '30 1:,it', '40 1:is', '50 1:not', '50 2:Hm']);
    expect(seen.completed).toBe(true);
  });

  test('lets an answer take as long as it likes while words come', async () => {
    const { log, seen } = await stream({ a: '29000 a 9000 b 9000 c 9000 d', b: '1 e' });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(log).toEqual(['29000 0:a', '38000 0:b', '47000 0:c', '56000 0:d', '56000 1:e']);
    expect(seen.completed).toBe(true);
  });

  test('breaks off an answer that does not start, or stalls, or fails, and says so in its turn', async () => {
    const { log, seen, closed } = await stream({
      a: '31000 a',
      b: '10 b 31000 c',
      c: '10 c 10 #',
      d: '1 d',
    });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(log).toEqual([
      '30000 0:[no answer]',
      '30000 1:b',
      '30000 1: [broken off]',
      '30000 2:c',
      '30000 2: [broken off]',
      '30000 3:d',
    ]);
    expect(closed).toEqual(['d', 'c', 'b aborted', 'a aborted']);
    expect(seen.completed).toBe(true);
  });

  test('closes an answer that does not heed its signal, too', async () => {
    let closed = 0;
    const silent: AsyncIterator<string> = {
      next: () => new Promise(() => undefined),
      return: () => {
        closed++;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
    const { subscription } = observe(
      of('a', 'b').pipe(streamAnswers(() => ({ [Symbol.asyncIterator]: () => silent }))),
    );
    subscription.unsubscribe();
    expect(closed).toBe(2);
  });

  test('aborts the requests when the consumer has read enough', async () => {
    const { ask, closed } = model({ a: '10 a 10 b', b: '50 c' });
    const first = firstValueFrom(of('a', 'b').pipe(streamAnswers(ask), take(1)));
    await vi.advanceTimersByTimeAsync(10);
    expect(await first).toEqual({ prompt: 0, text: 'a' });
    await vi.advanceTimersByTimeAsync(100);
    expect(closed.sort()).toEqual(['a aborted', 'b aborted']);
  });
});

describe('the context of AsyncLocalStorage', () => {
  const requests = new AsyncLocalStorage<string>();
  const here = () => requests.getStore() ?? 'none';

  /** Runs values that come in contexts of their own, with a `project` that may be heard only by itself. */
  async function contexts(project: (name: string, index: number, item: ItemContext) => ObservableInput<unknown>) {
    const source = new Subject<string>();
    const seen = observe(requests.run('subscriber', () => source.pipe(inContextOfValue(project))));
    // More than run at once: the later ones are started by whoever ends before them.
    const names = Array.from({ length: 20 }, (_, n) => `request ${n}`);
    for (const name of names) requests.run(name, () => source.next(name));
    source.complete();
    await expect.poll(() => seen.completed).toBe(true);
    return { seen, names };
  }

  test('is that in which the value came, for promises', async () => {
    const { seen, names } = await contexts(async () => {
      const before = here();
      await sleep(1);
      return `${before}, ${here()}`;
    });
    expect(seen.values).toEqual(names.map((name) => `${name}, ${name}`));
  });

  test('is the same for cold Observables and generators, which begin when they are subscribed', async () => {
    const { seen, names } = await contexts((_name, index) =>
      index % 2 === 0
        ? defer(() => sleep(1).then(here))
        : (async function* () {
            await sleep(1);
            yield here();
          })(),
    );
    expect(seen.values).toEqual(names);
  });

  test('is the same for each attempt', async () => {
    const { seen, names } = await contexts((_name, _index, { attempt }) =>
      attempt < 3 ? failing(1) : Promise.resolve(`${here()}, attempt ${attempt}`),
    );
    expect(seen.values).toEqual(names.map((name) => `${name}, attempt 3`));
  });

  test('leaves the signal as it is', () => {
    const signals: AbortSignal[] = [];
    const { subscription } = observe(
      of('a').pipe(
        inContextOfValue((_name, _index, { signal }) => {
          signals.push(signal);
          return NEVER;
        }),
      ),
    );
    subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe('uploads', () => {
  const progress = (done: number): UploadEvent<string> => ({ type: 'progress', done });

  /** Reports its progress in so many steps of so many milliseconds. */
  const upload = (name: string, steps: number, ms: number) =>
    concat(
      timer(ms, ms).pipe(
        take(steps),
        map((step) => progress((step + 1) / steps)),
      ),
      of<UploadEvent<string>>({ type: 'result', result: `stored ${name}` }),
    );

  test('report their progress as it happens, and give their results in order', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const log: string[] = [];
      const uploads = { a: upload('a', 2, 10), b: upload('b', 2, 3), c: upload('c', 1, 4), d: upload('d', 1, 1) };
      const seen = observe(
        of('a', 'b', 'c', 'd').pipe(
          uploadAll(
            (name) => uploads[name as 'a'],
            (index, done) => log.push(`${now()}: ${done * 100} % of ${index}`),
          ),
        ),
      );
      flush();
      expect(log).toEqual([
        '3: 50 % of 1',
        '4: 100 % of 2',
        // The fourth starts when the third has ended, at 4.
        '5: 100 % of 3',
        '6: 100 % of 1',
        '10: 50 % of 0',
        '20: 100 % of 0',
      ]);
      expect(seen.log).toEqual(['20:stored a', '20:stored b', '20:stored c', '20:stored d', '20:|']);
    });
  });

  test('take as long as they like while they progress, and are tried again when they stall', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const aborted: string[] = [];
      const seen = observe(
        of('slow', 'stuck').pipe(
          uploadAll(
            (name, signal) => {
              signal.addEventListener('abort', () => aborted.push(`${now()}: ${name}, ${nameOf(signal.reason)}`));
              return name === 'slow' ? upload(name, 10, 9_000) : concat(of(progress(0.1)), NEVER);
            },
            () => undefined,
          ),
        ),
      );
      flush();
      expect(aborted).toEqual(['10000: stuck, each', '20000: stuck, each', '30000: stuck, each']);
      expect(seen.log).toEqual(['90000:stored slow', '90000:|']);
    });
  });
});

describe('a limit on the wait', () => {
  test('answers at once, in its turn, for a value that has waited too long', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const started: string[] = [];
      const project = (n: number) => {
        started.push(`${now()}:${n}`);
        return after(100, `${n}`);
      };
      const seen = observe(range(0, 20).pipe(startWithin(150, project, (n) => of(`no ${n}`))));
      flush();
      // Eight at a time, 100 ms each: at 200 the third round has waited for more than 150.
      expect(started).toEqual(Array.from({ length: 16 }, (_, n) => `${n < 8 ? 0 : 100}:${n}`));
      expect(seen.values).toEqual(Array.from({ length: 20 }, (_, n) => (n < 16 ? `${n}` : `no ${n}`)));
      expect(seen.log.at(-1)).toBe('200:|');
    });
  });

  test('gives up a value once, also if the answer to that fails', async () => {
    const started: number[] = [];
    const result = range(0, 10).pipe(
      startWithin(
        20,
        async (n) => {
          started.push(n);
          await sleep(40);
        },
        () => throwError(() => new Error('too late')),
      ),
    );
    await lastValueFrom(result.pipe(toArray()));

    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('counts from the arrival of the value, and does not keep one from being tried again', () => {
    inVirtualTime(({ observe, flush }) => {
      const project = (name: string, _index: number, { attempt }: ItemContext) =>
        attempt === 1 ? failing(1_000) : after(1, `${name}, attempt ${attempt}`);
      const seen = observe(concat(of('a'), after(5_000, 'b')).pipe(startWithin(150, project, () => of('too late'))));
      flush();
      expect(seen.log).toEqual(['1001:a, attempt 2', '6001:b, attempt 2', '6001:|']);
    });
  });

  test('drops a hundred thousand values that have waited too long', () => {
    inVirtualTime(({ observe, flush }) => {
      const seen = observe(
        range(0, 100_000).pipe(
          startWithin(
            150,
            (n) => after(200, n),
            () => EMPTY,
          ),
        ),
      );
      flush();
      expect(seen.values).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(seen.log.at(-1)).toBe('200:|');
    });
  });
});

describe('the first hit', () => {
  /** Answers after so many milliseconds; aborted requests are written down. */
  function asked({ now, observe, flush }: VirtualTime, answers: Record<string, Observable<string | undefined>>) {
    const log: string[] = [];
    const seen = observe(
      from(Object.keys(answers)).pipe(
        firstHit((name, signal) => {
          log.push(`${now()}: ${name}`);
          signal.addEventListener('abort', () => log.push(`${now()}: ${name} aborted`));
          return answers[name]!;
        }),
      ),
    );
    flush();
    return { log, seen: seen.log };
  }

  test('is that of the first candidate in the order, not in time, and the others are aborted', () => {
    inVirtualTime((time) => {
      const { log, seen } = asked(time, {
        near: after(50, undefined),
        broken: failing(1),
        far: after(100, 'far'),
        quick: after(1, 'quick'),
        late: after(500, 'late'),
        last: after(1, 'last'),
      });
      expect(seen).toEqual(['100:far', '100:|']);
      expect(log).toEqual([
        '0: near',
        '0: broken',
        '0: far',
        '0: quick',
        '1: late',
        '1: last',
        // Its inner has emitted, and not yet completed.
        '100: far aborted',
        '100: late aborted',
      ]);
    });
  });

  test('is `undefined` where there is none', () => {
    inVirtualTime((time) => {
      const { seen } = asked(time, { near: after(50, undefined), stuck: NEVER, broken: failing(1) });
      expect(seen).toEqual(['2000:undefined', '2000:|']);
    });
  });
});

describe('a gate for everybody', () => {
  const busy = (seconds: number) =>
    new HttpError(new Response(null, { status: 429, headers: { 'retry-after': `${seconds}` } }));

  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
  });

  test('holds back every attempt, of every stream that shares it, for as long as Retry-After says', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const gate = new Gate();
      const started: string[] = [];
      const project = (name: string, _index: number, { attempt }: ItemContext) => {
        started.push(`${now()}: ${name}, attempt ${attempt}`);
        if (name === 'a' && attempt === 1)
          return concat(
            timer(10).pipe(ignoreElements()),
            throwError(() => busy(3)),
          );
        return after(20, name);
      };
      const names = concat(of('a', 'b'), timer(50).pipe(map(() => 'c')));
      const first = observe(names.pipe(holdBack(project, gate)));
      const second = observe(
        timer(100).pipe(
          map(() => 'd'),
          holdBack(project, gate),
        ),
      );
      flush();
      expect(started).toEqual([
        '0: a, attempt 1',
        // It runs already when the server says that it is busy.
        '0: b, attempt 1',
        '3010: a, attempt 2',
        '3010: c, attempt 1',
        '3010: d, attempt 1',
      ]);
      expect(first.log).toEqual(['3030:a', '3030:b', '3030:c', '3030:|']);
      expect(second.log).toEqual(['3030:d', '3030:|']);
    });
  });

  test('is looked at again by those whom it held back, if it was closed again meanwhile', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const gate = new Gate();
      const opened: number[] = [];
      gate.close(100);
      gate.open$.subscribe(() => opened.push(now()));
      timer(50).subscribe(() => gate.close(100));
      // It does not open any earlier for this.
      timer(60).subscribe(() => gate.close(1));
      flush();
      expect(opened).toEqual([150]);
      const seen = observe(gate.open$);
      expect(seen.completed).toBe(true);
    });
  });

  test('does not let a time limit pass while it is closed, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const gate = new Gate();
    gate.close(20_000);
    const seen = observe(of('a').pipe(holdBack((name) => after(10, name), gate)));
    await vi.advanceTimersByTimeAsync(20_010);
    expect(seen.values).toEqual(['a']);
    gate.close(20_000);
    observe(of('a').pipe(holdBack((name) => after(10, name), gate))).subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('stays open for failures that name no time', () => {
    inVirtualTime(({ observe, flush }) => {
      const project = (name: string, _index: number, { attempt }: ItemContext) =>
        attempt === 1 ? failing(5) : of(name);
      const seen = observe(of('a').pipe(holdBack(project)));
      flush();
      expect(seen.log).toEqual(['5:a', '5:|']);
    });
  });
});

describe('a deadline', () => {
  test('gives what is ready, in order, aborts what runs, and starts nothing more', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const log: string[] = [];
      const times = [50, 500, 20, 500, 30, 10, 10, 500, 80, 5_000];
      const seen = observe(
        range(0, 20).pipe(
          readyWithin(100, (n, _index, { signal }) => {
            log.push(`${now()}: ${n}`);
            signal.addEventListener('abort', () => log.push(`${now()}: ${n} aborted`));
            return after(times[n] ?? 5_000, n);
          }),
        ),
      );
      flush();
      expect(seen.log).toEqual(['50:0', '100:2', '100:4', '100:5', '100:6', '100:8', '100:|']);
      expect(log).toEqual([
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `0: ${n}`),
        ...['10: 8', '10: 9', '20: 10', '30: 11', '50: 12', '90: 13'],
        ...[1, 3, 7, 9, 10, 11, 12, 13].map((n) => `100: ${n} aborted`),
      ]);
    });
  });

  test('does not matter to what is ready before it, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const seen = observe(range(0, 3).pipe(readyWithin(1_000, (n) => after(10, n))));
    await vi.advanceTimersByTimeAsync(10);
    expect(seen.values).toEqual([0, 1, 2]);
    expect(seen.completed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends retries too, and is one for each subscription', () => {
    inVirtualTime(({ observe, flush }) => {
      const result = of('a', 'b').pipe(readyWithin(100, (name) => (name === 'a' ? failing(40) : after(30, name))));
      const first = observe(result);
      let second: ReturnType<typeof observe> | undefined;
      timer(1_000).subscribe(() => (second = observe(result)));
      flush();
      expect(first.log).toEqual(['100:b', '100:|']);
      expect(second!.log).toEqual(['1100:b', '1100:|']);
    });
  });
});

describe('groups', () => {
  /** The values of a group with the name of its key, as in `a:1`. */
  const named = (group: GroupedObservable<string, string>) => group.pipe(map((value) => `${group.key}:${value}`));

  test('give everything that they emit while they wait, group by group', () => {
    inVirtualTime(({ observe, flush }) => {
      // Six groups, of which four run at once.
      const values = range(0, 18).pipe(map((n) => 'abcdef'[n % 6]! + String(Math.floor(n / 6))));
      const seen = observe(values.pipe(mapGroups((value) => value[0]!, named)));
      flush();
      const expected = [...'abcdef'].flatMap((key) => [0, 1, 2].map((n) => `${key}:${key}${n}`));
      expect(seen.values).toEqual(expected);
      expect(seen.completed).toBe(true);
    });
  });

  test('end when they have been silent for a second, so that the next ones get their turn', () => {
    inVirtualTime(({ observe, flush }) => {
      const source = concat(of('a1', 'b1'), after(500, 'a2'), after(2_000, 'a3'), NEVER);
      const seen = observe(source.pipe(mapGroups((value) => value[0]!, named)));
      timer(5_000).subscribe(() => seen.subscription.unsubscribe());
      flush();
      expect(seen.log).toEqual(['0:a:a1', '500:a:a2', '1500:b:b1', '2500:a:a3']);
    });
  });
});

/** The key of `a1` is `a`. */
const letter = (value: string) => value[0]!;

describe('a failed item stops its key', () => {
  test('after its retries, at once, and no other key; until it is taken out of the set', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const started: string[] = [];
      const stopped = new Set<unknown>();
      const source = concat(of('a1', 'b1', 'a2', 'a3', 'b2', 'a4'), after(2_000, 'a5'));
      timer(1_500).subscribe(() => stopped.delete('a'));
      const seen = observe(
        source.pipe(
          stopKey(
            letter,
            (value) => {
              started.push(`${now()}: ${value}`);
              return value === 'a2' ? failing(10) : after(10, value.toUpperCase());
            },
            stopped,
          ),
          map((outcome) => `${outcome.value} ${outcome.state}${outcome.state === 'done' ? ` ${outcome.result}` : ''}`),
        ),
      );
      flush();
      expect(started).toEqual(['0: a1', '0: b1', '10: a2', '10: b2', '520: a2', '1030: a2', '2000: a5']);
      expect(seen.log).toEqual([
        '10:a1 done A1',
        '10:b1 done B1',
        '1040:a2 failed',
        '1040:a3 held',
        '1040:b2 done B2',
        '1040:a4 held',
        '2010:a5 done A5',
        '2010:|',
      ]);
    });
  });

  test('is exact: no later value of the key is handled, whatever the times are', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = randomFrom(seed);
      const values = Array.from({ length: 40 }, (_, index) => `${'abcde'[Math.floor(random() * 5)]!}${index}`);
      const fails = new Set(values.filter(() => random() < 0.1));
      const firstFailure = new Map(
        values
          .filter((value) => fails.has(value))
          .reverse()
          .map((value) => [letter(value), value]),
      );
      const handled = new Set<string>();
      inVirtualTime(({ observe, flush }) => {
        const handle = (value: string) => {
          handled.add(value);
          const time = Math.floor(random() * 20);
          return fails.has(value) ? failing(time) : after(time, value);
        };
        observe(from(values).pipe(stopKey(letter, handle, new Set())));
        flush();
      });
      const isBefore = (value: string) => {
        const failure = firstFailure.get(letter(value));
        return failure === undefined || values.indexOf(value) <= values.indexOf(failure);
      };
      expect(values.filter((value) => handled.has(value))).toEqual(values.filter(isBefore));
    }
  });
});

describe('dead letters per key', () => {
  /** Dead letters in memory; each call takes a millisecond. */
  function inMemory() {
    const lists = new Map<string, string[]>();
    return {
      lists,
      has: (key: string) => sleep(1).then(() => (lists.get(key) ?? []).length > 0),
      add: async (key: string, value: string, _signal: AbortSignal, error?: unknown) => {
        await sleep(1);
        const list = lists.get(key) ?? [];
        list.push(error instanceof Error ? `${value}: ${error.message}` : value);
        lists.set(key, list);
      },
    };
  }
  const handle = (value: string) => (value.endsWith('!') ? failing(5) : after(5, value));
  const run = async (letters: Parameters<typeof withDeadLettersPerKey<string, string>>[2], values: string[]) => {
    const done = lastValueFrom(from(values).pipe(withDeadLettersPerKey(letter, handle, letters), toArray()));
    done.catch(() => undefined);
    await vi.runAllTimersAsync();
    return done;
  };
  beforeEach(() => {
    vi.useFakeTimers();
  });

  test('are what has failed and all that comes behind it, in order, also after a restart', async () => {
    const letters = inMemory();
    expect(await run(letters, ['a1', 'a2!', 'b1', 'a3', 'b2', 'a4!'])).toEqual(['a1', 'b1', 'b2']);
    expect(letters.lists).toEqual(new Map([['a', ['a2!: boom', 'a3', 'a4!']]]));
    expect(await run(letters, ['a5', 'b3'])).toEqual(['b3']);
    // Somebody has dealt with them.
    expect(letters.lists.get('a')!.splice(0)).toEqual(['a2!: boom', 'a3', 'a4!', 'a5']);
    expect(await run(letters, ['a6'])).toEqual(['a6']);
  });

  test('end the result where one cannot be kept: what comes behind it is not handled', async () => {
    const handled: string[] = [];
    const letters = { ...inMemory(), add: () => Promise.reject(new Error('disk full')) };
    const done = lastValueFrom(
      of('a1', 'a2!', 'a3').pipe(
        withDeadLettersPerKey(
          letter,
          (value) => {
            handled.push(value);
            return handle(value);
          },
          letters,
        ),
        toArray(),
      ),
    );
    done.catch(() => undefined);
    await vi.runAllTimersAsync();
    await expect(done).rejects.toThrow('disk full');
    expect(handled).toEqual(['a1', 'a2!', 'a2!', 'a2!']);
  });
});

describe('keys by hash buckets', () => {
  test('are those of FNV-1a, also for other letters than those of ASCII', () => {
    const hash = (name: string) => bucketOf(name, 2 ** 32);
    expect(['', 'a', 'foobar'].map(hash)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
    expect(bucketOf('Zoë', 64)).toBe(bucketOf('Zoë', 64));
    expect(hash('Zoë')).not.toBe(hash('Zoe'));
  });

  test('get about as many names each', () => {
    const counts = new Array<number>(64).fill(0);
    for (let n = 0; n < 64_000; n++) {
      counts[bucketOf(`customer-${n}`, 64)]!++;
    }
    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1_200);
  });

  test('use a connection for one value at a time, always the same one for a name, in order', () => {
    inVirtualTime(({ observe, flush }) => {
      const connections = [0, 1, 2, 3].map(() => ({ busy: false, sent: [] as string[] }));
      const random = randomFrom(7);
      const values = Array.from({ length: 200 }, (_, index) => ({ name: `user-${Math.floor(random() * 20)}`, index }));
      let mostBusy = 0;
      const seen = observe(
        from(values).pipe(
          overConnections(
            connections,
            ({ name }) => name,
            (connection, { name, index }) => {
              expect(connection.busy).toBe(false);
              connection.busy = true;
              connection.sent.push(name);
              mostBusy = Math.max(mostBusy, connections.filter(({ busy }) => busy).length);
              return after(1 + Math.floor(random() * 9), index).pipe(tap(() => (connection.busy = false)));
            },
          ),
        ),
      );
      flush();
      expect(seen.values).toEqual(values.map(({ index }) => index));
      expect(mostBusy).toBe(4);
      for (const name of new Set(values.map((value) => value.name))) {
        expect(connections.filter(({ sent }) => sent.includes(name))).toHaveLength(1);
      }
    });
  });
});

describe('message groups', () => {
  /** A queue as SQS FIFO is: while messages of a group are out, it gives out no others of that group. */
  class FifoQueue {
    readonly removed: string[] = [];
    private readonly out = new Set<Message>();

    constructor(private messages: readonly Message[]) {}

    receive(most: number): Message[] {
      const busy = new Set([...this.out].map(({ group }) => group));
      const batch = this.messages.filter((each) => !busy.has(each.group)).slice(0, most);
      batch.forEach((each) => this.out.add(each));
      return batch;
    }

    readonly remove = (message: Message) => {
      this.out.delete(message);
      this.messages = this.messages.filter((each) => each !== message);
      this.removed.push(message.id);
      return EMPTY;
    };

    readonly giveBack = (message: Message) => {
      this.out.delete(message);
      return EMPTY;
    };
  }

  const messages = (...ids: string[]) => ids.map((id): Message => ({ id, group: letter(id) }));
  const batches = (queue: FifoQueue) =>
    timer(0, 50).pipe(
      take(10),
      map(() => queue.receive(10)),
    );

  test('are handled one message after the other, others at once, each removed when it has been handled', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const queue = new FifoQueue(messages('a1', 'a2', 'b1', 'a3', 'b2'));
      const log: string[] = [];
      const handle = ({ id }: Message) => {
        log.push(`${now()}: ${id}`);
        return after(letter(id) === 'a' ? 10 : 4, id);
      };
      const seen = observe(batches(queue).pipe(handleGroups(handle, queue)));
      flush();
      expect(log).toEqual(['0: a1', '0: b1', '4: b2', '10: a2', '20: a3']);
      expect(queue.removed).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
      expect(seen.values.map(({ id }) => id)).toEqual(queue.removed);
    });
  });

  test('are given back behind a message that failed, and come again in order', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const queue = new FifoQueue(messages('a1', 'a2', 'b1', 'a3'));
      const log: string[] = [];
      const handle = ({ id }: Message) => {
        log.push(`${now()}: ${id}`);
        return id === 'a1' && now() < 50 ? failing(10) : after(10, id);
      };
      const seen = observe(batches(queue).pipe(handleGroups(handle, queue)));
      flush();
      expect(log).toEqual(['0: a1', '0: b1', '50: a1', '60: a2', '70: a3']);
      expect(queue.removed).toEqual(['b1', 'a1', 'a2', 'a3']);
      expect(seen.completed).toBe(true);
    });
  });

  test('are given back too behind one that fails in the call in which it is started, or that cannot be removed', () => {
    inVirtualTime(({ observe, flush }) => {
      const queue = new FifoQueue(messages('a1', 'a2', 'b1', 'b2'));
      const handled: string[] = [];
      let removals = 0;
      const remove = (message: Message) =>
        message.id === 'b1' && removals++ === 0 ? throwError(() => boom) : queue.remove(message);
      const handle = ({ id }: Message) => {
        handled.push(id);
        if (id === 'a1' && handled.length === 1) throw boom;
        return EMPTY;
      };
      observe(batches(queue).pipe(handleGroups(handle, { remove, giveBack: queue.giveBack })));
      flush();
      expect(handled).toEqual(['a1', 'b1', 'a1', 'a2', 'b1', 'b2']);
      expect(queue.removed).toEqual(['a1', 'a2', 'b1', 'b2']);
    });
  });
});

describe('the partitions of a topic', () => {
  /** `0:a` is of partition 0, with the key `a`; `0:-` has no key. Offsets are counted in each partition. */
  function records(...texts: string[]) {
    const next = new Map<number, number>();
    return texts.map((text) => {
      const [partition, key] = [Number(text[0]), text[2] === '-' ? null : text[2]!];
      const offset = next.get(partition) ?? 0;
      next.set(partition, offset + 1);
      return { partition, offset, key };
    });
  }
  type Consumed = ReturnType<typeof records>[number];
  const nameOfRecord = ({ partition, offset }: Consumed) => `${partition}/${offset}`;

  test('are handled key by key, and committed in order, each partition by itself', () => {
    inVirtualTime(({ now, observe, flush }) => {
      const log: string[] = [];
      const times: Record<string, number> = { '0/0': 30, '1/0': 5 };
      const handle = (record: Consumed) => {
        log.push(`${now()}: ${nameOfRecord(record)}`);
        return after(times[nameOfRecord(record)] ?? 10, 'done');
      };
      const committed: string[] = [];
      const commit = (record: Consumed) => {
        committed.push(`${now()}: ${nameOfRecord(record)}`);
        return of('committed');
      };
      const seen = observe(
        from(records('0:a', '0:b', '0:a', '1:a', '0:-', '0:-', '1:a')).pipe(handlePartitions(handle, commit)),
      );
      flush();
      // The key `a` of one partition has nothing to do with that of the other.
      expect(log).toEqual(['0: 0/0', '0: 0/1', '0: 1/0', '0: 0/3', '0: 0/4', '5: 1/1', '30: 0/2']);
      expect(committed).toEqual(['5: 1/0', '15: 1/1', '30: 0/0', '30: 0/1', '40: 0/2', '40: 0/3', '40: 0/4']);
      expect(seen.values.map(nameOfRecord)).toEqual(committed.map((line) => line.split(': ')[1]));
      expect(seen.completed).toBe(true);
    });
  });

  test('end where a record fails, when what comes before it in its partition is committed, and nothing behind it is', () => {
    inVirtualTime(({ observe, flush }) => {
      const committed: string[] = [];
      const handled: string[] = [];
      const handle = (record: Consumed) => {
        handled.push(nameOfRecord(record));
        return nameOfRecord(record) === '0/1' ? failing(1) : after(5_000, 'done');
      };
      const commit = (record: Consumed) => {
        committed.push(nameOfRecord(record));
        return EMPTY;
      };
      const seen = observe(from(records('0:a', '0:b', '0:c', '0:b')).pipe(handlePartitions(handle, commit)));
      flush();
      expect(committed).toEqual(['0/0']);
      expect(handled.filter((name) => name === '0/1')).toHaveLength(3);
      expect(handled).not.toContain('0/3');
      expect(seen.failure).toEqual({ error: boom });
    });
  });
});

describe('streams', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streams-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, count: number) => {
    const path = join(folder, name);
    writeFileSync(path, Array.from({ length: count }, (_, n) => `row ${n}\n`).join(''));
    return path;
  };
  const rows = (count: number, change = (n: number) => `ROW ${n}`) =>
    Array.from({ length: count }, (_, n) => `${change(n)}\n`).join('');
  /** The files of a folder that this process has open. */
  const openFiles = () =>
    readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
      } catch {
        return false;
      }
    });
  const upper = (line: string) => Promise.resolve(line.toUpperCase());
  const never = (_line: string, signal: AbortSignal) =>
    new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  describe('a file', () => {
    test('is enriched line by line, in order; what fails has a line too', async () => {
      const [from, to] = [write('some', 500), join(folder, 'some.out')];
      let active = 0;
      let most = 0;
      await enrichFile(
        from,
        to,
        async (line, signal) => {
          most = Math.max(most, ++active);
          await sleep(Math.random() * 5, signal);
          active--;
          if (line === 'row 7') throw boom;
          return line.toUpperCase();
        },
        (error, line) => `${line}: ${(error as Error).message}`,
      );
      expect(readFileSync(to, 'utf8')).toBe(rows(500, (n) => (n === 7 ? 'row 7: boom' : `ROW ${n}`)));
      expect(most).toBe(16);
    });

    test('that is not there is an error', async () => {
      const to = join(folder, 'none.out');
      await expect(enrichFile(join(folder, 'none'), to, upper, String)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test('is closed, and what runs is cancelled, when the result cannot be written', async () => {
      const signals: AbortSignal[] = [];
      const enriched = enrichFile(
        write('read', 100_000),
        join(folder, 'no', 'such', 'folder'),
        (line, signal) => {
          signals.push(signal);
          return line === 'row 0' ? upper(line) : never(line, signal);
        },
        String,
      );
      await expect(enriched).rejects.toMatchObject({ code: 'ENOENT' });
      expect(signals.slice(1).every(({ aborted }) => aborted)).toBe(true);
      await vi.waitFor(() => expect(openFiles()).toEqual([]));
    });

    test('is closed when the signal aborts, whose reason is the error', async () => {
      const stop = new AbortController();
      const enriched = enrichFile(write('read', 100_000), join(folder, 'stopped'), never, String, stop.signal);
      await vi.waitFor(() => expect(openFiles()).toHaveLength(2));
      stop.abort(boom);
      await expect(enriched).rejects.toBe(boom);
      await vi.waitFor(() => expect(openFiles()).toEqual([]));
    });

    test('is closed by who leaves the loop', async () => {
      for await (const line of linesOf(write('read', 100_000))) {
        expect(line).toBe('row 0');
        break;
      }
      expect(openFiles()).toEqual([]);
    });
  });

  describe('pages', () => {
    const rowsOfPage = 20;
    const pages = (count: number, ms: number) => {
      const fetched: string[] = [];
      const fetchPage = async (from: string | undefined, signal: AbortSignal) => {
        const page = Number(from ?? 0);
        fetched.push(`${page}`);
        await sleep(ms, signal);
        const rows = Array.from({ length: rowsOfPage }, (_, n) => page * rowsOfPage + n);
        return page + 1 < count ? { rows, next: `${page + 1}` } : { rows };
      };
      return { fetched, fetchPage };
    };
    beforeEach(() => {
      vi.useFakeTimers();
    });

    test('are read one after the other, and their rows come in order', async () => {
      const { fetched, fetchPage } = pages(5, 10);
      const seen = observe(mapPages(fetchPage, (n) => after(10 + (n % 7), n)));
      await vi.runAllTimersAsync();
      expect(seen.values).toEqual(Array.from({ length: 100 }, (_, n) => n));
      expect(seen.completed).toBe(true);
      expect(fetched).toEqual(['0', '1', '2', '3', '4']);
    });

    test('the next one is fetched while the rows of the last one run', async () => {
      const start = Date.now();
      const { fetchPage } = pages(5, 100);
      // Eight of 40 ms at once: as long for the rows of a page as for a page.
      const seen = observe(mapPages(fetchPage, (n) => after(40, n)));
      await vi.runAllTimersAsync();
      expect(seen.values).toHaveLength(100);
      // One after the other they take 5 times 100 ms and 5 times 120.
      expect(Date.now() - start).toBeLessThanOrEqual(660);
    });

    test('no further page is fetched for a consumer that does not ask; the signal ends a fetch when it leaves', async () => {
      const { fetched, fetchPage } = pages(1_000, 10);
      const signals: AbortSignal[] = [];
      const iterator = mapPages(
        (from, signal) => (signals.push(signal), fetchPage(from, signal)),
        (n) => [n],
      )[Symbol.asyncIterator]();
      void iterator.next();
      await vi.runAllTimersAsync();
      // 1,024 for the window and 20 that are read ahead.
      expect(fetched.length).toBe(Math.ceil((1 + 1_024 + 20) / rowsOfPage));
      expect(signals.every(({ aborted }) => aborted)).toBe(false);
      await iterator.return!();
      expect(signals.every(({ aborted }) => aborted)).toBe(true);
      await vi.runAllTimersAsync();
      expect(fetched.length).toBe(Math.ceil((1 + 1_024 + 20) / rowsOfPage));
    });
  });

  describe('from one service to another', () => {
    const open: Server[] = [];
    afterEach(() => {
      for (const server of open.splice(0)) {
        server.closeAllConnections();
        server.close();
      }
    });
    async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void) {
      const server = createServer(listener);
      open.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }

    test('all lines come, in order, however they are cut', async () => {
      const bytes = Buffer.from(`${rows(50, (n) => `zeile ${n} ä`)}last`);
      const from = await serve((_request, response) => {
        void pipeline(
          Readable.from([...bytes]).map((byte: number) => Buffer.of(byte)),
          response,
        );
      });
      let received = '';
      const to = await serve((request, response) => {
        request.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
        request.on('end', () => response.end('thanks'));
      });
      const answer = await copyRows(from, to, upper);
      expect(await answer.text()).toBe('thanks');
      expect(received).toBe(`${rows(50, (n) => `ZEILE ${n} Ä`)}LAST\n`);
    });

    test('the first is read no faster than the second takes it', async () => {
      let sent = 0;
      const line = `${'x'.repeat(10_000)}\n`;
      const source = function* () {
        for (; sent < 100_000; sent++) yield line;
      };
      let gone = false;
      const from = await serve((_request, response) => {
        pipeline(Readable.from(source()), response).catch(() => (gone = true));
      });
      const to = await serve(() => {
        // It never reads.
      });
      const stop = new AbortController();
      const copied = copyRows(from, to, upper, stop);
      copied.catch(() => undefined);
      let before = -1;
      await vi.waitFor(
        () => {
          const now = sent;
          const stands = now === before;
          before = now;
          expect(stands && now > 0).toBe(true);
        },
        { interval: 300, timeout: 20_000 },
      );
      // The window holds 1,024 lines, the sockets some megabytes. There are 100,000.
      expect(sent).toBeLessThan(10_000);
      stop.abort(boom);
      await expect(copied).rejects.toBe(boom);
      await vi.waitFor(() => expect(gone).toBe(true));
    }, 30_000);

    test('both requests end when one fails', async () => {
      let gone = false;
      const from = await serve((_request, response) => {
        response.on('close', () => (gone = true)).write('a\nb\n');
      });
      const to = await serve((request) => {
        request.once('data', () => request.destroy());
      });
      await expect(copyRows(from, to, upper)).rejects.toThrow();
      await vi.waitFor(() => expect(gone).toBe(true));
    });

    test('a status that is none of success is an error', async () => {
      const from = await serve((_request, response) => void response.writeHead(503).end());
      const to = await serve((_request, response) => void response.end());
      await expect(copyRows(from, to, upper)).rejects.toThrow();
    });
  });

  describe('a queue that is polled', () => {
    /** Gives two messages each time, and waits where there is none. */
    function queueOf(count: number) {
      const log: string[] = [];
      let next = 0;
      const receive = async (signal: AbortSignal) => {
        await sleep(1, signal);
        if (next >= count) {
          await sleep(60_000, signal).catch((error: unknown) => {
            log.push('poll ended');
            throw error;
          });
        }
        const batch = [next, next + 1].filter((n) => n < count);
        next += 2;
        return batch;
      };
      const remove = (n: number) => {
        log.push(`removed ${n}`);
        return Promise.resolve();
      };
      return { log, queue: { receive, remove }, received: () => next };
    }

    test('its messages are removed in order, those that fail are not; `stop` ends the poll and finishes what was read', async () => {
      const { log, queue } = queueOf(6);
      const stop = new Subject<void>();
      const handled: number[] = [];
      const done = handleQueue(
        queue,
        async (n, signal) => {
          await sleep(20 - n, signal);
          handled.push(n);
          if (n === 2) throw boom;
        },
        stop,
      );
      await vi.waitFor(() => expect(handled).toHaveLength(6));
      await vi.waitFor(() => expect(log).toHaveLength(5));
      stop.next();
      await done;
      expect(log).toEqual([...[0, 1, 3, 4, 5].map((n) => `removed ${n}`), 'poll ended']);
      expect(stop.observed).toBe(false);
    });

    test('no more is received than is handled and removed', async () => {
      const { queue, received } = queueOf(1_000);
      const stop = new Subject<void>();
      const gate = new Subject<void>();
      const done = handleQueue({ ...queue, remove: () => firstValueFrom(gate) }, () => Promise.resolve(), stop);
      // One that is being removed, 32 in the window, and the rest of a batch.
      await vi.waitFor(() => expect(received()).toBe(34));
      await sleep(50);
      expect(received()).toBe(34);
      stop.next();
      const opening = setInterval(() => gate.next(), 1);
      await done;
      clearInterval(opening);
      expect(received()).toBe(34);
    });
  });
});

describe('docs/guide', () => {
  const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  const sectionsOf = (page: string) => read(`docs/guide/${page}.md`).split(/^## /m).slice(1);
  const files = readdirSync(new URL('../examples/recipes', import.meta.url)).sort();
  const linked = (section: string) =>
    [...section.matchAll(/\]\(\.\.\/\.\.\/examples\/recipes\/(\w+\.ts)\)/g)].map(([, file]) => file!);
  // On the other pages there are other sections too.
  const elsewhere = [...sectionsOf('keys'), ...sectionsOf('streams')].filter((section) => linked(section).length > 0);
  const sections = [...sectionsOf('recipes'), ...elsewhere];

  test('has a section for each file, which it links', () => {
    expect(sections.flatMap(linked).sort()).toEqual(files);
  });

  test.each(sections.map((section) => [section.split('\n')[0]!, section]))(
    'shows, under "%s", what is word for word in its file',
    (_, section) => {
      const [file] = linked(section);
      const code = read(`examples/recipes/${file!}`);
      const blocks = [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block!);
      expect(blocks).not.toEqual([]);
      for (const block of blocks) {
        expect(code).toContain(block);
      }
    },
  );

  const operators = files.filter((file) =>
    /\bconcat(MapEager|MapEagerFrom|AllEager|Eager)\(/.test(read(`examples/recipes/${file}`)),
  );

  test.each(operators)('sets a limit, and says what happens when it passes, in %s', (file) => {
    const code = read(`examples/recipes/${file}`);
    expect(code).toMatch(/\btimeout: /);
    expect(code).toMatch(/\bonError: /);
  });
});
