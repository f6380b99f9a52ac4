import fc from 'fast-check';
import { concatAll, concatMap, from, map, noop, Observable, type ObservableInput } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import * as operators from '../../src/index.js';
import { perform, type Operators } from './model/perform.js';
import {
  keyPlanOf,
  type Answer,
  type ItemPlan,
  type PlannedConfig,
  type Play,
  type Scenario,
} from './model/scenario.js';
import { scenarios as allScenarios } from './model/scenarios.js';
import * as history from '../support/history.js';

if (process.env.FUZZ_RUNS !== undefined) vi.setConfig({ testTimeout: 3_600_000 });

/** `FUZZ_RUNS=100000 npx vitest run test/proof/laws.test.ts` goes on for longer; fast-check prints the seed of a failure. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 500);

/**
 * Puts a law to the test in many scenarios. `holds` says in which ways one put it to the test, and of a hundred so many did at
 * least: a law that nothing could break says nothing.
 */
function always<S, Way extends string>(
  drawn: fc.Arbitrary<S>,
  holds: (scenario: S) => Record<Way, boolean>,
  atLeast: Record<Way, number>,
): void {
  const counts = new Map<string, number>();
  fc.assert(
    fc.property(drawn, (scenario) => {
      for (const [way, was] of Object.entries(holds(scenario))) {
        counts.set(way, (counts.get(way) ?? 0) + (was ? 1 : 0));
      }
    }),
    { numRuns },
  );
  for (const [way, percent] of Object.entries<number>(atLeast)) {
    expect(counts.get(way), `scenarios in which it ${way}`).toBeGreaterThanOrEqual((numRuns * percent) / 100);
  }
}

/** What the laws are for: nothing is dropped because too many values wait, and nothing is stopped by a signal or by `until`. */
const anyScenarios = allScenarios.map(({ config, ...scenario }): Scenario => ({
  ...scenario,
  opens: false,
  asks: undefined,
  config: {
    ...config,
    maxWaiting: undefined,
    overflow: undefined,
    signal: undefined,
    maxParked: undefined,
    limits: undefined,
    readAhead: undefined,
    until: undefined,
  },
}));

/** Scenarios of all kinds, with keys or without; half of them begin with some values at once, so that more runs side by side. */
const scenariosWithKeys = fc.oneof(
  anyScenarios,
  anyScenarios.map(({ source, ...scenario }) => ({
    ...scenario,
    source: { ...source, gaps: [0, 0, 0, ...source.gaps] },
  })),
);

// Which scenarios a law is for: each of these makes all scenarios such scenarios.

const withConfig = (config: Partial<PlannedConfig>) => (scenario: Scenario) => ({
  ...scenario,
  config: { ...scenario.config, ...config },
});

/** Nobody interferes, and the consumer stays. */
const undisturbed = (scenario: Scenario) => ({ ...scenario, reactions: [], unsubscribeAt: undefined });

const unlimited = withConfig({ first: undefined, each: undefined, total: undefined, blocking: undefined });

const byDefault = withConfig({ retries: 0, onError: undefined, atomic: false });

const unkeyed = withConfig({ keys: undefined, concurrentPerKey: undefined, order: undefined });

const scenarios = scenariosWithKeys.map(unkeyed);

/** Every value has a key. */
const keyed = (scenario: Scenario): Scenario => {
  const keys = (scenario.config.keys ?? []).map((plan) => (plan === 'throws' || plan === 'promise' ? 'a' : plan));
  return withConfig({ keys: keys.length > 1 ? keys : ['a', 'b', 'a'] })(scenario);
};

const tellsMonitor = withConfig({ monitor: true });

const pushed = (scenario: Scenario) => ({ ...scenario, door: 'concatMapEager' as const });

/** If nothing has ended it by then, the consumer unsubscribes when nothing more can happen by itself. */
const ends = (scenario: Scenario) => ({ ...scenario, unsubscribeAt: scenario.unsubscribeAt ?? NEVER });

const NEVER = 90_000;

const sourceDoesNotFail = ({ source, ...scenario }: Scenario) => ({
  ...scenario,
  source: { ...source, end: source.end === 'error' ? ('complete' as const) : source.end },
});

const withAnswers = (change: (answer: Answer) => Answer) => (scenario: Scenario) => ({
  ...scenario,
  items: scenario.items.map(({ attempts, fallback, notifier }): ItemPlan => ({
    attempts: attempts.map(change),
    fallback: change(fallback),
    notifier: change(notifier),
  })),
});

