import { checkRun } from '../../../src/testing/index.js';
import type { Performed } from './perform.js';
import { attemptOf, keyPlanOf, planOf, type Scenario } from './scenario.js';

// The log of a run is judged by itself: nothing here predicts what happens, or knows how the operators work. `checkRun` does the
// same for what the monitor is told; this is for what only somebody sees who writes down everything.

/** A line of the log. */
interface Line {
  readonly at: number;
  /** What is noticed: `subscribe`, `next`, `project`, … */
  readonly what: string;
  /** Of whom: `0.1` is the first attempt for value 0, `0f` its fallback, `0d1` the notifier of its first delay. */
  readonly of: string;
  readonly more: readonly string[];
}

interface Run extends Performed {
  readonly scenario: Scenario;
  readonly lines: readonly Line[];
}

/** @returns what is wrong */
type Rule = (run: Run) => string | false | undefined;

const isInner = (name: string) => /^\d+(\.|f)/.test(name);
const indexOf = (name: string) => parseInt(name);

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

const hasEnded = ({ what, of }: Line) => what === 'complete' || what === 'error' || (what === 'done' && of === 'to');

/** The last event of each time at which there are some, except the last of all: more may have happened without an event. */
const lastOfEachTime = ({ events }: Run) => events.filter(({ time }, i) => (events[i + 1]?.time ?? time) > time);

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

  'when nothing happens any more at a time, no more values wait than `maxWaiting` says': (run) => {
    const { maxWaiting = Infinity, keys } = run.scenario.config;
    const wrong = lastOfEachTime(run).find(({ waiting }) => waiting > maxWaiting);
    // An item whose key is not known is started without an event.
    return keys === undefined && wrong && `at ${wrong.time}, ${wrong.waiting} values wait`;
  },

  'when nothing happens any more at a time, nothing waits that could be started': (run) => {
    const { concurrent = Infinity, limits, reorderWindow = 1024, keys } = run.scenario.config;
    if (limits !== undefined || keys !== undefined) {
      return undefined;
    }
    const wrong = lastOfEachTime(run).find(
      ({ waiting, active, parked }) => waiting > 0 && active < concurrent && active + parked < reorderWindow,
    );
    const hasFailed = run.events.some((event) => event.type === 'ended' && event.outcome === 'failed');
    return !hasFailed && wrong && `at ${wrong.time}, ${wrong.waiting} values wait beside ${wrong.active} active items`;
  },
};

/** Judges what was written down of a run. @returns what is wrong: the rule, and how it is broken */
export function checkLog(scenario: Scenario, performed: Performed): string[] {
  const lines = performed.log
    .filter((line) => !line.startsWith('end:'))
    .map((line): Line => {
      const [at, what, of, ...more] = line.split(' ') as [string, string, string, ...string[]];
      return { at: Number(at), what, of, more };
    });
  const run: Run = { ...performed, scenario, lines };
  return Object.entries(RULES).flatMap(([rule, wrongOf]) => {
    const wrong = wrongOf(run);
    return wrong ? [`Expected that ${rule}: ${wrong}`] : [];
  });
}
