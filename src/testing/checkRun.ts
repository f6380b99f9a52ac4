import type { ConcatMapEagerConfig, Concurrency, MonitorEvent } from '../config.js';

/** A rule that the events of a run break. */
export interface RunMistake {
  /** The rule: a name of `RUN_RULES`. */
  readonly rule: string;
  /** What is wrong. */
  readonly message: string;
  /** The position, among the events, of the one that shows it. */
  readonly at: number;
}

/** The configuration that was given to the operator, in short or whole. What the rules do not depend on may be there too. */
export type RunConfig = Concurrency | ConcatMapEagerConfig<never, unknown>;

type Options = ConcatMapEagerConfig<never, unknown>;

type Event = MonitorEvent<unknown>;

/** What is known of an item, before an event. */
interface Item {
  readonly received: Event;
  attempts: number;
  /** The last attempt has failed, and this is whether it is retried. */
  willRetry: boolean | undefined;
  ended: Extract<Event, { type: 'ended' }> | undefined;
  flushed: boolean;
}

/** All that is known before an event. */
interface Known {
  readonly config: Options;
  /** How many values have been received. */
  readonly received: number;
  /** The items that are in the operator: received, and not over. */
  readonly items: ReadonlyMap<number, Item>;
  /** That of the event, if it is one of them. */
  readonly item: Item | undefined;
  /** The first item that has failed, of all so far. */
  readonly failed: number | undefined;
  /** How many items of each state there are. */
  readonly counts: Readonly<Record<State, number>>;
}

/** @returns what is wrong with an event, after all that came before it */
type Rule = (event: Event, known: Known) => string | false | undefined;

const isActive = ({ attempts, ended }: Item) => attempts > 0 && ended === undefined;
const isWaiting = ({ attempts, ended }: Item) => attempts === 0 && ended === undefined;
const isParked = ({ ended, flushed }: Item) =>
  (ended?.outcome === 'completed' || ended?.outcome === 'failed') && !flushed;

/** An item whose key function has failed: it has a slot without having been started, while its fallback runs. */
const lacksKey = ({ key }: Options, event: Event) => key !== undefined && !('key' in event);

/** Whether the error of an item takes its turn. */
const hasTurn = ({ onError = 'in-order' }: Options) => onError === 'in-order' || typeof onError === 'function';

const isFirstStart = ({ type, attempt }: Event) => type === 'started' && attempt === 1;

const retriesOf = ({ retry }: Options) => (typeof retry === 'object' ? (retry.count ?? Infinity) : (retry ?? 0));

const keyOf = (event: Event) => ('key' in event ? { key: event.key } : undefined);

const haveSameKey = (one: Event, other: Event) => {
  const [a, b] = [keyOf(one), keyOf(other)];
  // As in a `Map`.
  return a !== undefined && b !== undefined && new Set([a.key]).has(b.key);
};

/** Those of which no later one may overtake an earlier one, in the order in which they come out. */
const haveOneOrder = ({ order }: Options, one: Event, other: Event) => order !== 'key' || haveSameKey(one, other);

const indicesOf = (items: ReadonlyMap<number, Item>, matches: (item: Item) => boolean) =>
  [...items].filter(([, item]) => matches(item)).map(([index]) => index);

/** How many items are active that have the key of that event. */
const activeOf = (items: ReadonlyMap<number, Item>, event: Event) =>
  indicesOf(items, (each) => isActive(each) && haveSameKey(each.received, event)).length;

