import {
  MarbleFixture,
  printMarble,
  type MarbleError,
  type MarbleMark,
  type MarbleRow,
  type MarbleValue,
} from '../../../src/testing/index.js';
import type { Prediction, Run } from './predict.js';
import type { Limits, Scenario } from './scenario.js';

// `n` is the label of what `retry.delay` returns, and of `until`; numbers that are limits stand in a row of their own.
const LABELS = [...'abcdefghijklmopqrstuvwxyz'];
const VALUES = [...'123456789ABCDEFGHIJKLMNOPQRSTUVWXYZαβγδεζηθικλμνξοπρστυφχψω'];

/**
 * Draws a scenario, and what the model says of it, as a marble block that can be put into a page of `marbles/`.
 *
 * @throws Error that says why, if it is one that marbles cannot draw
 */
export function drawScenario(scenario: Scenario, { log, runs, happened }: Prediction): string {
  const { door, config, unsubscribeAt } = scenario;
  const { first, each, total, blocking, retries, delay, resetOnSuccess, onError, atomic, ...others } = config;
  const pulls = door !== 'concatMapEager';
  const shown = runs.filter(({ kind, answer }) => kind !== 'delay' || answer !== undefined);
  refuse(config.keys !== undefined, 'there are keys');
  refuse(scenario.asks !== undefined, 'the consumer asks');
  refuse(config.maxParked !== undefined, 'only so many values are kept');
  refuse(config.signal === 'before', 'the signal has aborted before');
  refuse(happened.has(RE_ENTRANT), 'somebody is re-entrant');
  refuse(shown.some(isInvalid), 'a function returns no ObservableInput');
  refuse(
    shown.some(({ kind, answer }) => kind === 'delay' && answer?.kind === 'throws'),
    '`retry.delay` throws',
  );
  refuse(pulls && shown.some(({ kind }) => kind === 'fallback'), 'an input has a fallback');
  refuse(pulls && shown.some(({ answer }) => answer?.kind === 'throws'), '`project` throws for a value that is read');
  refuse((config.readAhead ?? 0) > 0, 'values are read ahead');
  refuse(pulls && shown[0]!.marks.length === 0, 'nothing is read');
  refuse(!pulls && shown[0]!.playing === undefined, 'the source is never subscribed');
  refuse(
    config.until !== undefined && shown.some(({ kind }) => kind === 'delay'),
    'there are `until` and notifiers of retries',
  );
  refuse(pulls && shown[0]!.marks.some(({ mark }) => mark === 'error'), 'the inputs fail');
  refuse(
    shown.some(({ item }) => item !== undefined && item.index >= LABELS.length),
    'there are too many items',
  );
  const legend = new Map<string, string>();
  const names = new Map<string, string>();
  const rows: MarbleRow[] = [];
  const counts = new Map<string, number>();
  for (const run of shown) {
    const label = labelOf(run, pulls);
    const nth = (counts.get(label) ?? 0) + 1;
    counts.set(label, nth);
    names.set(run.name, nth === 1 ? label : `${label}${nth}`);
    rows.push(run.kind === 'limits' ? rowOfLimits(run, label, config.limits!) : rowOf(run, label, legend));
  }
  refuse(legend.size > VALUES.length, 'there are too many values');
  const timeout = without({ first, each, total, blocking });
  const retry = without({
    count: retries,
    delay: delay === 'notifier' ? new MarbleFixture('notifier') : delay,
    resetOnSuccess: resetOnSuccess || undefined,
  });
  const options = without({
    concurrent: config.limits === undefined ? others.concurrent : undefined,
    reorderWindow: others.reorderWindow,
    timeout: Object.keys(timeout).length > 0 ? timeout : undefined,
    retry: retries > 0 ? retry : undefined,
    onError: onError === 'function' ? new MarbleFixture('retryRow') : onError,
    atomic: atomic || undefined,
    maxWaiting: others.maxWaiting,
    overflow: others.overflow,
    readAhead: others.readAhead,
    until: config.until && new MarbleFixture('notifications'),
    signal: typeof others.signal === 'number' ? new MarbleFixture(`abortsAt${others.signal}`) : undefined,
  });
  const result = log
    .map((line) => / (\d+) (next|error|complete)(?: (.*))?$/.exec(` ${line}`))
    .filter((match) => match !== null);
  const failure = result.find(([, , what]) => what === 'error')?.[3];
  return printMarble({
    rows,
    operators: [{ name: door, config: Object.keys(options).length > 0 ? options : undefined }],
    unsub: unsubscribeAt,
    result: {
      label: 'result',
      start: 0,
      marks: result.map(([, at, what, name]) => ({
        frame: Number(at),
        mark: what === 'next' ? legend.get(name!)! : what === 'error' ? '#' : '|',
      })),
      throws: false,
    },
    error: failure === undefined ? undefined : errorOf(failure, names),
    where: Object.fromEntries(
      Object.entries(NO_DIGITS).filter(([mark]) => rows.some(({ marks }) => marks.some((each) => each.mark === mark))),
    ),
  });
}