/** Whatever would never end, completes. */
const finite = withAnswers((answer) => {
  if (answer.end !== 'never') {
    return answer;
  }
  // The value of a thenable and its end are one.
  const { gaps, last } = answer.kind === 'thenable' ? { gaps: [answer.last], last: 0 } : answer;
  return { ...answer, gaps, last, end: 'complete' };
});

/** Whatever would fail, completes. */
const sound = withAnswers((answer) => {
  if (answer.kind === 'throws' || answer.kind === 'invalid') {
    return { ...answer, kind: 'observable' };
  }
  // The value of a thenable and its end are one.
  const { gaps, last } = answer.kind === 'thenable' ? { gaps: [answer.last], last: 0 } : answer;
  return answer.end === 'error' ? { ...answer, gaps, last, end: 'complete' } : answer;
});

/** Of what is subscribed, all is Observables, whose teardowns are noticed. */
const noticed = withAnswers((answer) => (answer.kind === 'thenable' ? { ...answer, kind: 'observable' } : answer));

/** The same things happen, after other delays, taken in turn. */
function redelayed(scenario: Scenario, delays: readonly number[]): Scenario {
  let taken = 0;
  const delay = () => delays[taken++ % delays.length]!;
  const play = <P extends Play>(played: P) => ({ ...played, gaps: played.gaps.map(delay), last: delay() });
  const { items } = withAnswers((answer) => {
    switch (answer.kind) {
      case 'observable':
        return play(answer);
      case 'thenable':
        return answer.gaps.length === 0 ? play(answer) : { ...play(answer), last: 0 };
      default:
        return answer;
    }
  })(scenario);
  return { ...scenario, source: play(scenario.source), items };
}

// What is done with scenarios.

const run = (scenario: Scenario) => history.readLog(perform(scenario, operators).log);

type Project = (value: unknown, index: number, item: object) => ObservableInput<string>;

const concatMapOf = (project: Project) =>
  concatMap((value: unknown, index: number) =>
    settled(project(value, index, { attempt: 1, signal: new AbortController().signal })),
  );

/** What rxjs does; a thenable of a scenario is too poor for it. */
const concat = {
  concatMapEager: concatMapOf,
  concatEager: (inputs: Iterable<ObservableInput<string>>) => from(inputs).pipe(map(settled), concatAll()),
  concatMapEagerFrom: (values: Iterable<unknown>, project: Project) => from(values).pipe(concatMapOf(project)),
  sharedLimit: noop,
  adaptiveLimit: noop,
} as unknown as Operators;