const RULES: Readonly<Record<string, Rule>> = {
  'values are received one after another': ({ type, index }, { received }) =>
    type === 'received' && index !== received && `has the index ${index} and not ${received}`,

  'nothing happens to what has not been received, or is over': ({ type }, { item }) =>
    type !== 'received' && item === undefined && 'is of an item that was not received, or is over',

  'an item ends once, and nothing happens to it afterwards': ({ type }, { item }) =>
    item?.ended !== undefined && type !== 'flushed' && `had ended as ${item.ended.outcome}`,

  'an item is flushed after it has ended': ({ type }, { item }) =>
    type === 'flushed' && item !== undefined && !isParked(item) && 'has not ended',

  'attempts are numbered': ({ type, attempt }, { item }) => {
    const expected = (item?.attempts ?? 0) + (type === 'started' ? 1 : 0);
    return attempt !== expected && `has the attempt ${attempt} and not ${expected}`;
  },

  'an attempt is started after one that is to be retried, and after no other': ({ type }, { item }) =>
    type === 'started' && item !== undefined && isActive(item) && !item.willRetry && 'was not to be retried',

  'only what is active fails': ({ type }, { item }) => type === 'failed' && item?.attempts === 0 && 'was not started',

  'an item is retried no more often than `retry` says': (event, { config: { retry } }) =>
    event.type === 'failed' &&
    event.willRetry &&
    !(typeof retry === 'object' && retry.resetOnSuccess) &&
    event.attempt > retriesOf({ retry }) &&
    `is retried after ${event.attempt} attempts`,

  'the counts are those of the items': (event, { item, counts, config }) => {
    const { waiting, active, parked } = event;
    const after = { ...counts };
    if (item !== undefined) {
      after[stateOf(item, config)]--;
    }
    after[stateOf(changed(item, event), config)]++;
    // An item without a key waits, or is active by its fallback: no event says which.
    const keyless = active - after.active;
    const isRight =
      parked === after.parked &&
      keyless >= 0 &&
      keyless <= after.keyless &&
      waiting === after.waiting + after.keyless - keyless;
    return (
      !isRight &&
      `says ${waiting} waiting, ${active} active and ${parked} parked, and not ${after.waiting + after.keyless}, ${after.active} and ${after.parked}`
    );
  },

  'no more items are active than the limit, when one starts': (event) =>
    isFirstStart(event) &&
    event.active > event.concurrent &&
    `is one of ${event.active} active items of ${event.concurrent}`,

  'the limit is the one that was given': ({ concurrent }, { config: { concurrent: given = Infinity } }) =>
    typeof given === 'number' && concurrent !== given && `says that the limit is ${concurrent} and not ${given}`,

  'no more items are unflushed than the window has room for, when one starts': (event, { config }) => {
    const { concurrent = Infinity } = config;
    // The default window of a limit that changes follows numbers of which there may be no event.
    const byDefault = typeof concurrent === 'number' ? Math.max(1024, 16 * concurrent) : Infinity;
    const window = config.reorderWindow ?? byDefault;
    const unflushed = event.active + event.parked;
    return isFirstStart(event) && unflushed > window && `is one of ${unflushed} unflushed items of ${window}`;
  },

  'of the values whose key is free, the first is started first': (event, { items, config }) => {
    if (!isFirstStart(event)) {
      return undefined;
    }
    const { key, concurrentPerKey = 1 } = config;
    const isFree = ({ received }: Item) =>
      keyOf(received) !== undefined && activeOf(items, received) < concurrentPerKey;
    const [earlier] = indicesOf(
      items,
      (each) =>
        isWaiting(each) &&
        each.received.index < event.index &&
        (key === undefined || haveSameKey(each.received, event) || isFree(each)),
    );
    return earlier !== undefined && `is started before item ${earlier}`;
  },

  'of a key, no more items are active than `concurrentPerKey` says': (event, { items, config }) => {
    const { key, concurrentPerKey = 1 } = config;
    if (key === undefined || !isFirstStart(event)) {
      return undefined;
    }
    const active = 1 + activeOf(items, event);
    return active > concurrentPerKey && `is one of ${active} active items of its key`;
  },

  'an item is flushed in its turn': (event, { items, config }) => {
    if (event.type !== 'flushed' || event.dropped) {
      return undefined;
    }
    const [earlier] = indicesOf(
      items,
      (each) => each.received.index < event.index && haveOneOrder(config, each.received, event),
    );
    return earlier !== undefined && `is flushed before item ${earlier}`;
  },

  'a value is dropped only where too many wait': (event, { config: { maxWaiting = Infinity } }) =>
    event.type === 'ended' &&
    event.outcome === 'dropped' &&
    event.waiting < maxWaiting &&
    `is dropped while ${event.waiting} others wait`,

  'the value that is dropped is the one that `overflow` says': (event, { items, item, config }) => {
    if (event.type !== 'ended' || event.outcome !== 'dropped' || item === undefined) {
      return undefined;
    }
    if (!isWaiting(item)) {
      return 'did not wait';
    }
    const waiting = indicesOf(items, (each) => isWaiting(each) && !lacksKey(config, each.received));
    const other =
      config.overflow === 'drop-oldest'
        ? waiting.find((index) => index < event.index)
        : waiting.find((index) => index > event.index);
    return other !== undefined && `is dropped, and not item ${other}`;
  },

  'nothing later starts behind an error that has its turn': (event, { failed, config }) =>
    hasTurn(config) &&
    isFirstStart(event) &&
    failed !== undefined &&
    (failed < event.index || config.order === 'key') &&
    `is started behind item ${failed}, which has failed`,

  'nothing is received behind an error that has its turn': ({ type }, { failed, config }) =>
    hasTurn(config) && type === 'received' && failed !== undefined && `follows the error of item ${failed}`,

  'nothing starts after an error that ends everything': ({ type }, { failed, config: { onError } }) =>
    onError === 'immediate' && failed !== undefined && type === 'started' && `follows the error of item ${failed}`,

  'the head that holds up others is active': ({ blockedSince, active }) =>
    blockedSince !== undefined && active === 0 && 'says that an item holds up others, while none is active',
};

