import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { concatMap, delay, EMPTY, from, lastValueFrom, mergeMap, NEVER, of, Subject, type Observable } from 'rxjs';
import { concatMapEager, type MonitorEvent } from 'rxjs-concat-map-eager';
import { checkRun } from 'rxjs-concat-map-eager/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAction, type Action } from '../actions.js';
import type { Client } from '../client.js';
import { generateActions } from '../generate.js';
import { latencyOf } from '../latency.js';
import { makeLegs, type Leg } from '../legs.js';
import { abortable, observed } from '../observed.js';
import { parseOptions } from '../options.js';
import { OrderBook, settle, type Outcome } from '../orderBook.js';
import { drawPicture } from '../picture.js';
import { readActions } from '../readActions.js';
import { isSound, notesOf, tableOf, verdictOf } from '../report.js';
import { latePositions, runLeg, type LegRun } from '../runLeg.js';
import { Timeline } from '../timeline.js';

const place = (order: string, id = 1): Action => ({ id, type: 'place', order });
const cancel = (order: string, id = 2): Action => ({ id, type: 'cancel', order });
const never = new AbortController().signal;

async function read(...chunks: (string | Uint8Array)[]) {
  const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk));

  return readActions(
    (async function* () {
      yield* bytes;
    })(),
  );
}