/** The limits that have to be said otherwise. */
const NO_DIGITS: Readonly<Record<string, number>> = { '∞': Infinity, '⊖': -1 };

/** What `happened` when a reaction found its moment. */
const RE_ENTRANT = 'the consumer or another is re-entrant';

function refuse(isImpossible: boolean, why: string): void {
  if (isImpossible) {
    throw new Error(`No marble block can draw this: ${why}`);
  }
}

function isInvalid({ answer }: Run): boolean {
  return answer?.kind === 'invalid';
}

function labelOf({ kind, item }: Run, pulls: boolean): string {
  if (kind === 'source') {
    return pulls ? 'inputs' : 'source';
  }
  if (kind === 'limits') {
    return 'concurrent';
  }
  return kind === 'delay' || kind === 'until' ? 'n' : LABELS[item!.index]!;
}

const ENDS: Readonly<Record<string, string>> = { complete: '|', error: '#', '!': '!' };

function rowOfLimits({ begins, marks }: Run, label: string, { numbers }: Limits): MarbleRow {
  const markOf = (name: string): string => {
    const limit = numbers[Number(name.split('/')[1]) % numbers.length]!;
    return Object.keys(NO_DIGITS).find((mark) => NO_DIGITS[mark] === limit) ?? String(limit);
  };
  return {
    label,
    start: begins,
    marks: marks.map(({ at, mark }) => ({ frame: at, mark: ENDS[mark] ?? markOf(mark) })),
    throws: false,
  };
}

function rowOf({ kind, answer, begins, marks }: Run, label: string, legend: Map<string, string>): MarbleRow {
  const markOf = (name: string): string => {
    if (kind === 'source') {
      return LABELS[Number(name.split('/')[1])]!;
    }
    if (!legend.has(name)) {
      legend.set(name, VALUES[legend.size]!);
    }
    return legend.get(name)!;
  };
  return {
    label,
    start: begins,
    marks: marks.map(({ at, mark }, position): MarbleMark => {
      return { frame: label === 'inputs' ? position : at, mark: ENDS[mark] ?? markOf(mark) };
    }),
    throws: answer?.kind === 'throws',
  };
}

function errorOf(text: string, names: ReadonlyMap<string, string>): MarbleError {
  const list = /^\[(.*)\]$/.exec(text);
  if (list !== null) {
    const errors = list[1]!.match(/timeout\(.*?\) attempt \d+ seen \d+|[^, ][^,]*/g)!;
    return { aggregate: errors.map((each) => errorOf(each, names)) };
  }
  const limit = /^timeout\((\d+), (\w+)\)/.exec(text);
  if (limit !== null) {
    return { timeout: { index: Number(limit[1]), limit: limit[2]! } };
  }
  if (text === 'stopped') {
    return { value: new MarbleFixture('reason') };
  }
  if (text.startsWith('OverflowError')) {
    return { type: 'OverflowError' };
  }
  const wrong = /^(\w+)\(concurrent\)$/.exec(text);
  if (wrong !== null) {
    return { type: wrong[1]! };
  }
  return { row: names.get(text.split(' ')[0]!)! };
}

/** What is given. */
function without(options: Record<string, MarbleValue>): Record<string, MarbleValue> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