function settled(input: ObservableInput<string>): ObservableInput<string> {
  if (input instanceof Observable || !('then' in input)) {
    return input;
  }
  return new Observable((subscriber) => {
    void input.then(
      (value) => {
        subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
  });
}

const outcomeOf = (outputs: readonly string[]) => outputs.at(-1)?.split(' ')[0];

/** rxjs has a message of its own for anything that is not an ObservableInput. */
const inTheWordsOfBoth = (outputs: readonly string[]) =>
  outputs.map((each) => each.replace(/TypeError\(.*\)/, 'TypeError'));

const lastAt = (entries: readonly history.Entry[]) =>
  entries.filter(({ what }) => ['next', 'error', 'complete'].includes(what)).at(-1)?.at ?? 0;

const isPrefix = (short: readonly string[], long: readonly string[]) => short.every((each, i) => each === long[i]);

describe('concatMap', () => {
  const concatenated = scenarios.map(undisturbed).map(finite).map(unlimited).map(byDefault).map(sourceDoesNotFail);

  test('the notifications are those of concatMap, for cold, finite inners, a source that does not fail and the defaults', () => {
    always(
      concatenated,
      (scenario) => {
        const eager = run(scenario);
        const plain = history.readLog(perform(scenario, concat).log);

        expect(inTheWordsOfBoth(history.output(eager))).toEqual(inTheWordsOfBoth(history.output(plain)));
        return {
          raced: history.mostActive(eager) > 1,
          failed: outcomeOf(history.output(eager)) === 'error',
          completed: outcomeOf(history.output(eager)) === 'complete',
          'ended sooner': lastAt(eager) < lastAt(plain),
        };
      },
      { raced: 20, failed: 20, completed: 10, 'ended sooner': 10 },
    );
  });

  test('no notification comes later than with concatMap', () => {
    always(
      concatenated,
      (scenario) => {
        const times = (entries: readonly history.Entry[]) =>
          entries.filter(({ what }) => ['next', 'error', 'complete'].includes(what)).map(({ at }) => at);
        const eager = times(run(scenario));
        const plain = times(history.readLog(perform(scenario, concat).log));

        for (const [nth, at] of eager.entries()) {
          expect(at).toBeLessThanOrEqual(plain[nth]!);
        }
        return { sooner: eager.some((at, nth) => at < plain[nth]!) };
      },
      { sooner: 10 },
    );
  });

  test('everything is as with concatMap, at the same times, with a limit of one and the policy immediate', () => {
    always(
      scenarios
        .map(undisturbed)
        .map(unlimited)
        .map(byDefault)
        .map(pushed)
        .map(withConfig({ concurrent: 1, onError: 'immediate', monitor: false })),
      (scenario) => {
        const eager = perform(scenario, operators).log;
        const plain = perform(scenario, concat).log;
        // concatMap has no signals, keeps a source that has ended until the end, and tells an error before it tears down what
        // failed.
        const isTeardown = (line: string) => line.includes(' teardown ');
        const done = (log: readonly string[]) =>
          inTheWordsOfBoth(log).filter((line) => !/ (teardown|abort) /.test(line));
        const tornDown = (log: readonly string[]) => log.filter((line) => isTeardown(line) && !line.endsWith('source'));

        expect(done(eager)).toEqual(done(plain));
        expect(tornDown(eager)).toEqual(tornDown(plain));
        return {
          failed: eager.some((line) => line.includes(' error ')),
          'projected several': history.projected(history.readLog(eager)).length > 1,
        };
      },
      { failed: 30, 'projected several': 20 },
    );
  });
});

describe('what is emitted', () => {
  test('comes in source order, and the values of each inner without a gap', () => {
    always(
      scenarios,
      (scenario) => {
        const emitted = history.values(run(scenario)).map((value) => {
          const [, index, kind, attempt, nth] = /^(\d+)(\.|f)(\d*)\/(\d+)$/.exec(value)!;
          // A fallback comes after all attempts.
          return { index: Number(index), inner: kind === 'f' ? Infinity : Number(attempt), nth: Number(nth) };
        });
        for (const [position, { index, inner, nth }] of emitted.entries()) {
          const before = emitted[position - 1] ?? { index: -1, inner: 0, nth: 0 };
          if (before.index === index && before.inner === inner) {
            expect(nth).toBe(before.nth + 1);
          } else {
            expect(before.index < index || (before.index === index && before.inner < inner)).toBe(true);
            expect(nth).toBe(0);
          }
        }
        return {
          'emitted of several items': new Set(emitted.map(({ index }) => index)).size > 1,
          'emitted of several inners of an item': emitted.some(
            ({ index, inner }, nth) => emitted[nth + 1]?.index === index && emitted[nth + 1]!.inner !== inner,
          ),
        };
      },
      { 'emitted of several items': 15, 'emitted of several inners of an item': 2 },
    );
  });

  // What fails last in the order of the source, and what would have come out if nothing had.
  const failing = scenarios.map(undisturbed).map(unlimited);

  test('before an error at its turn is all that comes before it, without a gap', () => {
    always(
      failing.map(withConfig({ onError: 'in-order' })),
      (scenario) => {
        const outputs = history.output(run(scenario));
        const emitted = history.values(run(scenario));
        const whole = history.values(run(withConfig({ onError: 'skip' })(scenario)));
        const failed = outcomeOf(outputs) === 'error';
        const index = failed ? history.indexOf(outputs.at(-1)!) : Infinity;

        if (failed) {
          expect(emitted).toEqual(whole.filter((value) => history.indexOf(value) <= index));
        } else {
          // It may not come to an end, behind an item that never does.
          expect(isPrefix(emitted, whole)).toBe(true);
        }
        return {
          'failed after something': failed && emitted.length > 0,
          'failed before something': failed && emitted.length < whole.length,
        };
      },
      { 'failed after something': 15, 'failed before something': 10 },
    );
  });

  test('before an error that comes at once is the beginning of what comes without it, without a gap', () => {
    always(
      failing.map(withConfig({ onError: 'immediate' })),
      (scenario) => {
        const outputs = history.output(run(scenario));
        const emitted = history.values(run(scenario));
        const whole = history.values(run(withConfig({ onError: 'skip' })(scenario)));

        expect(isPrefix(emitted, whole)).toBe(true);
        const failed = outcomeOf(outputs) === 'error';
        return {
          'failed after something': failed && emitted.length > 0,
          'failed before something': failed && emitted.length < whole.length,
        };
      },
      { 'failed after something': 15, 'failed before something': 10 },
    );
  });

  test('does not depend on delays or on how many run at once, without limits, immediate or a consumer that stops early', () => {
    const delays = fc.array(fc.nat(5), { minLength: 1, maxLength: 20 });
    const limits = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
    const policies = withConfig({ onError: undefined });
    always(
      fc.record({
        scenario: scenarios
          .map(undisturbed)
          .map(unlimited)
          .map((scenario) => (scenario.config.onError === 'immediate' ? policies(scenario) : scenario)),
        delays,
        concurrent: limits,
        reorderWindow: limits,
      }),
      ({ scenario, delays, concurrent, reorderWindow }) => {
        const other = withConfig({ concurrent, reorderWindow })(redelayed(scenario, delays));
        const before = perform(scenario, operators).log;
        const after = perform(other, operators).log;
        const outputs = history.output(history.readLog(before));

        expect(history.output(history.readLog(after))).toEqual(outputs);
        const untimed = (log: readonly string[]) => log.map((line) => line.replace(/^\d+ /, '')).join('\n');
        return {
          'went another way': untimed(before) !== untimed(after),
          'emitted much': outputs.length > 4,
          failed: outcomeOf(outputs) === 'error',
        };
      },
      { 'went another way': 40, 'emitted much': 15, failed: 20 },
    );
  });
});

describe('how many', () => {
  test('never are more than `concurrent` active, at any instant', () => {
    always(
      scenarios.map((scenario) => withConfig({ concurrent: scenario.config.concurrent ?? 2 })(scenario)),
      (scenario) => {
        const { concurrent } = scenario.config as { concurrent: number };
        const most = history.mostActive(run(scenario));

        expect(most).toBeLessThanOrEqual(concurrent);
        return { 'filled all slots': most === concurrent && concurrent > 1 };
      },
      { 'filled all slots': 20 },
    );
  });

  test('never are more than `reorderWindow` started and not yet fully emitted', () => {
    always(
      scenarios.map((scenario) => withConfig({ reorderWindow: scenario.config.reorderWindow ?? 2 })(scenario)),
      (scenario) => {
        const { reorderWindow, concurrent, monitor } = scenario.config;
        const entries = run(scenario);
        const { most, besideParked } = history.mostUnfinished(entries);

        expect(most).toBeLessThanOrEqual(reorderWindow!);
        expect(history.mostUnfinishedAsTold(entries)).toBeLessThanOrEqual(reorderWindow!);
        return {
          'filled the window': most === reorderWindow && most > 1,
          'filled the window, partly with what was parked': besideParked === reorderWindow,
          'told a monitor': monitor && most > 1,
          'had more slots than room': concurrent === undefined || concurrent > reorderWindow!,
        };
      },
      {
        'filled the window': 15,
        'filled the window, partly with what was parked': 1,
        'told a monitor': 8,
        'had more slots than room': 20,
      },
    );
  });
});

test('`project` is called in source order, and once an attempt, when the one before it has failed', () => {
  always(
    scenarios.map(pushed).map(noticed),
    (scenario) => {
      const entries = run(scenario);
      const projected = history.projected(entries);

      expect(projected.map(([index]) => index)).toEqual(projected.map((_, nth) => nth));
      for (const [index, attempts] of projected) {
        expect(attempts).toEqual(attempts.map((_, nth) => nth + 1));
        expect(attempts.length <= scenario.config.retries + 1 || scenario.config.resetOnSuccess).toBe(true);
        expect(entries.find(({ what, index: of }) => what === 'project' && of === index)!.words[1]).toBe(
          `source/${index}`,
        );
      }
      // What was subscribed for an attempt is over when the next one is asked for.
      const open = new Set<string>();
      for (const { what, index, words } of entries) {
        if (what === 'subscribe') {
          open.add(words[0]!);
        } else if (what === 'teardown') {
          open.delete(words[0]!);
        } else if (what === 'project') {
          expect([...open].filter((name) => name !== 'source' && history.indexOf(name) === index)).toEqual([]);
        }
      }
      return {
        'projected several': projected.length > 1,
        'tried again': projected.some(([, attempts]) => attempts.length > 1),
      };
    },
    { 'projected several': 30, 'tried again': 10 },
  );
});

test('every inner, and the source, is torn down exactly once, before the end is told, and after it nothing begins', () => {
  always(
    scenarios.map(noticed).map(ends),
    (scenario) => {
      const entries = run(scenario);
      const subscribed = entries.filter(({ what }) => what === 'subscribe').map(({ words }) => words[0]!);
      const ended = entries.findIndex(({ what }) => what === 'error' || what === 'complete');

      expect(new Set(subscribed).size).toBe(subscribed.length);
      expect(history.teardowns(entries)).toEqual(new Map(subscribed.map((name) => [name, 1])));
      // Where a teardown leads to the end, its signal aborts after that; where an iterator does, it is returned after that.
      const after = ended === -1 ? [] : entries.slice(ended + 1);
      expect(after.filter(({ what, at }) => !['abort', 'return'].includes(what) || at !== entries[ended]!.at)).toEqual(
        [],
      );
      return {
        'subscribed several': subscribed.length > 2,
        ended: ended !== -1,
        'was left': ended === -1,
        'was left early': ended === -1 && scenario.unsubscribeAt !== NEVER,
      };
    },
    { 'subscribed several': 30, ended: 20, 'was left': 15, 'was left early': 10 },
  );
});

describe('the monitor', () => {
  const told = scenarios.map(tellsMonitor).map(ends);

  test('hears of each item that it was received once, and once that it ended: received = completed + failed + cancelled', () => {
    always(
      told,
      (scenario) => {
        const entries = run(scenario);
        const stories = [...history.storyOf(entries)];
        const events = history.monitored(entries);
        const outcomes = ['completed', 'failed', 'cancelled'];

        expect(stories.filter(([, story]) => !history.SOUND_STORY.test(story))).toEqual([]);
        expect(stories.map(([index]) => index)).toEqual(stories.map((_, nth) => nth));
        const received = events.filter(({ what }) => what === 'received').length;
        const count = (outcome: string) =>
          events.filter(({ what, words }) => what === 'ended' && words.includes(outcome)).length;
        expect(outcomes.reduce((sum, outcome) => sum + count(outcome), 0)).toBe(received);
        const [completed, failed, cancelled] = outcomes.map((outcome) => count(outcome) > 0);
        return { completed: completed!, failed: failed!, cancelled: cancelled! };
      },
      { completed: 20, failed: 15, cancelled: 20 },
    );
  });

  test('hears how many wait, are active and are parked after each event, and these are all there are', () => {
    always(
      told,
      (scenario) => {
        const counts = { waiting: 0, active: 0, parked: 0 };
        const reached = { waiting: 0, active: 0, parked: 0 };
        for (const { what, words } of history.monitored(run(scenario))) {
          const [, , attempt, told, ...details] = words;
          if (what === 'received') {
            counts.waiting++;
          } else if (what === 'started' && attempt === '1') {
            counts.waiting--;
            counts.active++;
          } else if (what === 'ended') {
            counts[attempt === '0' ? 'waiting' : 'active']--;
            counts.parked += details.includes('cancelled') ? 0 : 1;
          } else if (what === 'flushed') {
            counts.parked--;
          }
          expect(told).toBe(`${counts.waiting}/${counts.active}/${counts.parked}`);
          for (const state of ['waiting', 'active', 'parked'] as const) {
            reached[state] = Math.max(reached[state], counts[state]);
          }
        }
        return { 'waited side by side': reached.waiting > 1, raced: reached.active > 1, parked: reached.parked > 1 };
      },
      { 'waited side by side': 5, raced: 20, parked: 10 },
    );
  });
});

describe('keys', () => {
  const withKeys = scenariosWithKeys.map(keyed);

  test('of each key, no two inners overlap, and they come in the order of the source', () => {
    always(
      withKeys.map(noticed).map(withConfig({ concurrentPerKey: undefined })),
      (scenario) => {
        const open = new Set<string>();
        const latest = new Map<string, number>();
        let several = false;
        let raced = false;
        let retried = false;
        for (const { what, words } of run(scenario)) {
          const [name] = words as [string];
          if (name === 'source' || !['project', 'onError', 'subscribe', 'teardown'].includes(what)) {
            continue;
          }
          if (what === 'teardown') {
            open.delete(name);
            continue;
          }
          const index = history.indexOf(name);
          const key = keyPlanOf(scenario, index)!;
          const before = latest.get(key) ?? -1;
          expect(index).toBeGreaterThanOrEqual(before);
          expect([...open].filter((other) => keyPlanOf(scenario, history.indexOf(other)) === key)).toEqual([]);
          several ||= index > before && before >= 0;
          retried ||= what === 'project' && words[2] !== '1';
          raced ||= open.size > 0;
          latest.set(key, index);
          if (what === 'subscribe') {
            open.add(name);
          }
        }
        return { 'had several items of a key': several, raced, retried };
      },
      { 'had several items of a key': 20, raced: 20, retried: 5 },
    );
  });

  const untimed = withKeys.map(undisturbed).map(unlimited);

  test('change nothing in what is emitted in the order of the source', () => {
    always(
      untimed
        .map(withConfig({ order: 'source' }))
        .map((scenario) =>
          scenario.config.onError === 'immediate' ? withConfig({ onError: undefined })(scenario) : scenario,
        ),
      (scenario) => {
        const entries = run(scenario);
        const plain = run(unkeyed(scenario));
        const subscriptions = (of: readonly history.Entry[]) =>
          of.filter(({ what }) => what === 'subscribe').map(({ at, words }) => `${at} ${words[0]}`);

        expect(history.output(entries)).toEqual(history.output(plain));
        return {
          'went another way': subscriptions(entries).join() !== subscriptions(plain).join(),
          'emitted much': history.output(entries).length > 4,
          failed: outcomeOf(history.output(entries)) === 'error',
        };
      },
      { 'went another way': 20, 'emitted much': 10, failed: 20 },
    );
  });

  test('with an order for each key, what each emits is what concatMap over the values of that key does', () => {
    always(
      untimed
        .map(finite)
        .map(sound)
        .map(sourceDoesNotFail)
        .map(withConfig({ order: 'key' })),
      (scenario) => {
        const emitted = history.values(run(scenario));
        const plain = history.values(history.readLog(perform(unkeyed(scenario), concat).log));
        const ofKey = (values: readonly string[], key: string) =>
          values.filter((value) => keyPlanOf(scenario, history.indexOf(value)) === key);

        for (const key of ['a', 'b', 'c']) {
          expect(ofKey(emitted, key)).toEqual(ofKey(plain, key));
        }
        return {
          'emitted in another order': emitted.join() !== plain.join(),
          'emitted several items of a key': new Set(ofKey(emitted, 'a').map(history.indexOf)).size > 1,
        };
      },
      { 'emitted in another order': 15, 'emitted several items of a key': 20 },
    );
  });

  test('whenever there are a slot and room, the earliest item whose key is free is started', () => {
    always(
      withKeys.map(tellsMonitor).map(ends),
      (scenario) => {
        const { concurrent = Infinity, concurrentPerKey = 1 } = scenario.config;
        const { reorderWindow = Math.max(1024, 16 * concurrent) } = scenario.config;
        const waiting = new Set<number>();
        const active = new Set<number>();
        let unflushed = 0;
        let overtaken = false;
        let busy = false;
        const isFree = (index: number) => {
          const key = keyPlanOf(scenario, index);
          return [...active].filter((each) => keyPlanOf(scenario, each) === key).length < concurrentPerKey;
        };
        const events = history.monitored(run(scenario));
        for (const [nth, { at, what, index, words }] of events.entries()) {
          const item = index!;
          if (what === 'received') {
            waiting.add(item);
          } else if (what === 'started' && words[2] === '1') {
            const earlier = [...waiting].filter((each) => each < item);
            expect(isFree(item)).toBe(true);
            expect(earlier.filter(isFree)).toEqual([]);
            overtaken ||= earlier.length > 0;
            waiting.delete(item);
            active.add(item);
            unflushed++;
            expect(active.size).toBeLessThanOrEqual(concurrent);
            expect(unflushed).toBeLessThanOrEqual(reorderWindow);
          } else if (what === 'ended') {
            const wasActive = active.delete(item);
            waiting.delete(item);
            unflushed -= wasActive && words.includes('cancelled') ? 1 : 0;
          } else if (what === 'flushed') {
            unflushed--;
          }
          const isLastOfInstant = events[nth + 1]?.at !== at;
          if (isLastOfInstant && active.size < concurrent && unflushed < reorderWindow) {
            expect([...waiting].filter(isFree)).toEqual([]);
            busy ||= waiting.size > 0;
          }
        }
        return { 'started an item before an earlier one': overtaken, 'had only busy keys': busy };
      },
      { 'started an item before an earlier one': 10, 'had only busy keys': 10 },
    );
  });
});