describe('the actions', () => {
  it('are read from one JSON object a line, unknown fields left out', () => {
    expect(parseAction('{"id":1,"type":"place","order":"A-1","sku":"tea","quantity":2,"vip":true}')).toEqual({
      id: 1,
      type: 'place',
      order: 'A-1',
      sku: 'tea',
      quantity: 2,
    });
    expect(parseAction('{"id":"c-1","type":"cancel","order":"A-1","reason":"late"}')).toEqual({
      id: 'c-1',
      type: 'cancel',
      order: 'A-1',
      reason: 'late',
    });
    expect(parseAction('{"id":1,"type":"place","order":"A-1"}')).toEqual(place('A-1'));
  });

  it.each([
    ['{"id":1,', 'expected one JSON object, got `{"id":1,`'],
    ['null', 'expected one JSON object, got `null`'],
    ['[1]', 'expected one JSON object, got `[1]` (array)'],
    ['7', 'expected one JSON object, got `7` (number)'],
    ['\u0000\u001b[31m', 'expected one JSON object, got `\u00b7\u00b7[31m`'],
    ['x'.repeat(100), `expected one JSON object, got \`${'x'.repeat(60)}\u2026\``],
    ['{"type":"place","order":"A"}', 'expected `id` to be a whole number or a text, got nothing'],
    ['{"id":1.5,"type":"place","order":"A"}', 'expected `id` to be a whole number or a text, got `1.5` (number)'],
    ['{"id":1,"type":"plcae","order":"A"}', 'expected `type` to be "place" or "cancel", got `"plcae"` (string)'],
    ['{"id":1,"type":"place","order":" "}', 'expected `order` to be a text that is not empty, got `" "` (string)'],
    ['{"id":1,"type":"place","order":"A","sku":3}', 'expected `sku` to be a text, or absent, got `3` (number)'],
    [
      '{"id":1,"type":"place","order":"A","quantity":0}',
      'expected `quantity` to be a whole number from 1 and up, or absent, got `0` (number)',
    ],
    ['{"id":1,"type":"cancel","order":"A","reason":null}', 'expected `reason` to be a text, or absent, got `null`'],
  ])('say what is wrong with %j', (line, message) => {
    expect(() => parseAction(line)).toThrow(expect.objectContaining({ name: 'NotAnAction', message }) as Error);
  });

  it('are read past a byte order mark, CRLF, blank lines and a last line without an end', async () => {
    const { actions, badLines } = await read(
      '\uFEFF{"id":1,"type":"place","order":"A"}\r\n\r\n  \nno\r\n{"id":2,"type":"cancel","order":"A"}',
    );
    expect(actions).toEqual([place('A'), cancel('A')]);
    expect(badLines).toEqual([{ line: 4, problem: 'expected one JSON object, got `no`' }]);
  });

  it('are read whole where chunks part a line or a character, and where a text holds U+2028', async () => {
    const line = new TextEncoder().encode('{"id":1,"type":"place","order":"\u00c4\u2028\u20ac"}\n');
    const bytes = [...line].map((byte) => new Uint8Array([byte]));
    expect(await read(...bytes)).toEqual({ actions: [place('\u00c4\u2028\u20ac')], badLines: [] });
  });

  it('are none in an empty input', async () => {
    expect(await read('')).toEqual({ actions: [], badLines: [] });
  });

  it('of the example are 1,000 and 300 of them cancellations, each one to five actions behind its order', async () => {
    const file = readFileSync(new URL('../actions.ndjson', import.meta.url));
    const { actions, badLines } = await read(file);
    expect(badLines).toEqual([]);
    expect(actions).toHaveLength(1_000);

    const cancelled = new Set<string>();
    const behind = actions.flatMap(({ type, order }, i) => {
      if (type === 'place') return [];
      cancelled.add(order);
      return [i - actions.findIndex((action) => action.type === 'place' && action.order === order)];
    });
    expect(behind).toHaveLength(300);
    expect(cancelled.size).toBe(300);
    expect([...new Set(behind)].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(actions).toEqual(generateActions());
  });
});

describe('the latency of a validation', () => {
  const range = { min: 1, max: 100 };
  const drawAll = (seed: number) => generateActions().map(({ id }) => latencyOf(id, seed, range));

  it('depends on the id and the seed alone', () => {
    expect(drawAll(1)).toEqual(drawAll(1));
    expect(drawAll(1)).not.toEqual(drawAll(2));
    expect(latencyOf('1', 1, range)).toBe(latencyOf(1, 1, range));
  });

  it('is spread evenly over the range, both ends included', () => {
    const all = [1, 2, 3, 4, 5].flatMap(drawAll);
    expect(Math.min(...all)).toBe(1);
    expect(Math.max(...all)).toBe(100);
    for (let from = 1; from <= 100; from += 10) {
      const share = all.filter((ms) => ms >= from && ms < from + 10).length / all.length;
      expect(share).toBeGreaterThan(0.08);
      expect(share).toBeLessThan(0.12);
    }
    expect(latencyOf(1, 1, { min: 7, max: 7 })).toBe(7);
  });
});

describe('an order book', () => {
  /** Enters actions of the input, in the order in which their positions are given. */
  const enter = (given: readonly Action[], positions: readonly number[]) => {
    const book = new OrderBook();
    for (const position of positions) book.enter(given[position]!, position);
    return book.ledger();
  };

  it('ships what was placed and not cancelled', () => {
    const given = [place('A'), place('B'), cancel('A')];
    expect(enter(given, [0, 1, 2])).toEqual({ entered: [0, 1, 2], refused: [], shipped: ['B'] });
  });

  it('refuses a cancellation whose order is not there, and ships the order when it comes', () => {
    expect(enter([place('A'), cancel('A')], [1, 0])).toEqual({ entered: [1, 0], refused: [1], shipped: ['A'] });
  });

  it('takes a second cancellation, and an order that is placed again', () => {
    const given = [place('A'), cancel('A'), cancel('A'), place('A')];
    expect(enter(given, [0, 1, 2])).toMatchObject({ refused: [], shipped: [] });
    expect(enter(given, [0, 1, 2, 3])).toMatchObject({ refused: [], shipped: ['A'] });
  });

  it('enters once what is sent again, and gives the same answer', () => {
    const book = new OrderBook();
    expect([cancel('A'), place('A'), cancel('A')].map((action) => book.enter(action, 1))).toEqual([
      false,
      false,
      false,
    ]);
    expect(enter([place('A'), cancel('A')], [0, 1, 0])).toEqual({ entered: [0, 1], refused: [], shipped: [] });
  });

  it('counts as unwanted what the right order would not have shipped', () => {
    const given = [place('A'), place('B'), cancel('A')];
    const [, , notA] = given;
    const settled = (positions: number[], input = given) => settle(enter(input, positions), input);
    expect(settled([0, 1, 2])).toEqual({ refused: new Set(), unwanted: [], swapped: [] });
    expect(settled([1, 0, 2])).toEqual({ refused: new Set(), unwanted: [], swapped: [] });
    expect(settled([2, 1, 0])).toEqual({ refused: new Set([notA]), unwanted: ['A'], swapped: ['A'] });
    // A cancellation that comes first in the input as well is refused, and nobody's mistake here; so is one that lost its order.
    const early = [cancel('A'), place('A')];
    expect(settled([0, 1], early)).toEqual({ refused: new Set([early[0]]), unwanted: [], swapped: [] });
    expect(settled([1, 2])).toEqual({ refused: new Set([notA]), unwanted: [], swapped: [] });
  });
});

/** A service that takes as long as `latency` says, fails where the id is negative, and keeps a book. */
function newClient(latency: (action: Action) => number = ({ id }) => Math.abs(Number(id))): Client {
  const book = new OrderBook();
  return {
    validate: async (action, index, { signal }) => {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, latency(action));
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      });
      if (Number(action.id) < 0) throw new Error('no');
      book.enter(action, index);
      return action;
    },
    ledger: () => Promise.resolve(book.ledger()),
  };
}
const legs = makeLegs({ concurrent: 4, window: 2 });
const kinds = legs.map((leg) => [leg.kind, leg] as const);
const legOf = (kind: Leg['kind']) => legs.find((leg) => leg.kind === kind)!;
const input = [place('A', 30), cancel('A', 5), place('B', 12), place('C', 1), cancel('B', 3), place('D', 8)];
const inOrder: Outcome = { refused: new Set(), unwanted: [], swapped: [] };

