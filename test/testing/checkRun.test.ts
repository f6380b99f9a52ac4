import { EMPTY, NEVER, of, range, Subject, throwError, timer, VirtualTimeScheduler, type Observable } from 'rxjs';
import { concatMapEager, sharedLimit, type ConcatMapEagerConfig, type MonitorEvent } from 'rxjs-concat-map-eager';
import { describe, expect, test } from 'vitest';
import { checkRun, RUN_RULES } from '../../src/testing/index.js';

type Event = MonitorEvent<unknown>;

/** Writes down the events of a run in virtual time. */
function eventsOf(
  config: ConcatMapEagerConfig<number, unknown>,
  project: (n: number) => Observable<unknown>,
  count = 30,
): Event[] {
  const scheduler = new VirtualTimeScheduler();
  const events: Event[] = [];
  range(0, count)
    .pipe(concatMapEager(project, { ...config, scheduler, monitor: (event) => events.push(event) }))
    .subscribe({ error: () => undefined });
  scheduler.flush();
  return events;
}

describe('finds nothing wrong with what the operators do:', () => {
  const soon = (n: number) => of(n);
  const failing = (n: number) => (n % 4 === 3 ? throwError(() => n) : of(n));
  const never = () => NEVER;
  const noKey = () => {
    throw new Error('no key');
  };
  test.each<[name: string, config: ConcatMapEagerConfig<number, unknown>, project: (n: number) => Observable<unknown>]>(
    [
      ['without options', {}, soon],
      ['with a limit and a window', { concurrent: 3, reorderWindow: 5 }, soon],
      ['with keys', { concurrent: 3, key: (n) => n % 4 }, soon],
      ['in the order of keys', { concurrent: 3, key: (n) => n % 4, order: 'key', concurrentPerKey: 2 }, soon],
      ['with failures in order', { concurrent: 3 }, failing],
      ['with failures at once', { concurrent: 3, onError: 'immediate' }, failing],
      ['with failures that are skipped', { concurrent: 3, onError: 'skip', retry: 2 }, failing],
      ['with fallbacks', { concurrent: 3, onError: () => of('instead') }, failing],
      ['with a limit that changes', { concurrent: of(1, 3, 2) }, soon],
      ['with keys that fail', { key: noKey, onError: () => of('instead') }, soon],
      ['where the earliest are dropped', { concurrent: 2, maxWaiting: 3, overflow: 'drop-oldest' }, never],
      ['where the latest are dropped', { concurrent: 2, maxWaiting: 3, overflow: 'drop-newest' }, never],
      ['where too many wait', { concurrent: 2, maxWaiting: 3 }, never],
      ['where nothing may wait', { concurrent: 2, maxWaiting: 0, overflow: 'drop-newest' }, never],
      ['where some of a key are dropped', { maxWaiting: 3, overflow: 'drop-oldest', key: (n) => n % 2 }, never],
      ['where keys overtake one another', { key: (n) => n % 3, order: 'key' }, (n) => (n % 3 === 0 ? NEVER : of(n))],
    ],
  )('%s', (_, config, project) => {
    const events = eventsOf(config, project);
    expect(events.length).toBeGreaterThan(3);
    expect(checkRun(events, config)).toEqual([]);
  });

  test('with a limit in short, and one that is lowered far below numbers of which there is no event', () => {
    expect(checkRun(eventsOf({ concurrent: 2 }, soon), 2)).toEqual([]);
    const limits = of(200, 10);
    expect(checkRun(eventsOf({ concurrent: limits }, soon, 2_000), limits)).toEqual([]);
    const limit = sharedLimit(of(200, 10));
    expect(checkRun(eventsOf({ concurrent: limit }, soon, 2_000), limit)).toEqual([]);
  });

  test('in events that were written down as JSON', () => {
    const events = JSON.parse(JSON.stringify(eventsOf({}, soon))) as Event[];
    expect(checkRun(events)).toEqual([]);
  });

  test('with a value that the monitor pushes while the result fails', () => {
    const source = new Subject<number>();
    const events: Event[] = [];
    const monitor = (event: Event) => {
      events.push(event);
      if (event.type === 'ended' && event.outcome === 'failed') {
        source.next(1);
      }
    };
    const config = { onError: 'immediate' as const, monitor };
    source.pipe(concatMapEager((n) => throwError(() => n), config)).subscribe({ error: () => undefined });
    source.next(0);

    expect(events.map(({ type }) => type)).toContain('ended');
    expect(checkRun(events, config)).toEqual([]);
  });

  test('in real time, with time limits, in a run that has not ended', async () => {
    const source = new Subject<number>();
    const events: Event[] = [];
    const config = {
      concurrent: 2,
      timeout: 5,
      onError: 'skip' as const,
      monitor: (event: Event) => events.push(event),
    };
    const subscription = source.pipe(concatMapEager((n) => timer(n === 3 ? 10_000 : n), config)).subscribe();
    [0, 1, 2, 3, 0, 1].forEach((n) => source.next(n));
    await new Promise((resolve) => setTimeout(resolve, 30));
    source.next(9);

    expect(events.some(({ type }) => type === 'failed')).toBe(true);
    expect(checkRun(events, config)).toEqual([]);
    subscription.unsubscribe();
    expect(checkRun(events, config)).toEqual([]);
  });
});

