import { attemptOf, type Scenario } from './scenario.js';
import { indexOf, isInner, limitOf, type Line, type Situation } from './situation.js';

/** @returns what is wrong with a line, after all that came before it */
export type MomentRule = (line: Line, situation: Situation) => string | false | undefined;

/** @returns what is wrong, when nothing happens any more before that time */
export type QuietRule = (situation: Situation, next: number) => string | false | undefined;

const isFirstStart = ({ event }: Line) => event?.type === 'started' && event.attempt === 1;

const isIterable = (scenario: Scenario, name: string) =>
  name.includes('.') && ['array', 'iterable'].includes(attemptOf(scenario, indexOf(name), 1).kind);

/** Whether the source has nothing more to say, or nobody listens. */
const isSourceOver = ({ sourceEnded, sourceLeft }: Situation) => sourceEnded || sourceLeft;

/** How many values may wait for their keys, or be read ahead, while there is a slot. */
const mayWait = ({ run: { scenario }, window }: Situation) =>
  scenario.config.readAhead ?? (scenario.config.keys === undefined ? 0 : window);

const mayRead = (situation: Situation) => {
  const waiting = situation.count('waiting');
  return (
    (situation.hasRoom && waiting <= mayWait(situation) && situation.startable.length === 0) ||
    waiting < (situation.run.scenario.config.readAhead ?? 0)
  );
};

const isRead = ({ run: { scenario } }: Situation) => scenario.door !== 'concatMapEager';

/** Rules of single moments. */
export const MOMENT_RULES: Readonly<Record<string, MomentRule>> = {
  'values get their indexes in the order of the source': ({ event, more }) =>
    event?.type === 'received' && more[1] !== `source/${event.index}` && `${event.index} is ${more[1]}`,

  'what the head emits comes out in the same call': ({ what, more: [mark, value] }, situation) => {
    const { asks, items, run } = situation;
    const item = what === 'said' && mark === 'next' && value !== undefined && items[indexOf(value)];
    return (
      item &&
      !asks &&
      !run.scenario.config.atomic &&
      situation.isHead(item) &&
      item.kept[0]?.value === value &&
      `${value} does not`
    );
  },

  'what is ready comes out before a slot is filled': (line, { wanted, ready }) =>
    isFirstStart(line) &&
    wanted &&
    ready.length > 0 &&
    `item ${line.event!.index} is started before ${ready[0]} is out`,

  'when one starts, the earliest is started that can be': (line, { items, startable }) => {
    const item = isFirstStart(line) ? items[line.event!.index]! : undefined;
    return (
      item &&
      item !== startable[0] &&
      (startable.includes(item)
        ? `item ${item.index} is started before ${startable[0]!.index}`
        : `item ${item.index} is started without a slot or room`)
    );
  },

  'a value is read only when it could be started, or is to be read ahead': ({ what }, situation) =>
    what === 'pull' && !mayRead(situation) && `one is, while ${situation.count('waiting')} wait`,

  'an item is retried as often as `retry` says': ({ event }, situation) => {
    if (event?.type !== 'failed') {
      return undefined;
    }
    const { items, run } = situation;
    const { retries, emittedAt } = items[event.index]!;
    const since = run.scenario.config.resetOnSuccess && emittedAt !== undefined ? 0 : retries;
    const mayRetry = limitOf(event) !== 'blocking' && since < run.scenario.config.retries;
    return (
      event.willRetry !== mayRetry && `${event.index} ${mayRetry ? 'is not' : 'is'} retried, after ${since} retries`
    );
  },

  'a time limit passes when its time is over': ({ event, at }, situation) => {
    const limit = event && 'error' in event && limitOf(event);
    const { run } = situation.items[event?.index ?? 0] ?? {};
    const isNew = event?.type === 'failed' || (event?.type === 'ended' && run?.endsWith('f'));
    const isOver = situation
      .deadlines()
      .some(([name, when, what]) => name === limit && indexOf(what) === event!.index && when === at);
    return limit && isNew && !isOver && `\`${limit}\` of ${event.index} passes`;
  },

  'an inner that can be asked exceeds no limit of its own': ({ event }, { run, items }) => {
    const limit = event?.type === 'failed' && limitOf(event);
    const { run: name } = items[event?.index ?? 0] ?? {};
    return limit && limit !== 'blocking' && name && isIterable(run.scenario, name) && `${name} exceeds \`${limit}\``;
  },

  'a retry comes when its delay is over': ({ event, at }, { run, items }) => {
    const { delay } = run.scenario.config;
    const due = event?.type === 'started' && event.attempt > 1 && items[event.index]!.failedAt + Number(delay ?? 0);
    return (
      due !== false && due !== undefined && delay !== 'notifier' && at !== due && `it comes at ${at}, not at ${due}`
    );
  },

  'an item keeps no more than `maxParked` values of what can be asked': ({ what, of }, { items, run, asks }) => {
    const { maxParked = asks && !run.scenario.config.atomic ? 1024 : Infinity } = run.scenario.config;
    const item = what === 'read' && isInner(of) && items[indexOf(of)];
    return (
      item && item.run === of && item.kept.length >= maxParked && `${of} is read while it keeps ${item.kept.length}`
    );
  },

  'what several keys have ready leaves in the order in which it became ready': ({ what, of }, { asks, items, run }) => {
    const { order } = run.scenario.config;
    if (what !== 'next' || !asks || order !== 'key') {
      return undefined;
    }
    const readyAtOf = (value: string) => items[indexOf(value)]?.kept.find((each) => each.value === value)?.readyAt;
    const earlier = items.flatMap(({ kept }) => kept).find(({ readyAt }) => readyAt! < readyAtOf(of)!);
    return earlier && `${of} leaves before ${earlier.value}`;
  },

  'the monitor is told the limit that was said last': ({ event }, { limits }) =>
    event !== undefined && event.concurrent !== limits.limit && `it is ${event.concurrent}, and not ${limits.limit}`,

  'nothing that waits is started when the limit has failed': (line, { limits }) =>
    limits.hasFailed && isFirstStart(line) && `item ${line.event!.index} is`,

  'nothing is read or started before the limit is subscribed': ({ what }, { run, seen }) =>
    run.scenario.config.limits !== undefined &&
    !seen.has('limits') &&
    ['pull', 'project', 'open'].includes(what) &&
    `there is ${what}`,

  'a value is dropped only when nothing that waits could be started': ({ event }, { startable }) =>
    event?.type === 'ended' &&
    event.outcome === 'dropped' &&
    startable.length > 0 &&
    `${event.index} is dropped while ${startable[0]!.index} could be started`,

  'nothing is read when `until` has emitted': ({ what }, { untilEmitted }) =>
    what === 'pull' && untilEmitted && 'there is a pull',

  'nothing comes out of what is flushed': ({ what, of }, { items }) =>
    what === 'next' && items[indexOf(of)]?.state === 'over' && `there is ${of}`,
};