/** The rules that {@link checkRun} knows: what a run that keeps to them does. */
export const RUN_RULES: readonly string[] = Object.keys(RULES);

/** What an item is doing; `keyless`, if it has no key and waits, or is active without having been started. */
type State = 'waiting' | 'keyless' | 'active' | 'parked' | 'over';

function stateOf(item: Item, config: Options): State {
  if (isWaiting(item)) {
    return lacksKey(config, item.received) ? 'keyless' : 'waiting';
  }
  return isActive(item) ? 'active' : isParked(item) ? 'parked' : 'over';
}

/** What an item is after an event. */
function changed(item: Item | undefined, event: Event): Item {
  const before = item ?? {
    received: event,
    attempts: 0,
    willRetry: undefined,
    ended: undefined,
    flushed: false,
  };
  switch (event.type) {
    case 'received':
      return before;
    case 'started':
      return { ...before, attempts: event.attempt, willRetry: undefined };
    case 'failed':
      return { ...before, willRetry: event.willRetry };
    case 'ended':
      return { ...before, ended: event };
    case 'flushed':
      return { ...before, flushed: true };
  }
}

/**
 * Checks what a `monitor` has heard of one subscription: whether the order, the limits, the window, the keys, retries and drops are
 * what the options say. It predicts nothing and knows nothing of how the operators work, so it may judge any run: of a test, of an
 * example, of a program in production that has written its events down. The run need not have ended.
 *
 * - It takes time in proportion to the events, times the items that are in the operator at once.
 * - Where events have been written down as JSON, `null` counts as `Infinity`; keys that are `undefined`, or objects, are lost there.
 *
 * @example
 * ```ts
 * import { range, timer } from 'rxjs';
 * import { concatMapEager, type MonitorEvent } from 'rxjs-concat-map-eager';
 * import { checkRun } from 'rxjs-concat-map-eager/testing';
 *
 * const events: MonitorEvent<number>[] = [];
 * const config = { concurrent: 4, monitor: (event: MonitorEvent<number>) => events.push(event) };
 * range(0, 100)
 *   .pipe(concatMapEager((n) => timer(n % 7), config))
 *   .subscribe({ complete: () => console.log(checkRun(events, config)) });
 * ```
 *
 * @param events - All events of the subscription, in the order in which the monitor heard them.
 * @param config - The configuration of the operator. Default: none. Where it has a `key`, only the events' own keys are looked at.
 * @returns What is wrong, in the order of the events; empty if nothing is.
 */
export function checkRun(events: readonly MonitorEvent<unknown>[], config: RunConfig = {}): RunMistake[] {
  const options = isOptions(config) ? config : { concurrent: config };
  const items = new Map<number, Item>();
  const counts = { waiting: 0, keyless: 0, active: 0, parked: 0, over: 0 };
  const mistakes: RunMistake[] = [];
  let received = 0;
  let failed: number | undefined;
  events.forEach((told, at) => {
    // JSON has no `Infinity`.
    const event = { ...told, concurrent: (told.concurrent as number | null) ?? Infinity };
    const { type, index } = event;
    const item = items.get(index);
    const known: Known = { config: options, received, items, item, failed, counts };
    for (const [rule, wrongOf] of Object.entries(RULES)) {
      const wrong = wrongOf(event, known);
      if (wrong) {
        mistakes.push({ rule, message: `Expected that ${rule}: the event '${type}' of item ${index} ${wrong}`, at });
      }
    }
    const after = changed(item, event);
    const state = stateOf(after, options);
    if (item !== undefined) {
      counts[stateOf(item, options)]--;
    }
    counts[state]++;
    if (state === 'over') {
      items.delete(index);
    } else {
      items.set(index, after);
    }
    received += type === 'received' ? 1 : 0;
    if (type === 'ended' && event.outcome === 'failed') {
      failed = Math.min(failed ?? index, index);
    }
  });
  return mistakes;
}

/** Not an Observable, nor a limit: those have functions, and no option is one of these. */
const isOptions = (config: RunConfig): config is Options =>
  typeof config === 'object' && !('subscribe' in config) && !('changes' in config);