/** An event of a run that is written by hand: with the limit 2, at the time 0, and no counts but those that are given. */
type Given = Partial<Event> & Pick<Event, 'type' | 'index'>;

/** Fills in the counts, unless they are given. */
function written(...given: readonly Given[]): Event[] {
  const states = new Map<number, 'waiting' | 'active' | 'parked' | 'over'>();
  const attempts = new Map<number, number>();
  return given.map((event): Event => {
    const { type, index } = event;
    const outcome = 'outcome' in event ? event.outcome : 'completed';
    if (type === 'started') {
      attempts.set(index, (attempts.get(index) ?? 0) + 1);
    }
    states.set(
      index,
      type === 'received'
        ? 'waiting'
        : type === 'ended'
          ? outcome === 'completed' || outcome === 'failed'
            ? 'parked'
            : 'over'
          : type === 'flushed'
            ? 'over'
            : 'active',
    );
    const count = (state: string) => [...states.values()].filter((each) => each === state).length;
    const counts = { waiting: count('waiting'), active: count('active'), parked: count('parked') };
    return {
      value: index,
      attempt: attempts.get(index) ?? 0,
      time: 0,
      concurrent: 2,
      ...counts,
      ...(type === 'ended' && { outcome }),
      ...event,
    } as Event;
  });
}

const received = (index: number, more: object = {}): Given => ({ type: 'received', index, ...more });
const started = (index: number, more: object = {}): Given => ({ type: 'started', index, ...more });
const failed = (index: number, willRetry: boolean, more: object = {}): Given => ({
  type: 'failed',
  index,
  willRetry,
  error: 'boom',
  ...more,
});
const ended = (index: number, outcome = 'completed', more: object = {}): Given =>
  ({ type: 'ended', index, outcome, ...more }) as Given;
const flushed = (index: number, more: object = {}): Given => ({ type: 'flushed', index, ...more });
const key = (name: string) => ({ key: name });

/** A window with room for as many items as that, which is full, and one more that starts. */
const filled = (room: number): Given[] => [
  ...Array.from({ length: room + 1 }, (_, index) => received(index)),
  started(0),
  ...Array.from({ length: room - 1 }, (_, index) => [started(index + 1), ended(index + 1)]).flat(),
  started(room),
];

/** What each rule finds: the events of a run of which the last one is wrong. */
const WRONG: Readonly<
  Record<string, readonly (readonly [config: ConcatMapEagerConfig<never, unknown>, ...given: readonly Given[]])[]>
