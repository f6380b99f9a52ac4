import fc from 'fast-check';
import { EMPTY, map, merge, NEVER, noop, type Observable, of, Subscription, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  adaptiveLimit,
  concatMapEager,
  type ConcatMapEagerConfig,
  type FailedItem,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';
import { checkRun, readMarbles, runMarble } from 'rxjs-concat-map-eager/testing';
import { describe, expect, test } from 'vitest';
import { POLICY_NAMES } from '../../../src/internal/policies.js';
import { predict } from '../../../test/proof/model/predict.js';
import { Clock } from '../../playground/engine/clock.js';
import { codeOf } from '../../playground/engine/code.js';
import { configOf, optionsOf } from '../../playground/engine/config.js';
import { changedAt, type Limit, limitAt, limitsOf, readChanges, writeChanges } from '../../playground/engine/limits.js';
import { linkOf, stateOf } from '../../playground/engine/link.js';
import { marbleOf } from '../../playground/engine/marble.js';
import { measure } from '../../playground/engine/measures.js';
import { limitLine, phasesOf } from '../../playground/engine/paint.js';
import { keyOf } from '../../playground/engine/workload.js';
import { keysIn, lateOf } from '../../playground/engine/keys.js';
import { lanesOf } from '../../playground/engine/lanes.js';
import { Service } from '../../playground/engine/service.js';
import { logOf } from '../../playground/engine/log.js';
import { PRESETS } from '../../playground/engine/presets.js';
import { OPERATORS, type OperatorName, type Run } from '../../playground/engine/run.js';
import { DEFAULTS, ON_ERROR, type Settings } from '../../playground/engine/settings.js';
import { simulate } from '../../playground/engine/simulate.js';
import { storyOf } from '../../playground/engine/story.js';
import { arbitrarySettings } from './arbitrarySettings.js';
import { scenarioOf } from './scenarioOf.js';

/** What came out of a run, in the words of the model. */
function outputOf({ output, end }: Run): string[] {
  const values = output.map(({ at, value: { leg, nth } }) => {
    const name = leg.kind === 'fallback' ? `${leg.index}f` : `${leg.index}.${leg.attempt}`;
    return `${at} next ${name}/${nth}`;
  });
  return end === undefined ? values : [...values, `${end.at} ${end.how}`];
}

/** What the model says comes out; `undefined` of what the contract promises nothing. */
function predictedOutput(settings: Settings): string[] | undefined {
  const { log, ambiguous } = predict(scenarioOf(settings));
  if (ambiguous) return undefined;
  return log.map((line) => /^\d+ (next .+|complete|error)/.exec(line)?.[0]).filter((line) => line !== undefined);
}

/** What the monitor's events of a run break. */
function mistakesOf(settings: Settings) {
  const events: MonitorEvent<number>[] = [];
  simulate(settings, 'concatMapEager', (event) => events.push(event));
  expect(events.length).toBeGreaterThan(0);
  // What limits it was told, only the events say.
  const concurrent = Array.isArray(optionsOf(settings).concurrent) || settings.limit === 'adaptive' ? NEVER : undefined;
  const options = { scheduler: new Clock(), fallback: () => EMPTY };
  return checkRun(
    events,
    configOf(settings, { ...options, concurrent: concurrent ?? settings.concurrent ?? Infinity }),
  );
}

/** Only what was emitted, not when. */
const withoutTime = (lines: readonly string[]) => lines.map((line) => line.replace(/^\d+ /, ''));

describe('a preset', () => {
  // How long an attempt takes at a service with a capacity depends on the others, and a limit that adapts on all of them.
  const ofModel = PRESETS.filter(({ settings: { limit, servers } }) => limit === 'set' && servers === undefined);
  test.each(ofModel)('$name: comes out as the model of the operators says', ({ settings }) => {
    const expected = predictedOutput(settings);
    expect(expected, 'nothing happens in the millisecond in which a limit passes').toBeDefined();
    expect(outputOf(simulate(settings, 'concatMapEager'))).toEqual(expected);
  });

  test.each(PRESETS)('$name: keeps to the rules that `checkRun` knows', ({ settings }) => {
    expect(mistakesOf(settings)).toEqual([]);
  });

  test.each(PRESETS)('$name: shows what its text says', ({ name, settings }) => {
    const [slow, unordered, eager] = OPERATORS.map((operator) => measure(simulate(settings, operator)));
    expect([slow!.order, unordered!.order, eager!.order]).toEqual(['source', 'lost', 'source']);
    expect(eager!.emitted).toBe(slow!.emitted);
    expect(slow!.finished).toBeGreaterThan(1.5 * eager!.finished!);
    if (name === 'small-window') {
      const { finished } = measure(simulate({ ...settings, reorderWindow: undefined }, 'concatMapEager'));
      expect(eager!.finished).toBeGreaterThan(1.5 * finished!);
    } else {
      expect(eager!.finished).toBeLessThanOrEqual(1.1 * unordered!.finished!);
    }
    if (name === 'flaky-service' || name === 'tokens') expect(eager!.timedOut).toBeGreaterThan(0);
    if (name === 'flaky-service') expect(eager!.emitted).toBe(settings.items);
    if (name === 'adaptive') {
      expect(unordered!.finished).toBeGreaterThan(1.8 * eager!.finished!);
      const best = measure(simulate({ ...settings, limit: 'set', concurrent: settings.servers }, 'concatMapEager'));
      expect(eager!.finished).toBeLessThan(1.1 * best.finished!);
      expect(eager!.limit).toMatchObject({ least: 10, most: 43, last: 20 });
    }
    if (name === 'one-account') {
      expect([slow, unordered, eager].map((each) => each!.mostOfAKey)).toEqual([1, 3, 1]);
      const keys = Array.from({ length: settings.items }, (_, index) => keyOf(settings, index)!.nth);
      expect(new Set(keys).size).toBe(6);
    }
  });
});

/** Runs code that calls `concatMapEager`, and gives the configuration that it was called with. */
function configIn(code: string): ConcatMapEagerConfig<unknown> {
  let found: ConcatMapEagerConfig<unknown> = {};
  const operator = (project: () => [], config: ConcatMapEagerConfig<unknown> = {}) => {
    found = config;
    // It refuses what is wrong.
    return concatMapEager(project, config);
  };
  const body = code.replace(/^import .*\n/gm, '');
  const names = { concatMapEager: operator, adaptiveLimit, map, merge, NEVER, of, timer };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- It is code.
  new Function('source', ...Object.keys(names), body)(EMPTY, ...Object.values(names));
  return found;
}

/** The limits that an Observable tells, and when. */
function told(limits: Observable<number>): Limit[] {
  const found: Limit[] = [];
  const scheduler = new TestScheduler(noop);
  scheduler.run(() => {
    scheduler.maxFrames = Infinity;
    limits.subscribe((limit) => found.push({ at: scheduler.frame, limit }));
  });
  return found;
}

/** Whether it holds for whatever settings; the seed is fixed, so that a failure can be seen again. */
function holds(property: (settings: Settings) => void, numRuns = 200): void {
  fc.assert(fc.property(arbitrarySettings, property), { numRuns, seed: 20261125 });
}

describe('whatever the settings', () => {
  test('the run keeps to the rules that `checkRun` knows', () => {
    holds((settings) => {
      expect(mistakesOf(settings)).toEqual([]);
    });
  });

  test('comes out as the model of the operators says', () => {
    holds((settings) => {
      const expected = predictedOutput(settings);
      if (expected !== undefined) expect(outputOf(simulate(settings, 'concatMapEager'))).toEqual(expected);
    }, 500);
  });

  test('is the same every time', () => {
    holds((settings) => {
      for (const operator of OPERATORS) {
        expect(outputOf(simulate(settings, operator))).toEqual(outputOf(simulate(settings, operator)));
      }
    });
  });

  test('concatMapEager emits what concatMap does: with an order for each key, of each key', () => {
    holds((settings) => {
      // What waits at 0 never comes.
      if (settings.changes.endsWith('-0')) return;
      // What is cut off depends on the time, or on who else is there.
      if (settings.blocking !== undefined || settings.onError === 'immediate' || settings.onError === 'at-end') return;
      // Nothing is promised of a value that comes in the millisecond in which a limit passes.
      if (predictedOutput(settings) === undefined) return;
      const [slow, eager] = [simulate(settings, 'concatMap'), simulate(settings, 'concatMapEager')];
      const isOfEachKey = settings.keys !== undefined && settings.order === 'key';
      // The first error ends all keys.
      if (isOfEachKey && settings.onError === 'in-order') return;
      const ofKey = ({ items, output }: Run, nth: number) =>
        output
          .filter(({ value }) => items[value.leg.index]!.key!.nth === nth)
          .map(({ value: { leg, nth } }) => `${leg.index}.${leg.attempt}/${nth}`);
      if (!isOfEachKey) expect(withoutTime(outputOf(eager))).toEqual(withoutTime(outputOf(slow)));
      else
        for (const { nth } of keysIn(eager.items.map(({ key }) => key))) {
          // What comes after an item that never ends is not compared.
          if (slow.end) expect(ofKey(eager, nth)).toEqual(ofKey(slow, nth));
        }
    });
  });

  test('counts what is drawn as waiting and active', () => {
    holds((settings) => {
      for (const operator of OPERATORS) {
        const { items, counts, end, last } = simulate(settings, operator);
        const phases = items.flatMap((item) => phasesOf(item, end?.at ?? last + 1));
        const drawn = (at: number, ...names: string[]) =>
          phases.filter(({ from, to, phase }) => from <= at && at < to && names.includes(phase)).length;
        for (const [position, { at, waiting, active }] of counts.entries()) {
          const next = counts[position + 1]?.at ?? end?.at ?? at + 1;
          // Between two times nothing changes.
          if (next === at || at === end?.at) continue;
          expect([at, drawn(at, 'waiting'), drawn(at, 'active', 'delay')]).toEqual([at, waiting, active]);
        }
      }
    });
  });

  test('never has more of a key active than `concurrentPerKey`', () => {
    holds((settings) => {
      const { mostOfAKey } = measure(simulate(settings, 'concatMapEager'));
      expect(mostOfAKey).toBeLessThanOrEqual(settings.keys === undefined ? 0 : (settings.concurrentPerKey ?? 1));
    });
  });

  test('never has more active than `concurrent`, nor uses more slots than there are', () => {
    holds((settings) => {
      for (const operator of OPERATORS) {
        const run = simulate(settings, operator);
        expect(Math.max(0, ...run.counts.map(({ active }) => active))).toBeLessThanOrEqual(
          Math.max(...run.limits.map(({ limit }) => limit)),
        );
        for (const { legs } of run.items) {
          const at = legs[0]?.start;
          if (at === undefined || operator !== 'concatMapEager') continue;
          // What was started, was so while there was a slot.
          const active = run.items.filter(
            (other) => other.legs[0]!?.start <= at && (other.ended?.at ?? Infinity) > at,
          ).length;
          const limits = run.limits.filter(
            (each) => each.at === at || each === run.limits.findLast((last) => last.at <= at),
          );
          expect(active).toBeLessThanOrEqual(Math.max(...limits.map(({ limit }) => limit)));
        }
        expect(measure(run).utilisation ?? 1).toBeLessThanOrEqual(1);
      }
    });
  });

  test('is a marble block that passes, if it is small enough', () => {
    holds((settings) => {
      const run = simulate(settings, 'concatMapEager');
      if (predictedOutput(settings) === undefined) return;
      let block: string;
      try {
        block = marbleOf(settings, run);
      } catch (error) {
        expect((error as Error).message).toMatch(
          /^A marble block has room for (?:\d+ (?:items|values)|limits up to \d+), here are \d+$/,
        );
        return;
      }
      const [spec] = readMarbles(`# a run\n\n\`\`\`marble\n${block}\n\`\`\`\n`);
      runMarble(spec!, { concatMapEager: ({ project, config }) => concatMapEager(project, config) }, ({ inner }) => ({
        fallback: (_error: unknown, { value }: FailedItem<string>) => inner(value),
      }));
    }, 300);
  });

  test('is code that configures the operator in the same way', () => {
    holds((settings) => {
      const { onError, key, concurrent, ...options } = optionsOf(settings);
      const config = configIn(codeOf(settings));
      expect({
        ...config,
        concurrent:
          typeof config.concurrent === 'object' ? told(config.concurrent as Observable<number>) : config.concurrent,
        onError: typeof config.onError === 'function' ? 'fallback' : config.onError,
        key: typeof config.key === 'function' ? true : config.key,
      }).toEqual({ ...options, onError, key, concurrent });
    });
  });

  test('is restored by its link', () => {
    holds((settings) => {
      const state = {
        preset: PRESETS[1]!,
        settings,
        slower: 5,
        item: settings.items - 1,
        lanes: 'source' as const,
        at: 70,
      };
      expect(stateOf(linkOf(state))).toEqual({ state, problems: [] });
    });
  });
});

describe('a link', () => {
  test('from before there were keys means what it meant', () => {
    const { state, problems } = stateOf('preset=tokens&concurrent=2&onError=fallback&item=3&at=70');
    expect(problems).toEqual([]);
    expect(state).toEqual({
      preset: PRESETS.find(({ name }) => name === 'tokens'),
      settings: { ...DEFAULTS, ...state.preset.settings, concurrent: 2, onError: 'fallback' },
      slower: 1,
      item: 3,
      lanes: 'key',
      at: 70,
    });
    expect(optionsOf(state.settings)).not.toHaveProperty('key');
  });

  test('is empty on the first preset as it is', () => {
    const { state } = stateOf('');
    expect(state).toMatchObject({ preset: PRESETS[0], settings: PRESETS[0]!.settings });
    expect(linkOf(state)).toBe('');
  });

  test('that is wrong says what was expected and what came, and the rest of it counts', () => {
    const { state, problems } = stateOf(
      'preset=nothing&items=0&concurrency=3&total=&slower=3&values=2&item=24&keys=0&lanes=b',
    );
    expect(problems).toEqual([
      'Expected `preset` to be one of stuck-head, order-desk, small-window, flaky-service, one-account, adaptive, tokens, got "nothing"',
      'Expected `items` to be an integer from 1 to 2000, got "0"',
      'Expected `keys` to be an integer from 1 to 2000, or empty, got "0"',
      'Expected `slower` to be one of 1, 2, 5, 10, 20, 50, got "3"',
      'Expected `item` to be an integer from 0 to 23, got "24"',
      'Expected `lanes` to be one of source, key, got "b"',
      'There is no setting `concurrency`',
    ]);
    expect(state.settings).toEqual({ ...PRESETS[0]!.settings, total: undefined, values: 2 });
  });
});

describe('a limit that changes', () => {
  const settings: Settings = { ...DEFAULTS, items: 40, concurrent: 1, changes: '60-12_100-0_200-5' };

  test('is told in its time, and no longer than something waits', () => {
    const { limits, limitsLeft, items, end } = simulate(settings, 'concatMapEager');
    expect(limits).toEqual(limitsOf(settings));
    expect(limitsLeft).toBe(Math.max(...items.map(({ legs }) => legs[0]!.start)));
    expect(end!.how).toBe('complete');
    // At 60 ms twelve are active, and from 100 to 200 ms nothing starts.
    const starts = items.map(({ legs }) => legs[0]!.start);
    const activeAt = (time: number) =>
      items.filter(({ legs, ended }) => legs[0]!.start <= time && ended!.at > time).length;
    expect(activeAt(60)).toBe(12);
    expect(starts.filter((start) => start >= 100 && start < 200)).toEqual([]);
    expect(starts.filter((start) => start === 200).length).toBeGreaterThan(0);
  });

  test('leaves all before it as it was', () => {
    const until = (changes: string, time: number) => {
      const run = simulate({ ...settings, changes }, 'concatMapEager');
      return {
        output: outputOf(run).filter((line) => Number.parseInt(line) < time),
        starts: run.items.flatMap(({ legs }) => legs.map(({ start }) => start)).filter((start) => start < time),
      };
    };
    const changes = changedAt(settings, 150, 3);
    expect(changes).toBe('60-12_100-0_150-3');
    expect(until(changes, 150)).toEqual(until(settings.changes, 150));
    expect(until(changes, Infinity)).not.toEqual(until(settings.changes, Infinity));
  });

  test('is not one of those that were set for later', () => {
    expect(changedAt(settings, 90, 3)).toBe('60-12_90-3');
    expect(changedAt(settings, 0, 3)).toBe('1-3');
  });

  test('is one with what a slider that is dragged has set just before, and with nothing else', () => {
    expect(changedAt(settings, 203, 3)).toBe('60-12_100-0_200-5_203-3');
    expect(changedAt({ concurrent: 1, changes: '60-12_100-0_200-5_203-3' }, 206, 4, 203)).toBe(
      '60-12_100-0_200-5_206-4',
    );
  });

  test('can be read again, however many there are', () => {
    let changes = '';
    for (let time = 1; time < 500; time++) changes = changedAt({ concurrent: 1, changes }, time, 2);
    expect(readChanges(changes)).toHaveLength(100);
    expect(readChanges(changes)!.at(-1)).toEqual({ at: 499, limit: 2 });
  });

  test('counts from its time on', () => {
    expect([0, 59, 60, 99, 100, 1e9].map((time) => limitAt(settings, time))).toEqual([1, 1, 12, 12, 0, 5]);
    expect(limitAt({ concurrent: undefined, changes: '' }, 5)).toBe(Infinity);
  });

  test.each(['60', '60-', '-1', '60-1_60-2', '60-1_50-2', '0-1', '60-2001', '60-1.5', '60-1_', 'x-1', `${1e7}-1`])(
    'that is %s cannot be read, and the message says what can',
    (text) => {
      expect(readChanges(text)).toBeUndefined();
      const { state, problems } = stateOf(`changes=${text}`);
      expect(problems).toEqual([
        `Expected \`changes\` to be times in ms and limits up to 2000, such as 120-8_300-0, in order, at most 100 of them, or empty, got "${text}"`,
      ]);
      expect(state.settings.changes).toBe('');
    },
  );

  test('is in the link as it is written', () => {
    expect(linkOf({ ...stateOf('').state, settings: { ...PRESETS[0]!.settings, changes: settings.changes } })).toBe(
      'changes=60-12_100-0_200-5',
    );
    expect(writeChanges(readChanges(settings.changes)!)).toBe(settings.changes);
  });

  test('is a row of the marble block, and a part of the code', () => {
    const block = marbleOf(settings, simulate(settings, 'concatMapEager'));
    expect(block).toMatch(/^concurrent 1.*⑫.*0.*5.*!$/m);
    expect(block).toMatch(/^> concatMapEager\n/m);
    expect(block).toMatch(/^where {6}⑫: 12$/m);
    expect(codeOf(settings)).toBe(`import { map, merge, NEVER, of, timer } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

source.pipe(
  concatMapEager((value, index, { signal }) => request(value, signal), {
    concurrent: merge(
      of(1),
      timer(60).pipe(map(() => 12)),
      timer(100).pipe(map(() => 0)),
      timer(200).pipe(map(() => 5)),
      NEVER,
    ),
  }),
);
`);
  });

  test('has a line over the lanes: 0 is at the bottom, and the highest at the top', () => {
    const run = simulate(settings, 'concatMapEager');
    const view = {
      width: 100,
      height: 240,
      horizon: 500,
      lanes: lanesOf(
        run.items.map(() => undefined),
        true,
      ),
      eachKey: false,
    };
    const points = limitLine(run, view);
    expect(points.map(({ text }) => text)).toEqual(['1', '12', '0', '5', '']);
    expect(points.map(({ x }) => x)).toEqual([0, 12, 20, 40, run.end!.at / 5]);
    const [one, twelve, none, five, last] = points.map(({ y }) => y);
    expect(twelve).toBe(3);
    expect(none).toBe(197);
    expect(one).toBeGreaterThan(five!);
    expect(last).toBe(five);
    // Where it stays the same there is nothing to see.
    expect(limitLine(simulate(DEFAULTS, 'concatMapEager'), view)).toEqual([]);
    expect(limitLine(simulate(settings, 'mergeMap'), view)).toEqual([]);
  });

  test('is told of in numbers, and is what the capacity goes by', () => {
    const { limit, utilisation } = measure(simulate(settings, 'concatMapEager'));
    expect(limit).toEqual({ least: 0, most: 12, last: 5 });
    expect(utilisation).toBeGreaterThan(0.5);
    expect(measure(simulate(DEFAULTS, 'concatMapEager')).limit).toBeUndefined();
  });
});

describe('a limit that finds itself', () => {
  const { settings } = PRESETS.find(({ name }) => name === 'adaptive')!;

  test('begins at `concurrent`, and is in the code', () => {
    expect(simulate({ ...settings, concurrent: 7 }, 'concatMapEager').limits[0]).toEqual({ at: 0, limit: 7 });
    expect(simulate({ ...settings, concurrent: undefined }, 'concatMapEager').limits[0]).toEqual({ at: 0, limit: 4 });
    expect(codeOf(settings)).toContain("import { adaptiveLimit, concatMapEager } from 'rxjs-concat-map-eager';");
    expect(codeOf(settings)).toContain('    concurrent: adaptiveLimit({ initial: 10 }),\n');
    expect(codeOf({ ...settings, concurrent: undefined })).toContain('    concurrent: adaptiveLimit(),\n');
    expect(configIn(codeOf(settings)).concurrent).toHaveProperty('current', 10);
  });

  test('has no marble block', () => {
    const few = { ...settings, items: 20 };
    expect(() => marbleOf(few, simulate(few, 'concatMapEager'))).toThrow(
      'A marble block has no limit that finds itself',
    );
  });
});

describe('a service', () => {
  test('serves no more at once than it has servers, in the order in which they came', () => {
    const settings: Settings = { ...DEFAULTS, concurrent: 10, servers: 3, mean: 20 };
    for (const operator of ['mergeMap', 'concatMapEager'] as const) {
      const { items, end } = simulate(settings, operator);
      const free = simulate({ ...settings, servers: undefined }, operator);
      expect(end!.at).toBeGreaterThan(2 * free.end!.at);
      // Served for as long as without the queue: what it took besides, it has waited there.
      const served = items.map(({ index, legs: [leg] }) => {
        const [alone] = free.items[index]!.legs;
        return { from: leg!.end!.at - (alone!.end!.at - alone!.start), to: leg!.end!.at };
      });
      for (const { from } of served) {
        expect(served.filter((other) => other.from <= from && other.to > from).length).toBeLessThanOrEqual(3);
      }
      const byStart = [...items].sort((a, b) => a.legs[0]!.start - b.legs[0]!.start || a.index - b.index);
      const begun = byStart.map(({ index }) => served[index]!.from);
      expect(begun).toEqual([...begun].sort((a, b) => a - b));
    }
  });

  test('gives the server of what was cancelled to the next one, and forgets what was cancelled in its queue', () => {
    const service = new Service(1);
    const begun: string[] = [];
    const serve = (name: string) => service.serve(() => (begun.push(name), new Subscription()));
    const [first, second] = [serve('first'), serve('second'), serve('third')];
    expect(begun).toEqual(['first']);
    second.unsubscribe();
    first.unsubscribe();
    expect(begun).toEqual(['first', 'third']);
  });
});

test('a limit that passes between two attempts is told of, and is the error in the marble block', () => {
  const settings: Settings = { ...DEFAULTS, items: 2, failing: 50, retries: 1, delay: 200, blocking: 30, seed: 4 };
  const run = simulate(settings, 'concatMapEager');
  expect(storyOf(run, 0).map(({ text }) => text)).toContain(
    'it exceeded its time limit `blocking`: there is no further attempt',
  );
  expect(marbleOf(settings, run)).toMatch(/^error {3}timeout\(0, blocking\)$/m);
});

describe('the story of an item that is flushed says', () => {
  const last = (settings: Partial<Settings>, index: number, operator: OperatorName = 'concatMapEager') =>
    storyOf(simulate({ ...DEFAULTS, ...settings }, operator), index).at(-1)?.text;

  test.each(OPERATORS)('of one that was skipped, that nothing of it came out: %s', (operator) => {
    const skipped = { latency: 'stuck', total: 400, onError: 'skip', seed: 12 } as const;
    expect(last(skipped, 2, operator)).toBe('it is flushed: no value of it came out');
    expect(last(skipped, 1, operator)).toBe('it is flushed: all its values have come out');
  });
});

describe('keys', () => {
  const named = (...names: string[]) =>
    names.map((name) => (name === '' ? undefined : { nth: name.charCodeAt(0) - 65, name }));

  test('of a number of keys each item has one, which the seed says; after Z comes AA', () => {
    const names = Array.from({ length: 2_000 }, (_, index) => keyOf({ keys: 30, seed: 1 }, index)!);
    expect(keysIn(names).map(({ name }) => name)).toEqual([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'AA', 'AB', 'AC', 'AD']);
    expect(keysIn(names).map(({ nth }) => nth)).toEqual([...Array(30).keys()]);
    expect(keyOf({ keys: undefined, seed: 1 }, 0)).toBeUndefined();
  });

  test('do not change what the attempts of an item do', () => {
    const timesOf = (settings: Settings) =>
      simulate(settings, 'concatMap').items.map(({ legs }) => legs.map(({ start, end }) => end!.at - start));
    expect(timesOf({ ...DEFAULTS, keys: 5 })).toEqual(timesOf(DEFAULTS));
  });

  test('have lanes that follow one another, or in the order of the source; what has none comes last', () => {
    const keys = named('B', 'A', '', 'B', 'B');
    expect(lanesOf(keys, true)).toEqual({
      items: [1, 0, 3, 4, 2],
      laneOf: [1, 0, 4, 2, 3],
      bands: [
        { key: keys[1], from: 0, count: 1 },
        { key: keys[0], from: 1, count: 3 },
      ],
    });
    expect(lanesOf(keys, false)).toEqual({
      items: [0, 1, 2, 3, 4],
      laneOf: [0, 1, 2, 3, 4],
      bands: [
        { key: keys[0], from: 0, count: 1 },
        { key: keys[1], from: 1, count: 1 },
        { key: keys[3], from: 3, count: 2 },
      ],
    });
    expect(lanesOf([undefined, undefined], true)).toEqual({ items: [0, 1], laneOf: [0, 1], bands: [] });
  });

  test('are in what is copied', () => {
    const settings: Settings = { ...DEFAULTS, items: 4, keys: 30, concurrentPerKey: 2, order: 'key', onError: 'skip' };
    const run = simulate(settings, 'concatMapEager');
    expect(codeOf(settings)).toContain(
      "    key: (value) => keyOf(value),\n    concurrentPerKey: 2,\n    order: 'key',\n    onError: 'skip',\n",
    );
    expect(marbleOf(settings, run)).toMatch(
      /^source {2}\(abcd\|\)\nkeys {4}\([A-Z]{4}\)\n[^]*> concatMapEager key: \$keys, concurrent: 4, concurrentPerKey: 2, order: key, onError: skip\n/,
    );
    const [first] = logOf(run);
    expect(first).toMatchObject({ key: keyOf(settings, (first as { item: number }).item)!.name });
    expect(logOf(simulate({ ...settings, keys: undefined }, 'concatMapEager'))[0]).not.toHaveProperty('key');
  });

  test('that are not there leave `concurrentPerKey` and `order` without a meaning', () => {
    const settings: Settings = { ...DEFAULTS, concurrentPerKey: 2, order: 'key' };
    expect(optionsOf(settings)).toEqual(optionsOf(DEFAULTS));
    expect(outputOf(simulate(settings, 'concatMapEager'))).toEqual(outputOf(simulate(DEFAULTS, 'concatMapEager')));
  });

  test('are in the story of an item: which it has, and whether others of it are active when it starts', () => {
    const { settings } = PRESETS.find(({ name }) => name === 'one-account')!;
    const starts = (operator: OperatorName) => {
      const run = simulate(settings, operator);
      return run.items.map(
        ({ index }) => storyOf(run, index).find(({ text }) => text.startsWith('attempt 1 starts'))!.text,
      );
    };
    const overlaps = / while item \d+ of its key is active$/;
    expect(starts('mergeMap').filter((text) => overlaps.test(text)).length).toBeGreaterThan(5);
    expect(starts('concatMapEager').filter((text) => overlaps.test(text))).toEqual([]);
    expect(starts('concatMapEager').join('\n')).toMatch(
      /^attempt 1 starts, having waited \d+ ms, as soon as item \d+ of its key has ended$/m,
    );
    expect(storyOf(simulate(settings, 'concatMap'), 0)[0]!.text).toBe(
      `the source emits the value, whose key is ${keyOf(settings, 0)!.name}`,
    );
  });

  test('have an order each that is kept, or lost', () => {
    const settings: Settings = { ...DEFAULTS, keys: 3, order: 'key', onError: 'skip' };
    const run = simulate(settings, 'concatMapEager');
    expect(measure(run)).toMatchObject({ order: 'key', mostOfAKey: 1 });
    expect(lateOf(run, true)).not.toContain(true);
    expect(lateOf(run, false)).toContain(true);
    const several = { ...settings, concurrentPerKey: 3 };
    expect(measure(simulate(several, 'concatMapEager'))).toMatchObject({ order: 'key', mostOfAKey: 3 });
    expect(measure(simulate(settings, 'mergeMap'))).toMatchObject({ order: 'lost' });
    expect(measure(simulate(DEFAULTS, 'mergeMap'))).toMatchObject({ order: 'lost', mostOfAKey: 0 });
  });
});

test('`onError` can be set to all the policies that there are, and to a function', () => {
  expect(ON_ERROR).toEqual([...POLICY_NAMES, 'fallback']);
});

test('an item that never ends, without a limit, is a result that never ends', () => {
  const run = simulate({ ...DEFAULTS, latency: 'stuck' }, 'concatMapEager');
  expect(run.end).toBeUndefined();
  expect(measure(run)).toMatchObject({ finished: undefined, utilisation: undefined, mostParked: 21 });
});

test('the clock finds what is next among thousands without looking at all of them', () => {
  const clock = new Clock();
  let looks = 0;
  const order: number[] = [];
  const count = 10_000;
  for (let rank = 0; rank < count; rank++) {
    const time = (rank * 7_919) % count;
    clock.add({
      get at() {
        looks++;
        return time;
      },
      rank,
      closed: false,
      execute: () => order.push(time),
    });
  }
  clock.flush();
  expect(order).toEqual([...Array(count).keys()]);
  // Twice the logarithm to find it, twice to put it there, two times to compare.
  expect(looks).toBeLessThan(8 * count * Math.log2(count));
});

test('the largest run that a page may have takes no longer for each item than a small one', () => {
  /** Milliseconds of the processor, since other programs may have it in between. */
  const cost = (items: number) => {
    const before = process.cpuUsage();
    const settings = { ...DEFAULTS, items, values: 100, mean: 5_000, concurrent: undefined };
    expect(simulate(settings, 'concatMapEager').output.length).toBe(100 * items);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  const rounds = Array.from({ length: 4 }, () => [cost(200), cost(2_000)] as const);
  const [small, large] = [0, 1].map((which) => Math.min(...rounds.map((round) => round[which]!)));
  // Ten times the items, and twice to three times as much for collecting garbage. What looks at all items for each is a hundred times.
  expect(large! / small!).toBeLessThan(60);
});