describe('a run', () => {
  it.each(kinds.filter(([kind]) => kind !== 'mergeMap'))('of %s keeps the order of results', async (_kind, leg) => {
    const run = await runLeg(leg, input, newClient(), never, () => {});
    expect(run.output).toEqual([0, 1, 2, 3, 4, 5]);
    expect(run).toMatchObject({ late: 0, desk: inOrder, lost: [] });
    expect(isSound(run)).toBe(true);
  });

  it.each(kinds.filter(([kind]) => kind !== 'concatMap' && kind !== 'mergeMap'))(
    'of %s keeps to the rules that `checkRun` knows',
    async (kind, leg) => {
      const events: MonitorEvent<Action>[] = [];
      const { validate } = newClient();
      const operator = leg.operator({ validate, onLost: () => {}, monitor: (event) => events.push(event) });
      await lastValueFrom(from(input).pipe(operator));

      expect(events).toHaveLength(4 * input.length);
      const key = kind === 'with a key' ? (action: Action) => action.order : undefined;
      const config = { concurrent: 4, reorderWindow: leg.window, key, onError: () => EMPTY };
      expect(checkRun(events, config)).toEqual([]);
    },
  );

  it.each(kinds.filter(([kind]) => kind === 'concatMap' || kind === 'with a key'))(
    'of %s keeps the order of effects',
    async (_kind, leg) => {
      const run = await runLeg(leg, input, newClient(), never, () => {});
      expect(run.service).toEqual(inOrder);
    },
  );

  it.each(kinds.filter(([kind]) => kind === 'mergeMap' || kind === 'concatMapEager'))(
    'of %s without a key ships at the service what was cancelled',
    async (_kind, leg) => {
      const run = await runLeg(leg, input, newClient(), never, () => {});
      // B's, too, if the machine is quick.
      expect(run.service?.refused).toContain(input[1]);
      expect(run.service?.unwanted).toContain('A');
      expect(run.service?.swapped).toContain('A');
      expect(isSound(run)).toBe(true);
    },
  );

  it('of mergeMap ships at the desk, too, what was cancelled', async () => {
    const run = await runLeg(legOf('mergeMap'), input, newClient(), never, () => {});
    expect(run.output[0]).not.toBe(0);
    expect(run.desk).toEqual(run.service);
  });

  it.each(kinds)('of %s goes on without what cannot be validated', async (_kind, leg) => {
    const bad = place('X', -2);
    const run = await runLeg(leg, [input[2]!, bad, input[3]!], newClient(), never, () => {});
    expect([...run.output].sort()).toEqual([0, 2]);
    expect(run.lost).toEqual([{ action: bad, reason: 'no' }]);
    expect(isSound(run)).toBe(false);
    expect(verdictOf(legs.map((leg) => ({ ...run, late: 0, leg })))).toEqual([
      'This run proves nothing: not every action could be validated.',
    ]);
  });

  it.each(kinds)('of %s that is stopped says what was done, and balances', async (_kind, leg) => {
    const stop = new AbortController();
    const signals: AbortSignal[] = [];
    const { validate, ledger } = newClient();
    const stuck: Client = {
      validate: (action, index, attempt) => (
        signals.push(attempt.signal),
        Number(action.id) > 10 ? new Promise(() => {}) : validate(action, index, attempt)
      ),
      ledger,
    };
    const run = await runLeg(leg, [place('C', 1), place('A', 30), place('B', 20)], stuck, stop.signal, () =>
      setTimeout(() => stop.abort(new Error('enough')), 5),
    );
    expect(run.output).toEqual([0]);
    expect(run.service).toEqual(inOrder);
    expect(run.stopped?.message).toBe('enough');
    expect(run.timeline.balance).toMatchObject({ completed: 1, failed: 0 });
    expect(run.timeline.isBalanced).toBe(true);
    // What was under way is told to stop; what had ended is not.
    expect(signals.map(({ aborted }) => aborted)).toEqual(signals.map((_, i) => i > 0));
  });

  it('that is stopped because the service is gone does without its book', async () => {
    const gone: Client = { ...newClient(), ledger: () => Promise.reject(new Error('gone')) };
    const run = await runLeg(legOf('with a key'), input, gone, AbortSignal.abort(new Error('gone')), () => {});
    expect(run.service).toBe(undefined);
    expect(tableOf([run])).toMatch(/0 of 6 [^\n]+ \? \u2502 +\? \u2502/);
    await expect(runLeg(legOf('with a key'), input, gone, never, () => {})).rejects.toThrow('gone');
  });

  // In virtual time: nothing is measured but the operator.
  it.each([
    [50, 0.1],
    // With more at once the run is shorter, and its end is the same: the last cancellations wait for their orders.
    [100, 0.15],
  ])('of the example takes hardly more time with a key, %i at once', async (concurrent, more) => {
    vi.useFakeTimers();
    try {
      const given = generateActions();
      const timeOf = async (kind: Leg['kind'], seed: number) => {
        const leg = makeLegs({ concurrent, window: 100 }).find((leg) => leg.kind === kind)!;
        const client = newClient(({ id }) => latencyOf(id, seed, { min: 1, max: 100 }));
        const running = runLeg(leg, given, client, never, () => {});
        await vi.runAllTimersAsync();
        const { timeline, service } = await running;
        return { time: Math.max(...timeline.spans.map(({ flushed }) => flushed!)), swapped: service!.swapped.length };
      };
      for (const seed of [1, 2, 3, 4]) {
        const without = await timeOf('concatMapEager', seed);
        const keyed = await timeOf('with a key', seed);
        expect(without.swapped).toBeGreaterThan(100);
        expect(keyed.swapped).toBe(0);
        expect(keyed.time / without.time - 1).toBeLessThan(more);
        expect(keyed.time - without.time).toBeLessThanOrEqual(100); // the longest validation
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts as late what comes after something behind it, or twice', () => {
    expect([...latePositions([0, 1, 2])]).toEqual([]);
    expect([...latePositions([0, 2, 1, 3])]).toEqual([1]);
    expect([...latePositions([0, 1, 1])]).toEqual([1]);
  });
});

describe('the events of a run', () => {
  const log = (events: MonitorEvent<number>[]) =>
    events.map(({ type, index, waiting, active }) => [type, index, waiting, active]);

  it('of concatMap are those of concatMapEager with one at a time', async () => {
    const project = (n: number): Observable<number> => of(n).pipe(delay(n));
    const seen: MonitorEvent<number>[][] = [[], []];
    const operators = [
      observed(
        (watch: (n: number, index: number) => Observable<number>) => concatMap(watch),
        project,
        (event) => seen[0]?.push(event),
      ),
      concatMapEager(project, {
        concurrent: 1,
        timeout: 1_000,
        onError: 'skip',
        monitor: (event) => seen[1]?.push(event),
      }),
    ];
    for (const operator of operators)
      await from([3, 1, 2])
        .pipe(operator)
        .forEach(() => {});
    expect(log(seen[0] ?? [])).toEqual(log(seen[1] ?? []));
    expect(seen[0]).toHaveLength(12);
  });

  it('tell of waiting values that are dropped, and of inners that fail', () => {
    const timeline = new Timeline();
    const failing = new Subject<never>();
    from([1, 2, 3, 4])
      .pipe(
        observed(
          (watch) => mergeMap(watch, 2),
          (n): Observable<never> => (n === 2 ? failing : NEVER),
          timeline.record,
        ),
      )
      .subscribe({ error: () => {} });
    failing.error(new Error('no'));
    expect(timeline.balance).toEqual({ received: 4, completed: 0, failed: 1, cancelled: 3, dropped: 0 });
    expect(timeline.isBalanced).toBe(true);
  });

  it('tell how many were parked at most', async () => {
    const { timeline } = await runLeg(
      legOf('concatMapEager'),
      [60, 1, 2, 3, 4, 5].map((id) => place(`${id}`, id)),
      newClient(),
      never,
      () => {},
    );
    expect(timeline.mostParked).toBeGreaterThanOrEqual(5);
    const small = await runLeg(
      legOf('small window'),
      [60, 1, 2, 3, 4, 5].map((id) => place(`${id}`, id)),
      newClient(),
      never,
      () => {},
    );
    expect(small.timeline.mostParked).toBeLessThanOrEqual(2);
  });
});

describe('a signal made by hand', () => {
  it('aborts what is unsubscribed, and nothing that has ended', async () => {
    const signals: AbortSignal[] = [];
    const work = (signal: AbortSignal) => (signals.push(signal), Promise.resolve(1));
    abortable(work).subscribe().unsubscribe();
    await new Promise<void>((resolve) => abortable(work).subscribe({ complete: resolve }));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});

describe('the options', () => {
  it('have defaults, and a window as small as the limit', () => {
    expect(parseOptions([])).toEqual({
      concurrent: 100,
      window: 100,
      seed: 4,
      latency: { min: 1, max: 100 },
      full: false,
      svg: 'order-desk.svg',
    });
    expect(parseOptions(['--concurrent=8', '--latency', '5-5', '--full', '--input', '-'])).toMatchObject({
      concurrent: 8,
      window: 8,
      latency: { min: 5, max: 5 },
      full: true,
      input: '-',
    });
  });

  it('give the service a capacity only where limits are compared', () => {
    expect(parseOptions(['--adaptive'])).toMatchObject({ capacity: 20 });
    expect(parseOptions(['--capacity', '7'])).toMatchObject({ capacity: 7 });
    expect(parseOptions(['--faults'])).not.toHaveProperty('capacity');
  });

  it.each([
    [['--capacity', '1'], "'1' is invalid. Expected an integer from 2 to 200."],
    [['--adaptive', '--faults'], "option '--adaptive' cannot be used with option '--faults'"],
    [['--crash', '--capacity', '7'], "option '--capacity <n>' cannot be used with option '--crash'"],
    [['--concurrent', '0'], "'0' is invalid. Expected an integer from 1 to 1,000."],
    [['--concurrent', '1e2'], "'1e2' is invalid. Expected an integer from 1 to 1,000."],
    [['--window', '-1'], "'-1' is invalid. Expected an integer from 1 and up."],
    [['--seed', '1.5'], "'1.5' is invalid. Expected an integer from 0 to 4,294,967,295."],
    [['--latency', '100-1'], "'100-1' is invalid. Expected MIN-MAX in milliseconds"],
    [['--latency', '1-5000'], 'to less than 5,000, the time limit of a validation.'],
    [['--count', ''], "'' is invalid. Expected an integer from 1 and up."],
    [['--input', ''], "'' is invalid. Expected the name of a file."],
    [['--input'], "option '--input <file>' argument missing"],
    [['--concurent', '8'], "unknown option '--concurent' (Did you mean --concurrent?)"],
    [['extra'], 'too many arguments'],
  ])('that are wrong end the program with one line: %j', (args, message) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(() => parseOptions(args)).toThrow(expect.objectContaining({ status: 2 }) as Error);
      expect(write.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining(message)]);
      expect(write.mock.calls[0]?.[0]).toMatch(/^error: [^\n]+\n$/);
    } finally {
      write.mockRestore();
    }
  });
});

describe('the report', () => {
  const wrong = (...orders: string[]): Outcome => ({ refused: new Set(), unwanted: orders, swapped: orders });
  const runOf = (kind: Leg['kind'], more: Partial<LegRun>): LegRun => ({
    leg: legOf(kind),
    milliseconds: 1_000,
    timeline: new Timeline(),
    lost: [],
    given: input,
    output: [0, 1, 2, 3, 4, 5],
    late: 0,
    desk: inOrder,
    service: inOrder,
    ...more,
  });
  const runsOf = (more: Partial<Record<Leg['kind'], Partial<LegRun>>> = {}) => [
    runOf('concatMap', { ...more.concatMap }),
    runOf('mergeMap', { late: 2, desk: wrong('A', 'B'), service: wrong('A', 'B', 'C'), ...more.mergeMap }),
    runOf('concatMapEager', { service: wrong('A'), ...more.concatMapEager }),
    runOf('with a key', { ...more['with a key'] }),
    runOf('small window', { ...more['small window'] }),
  ];
  const words = (more?: Parameters<typeof runsOf>[0]) => verdictOf(runsOf(more));

  it('says in words what was seen, of results and of effects', () => {
    expect(words()).toEqual([
      "Results (the desk's book): mergeMap shipped 2 cancelled orders; concatMapEager shipped none, in the same time.",
      "Effects (the service's book): without a key, mergeMap shipped 3 cancelled orders and concatMapEager 1; with the order as its key, concatMapEager shipped none, in the same time.",
    ]);
    const slower = words({ concatMapEager: { service: wrong('A'), milliseconds: 1_060 } });
    expect(slower[0]).toMatch(/shipped none, in 6 % more time than mergeMap\.$/);
    expect(slower[1]).toMatch(/shipped none, in 6 % less time than without\.$/);
    expect(words({ 'with a key': { milliseconds: 1_049 } })[1]).toMatch(/shipped none, in the same time\.$/);
    expect(words({ 'with a key': { milliseconds: 1_060 } })[1]).toMatch(/in 6 % more time than without\.$/);
  });

  it('says so when a run proves nothing, or the order was broken', () => {
    expect(words({ mergeMap: { desk: inOrder } })[0]).toMatch(
      /^Results .*: this run proves nothing: mergeMap shipped no cancelled order either\. Take more/,
    );
    expect(words({ concatMapEager: { service: inOrder } })[1]).toMatch(
      /^Effects .*: this run proves nothing: concatMapEager shipped no cancelled order without a key either\. Take more/,
    );
    expect(words({ mergeMap: { lost: [{ action: place('A'), reason: 'no' }] } })).toEqual([
      'This run proves nothing: not every action could be validated.',
    ]);
    expect(words({ concatMapEager: { late: 1 }, 'with a key': { service: wrong('A', 'B') } })).toEqual([
      'concatMapEager, 4 at once broke the order: 1 result came out late.',
      'concatMapEager with a key broke the order: the service entered the actions of 2 orders in the wrong order.',
    ]);
    expect(words({ 'small window': { late: 3 } })).toEqual([
      'concatMapEager, window 2 broke the order: 3 results came out late.',
    ]);
    expect(isSound(runOf('concatMapEager', { late: 1 }))).toBe(false);
    expect(isSound(runOf('concatMapEager', { service: wrong('A') }))).toBe(true);
    expect(isSound(runOf('with a key', { service: wrong('A') }))).toBe(false);
    expect(isSound(runOf('mergeMap', { late: 1, service: wrong('A') }))).toBe(true);
  });

  it('compares actions a second, where concatMap ran fewer', () => {
    const runs = [
      runOf('concatMap', { given: input.slice(0, 2), output: [0, 1] }),
      runOf('concatMapEager', { milliseconds: 500 }),
      runOf('small window', { milliseconds: 750 }),
    ];
    const rows = tableOf(runs)
      .split('\n')
      .filter((line) => line.includes('Map'));
    expect(
      rows.map((row) =>
        row
          .split('\u2502')
          .slice(2, 5)
          .map((cell) => cell.trim()),
      ),
    ).toEqual([
      ['2', '1.00 s', '1.0x'],
      ['6', '0.50 s', '6.0x'],
      ['6', '0.75 s', '4.0x'],
    ]);
    const notes = notesOf(runs, { concurrent: 2, window: 2 });
    expect(notes[0]).toMatch(/^concatMap ran the first 2 of 6 actions only/);
    expect(notes).toContain('A window as small as the limit (2) took 50 % more time than the default one.');
  });

  it('draws every action in a panel of each operator', async () => {
    const runs = await Promise.all(legs.map((leg) => runLeg(leg, input, newClient(), never, () => {})));
    const svg = drawPicture(runs);
    expect(svg.match(/>(place|cancel) [A-D]</g)).toHaveLength(6);
    for (const leg of legs) expect(svg).toContain(leg.name);
    expect(svg.match(/d="M[\d.]+,[\d.]+C/g)).toHaveLength(2); // an arc joins A's, and one B's
    expect(svg.match(/>Results: in order; all after \d+ ms</g)).toHaveLength(legs.length - 1);
    const panels = svg.split('>Effects: ').slice(1);
    expect(panels.map((panel) => /^(in order|\d cancellations? refused)</.exec(panel)?.[1])).toEqual([
      'in order',
      expect.stringContaining('refused'),
      expect.stringContaining('refused'),
      'in order',
      expect.anything(),
    ]);
    expect(svg).not.toMatch(/NaN|undefined|<style/);
    // A window that holds everything would show the same once more.
    const wide = makeLegs({ concurrent: 4, window: 50 }).at(-1)!;
    expect(drawPicture([...runs.slice(0, -1), { ...runs.at(-1)!, leg: wide }])).not.toContain('window');
  });
});

// A busy machine takes its time to start two processes.
describe('the program', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'order-desk-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const example = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

  /** Ends when nobody holds its output any more: neither the program nor the service. */
  function start(args: string[], stdin = '') {
    const child = spawn(process.execPath, ['--import', tsx, example('main.ts'), ...args], {
      cwd: folder,
      env: { ...process.env, TSX_TSCONFIG_PATH: example('tsconfig.run.json') },
    });
    const said = { out: '', err: '', status: null as number | null };
    child.stdin.on('error', () => {}); // it may end before it has read everything
    child.stdin.end(stdin);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
    const ended = new Promise<typeof said>((resolve) => child.on('close', (status) => resolve({ ...said, status })));
    const firstRunIsOver = new Promise<void>((resolve) => {
      child.stderr.on('data', () => said.err.includes('concatMap, one at a time') && resolve());
    });
    return { child, ended, firstRunIsOver };
  }
  const run = (args: string[], stdin?: string) => start(args, stdin).ended;

  const rowsOf = (out: string) =>
    out
      .split('\n')
      .map((line) => line.split('\u2502').map((cell) => cell.trim()))
      .filter(([, name]) => name?.includes('Map'))
      .map(([, name, actions, , , inOrder, , atDesk, , atService]) => ({
        name,
        actions: Number(actions),
        inOrder,
        atDesk: Number(atDesk),
        atService: Number(atService),
      }));

  it('compares the operators, draws a picture and says what it has shown', async () => {
    const { out, err, status } = await run([
      '--count',
      '60',
      '--concurrent',
      '20',
      '--latency',
      '1-20',
      '--svg',
      'a.svg',
    ]);
    expect(err.split('\n').filter(Boolean)).toHaveLength(11); // no bars where nobody sees them
    expect(out).toMatch(/^60 actions, \d+ of them cancellations, from examples\/order-desk\/actions\.ndjson\./);
    const [, merge, eager, keyed] = rowsOf(out);
    expect(merge).toMatchObject({ name: 'mergeMap, 20 at once', actions: 60 });
    expect(merge!.atDesk).toBeGreaterThan(0);
    expect(eager).toMatchObject({ name: 'concatMapEager, 20 at once', actions: 60, inOrder: 'yes', atDesk: 0 });
    expect(eager!.atService).toBeGreaterThan(0);
    expect(keyed).toMatchObject({
      name: 'concatMapEager with a key',
      actions: 60,
      inOrder: 'yes',
      atDesk: 0,
      atService: 0,
    });
    expect(out).toMatch(
      /\nResults [^\n]+: mergeMap shipped \d+ cancelled orders?; concatMapEager shipped none, in [^\n]+time[^\n]*\n/,
    );
    expect(out).toMatch(
      /\nEffects [^\n]+ mergeMap shipped \d+ [^\n]+ concatMapEager \d+; [^\n]+ shipped none, in [^\n]+time[^\n]*\n$/,
    );
    expect(out).not.toContain('totals are wrong');
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toMatch(/^<svg .*The first 40 of 60 actions/);
    expect(status).toBe(0);
  });

  it('reads standard input, reports the lines that are no action, and runs the others', async () => {
    const text = '{"id":1,"type":"place","order":"A"}\nhello\n\n{"id":2,"type":"cancel","order":"A"}\n{"id":3}';
    const { out, err, status } = await run(['--input', '-', '--latency', '1-5', '--concurrent', '1'], text);
    expect(err).toContain('standard input, line 2: expected one JSON object, got `hello`\n');
    expect(err).toContain('standard input, line 5: expected `type` to be "place" or "cancel", got nothing\n');
    expect(out).toContain('2 actions, 1 of them cancellations, from standard input.');
    expect(out).toMatch(/\nResults [^\n]+ proves nothing: mergeMap shipped no cancelled order either[^\n]*\nEffects /);
    expect(out).toMatch(
      /\nEffects [^\n]+ proves nothing: concatMapEager shipped no [^\n]+ without a key either[^\n]*\n$/,
    );
    expect(status).toBe(0);
  });

  it('says in one line what is wrong with the command, and exits with 2', async () => {
    writeFileSync(join(folder, 'empty.ndjson'), '\n');
    const cases: [args: string[], message: RegExp][] = [
      [['--concurent', '8'], /unknown option '--concurent'.*--concurrent/],
      [['--count', '1001'], /--count 1001 is more than there is.*1,000 actions/],
      [['--input', 'missing.ndjson'], /cannot read missing\.ndjson: there is no such file/],
      [['--input', 'empty.ndjson'], /there are no actions in empty\.ndjson/],
    ];
    const results = await Promise.all(cases.map(([args]) => run(args)));
    results.forEach(({ out, err, status }, i) => {
      expect(err).toMatch(cases[i]![1]);
      expect(err.trimEnd()).toMatch(/^error: [^\n]+$/);
      expect({ out, status }).toEqual({ out: '', status: 2 });
    });
  });

  it('stops the service at Ctrl-C, and says what was done so far', async () => {
    const { child, ended, firstRunIsOver } = start(['--count', '20', '--concurrent', '1', '--latency', '25-25']);
    await firstRunIsOver;
    child.kill('SIGINT');
    const { out, status } = await ended;
    expect(out).toMatch(/\nStopped\. Done so far:\n[^]*concatMap, one at a time +\u2502 +20 \u2502/);
    expect(out).not.toContain('shipped none');
    expect(status).toBe(130);
  });

  it('takes the service with it when it dies', async () => {
    const { child, ended, firstRunIsOver } = start(['--count', '20', '--concurrent', '1', '--latency', '25-25']);
    await firstRunIsOver;
    child.kill('SIGKILL');
    await ended; // only when the service, too, has closed standard error
  });
});