> = {
  'values are received one after another': [
    [{}, received(0), received(2)],
    [{}, received(0), received(0)],
  ],
  'nothing happens to what has not been received, or is over': [
    [{}, started(0)],
    [{}, failed(0, false)],
    [{ maxWaiting: 0 }, ended(0, 'dropped')],
    [{}, received(0), started(0), ended(0), flushed(0), flushed(0)],
    [{}, received(0), ended(0, 'cancelled'), ended(0, 'cancelled')],
  ],
  'an item ends once, and nothing happens to it afterwards': [[{}, received(0), started(0), ended(0), ended(0)]],
  'an item is flushed after it has ended': [[{}, received(0), started(0), flushed(0)]],
  'attempts are numbered': [
    [{}, received(0), started(0, { attempt: 2 })],
    [{}, received(0), started(0), ended(0, 'completed', { attempt: 0 })],
  ],
  'an attempt is started after one that is to be retried, and after no other': [
    [{ retry: 1 }, received(0), started(0), started(0)],
    [{ retry: 1 }, received(0), started(0), failed(0, false), started(0)],
  ],
  'only what is active fails': [[{}, received(0), failed(0, false, { waiting: 1, active: 0 })]],
  'an item is retried no more often than `retry` says': [
    [{}, received(0), started(0), failed(0, true)],
    [{ retry: { count: 1 } }, received(0), started(0), failed(0, true), started(0), failed(0, true)],
  ],
  'the counts are those of the items': [
    [{}, received(0, { waiting: 0 })],
    [{}, received(0), started(0, { active: 2 })],
    [{}, received(0), started(0, { waiting: 1, active: 0 })],
    [{}, received(0), received(1), started(0, { waiting: 0, active: 2 })],
    [{ key: String }, received(0, { ...key('a'), waiting: 0, active: 1 })],
    [{}, received(0), started(0), ended(0, 'completed', { parked: 0 })],
  ],
  'no more items are active than the limit, when one starts': [
    [{}, received(0), received(1), received(2), started(0), started(1), started(2)],
  ],
  'the limit is the one that was given': [[{ concurrent: 3 }, received(0)]],
  'no more items are unflushed than the window has room for, when one starts': [
    [{}, ...filled(1024)],
    [{ concurrent: 100 }, ...filled(1600).map((event) => ({ ...event, concurrent: 100 }))],
    [{ reorderWindow: 2 }, received(0), received(1), received(2), started(0), started(1), ended(1), started(2)],
  ],
  'of the values whose key is free, the first is started first': [
    [{}, received(0), received(1), started(1)],
    [{ key: String }, received(0, key('a')), received(1, key('b')), started(1, key('b'))],
    [{ key: String }, received(0, key('a')), received(1, key('a')), started(1, key('a'))],
  ],
  'of a key, no more items are active than `concurrentPerKey` says': [
    [{ key: String }, received(0, key('a')), received(1, key('a')), started(0, key('a')), started(1, key('a'))],
  ],
  'an item is flushed in its turn': [
    [{}, received(0), received(1), started(0), started(1), ended(1), flushed(1)],
    [
      { key: String, order: 'key', concurrentPerKey: 2 },
      ...[received(0, key('a')), received(1, key('a')), started(0, key('a')), started(1, key('a'))],
      ...[ended(1, 'completed', key('a')), flushed(1, key('a'))],
    ],
  ],
  'a value is dropped only where too many wait': [
    [{}, received(0), ended(0, 'dropped')],
    [{ maxWaiting: 1 }, received(0), ended(0, 'dropped')],
  ],
  'the value that is dropped is the one that `overflow` says': [
    [{ maxWaiting: 1, overflow: 'drop-oldest' }, received(0), received(1), ended(1, 'dropped')],
    [{ maxWaiting: 1 }, received(0), received(1), ended(0, 'dropped')],
    [{ maxWaiting: 0 }, received(0), started(0), ended(0, 'dropped')],
  ],
  'nothing later starts behind an error that has its turn': [
    [
      { onError: () => EMPTY },
      ...[received(0), received(1), started(0), failed(0, false), ended(0, 'failed'), started(1)],
    ],
    [{}, received(0), received(1), started(0), failed(0, false), ended(0, 'failed'), started(1)],
    [
      { key: String },
      ...[received(0, key('a')), started(0, key('a')), received(1, key('b')), started(1, key('b'))],
      ...[received(2, key('a')), ended(1, 'completed', key('b')), received(3, key('b')), started(3, key('b'))],
      ...[failed(3, false, key('b')), ended(3, 'failed', key('b')), failed(0, false, key('a'))],
      ...[ended(0, 'failed', key('a')), started(2, key('a'))],
    ],
    [
      { key: String, order: 'key' },
      ...[received(0, key('a')), started(0, key('a')), received(1, key('a')), received(2, key('b'))],
      ...[started(2, key('b')), failed(2, false, key('b')), ended(2, 'failed', key('b'))],
      ...[ended(0, 'completed', key('a')), flushed(0, key('a')), started(1, key('a'))],
    ],
  ],
  'nothing is received behind an error that has its turn': [
    [{}, received(0), started(0), failed(0, false), ended(0, 'failed'), received(1)],
  ],
  'nothing starts after an error that ends everything': [
    [{ onError: 'immediate' }, received(0), received(1), started(0), failed(0, false), ended(0, 'failed'), started(1)],
  ],
  'the head that holds up others is active': [[{}, received(0, { blockedSince: 0 })]],
};