/** Rules of the moments in which all is done that is to be done at once. */
export const QUIET_RULES: Readonly<Record<string, QuietRule>> = {
  'nothing waits that could be started': ({ startable }) => startable.length > 0 && `item ${startable[0]!.index} does`,

  'nothing is ready that is wanted': ({ wanted, ready }) => wanted && ready.length > 0 && `there is ${ready[0]}`,

  'no more values wait than `maxWaiting` says': (situation) => {
    const { maxWaiting = Infinity } = situation.run.scenario.config;
    const waiting = situation.count('waiting');
    return waiting > maxWaiting && `${waiting} do`;
  },

  'a value is read when it could be started, or is to be read ahead': (situation) =>
    isRead(situation) &&
    !isSourceOver(situation) &&
    !situation.limits.hasFailed &&
    (!situation.asks || situation.seen.has('ask')) &&
    mayRead(situation) &&
    'none is',

  'an inner is read on while its item has room': ({ items, run, asks }) => {
    const { maxParked = asks && !run.scenario.config.atomic ? 1024 : Infinity } = run.scenario.config;
    const wrong = items.find((item) => {
      const { run: name, state, kept } = item;
      return state === 'active' && name && isIterable(run.scenario, name) && kept.length < maxParked;
    });
    return wrong && `${wrong.run} is not`;
  },

  'the result ends when all is done': (situation) =>
    isSourceOver(situation) &&
    situation.wanted &&
    situation.items.every(({ state }) => state === 'over') &&
    'it does not',

  '`until` is heard no longer than there is something to read': (situation) =>
    situation.run.scenario.config.until?.kind === 'observable' &&
    isSourceOver(situation) &&
    situation.open.has('until') &&
    'it is',

  'limits are heard no longer than there is something to start': (situation) =>
    isSourceOver(situation) && situation.count('waiting') === 0 && situation.open.has('limits') && 'they are',

  'nothing waits for a limit that stays at 0': (situation) => {
    const { limit, isFinal } = situation.limits;
    return isFinal && limit === 0 && situation.count('waiting') > 0 && 'something does';
  },

  'a source that is too fast is left': ({ run, dropped, sourceLeft, sourceEnded }) => {
    const { overflow = 'error' } = run.scenario.config;
    return dropped > 0 && overflow === 'error' && !sourceLeft && !sourceEnded && 'it is not';
  },

  'what `until` ends is left': ({ untilEmitted, sourceLeft, pulled, run }) =>
    untilEmitted && pulled > 0 && pulled <= run.scenario.source.gaps.length && !sourceLeft && 'it is not',

  'nothing goes on beyond a time limit, or waits longer than a delay': (situation, next) => {
    const [late] = situation.deadlines().filter(([, at]) => at < next);
    return late && `\`${late[0]}\` of ${late[2]} was over at ${late[1]}`;
  },
};
