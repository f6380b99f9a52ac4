import { checkRun } from '../../../src/testing/index.js';
import { MOMENT_RULES, QUIET_RULES } from './momentRules.js';
import type { Performed } from './perform.js';
import { attemptOf, keyPlanOf, planOf, type Scenario } from './scenario.js';
import { hasEnded, indexOf, isInner, isLeft, Situation, type Line, type Run } from './situation.js';

// The log of a run is judged by itself: nothing here predicts what happens, or knows how the operators work. `checkRun` does the
// same for what the monitor is told; this is for what only somebody sees who writes down everything. These rules are of the log as a
// whole; those of single moments are in a file of their own.

/** @returns what is wrong */
type Rule = (run: Run) => string | false | undefined;

/** The origin of a value that has come out: the inner, and how many of its values came before. */
function originOf({ of }: Line): { readonly inner: string; readonly index: number; readonly nth: number } {
  const [inner, nth] = of.split('/') as [string, string];
  return { inner, index: indexOf(inner), nth: Number(nth) };
}

/** Whether that is an Observable: of others, nobody notices that they are torn down. */
function isObservable({ scenario }: Run, name: string): boolean {
  if (!/^\d/.test(name)) {
    return name !== 'until' || scenario.config.until?.kind === 'observable';
  }
  const { fallback, notifier } = planOf(scenario, indexOf(name));
  const attempt = attemptOf(scenario, indexOf(name), Number(name.split('.')[1]));
  return (name.includes('f') ? fallback : name.includes('d') ? notifier : attempt).kind === 'observable';
}

const linesOf = ({ lines }: Run, ...what: string[]) => lines.filter((line) => what.includes(line.what));

/** What an error is called. */
const errorOf = (line: Line | undefined) => line && [line.of, ...line.more].join(' ').replace(/ to \d+$/, '');

/** How many calls of `next()` wait after these lines. */
const callsAt = (told: readonly Line[]) =>
  told.filter(({ what }) => what === 'ask').length -
  told.filter(({ of, more }) => of === 'to' || more.at(-2) === 'to').length;

/** Whether the consumer has not left it, nor been told the end another time. */
const isOwnEnd = (told: readonly Line[]) => {
  const first = told.find((line) => hasEnded(line) || isLeft(line));
  return first?.what === 'complete' || first?.what === 'done';
};

/** Whose values have one order: all, or those of a key. A value without a key is alone. */
function orderOf({ scenario }: Run, index: number): unknown {
  const plan = keyPlanOf(scenario, index);
  const hasKey = plan !== 'throws' && plan !== 'promise';
  return scenario.config.order === 'key' ? (hasKey ? plan : index) : 'all';
}

/** Walks through the log; `open` has the inners that are subscribed and not torn down. */
function walk(run: Run, look: (line: Line, open: readonly string[]) => string | false | undefined) {
  const open = new Set<string>();
  for (const line of run.lines) {
    if (line.what === 'subscribe' && isInner(line.of) && isObservable(run, line.of)) {
      open.add(line.of);
    } else if (line.what === 'teardown') {
      open.delete(line.of);
    }
    const wrong = look(line, [...open]);
    if (wrong) {
      return wrong;
    }
  }
  return undefined;
}

/** The first of some lines that follows, in one order, one that is to be behind it. */
function firstOutOfOrder<T extends { readonly index: number }>(all: readonly T[], groupOf: (each: T) => unknown) {
  const last = new Map<unknown, number>();
  return all.find((each) => {
    const group = groupOf(each);
    const before = last.get(group) ?? -1;
    last.set(group, Math.max(before, each.index));
    return each.index < before;
  });
}