describe('finds what is wrong:', () => {
  test('there is a run for each rule', () => {
    expect(Object.keys(WRONG)).toEqual(RUN_RULES);
  });

  const all = Object.entries(WRONG).flatMap(([rule, runs]) => runs.map((run, index) => [rule, index, run] as const));
  test.each(all)('%s (%i)', (rule, _, [config, ...given]) => {
    const at = given.length - 1;
    const events = written(...given);

    expect(checkRun(events.slice(0, -1), { concurrent: 2, ...config })).toEqual([]);
    const mistakes = checkRun(events, { concurrent: 2, ...config });
    expect(mistakes).toContainEqual({
      rule,
      message: expect.stringContaining(`Expected that ${rule}: the event`) as string,
      at,
    });
  });

  test('where the key of the first is busy, or not there, another may start', () => {
    const config = { concurrent: 2, key: String };
    const busy = [received(0, key('a')), started(0, key('a')), received(1, key('a')), received(2, key('b'))];
    expect(checkRun(written(...busy, started(2, key('b'))), config)).toEqual([]);
    expect(checkRun(written(received(0), received(1, key('b')), started(1, key('b'))), config)).toEqual([]);
  });

  test('not where a value has no key: it waits, or is active by its fallback', () => {
    const config = { concurrent: 2, key: String, onError: () => EMPTY };
    expect(checkRun(written(received(0)), config)).toEqual([]);
    expect(checkRun(written(received(0, { waiting: 0, active: 1 })), config)).toEqual([]);
    const [mistake] = checkRun(written(received(0), received(1, { waiting: 5 })), config);
    expect(mistake?.message).toContain('says 5 waiting, 0 active and 0 parked, and not 2, 0 and 0');

    const behindAnother = [
      ...[received(0, key('a')), started(0, key('a')), received(1, { waiting: 0, active: 2 })],
      ...[ended(1, 'completed', { active: 1, parked: 1 }), flushed(1, { active: 1 })],
    ];
    expect(checkRun(written(...behindAnother), { ...config, order: 'key' })).toEqual([]);
  });

  test('not where an error has its turn, and what starts then comes before it', () => {
    const events = [
      ...[received(0, key('a')), started(0, key('a')), received(1, key('a')), received(2, key('b'))],
      ...[started(2, key('b')), failed(2, false, key('b')), ended(2, 'failed', key('b'))],
      ...[ended(0, 'completed', key('a')), flushed(0, key('a')), started(1, key('a'))],
    ];
    expect(checkRun(written(...events), { concurrent: 2, key: String })).toEqual([]);
  });

  test('not where a limit is lowered, and what is active is tried again', () => {
    const lowered = { concurrent: 1 };
    const events = [received(0), received(1), started(0), started(1), failed(0, true, lowered), started(0, lowered)];
    expect(checkRun(written(...events), { concurrent: NEVER, retry: 1 })).toEqual([]);
  });

  test('where an attempt that emitted may be retried more often, it is not', () => {
    const events = written(received(0), started(0), failed(0, true), started(0), failed(0, true));
    expect(checkRun(events, { concurrent: 2, retry: { count: 1, resetOnSuccess: true } })).toEqual([]);
    expect(checkRun(events, { concurrent: 2, retry: {} })).toEqual([]);
  });
});