const RULES: Readonly<Record<string, Rule>> = {
  'what the monitor is told keeps to the rules of `checkRun`': ({ events, config }) =>
    checkRun(events, config as never)[0]?.message,

  'time goes on': ({ lines }) => lines.some(({ at }, i) => at < (lines[i - 1]?.at ?? 0)) && 'it goes back',

  'nothing comes out after the end': (run) => {
    const out = linesOf(run, 'next', 'error', 'complete', 'done');
    const end = out.findIndex(hasEnded);
    const after = end < 0 ? undefined : out.slice(end + 1).find(({ what }) => what !== 'done');
    return after && `there is ${after.what} ${after.of}`;
  },

  'nothing is called, read or subscribed after the end': ({ lines }) => {
    const end = lines.findIndex(hasEnded);
    const started = /^(project|key|onError|delay|subscribe|pull|open)$/;
    const after = end < 0 ? undefined : lines.slice(end + 1).find(({ what }) => started.test(what));
    return after && `there is ${after.what} ${after.of}`;
  },

  'whatever is subscribed is torn down, once': (run) => {
    const isOver = run.lines.some(hasEnded);
    const times = ({ of }: Line) => run.lines.filter((line) => line.what === 'teardown' && line.of === of).length;
    const wrong = linesOf(run, 'subscribe').find(
      (line) => isObservable(run, line.of) && (times(line) > 1 || (isOver && times(line) === 0)),
    );
    return wrong && `${wrong.of} is torn down ${times(wrong)} times`;
  },

  'values come out in order': (run) => {
    const wrong = firstOutOfOrder(linesOf(run, 'next').map(originOf), ({ index }) => orderOf(run, index));
    return wrong && `${wrong.inner}/${wrong.nth} comes late`;
  },

  'of what an inner emits, nothing is left out that comes before what comes out': (run) => {
    const seen = new Map<string, number>();
    const wrong = linesOf(run, 'next')
      .map(originOf)
      .find(({ inner, nth }) => {
        const expected = seen.get(inner) ?? 0;
        seen.set(inner, expected + 1);
        return nth !== expected;
      });
    return wrong && `${wrong.inner}/${wrong.nth} comes too early or twice`;
  },

  'of an atomic item, the values of one attempt come out': (run) => {
    const inners = new Map<number, string>();
    const wrong = linesOf(run, 'next')
      .map(originOf)
      .find(({ inner, index }) => {
        const other = inners.get(index) ?? inner;
        inners.set(index, inner);
        return run.scenario.config.atomic && other !== inner;
      });
    return wrong && `there are values of ${wrong.inner} and of an earlier attempt`;
  },

  'no more inners are subscribed than the limit': (run) => {
    const { concurrent = Infinity } = run.scenario.config;
    return walk(run, (_, open) => open.length > concurrent && `${open.join(', ')} are subscribed at once`);
  },

  'of a key, no more inners are subscribed than `concurrentPerKey` says': (run) => {
    const { keys, concurrentPerKey = 1 } = run.scenario.config;
    const ofKey = (open: readonly string[], name: string) =>
      open.filter((other) => keyPlanOf(run.scenario, indexOf(other)) === keyPlanOf(run.scenario, indexOf(name)));
    return (
      keys &&
      walk(run, ({ what, of }, open) => {
        const plan = keyPlanOf(run.scenario, indexOf(of));
        const isKey = what === 'subscribe' && isInner(of) && plan !== 'throws' && plan !== 'promise';
        return (
          isKey && ofKey(open, of).length > concurrentPerKey && `${ofKey(open, of).join(', ')} are subscribed at once`
        );
      })
    );
  },

  '`project` is called for one value after another, and of a key in its order': (run) => {
    const first = linesOf(run, 'project').filter(({ more: [, attempt] }) => attempt === '1');
    const wrong = firstOutOfOrder(
      first.map(({ of }) => ({ index: Number(of) })),
      ({ index }) => keyPlanOf(run.scenario, index),
    );
    return wrong && `it is called late for ${wrong.index}`;
  },

  '`project` is called again for retries only': (run) => {
    const attempts = new Map<string, number>();
    const { retries, resetOnSuccess } = run.scenario.config;
    const wrong = linesOf(run, 'project').find(({ of, more: [, attempt] }) => {
      const expected = (attempts.get(of) ?? 0) + 1;
      attempts.set(of, expected);
      return Number(attempt) !== expected || (!resetOnSuccess && expected > retries + 1);
    });
    return wrong && `there is attempt ${wrong.more[1]} for ${wrong.of}`;
  },

  '`key` is called once for each value, in order': (run) =>
    linesOf(run, 'key').some(({ of }, i) => Number(of) !== i) && 'it is not',

  'requests are answered in order': (run) => {
    const answered = run.lines.flatMap(({ of, more }) =>
      of === 'to' ? [more[0]] : more.at(-2) === 'to' ? [more.at(-1)] : [],
    );
    return answered.some((nth, i) => Number(nth) !== i) && `they are answered in the order ${answered.join(', ')}`;
  },

  'nothing is read after the source has been closed': ({ lines }) => {
    const closed = lines.findIndex(({ what, of }) => what === 'return' && of === undefined);
    return closed >= 0 && lines.slice(closed).some(({ what }) => what === 'pull') && 'there is a pull after the return';
  },

  'what is read and left early is told so, once': (run) => {
    const { door, source } = run.scenario;
    const pulls = linesOf(run, 'pull').length;
    const isLeft = door !== 'concatMapEager' && run.lines.some(hasEnded) && pulls > 0 && pulls <= source.gaps.length;
    const returns = run.lines.filter(({ what, of }) => what === 'return' && of === undefined).length;
    return isLeft && returns !== 1 && `it is told ${returns} times`;
  },

  'nobody listens to the option `signal` after the end': ({ lines, log }) =>
    lines.some(hasEnded) && log.at(-1)?.startsWith('end:') && !log.at(-1)!.includes(' 0 ') && log.at(-1),

  'a signal aborts once, after what it is the signal of has been torn down': (run) => {
    const wrong = linesOf(run, 'abort').find(({ of }) => {
      const about = run.lines.filter((line) => line.of === of && /^(subscribe|teardown|abort)$/.test(line.what));
      const words = about.map(({ what }) => what).join(' ');
      return /abort.*abort/.test(words) || (isObservable(run, of) && words.includes('subscribe abort'));
    });
    return wrong && `that of ${wrong.of} does not`;
  },

  'a signal aborts by a time limit, or when its item is cancelled': (run) => {
    const wrong = linesOf(run, 'abort').find(
      ({ at, of, more: [reason] }) =>
        isInner(of) &&
        !reason!.startsWith('timeout(') &&
        !run.events.some(
          (event) =>
            event.type === 'ended' && event.outcome === 'cancelled' && event.index === indexOf(of) && event.time === at,
        ),
    );
    return wrong && `that of ${wrong.of} does at ${wrong.at}`;
  },

  'an error comes behind the values of its item and of those before it': (run) => {
    const { onError = 'in-order', order } = run.scenario.config;
    const error = linesOf(run, 'error')[0];
    const index = error && indexOf(error.of);
    const inOrder = (onError === 'in-order' || onError === 'function') && order !== 'key';
    const later = linesOf(run, 'next')
      .map(originOf)
      .find((origin) => origin.index > index!);
    return inOrder && index !== undefined && later && `${later.inner}/${later.nth} comes before the error of ${index}`;
  },

  'several errors are in source order': (run) => {
    const listed = run.lines.find(({ what, of }) => what === 'error' && of.startsWith('['));
    const text = listed && [listed.of, ...listed.more].join(' ').slice(1);
    const indices = text
      ?.split(/, (?=\d+[.dfk]|timeout|[A-Z]\w+Error|source)/)
      .flatMap((each) => /^(?:timeout\(|TypeError\()?(\d+)/.exec(each)?.slice(1).map(Number) ?? []);
    return indices?.some((index, i) => index < (indices[i - 1] ?? 0)) && `they are ${text!}`;
  },

  'a result that completes, or ends with an error of its source, loses nothing': (run) => {
    const end = run.lines.find(hasEnded);
    const { onError, limits, until } = run.scenario.config;
    const isItsOwn = end?.what === 'error' && end.of === 'source' && limits === undefined && until === undefined;
    const isWhole = end?.what === 'complete' || (isItsOwn && onError !== 'immediate');
    const lost = run.events.find(
      (event) =>
        (event.type === 'flushed' && event.dropped === true) ||
        (event.type === 'ended' && event.outcome === 'cancelled'),
    );
    return isWhole && lost && `item ${lost.index} is lost`;
  },

  '`onError` is called once for each item': (run) => {
    const calls = linesOf(run, 'onError').map(({ of }) => of);
    const wrong = calls.find((of, i) => calls.indexOf(of) < i);
    return wrong && `it is called again for ${wrong}`;
  },

  'a notifier that completes without a value ends its item': ({ told, events }) => {
    const hasEmitted = (name: string) =>
      told.some(({ what, of, more: [mark] }) => what === 'says' && of === name && mark === 'next');
    const wrong = told.find(
      ({ what, of, more: [mark] }) =>
        what === 'says' &&
        mark === 'complete' &&
        /^\d+d/.test(of) &&
        !hasEmitted(of) &&
        events.filter(({ type, index }) => type === 'started' && index === indexOf(of)).length >
          Number(of.split('d')[1]),
    );
    return wrong && `after ${wrong.of}, there is another attempt`;
  },

  'the result completes when its source has, and all of it was received': ({ scenario, told, events, lines }) => {
    const says = (name: string, mark: string) =>
      told.filter(({ what, of, more }) => what === 'says' && of === name && more[0] === mark).length;
    const end = lines.find(hasEnded);
    const received = events.filter(({ type }) => type === 'received').length;
    const { length } = scenario.source.gaps;
    const pulls = lines.filter(({ what }) => what === 'pull').length;
    const isWhole =
      scenario.door === 'concatMapEager'
        ? says('source', 'complete') === 1 && says('source', 'next') === received
        : says('until', 'next') > 0 || (pulls > length && received === length);
    return (
      end !== undefined && end.what !== 'error' && isOwnEnd(told) && !isWhole && `it does after ${received} values`
    );
  },

  // If it was just about to end, it ends as it was to.
  'when the option `signal` aborts, the result ends at once, and nothing begins': ({ scenario, told }) => {
    const stop = told.findIndex(({ what }) => what === 'stop');
    const before = told.slice(0, stop).filter((line) => hasEnded(line) || line.what === 'leave');
    if (stop < 0 || before.length > 0) {
      return undefined;
    }
    const after = told.slice(stop + 1);
    const begun = after.find(({ what }) => /^(project|key|onError|delay|subscribe|pull|open)$/.test(what));
    const [first] = after.filter((line) => line.what === 'next' || line.what === 'leave' || hasEnded(line));
    const isTold = scenario.asks === undefined || callsAt(told.slice(0, stop)) > 0;
    const isRight = first !== undefined && first.what !== 'next' && first.at === told[stop]!.at;
    return (
      (begun && `there is ${begun.what} ${begun.of}`) ?? (isTold && !isRight && `there is ${first?.what} ${first?.of}`)
    );
  },

  'when the option `signal` aborts, all signals abort with its reason': ({ told }) => {
    const stop = told.findIndex(({ what }) => what === 'stop');
    const stopped = told.findIndex(({ what }) => what === 'stopped');
    const isOver = told.slice(0, Math.max(stop, 0)).some((line) => hasEnded(line) || line.what === 'leave');
    const wrong = told.slice(stop, stopped).find(({ what, more }) => what === 'abort' && more[0] !== 'stopped');
    return stop >= 0 && !isOver && wrong && `that of ${wrong.of} aborts with ${wrong.more[0]}`;
  },

  'the signal of the function that gives what is read aborts when that is left': (run) => {
    const left = run.lines.filter(({ what, of }) => what === 'return' && of === undefined).length;
    const aborted = linesOf(run, 'abort').filter(({ of }) => of === 'source').length;
    return run.scenario.opens && left > aborted && 'it does not';
  },

  'before an error that has its turn, all has come out that comes before it': (run) => {
    const { onError = 'in-order' } = run.scenario.config;
    const end = linesOf(run, 'error')[0];
    const failed = linesOf(run, 'monitor').find(
      ({ of, event, more }) =>
        of === 'ended' &&
        event!.type === 'ended' &&
        event!.outcome === 'failed' &&
        more.join(' ').endsWith(`failed ${errorOf(end)}`),
    )?.event;
    if ((onError !== 'in-order' && onError !== 'function') || failed === undefined) {
      return undefined;
    }
    const isBefore = ({ index }: { index: number }) =>
      index < failed.index && orderOf(run, index) === orderOf(run, failed.index);
    const wrong = run.events
      .filter(isBefore)
      .find(
        (event) =>
          (event.type === 'ended' && event.outcome === 'cancelled') || (event.type === 'flushed' && event.dropped),
      );
    return wrong && `item ${wrong.index} is lost`;
  },

  'an item is cancelled only at the end, or behind an error': (run) => {
    const { order } = run.scenario.config;
    const ends = run.told.filter((line) => hasEnded(line) || isLeft(line));
    const failed = run.events.filter((event) => event.type === 'ended' && event.outcome === 'failed');
    const wrong = run.events.find(
      (event) =>
        event.type === 'ended' &&
        event.outcome === 'cancelled' &&
        event.attempt > 0 &&
        !ends.some(({ at }) => at === event.time) &&
        !(run.scenario.asks !== undefined && run.scenario.config.onError === 'immediate') &&
        !failed.some(
          ({ index, time }) =>
            time === event.time &&
            index < event.index &&
            (order !== 'key' || orderOf(run, index) === orderOf(run, event.index)),
        ),
    );
    return wrong && `item ${wrong.index} is, at ${wrong.time}`;
  },
};

/** Reads what was written down. */
function read(lines: readonly string[], events: Performed['events']): Line[] {
  let count = 0;
  return lines
    .filter((line) => !line.startsWith('end:'))
    .map((line): Line => {
      const [at, what, of, ...more] = line.split(' ') as [string, string, string, ...string[]];
      return { at: Number(at), what, of, more, event: what === 'monitor' ? events[count++] : undefined };
    });
}

/** Judges moment after moment. */
function checkMoments(run: Run): string[] {
  const situation = new Situation(run);
  const wrong = new Map<string, string>();
  const note = (rule: string, how: string | false | undefined, at: number) => {
    if (how && !wrong.has(rule)) {
      wrong.set(rule, `Expected that ${rule}: at ${at}, ${how}`);
    }
  };
  const endsAt = new Set(run.told.filter((line) => hasEnded(line) || isLeft(line)).map(({ at }) => at));
  const lookAround = (next: number) => {
    for (const [rule, wrongOf] of Object.entries(QUIET_RULES)) {
      note(rule, !situation.over && wrongOf(situation, next), situation.at);
    }
  };
  for (const line of run.told) {
    if (line.at > situation.at) {
      lookAround(line.at);
    }
    for (const [rule, wrongOf] of Object.entries(MOMENT_RULES)) {
      // In the call in which the result ends, the operators are deaf before anybody is told.
      note(rule, !situation.over && !endsAt.has(line.at) && wrongOf(line, situation), line.at);
    }
    situation.take(line);
  }
  lookAround(Infinity);
  return [...wrong.values()];
}

/** Judges what was written down of a run. @returns what is wrong: the rule, and how it is broken */
export function checkLog(scenario: Scenario, performed: Performed): string[] {
  const { log, story, events } = performed;
  const run: Run = { ...performed, scenario, lines: read(log, events), told: read(story, events) };
  const ofAll = Object.entries(RULES).flatMap(([rule, wrongOf]) => {
    const wrong = wrongOf(run);
    return wrong ? [`Expected that ${rule}: ${wrong}`] : [];
  });
  return [...ofAll, ...checkMoments(run)];
}
