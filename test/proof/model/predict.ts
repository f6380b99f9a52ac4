import {
  attemptOf,
  keyPlanOf,
  planOf,
  type Answer,
  type Deed,
  type KeyPlan,
  type Limits,
  type Mark,
  type Scenario,
} from './scenario.js';
import { Playing, World } from './World.js';

const byIndex = (a: Item, b: Item) => a.index - b.index;

/** What the signal aborts with. */
const REASON = 'stopped';

const nameOfKey = ({ key }: Item) => (key === undefined ? '' : ` key ${key}`);

/** What the contract says of a scenario. */
export interface Prediction {
  /** Everything that anybody notices, in order, each line with its time in front. */
  readonly log: readonly string[];
  /**
   * Whether a clock passes at the very time at which something else happens: of what comes first then, the contract promises
   * nothing.
   */
  readonly ambiguous: boolean;
  /** What was played, in the order in which it began: the source, then what ran on behalf of items. */
  readonly runs: readonly Run[];
  readonly happened: ReadonlySet<string>;
}

/** Something that is heard, and for drawing it, what was: values, `|`, `#`, or `!` for having been cancelled. */
export interface Run {
  readonly name: string;
  /** `undefined` for the source, for `until` and for limits. */
  readonly item: Item | undefined;
  readonly kind: 'source' | 'until' | 'limits' | 'attempt' | 'fallback' | 'delay';
  readonly answer: Answer | undefined;
  readonly begins: number;
  readonly marks: { readonly at: number; readonly mark: string }[];
  /** Whether it is still heard. */
  linked: boolean;
  playing: Playing | undefined;
  listensToSignal: boolean;
  clocks: Partial<Record<Limit, Clock>>;
  /** Since when it is not read on, while its clocks stand still. */
  standsSince: number | undefined;
}

export interface Item {
  readonly index: number;
  readonly value: string;
  readonly key: string | undefined;
  /** Why it has no key, although there is a function that gives keys. */
  readonly keyError: string | undefined;
  run: Run | undefined;
  ended: boolean;
  parked: string[];
  /** How many of them would be out if somebody had asked: where that is told from the order in which they leave. */
  ready: number;
  attempts: number;
  /** How many of the attempts count against the limit of retries. */
  retries: number;
  /** How many values went out, or are to go out; and how many of them are of the latest attempt. */
  emitted: number;
  seen: number;
  /** Why it failed, while a fallback runs instead. */
  failure: string | undefined;
}

type Limit = 'first' | 'each' | 'total' | 'blocking' | 'delay';

/** When a clock started, and which of all clocks it was. */
interface Clock {
  readonly since: number;
  readonly order: number;
}

/**
 * The contract as a program, as plain as it can be: lists that are searched, counts that are counted, deadlines that are
 * computed anew for every instant. It knows nothing of rxjs.
 */
export function predict(scenario: Scenario): Prediction {
  return new Model(scenario).play();
}

class Model {
  private readonly config = this.scenario.config;
  /** More than there are values is as good as the default. */
  private readonly window = this.config.reorderWindow ?? 1024;
  private readonly perKey = this.config.concurrentPerKey ?? 1;
  private readonly hasKeys = this.config.keys !== undefined;
  /** Whether what waits is dropped in its turn among the others. */
  private readonly dropsInOrder = this.hasKeys || (this.config.maxWaiting ?? Infinity) < Infinity;
  private readonly maxWaiting = this.config.maxWaiting ?? Infinity;
  private readonly overflow = this.config.overflow ?? 'error';
  private readonly readAhead = this.config.readAhead ?? 0;
  private readonly mayWaitForKeys = this.config.readAhead ?? (this.hasKeys ? this.window : 0);
  private readonly maxParked = this.config.maxParked ?? Infinity;
  private readonly asks = this.scenario.asks !== undefined;
  /** Whether values of several keys leave in the order in which they became ready. */
  private readonly inTickets = this.asks && this.config.order === 'key';
  private readonly onError = this.config.onError ?? 'in-order';
  private readonly world = new World(this.scenario, (deed) => this.interfere(deed));
  private readonly runs: Run[] = [];

  /** How many values have been received. */
  private received = 0;
  /** How many items may be active. */
  private limit = this.config.limits === undefined ? (this.config.concurrent ?? Infinity) : 0;
  private limits: Run | undefined = undefined;
  /** Whether there has been a limit, and whether there will be no other. */
  private hasLimit = false;
  private hasStopped = false;
  private limitIsFinal = false;
  /** Whether a key is being asked for; and what comes from the source before the value that it is for is received. */
  private asking = false;
  private pending: (() => void)[] = [];
  /** Received, and not yet started, in source order. */
  private waiting: Item[] = [];
  /** Started, and not yet fully emitted, in source order. */
  private items: Item[] = [];
  /** The orders in which an item has ended since they were looked at, where each key has an order of its own. */
  private ready: string[] = [];
  /** Active items that are to be started again: for another attempt, or for their fallback. */
  private again: Item[] = [];
  private source: Run | undefined = undefined;
  private sourceEnded = false;
  private pulls = 0;
  private pulling = false;
  /** Whether the function that gives what is read has been called. */
  private opened = false;
  private until: Run | undefined = undefined;
  /** Whether `until` lets it read: not before it is subscribed. */
  private reads = this.config.until === undefined;
  /** Whether the source has been left. */
  private left = false;
  /** Whether an error has its turn in the output: nothing that comes after it is started any more. */
  private cutOff = false;
  private errors: { readonly index: number; readonly error: string }[] = [];
  /** The errors that have their turn in the order of a key. */
  private readonly errorsOf = new Map<string, string>();
  private emitting = false;
  private starting = false;
  private closed = false;
  private consumerListens = true;
  /** How often the consumer has asked, and which of its calls wait. */
  private asked = 0;
  private requests: number[] = [];
  private begun = false;
  /** The error that the next call is answered with. */
  private failure: string | undefined = undefined;
  /** The items whose values are ready, for each value; and the errors that come behind them. */
  private tickets: (Item | { readonly error: string })[] = [];
  private aborted = false;
  /** Whether the signal is listened to, until all is over. */
  private listens = false;
  /** The head of each order while it holds up others, and since when. */
  private readonly blockers = new Map<string, { readonly item: Item; readonly clock: Clock }>();
  private clocks = 0;
  /** How many items are being cancelled or dropped, and are what they are until it is their turn. */
  private leaving = { waiting: 0, active: 0, parked: 0 };

  constructor(private readonly scenario: Scenario) {}

  /** Lets everything happen, one instant after another. */
  play(): Prediction {
    const { world, runs, scenario } = this;
    const { signal } = this.config;
    if (scenario.unsubscribeAt !== undefined) {
      world.schedule(scenario.unsubscribeAt, () => this.unsubscribe());
    }
    if (typeof signal === 'number') {
      world.schedule(signal, () => this.abort());
    }
    if (scenario.asks === undefined) {
      this.connect();
    } else {
      scenario.asks.at.forEach((at) => world.schedule(at, () => this.ask()));
    }
    let ambiguous = false;
    for (;;) {
      const clocks = this.running();
      const passes = Math.min(...clocks.map(({ at }) => at));
      const happens = world.next();
      if (passes === Infinity && happens === Infinity) {
        break;
      }
      if (happens < passes) {
        world.step(happens);
        continue;
      }
      // Clocks of one limit pass in the order in which they were started.
      const due = clocks.filter(({ at }) => at === passes).sort((a, b) => a.order - b.order);
      ambiguous ||= happens === passes || due.some(({ limit }) => limit !== due[0]!.limit);
      // Of several keys, whose heads hold up others since the same time, none is the first.
      ambiguous ||= due.length > 1 && due[0]!.limit === 'blocking';
      world.now = passes;
      this.passed(due[0]!.item, due[0]!.limit);
    }
    if (signal !== undefined) {
      world.log.push(`end: ${this.listens && !this.closed ? 1 : 0} listeners`);
    }
    return { log: world.log, ambiguous, runs, happened: world.happened };
  }

  // The loop: emit what is ready, start what there is a slot for, be done. While it emits it does not emit, while it starts
  // it does not start: whoever is called from here finds things in order.

  private settle(): void {
    if (this.emitting || this.closed) {
      return;
    }
    this.emitReady();
    if (this.starting) {
      return;
    }
    this.starting = true;
    while (!this.closed && (this.startNext() || this.dropSurplus()));
    if (!this.closed && this.items.length === 0 && !this.mayHaveToStart()) {
      this.finish();
    }
    this.starting = false;
    this.watchHeads();
    this.judgeLimits();
  }

  private mayHaveToStart(): boolean {
    return this.countWaiting() > 0 || !this.sourceEnded;
  }

  private countWaiting(): number {
    return this.waiting.length + this.leaving.waiting;
  }

  // Limits that an Observable tells.

  private subscribeToLimits(limits: Limits): void {
    const run = this.newRun('limits', 'limits', undefined, { ...limits, kind: 'observable', signal: false });
    this.limits = run;
    run.playing = new Playing(
      this.world,
      'limits',
      'observable',
      (mark, name) => this.heardLimits(mark as Mark, name),
      true,
    );
    run.playing.start(limits);
  }

  private heardLimits(mark: Mark, name: string): void {
    const { world } = this;
    if (this.limits === undefined) {
      return;
    }
    this.limits.marks.push({ at: world.now, mark: mark === 'next' ? name : mark });
    if (mark === 'next') {
      const { numbers } = this.config.limits!;
      const limit = numbers[Number(name.split('/')[1]) % numbers.length]!;
      if (limit < 0) {
        this.leaveLimits();
        this.stopStarting('RangeError(concurrent)');
        return;
      }
      world.happened.add(
        limit === 0 ? 'the limit is 0' : limit < this.limit ? 'the limit is lowered' : 'the limit is raised',
      );
      this.hasLimit = true;
      this.limit = limit;
      this.settle();
      return;
    }
    this.limits = undefined;
    if (mark === 'error') {
      this.stopStarting('limits failed');
    } else if (this.hasLimit) {
      this.limitIsFinal = true;
      this.judgeLimits();
    } else {
      this.stopStarting('TypeError(concurrent)');
    }
  }

  /** They are heard while there may be something to start. One that stays at 0 would be a result that never ends. */
  private judgeLimits(): void {
    const reads = this.scenario.door !== 'concatMapEager' && !this.sourceEnded;
    if (!this.mayHaveToStart()) {
      this.leaveLimits();
    } else if (this.limitIsFinal && this.limit === 0 && (this.countWaiting() > 0 || reads)) {
      this.stopStarting('TypeError(concurrent)');
    }
  }

  private leaveLimits(): void {
    const { limits } = this;
    this.limits = undefined;
    limits?.marks.push({ at: this.world.now, mark: '!' });
    limits?.playing!.stop();
  }

  /** Nothing that waits is started any more. What is active goes on, and then comes the error. */
  private stopStarting(error: string): void {
    if (!this.closed && !this.hasStopped) {
      this.hasStopped = true;
      this.world.happened.add('limits fail');
      const { left, starting } = this;
      this.starting = true;
      this.cancelAll(
        () => false,
        () => this.dropsInOrder,
        'AbortError',
      );
      this.starting = starting;
      if (!left) {
        this.sourceFailed(error);
      }
      this.settle();
    }
  }

  private emitReady(): void {
    this.emitting = true;
    this.drain();
    this.emitting = false;
  }

  private drain(): void {
    this.drainOrders();
    while (this.inTickets && this.wanted() && this.tickets.length > 0 && !this.closed) {
      const item = this.tickets.shift()!;
      if ('error' in item) {
        return this.fail(item.error, undefined);
      }
      item.ready--;
      this.leaves(item);
      this.ready.push(this.orderOf(item));
      this.drainOrders();
    }
  }

  private drainOrders(): void {
    if (this.config.order !== 'key') {
      this.drainOrder('source');
    }
    while (this.ready.length > 0 && !this.closed) {
      const order = this.ready.shift()!;
      this.drainOrder(order);
      const error = this.errorsOf.get(order);
      if (error !== undefined && this.headOf(order) === undefined && !this.inTickets && !this.closed) {
        this.world.happened.add('an error has its turn in the order of its key');
        this.fail(error, undefined);
      }
    }
  }

  private drainOrder(order: string): void {
    for (;;) {
      const head = this.headOf(order);
      if (head === undefined || (this.config.atomic && !head.ended)) {
        return;
      }
      while (head.parked.length > 0 && this.wanted() && !this.inTickets && !this.closed) {
        this.leaves(head);
      }
      if (head.parked.length > 0 || !head.ended || this.closed) {
        return;
      }
      this.items = this.items.filter((item) => item !== head);
      this.tell('flushed', head);
    }
  }

  /** The first value of an item leaves, which may make room for another. */
  private leaves(item: Item): void {
    this.emit(item.parked.shift()!);
    this.readsOn(item);
  }

  private readsOn({ parked, run }: Item): void {
    if (parked.length + 1 === this.maxParked) {
      run?.playing?.readOn();
    }
  }

  /** Where values leave in the order in which they became ready: what a subscriber would be given now, of one key. */
  private noteReady(item: Item): void {
    if (!this.inTickets) {
      return;
    }
    const order = this.orderOf(item);
    for (const each of this.inOrder(order)) {
      if (this.config.atomic && !each.ended) {
        return;
      }
      for (; each.ready < each.parked.length; each.ready++) {
        this.tickets.push(each);
      }
      if (!each.ended) {
        return;
      }
    }
    const error = this.errorsOf.get(order);
    if (error !== undefined) {
      this.world.happened.add('an error has its turn in the order of its key');
      this.tickets.push({ error });
    }
  }

  /** In which order an item has its turn: that of the source, or that of its key; an item without a key is alone. */
  private orderOf({ index, key }: Item): string {
    return this.config.order === 'key' ? (key ?? `alone ${index}`) : 'source';
  }

  /** The items of an order that are not fully emitted, the first of which is the head. */
  private inOrder(order: string): Item[] {
    return [...this.items, ...this.waiting].filter((item) => this.orderOf(item) === order).sort(byIndex);
  }

  private headOf(order: string): Item | undefined {
    return this.inOrder(order)[0];
  }

  private startNext(): boolean {
    const next = this.again.shift();
    if (next !== undefined) {
      if (!next.ended) {
        this.startAttempt(next);
      }
      return true;
    }
    if (!this.hasRoom()) {
      return this.readsAhead();
    }
    let pulled = true;
    while (pulled && this.startable() === undefined && this.waiting.length <= this.mayWaitForKeys) {
      const { received } = this;
      this.pull();
      // What was called may have changed the limit.
      pulled = this.received > received && !this.closed && this.hasSlot();
    }
    const item = this.closed || !this.hasSlot() ? undefined : this.startable();
    if (item === undefined) {
      return this.again.length > 0 || this.readsAhead();
    }
    this.noteStart(item);
    this.waiting = this.waiting.filter((each) => each !== item);
    this.items = [...this.items, item].sort(byIndex);
    if (item.keyError === undefined) {
      this.startAttempt(item);
    } else {
      this.applyPolicy(item, item.keyError);
      this.settle();
    }
    return true;
  }

  /** Reads a value that cannot be started yet. */
  private readsAhead(): boolean {
    const { length } = this.waiting;
    if (length < this.readAhead) {
      this.pull();
    }
    if (this.waiting.length > length) {
      this.world.happened.add('a value is read ahead');
      return true;
    }
    // Reading may have made an item end.
    return this.again.length > 0 || (this.hasRoom() && this.startable() !== undefined);
  }

  private hasSlot(): boolean {
    return this.active() < this.limit;
  }

  private hasRoom(): boolean {
    return this.hasSlot() && this.items.length < this.window;
  }

  /** The earliest item that waits, and not for its key. */
  private startable(): Item | undefined {
    if (this.cutOff && !this.dropsInOrder) {
      return undefined;
    }
    return this.waiting.find(({ key }) => key === undefined || this.activeOf(key) < this.perKey);
  }

  private activeOf(key: string): number {
    return this.items.filter((item) => item.key === key && !item.ended).length;
  }

  private noteStart(item: Item): void {
    const { happened } = this.world;
    if (this.waiting[0] !== item) {
      happened.add('an item waits for its key').add('an item starts before an earlier one');
    }
    if (item.key !== undefined && this.activeOf(item.key) > 0) {
      happened.add('several items of a key are active');
    }
    if (this.cutOff) {
      happened.add('an item that waited for its key is started after an error of a later one');
    }
  }

  private finish(): void {
    const [first] = this.tickets;
    if (first !== undefined && 'error' in first) {
      return this.fail(first.error, undefined);
    }
    this.closed = true;
    const errors = this.errors.sort((a, b) => a.index - b.index).map(({ error }) => error);
    if (errors.length === 0) {
      this.end('complete');
    } else {
      this.end(`error ${errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`}`);
    }
    this.leaveLimits();
  }

  // The consumer.

  private emit(value: string): void {
    if (this.asks) {
      this.answer(this.requests.shift()!, value);
      if (this.requests.length === 0) {
        this.watchHeads();
      }
    } else if (this.consumerListens) {
      this.world.note(`next ${value}`);
      this.world.react('next');
    }
  }

  private answer(request: number, value: string): void {
    const { again } = this.scenario.asks!;
    this.world.note(`next ${value} to ${request}`);
    if (again !== undefined) {
      this.world.schedule(again, () => this.ask());
    }
  }

  /** Whether the consumer wants a value: a subscriber always does. */
  private wanted(): boolean {
    return !this.asks || this.requests.length > 0;
  }

  /** The consumer calls `next()`. */
  private ask(): void {
    const { world, requests, failure } = this;
    const request = this.asked++;
    if (!this.consumerListens) {
      this.failure = undefined;
      world.note(failure === undefined ? `done to ${request}` : `${failure} to ${request}`);
      return;
    }
    const head = this.begun && !this.inTickets && !this.closed ? this.headOf('source') : undefined;
    if (requests.length === 0 && head !== undefined && head.parked.length > 0 && (head.ended || !this.config.atomic)) {
      world.happened.add('a value is taken that is there');
      this.answer(request, head.parked.shift()!);
      this.readsOn(head);
      this.settle();
      return;
    }
    world.happened.add(requests.length > 0 ? 'several calls of the consumer wait' : 'a call of the consumer waits');
    requests.push(request);
    if (this.begun) {
      this.settle();
      this.watchHeads();
    } else {
      this.connect();
    }
  }

  private end(how: string): void {
    if (this.consumerListens) {
      this.consumerListens = false;
      if (this.asks) {
        this.answerAll(how);
      } else {
        this.world.note(how);
      }
    }
  }

  /** The first call that waits is answered with the error, or else the next one is. */
  private answerAll(how: string): void {
    const requests = this.requests.splice(0);
    this.failure = how === 'complete' || requests.length > 0 ? undefined : how;
    requests.forEach((request, nth) => {
      this.world.note(`${how !== 'complete' && nth === 0 ? how : 'done'} to ${request}`);
    });
  }

  private unsubscribe(): void {
    this.failure = undefined;
    if (this.consumerListens) {
      this.consumerListens = false;
      this.answerAll('complete');
      if (!this.begun) {
        return;
      }
      if (!this.closed) {
        this.closed = true;
        this.cancelAfter(undefined);
        this.leaveLimits();
      }
    }
  }

  // The source.

  private connect(): void {
    this.begun = true;
    if (this.config.signal === 'before' || this.aborted) {
      this.abort();
    } else {
      this.listens = true;
      this.source = this.newRun('source', 'source', undefined, {
        ...this.scenario.source,
        kind: 'observable',
        signal: false,
      });
      if (this.config.limits !== undefined) {
        this.starting = true;
        this.subscribeToLimits(this.config.limits);
        this.starting = false;
      }
      if (this.hasStopped) {
        this.settle();
      } else if (!this.closed) {
        this.subscribeToSource(this.source);
      }
    }
  }

  /** The option `signal` aborts. */
  private abort(): void {
    this.aborted = true;
    if (this.begun && !this.closed) {
      this.world.happened.add(this.listens ? 'the signal aborts' : 'the signal has aborted before');
      this.fail(REASON, undefined, REASON);
    }
  }

  private subscribeToSource(run: Run): void {
    const { door, source, config } = this.scenario;
    if (door === 'concatMapEager') {
      run.playing = new Playing(this.world, 'source', 'observable', (mark, value) =>
        this.heardSource(mark as Mark, value),
      );
      run.playing.start(source);
    } else if (config.until !== undefined) {
      this.subscribeToUntil(config.until);
    }
    this.settle();
  }

  private subscribeToUntil(answer: Answer): void {
    const run = this.newRun('until', 'until', undefined, answer);
    this.until = run;
    this.reads = true;
    run.playing = new Playing(this.world, 'until', answer.kind, (mark, value) => this.heardUntil(mark, value), true);
    run.playing.start(answer);
  }

  /** Its first value, or its error, ends the reading. */
  private heardUntil(mark: Mark | 'last', value: string): void {
    const { until } = this;
    if (until === undefined) {
      return;
    }
    const isValue = mark === 'next' || mark === 'last';
    until.marks.push({ at: this.world.now, mark: isValue ? value : mark });
    if (!isValue) {
      this.until = undefined;
    }
    if (mark !== 'complete') {
      this.world.happened.add(isValue ? '`until` ends the reading' : '`until` fails');
      this.reads = false;
      this.leaveUntil();
      const { source } = this;
      this.source = undefined;
      if (source !== undefined) {
        this.cancelSource(source, 'AbortError');
      }
      this.inTurn(() => this.endSource(mark === 'error' ? 'until failed' : undefined));
    }
  }

  private leaveUntil(): void {
    const { until } = this;
    this.until = undefined;
    until?.marks.push({ at: this.world.now, mark: '!' });
    until?.playing!.stop();
  }

  private heardSource(mark: Mark, value: string): void {
    const { source } = this;
    if (source === undefined) {
      return;
    }
    source.marks.push({ at: this.world.now, mark: mark === 'next' ? value : mark });
    if (mark === 'next') {
      this.inTurn(() => this.receive(value));
    } else {
      this.source = undefined;
      this.leaveUntil();
      this.inTurn(() => this.endSource(mark === 'error' ? 'source failed' : undefined));
    }
  }

  /** What the source does while a key is asked for comes after the value that it is for, unless it has been left by then. */
  private inTurn(act: () => void): void {
    if (this.asking || this.pending.length > 0) {
      this.world.happened.add('a value of the source waits for its key to be asked for');
      this.pending.push(act);
      return;
    }
    act();
    while (this.pending.length > 0) {
      this.pending.shift()!();
    }
  }

  /** Asks for a value, where the source is one that is asked. */
  private pull(): void {
    const { gaps, end } = this.scenario.source;
    if (this.scenario.door === 'concatMapEager' || !this.reads || this.source === undefined || this.pulling) {
      return;
    }
    this.pulling = true;
    if (this.scenario.opens && !this.opened) {
      this.opened = true;
      this.world.note('open');
      this.world.react('call');
      // The compiler does not know what reactions do.
      if ((this.source as Run | undefined) === undefined) {
        this.pulling = false;
        this.world.note('return');
        return;
      }
    }
    const nth = this.pulls++;
    this.world.note('pull');
    this.world.react('pull');
    this.pulling = false;
    const hasMore = nth < gaps.length;
    // It may have been left meanwhile, and could not be returned while it was running.
    if (this.source !== undefined) {
      this.heardSource(hasMore ? 'next' : end === 'error' ? end : 'complete', `source/${nth}`);
    } else if (hasMore) {
      this.world.note('return');
    }
  }

  private receive(value: string): void {
    // Whether a value that comes while the monitor is told of an error that ends the result is received, is not promised.
    const isTooLate = () => this.left || (this.hasKeys && this.closed);
    if (isTooLate()) {
      return;
    }
    const index = this.received;
    const plan = this.askForKey(index, value);
    if (isTooLate()) {
      return;
    }
    this.received++;
    const item: Item = {
      index,
      value,
      key: plan === 'throws' || plan === 'promise' ? undefined : plan,
      keyError: plan === 'throws' ? `${index}k threw` : plan === 'promise' ? 'TypeError(key)' : undefined,
      run: undefined,
      ended: false,
      parked: [],
      ready: 0,
      attempts: 0,
      retries: 0,
      emitted: 0,
      seen: 0,
      failure: undefined,
    };
    this.waiting.push(item);
    this.tell('received', item);
    this.settle();
  }

  private askForKey(index: number, value: string): KeyPlan | undefined {
    const { world, config, scenario } = this;
    const plan = keyPlanOf(scenario, index);
    if (plan !== undefined) {
      if (config.concurrentPerKey === Infinity) {
        world.happened.add('`concurrentPerKey` is Infinity');
      }
      if (plan === 'throws' || plan === 'promise') {
        world.happened.add(plan === 'throws' ? '`key` throws' : '`key` returns a promise');
      }
      this.asking = true;
      world.note(`key ${index} ${value}`);
      world.react('key');
      this.asking = false;
    }
    return plan;
  }

  private endSource(error: string | undefined): void {
    if (this.left) {
      return;
    }
    this.sourceEnded = true;
    if (error !== undefined) {
      this.sourceFailed(error);
    }
    this.settle();
  }

  private sourceFailed(error: string): void {
    if (this.onError === 'immediate') {
      this.fail(error, undefined);
    } else if (this.errors.every(({ index }) => index < Infinity)) {
      this.errors.push({ index: Infinity, error });
    }
  }

  /** Expects nothing of the source any more. */
  private leaveSource(): void {
    this.left = true;
    this.source = undefined;
    this.sourceEnded = true;
  }

  /** Drops values, if too many wait when all that can be is started. */
  private dropSurplus(): boolean {
    const { overflow, world } = this;
    const dropped: number[] = [];
    let started = false;
    while (this.waiting.length > this.maxWaiting && !this.closed) {
      // When one is dropped, somebody may push one that need not wait.
      started = this.startNext();
      if (started || this.waiting.length <= this.maxWaiting || this.closed) {
        break;
      }
      const item = overflow === 'drop-oldest' ? this.waiting.shift()! : this.waiting.pop()!;
      world.happened.add(overflow === 'error' ? 'too many values wait' : `a value that waits is dropped: ${overflow}`);
      dropped.push(item.index);
      this.tell('ended', item, 'dropped');
    }
    if ((dropped.length === 0 && !started) || this.closed) {
      return false;
    }
    if (dropped.length > 0 && overflow === 'error') {
      const { source } = this;
      this.leaveSource();
      if (source !== undefined) {
        this.cancelSource(source, 'AbortError');
      }
      this.sourceFailed(`OverflowError(${Math.min(...dropped)})`);
    }
    // It may have been the turn of a dropped one.
    this.emitReady();
    return true;
  }

  private cancelSource({ marks, playing }: Run, reason: string): void {
    const { world } = this;
    this.leaveUntil();
    if (playing !== undefined || this.pulls > 0) {
      marks.push({ at: world.now, mark: '!' });
    }
    if (playing !== undefined) {
      playing.stop();
    } else if (this.pulls > 0 && !this.pulling) {
      world.note('return');
    }
    if (this.opened) {
      world.note(`abort source ${reason}`);
      world.react('abort');
    }
  }

  // What runs on behalf of an item.

  private newRun(name: string, kind: Run['kind'], item: Item | undefined, answer: Answer | undefined): Run {
    const run: Run = {
      name,
      kind,
      item,
      answer,
      begins: this.world.now,
      marks: [],
      linked: true,
      playing: undefined,
      listensToSignal: false,
      clocks: {},
      standsSince: undefined,
    };
    if (item !== undefined) {
      item.run = run;
    }
    this.runs.push(run);
    return run;
  }

  /** The next attempt of an item, or its fallback. */
  private startAttempt(item: Item): void {
    const { index, emitted, failure } = item;
    item.seen = 0;
    if (failure !== undefined) {
      const run = this.newRun(`${index}f`, 'fallback', item, planOf(this.scenario, index).fallback);
      this.call(run, `onError ${index} ${item.value} ${item.attempts} ${emitted} ${failure}${nameOfKey(item)}`);
      return;
    }
    const attempt = ++item.attempts;
    const run = this.newRun(`${index}.${attempt}`, 'attempt', item, attemptOf(this.scenario, index, attempt));
    this.tell('started', item);
    if (run.linked) {
      this.call(run, `project ${index} ${item.value} ${attempt}`);
    }
  }

  private startDelay(item: Item, error: string): void {
    const { index, retries, attempts } = item;
    const name = `${index}d${attempts}`;
    if (this.config.delay === 'notifier') {
      const run = this.newRun(name, 'delay', item, planOf(this.scenario, index).notifier);
      this.call(run, `delay ${retries} ${error}`);
    } else {
      this.newRun(name, 'delay', item, undefined).clocks = { delay: this.startClock() };
    }
  }

  /** Calls a function of the user, and subscribes what it returns. Inputs that were read are there already. */
  private call(run: Run, how: string): void {
    const { name, kind, answer } = run as Run & { answer: Answer };
    if (kind !== 'attempt' || this.scenario.door !== 'concatEager') {
      run.listensToSignal = kind !== 'delay' && answer.signal;
      this.world.note(how);
      this.world.react('call');
    }
    if (!run.linked) {
      return;
    }
    if (answer.kind === 'throws') {
      this.failed(run, `${name} threw`);
      return;
    }
    if (kind === 'attempt') {
      const clock = this.startClock();
      run.clocks = this.config.first === undefined ? { each: clock, total: clock } : { first: clock, total: clock };
    }
    if (answer.kind === 'invalid') {
      const { index, failure } = run.item!;
      this.failed(run, `TypeError(${index})${failure === undefined ? '' : ` because ${failure}`}`);
      return;
    }
    run.playing = new Playing(
      this.world,
      name,
      answer.kind,
      (mark, value) => this.heard(run, mark, value),
      true,
      kind === 'delay' ? undefined : this.readingFor(run),
    );
    if (answer.kind === 'observable') {
      this.world.subscribed.push(run.playing);
    }
    run.playing.start(answer);
  }

  /** It is read while its item keeps few values; meanwhile its clocks stand still. */
  private readingFor(run: Run) {
    return {
      isFull: () => run.linked && run.item!.parked.length >= this.maxParked,
      waits: () => {
        this.world.happened.add('an inner is not read on');
        run.standsSince = this.world.now;
      },
      goesOn: () => {
        const stood = this.world.now - run.standsSince!;
        run.standsSince = undefined;
        for (const [limit, { since }] of Object.entries(run.clocks) as [Limit, Clock][]) {
          run.clocks[limit] = { ...this.startClock(), since: since + stood };
        }
      },
    };
  }

  private heard(run: Run, mark: Mark | 'last', value: string): void {
    if (!run.linked) {
      return;
    }
    run.marks.push({ at: this.world.now, mark: mark === 'next' || mark === 'last' ? value : mark });
    if (mark === 'last' && run.kind !== 'delay') {
      run.marks.push({ at: this.world.now, mark: 'complete' });
      this.emittedLast(run, value);
    } else if (mark === 'error') {
      this.failed(run, `${run.name} failed`);
    } else if (mark === 'complete') {
      this.unlink(run);
      this.endItem(run.item!, 'completed');
      this.settle();
    } else if (run.kind === 'delay') {
      this.tryAgain(run);
    } else {
      this.emitted(run, value);
    }
  }

  /** It has completed when its last value goes out. */
  private emittedLast(run: Run, value: string): void {
    const item = run.item!;
    this.unlink(run);
    if (!this.closed) {
      item.emitted++;
      item.seen++;
      item.parked.push(value);
      this.endItem(item, 'completed');
      this.settle();
    }
  }

  private emitted(run: Run, value: string): void {
    const item = run.item!;
    if (this.closed) {
      // Nothing is emitted ahead of an error that is emitted at once, although the monitor hears of it first.
      return;
    }
    item.emitted++;
    item.seen++;
    const isHead = item === this.headOf(this.orderOf(item)) && item.parked.length === 0;
    if (isHead && this.wanted() && !this.inTickets && !this.config.atomic) {
      this.emit(value);
    } else {
      this.world.happened.add('a value is parked');
      item.parked.push(value);
      this.noteReady(item);
      this.watchHeads();
      if (this.inTickets && !this.config.atomic) {
        this.settle();
      }
    }
    if (run.kind === 'attempt') {
      const { total } = run.clocks;
      run.clocks = { each: this.startClock(), ...(total && { total }) };
    }
  }

  /** The delay is over. */
  private tryAgain(run: Run): void {
    this.cancel(run, '');
    this.again.push(run.item!);
    this.settle();
  }

  private failed(run: Run, error: string): void {
    this.unlink(run);
    if (run.kind === 'delay') {
      this.applyPolicy(run.item!, error);
      this.settle();
    } else {
      this.attemptFailed(run.item!, error, true);
    }
  }

  private unlink(run: Run): void {
    run.linked = false;
    run.item!.run = undefined;
  }

  /** Unsubscribes it, and aborts its signal after that. */
  private cancel(run: Run, reason: string): void {
    this.unlink(run);
    run.marks.push({ at: this.world.now, mark: '!' });
    run.playing?.stop();
    if (run.listensToSignal) {
      this.world.note(`abort ${run.name} ${reason}`);
      this.world.react('abort');
    }
  }

  // Failures.

  private attemptFailed(item: Item, error: string, mayRetry: boolean): void {
    const { config } = this;
    if (item.failure !== undefined) {
      this.cut(item, error);
    } else {
      if (config.resetOnSuccess && item.seen > 0) {
        item.retries = 0;
      }
      const willRetry = mayRetry && item.retries < config.retries;
      this.tell('failed', item, `${error} ${willRetry}`);
      if (!item.ended && willRetry) {
        this.retry(item, error);
      } else if (!item.ended) {
        this.applyPolicy(item, error);
      }
    }
    this.settle();
  }

  private retry(item: Item, error: string): void {
    this.world.happened.add('an item is retried');
    item.retries++;
    this.forget(item);
    if (this.config.delay === undefined) {
      this.again.push(item);
    } else {
      this.startDelay(item, error);
    }
  }

  private applyPolicy(item: Item, error: string): void {
    this.forget(item);
    this.world.happened.add('an item fails after its retries');
    switch (this.onError) {
      case 'function':
        item.failure = error;
        this.again.push(item);
        break;
      case 'in-order':
        this.cut(item, error);
        break;
      case 'immediate':
        this.fail(error, item);
        break;
      case 'at-end':
        this.errors.push({ index: item.index, error });
        this.endItem(item, 'failed', error);
        break;
      case 'skip':
        this.endItem(item, 'failed', error);
    }
  }

  /** What a failed attempt of an atomic item has emitted never was. */
  private forget(item: Item): void {
    if (this.config.atomic) {
      item.parked = [];
      item.emitted = 0;
    }
  }

  /** The error takes the item's turn in the output: nothing that comes later can be emitted any more. */
  private cut(item: Item, error: string): void {
    this.forget(item);
    if (this.config.order === 'key') {
      this.errorsOf.set(this.orderOf(item), error);
    } else {
      this.errors = [{ index: item.index, error }];
    }
    this.cancelAfter(item);
    if (!item.ended) {
      this.endItem(item, 'failed', error);
    }
  }

  /** The result fails at once. */
  private fail(error: string, item: Item | undefined, reason = 'AbortError'): void {
    if (!this.closed) {
      this.closed = true;
      if (item !== undefined) {
        this.endItem(item, 'failed', error);
      }
      this.cancelAfter(undefined, reason);
      this.end(`error ${error}`);
      this.leaveLimits();
    }
  }

  private endItem(item: Item, outcome: string, error = ''): void {
    const recovered = outcome === 'completed' && item.failure !== undefined ? 'recovered' : '';
    item.ended = true;
    item.failure = undefined;
    this.noteReady(item);
    if (this.config.order === 'key') {
      this.ready.push(this.orderOf(item));
    }
    this.tell('ended', item, `${outcome} ${error || recovered}`);
  }

  /**
   * Cancels the source, all items later in the order than this one (or all there are), and what waits, but for what is earlier in
   * the order and only waits for its key.
   */
  private cancelAfter(item: Item | undefined, reason = 'AbortError'): void {
    const isLater = (each: Item) =>
      item === undefined || (each.index > item.index && this.orderOf(each) === this.orderOf(item));
    // Where any number of values without keys may wait, what waits is dropped last of all. That it is in the order of the source even where a teardown leads to the
    // end of all is not promised.
    const isDropped = (each: Item) => this.dropsInOrder && (this.config.order === 'key' || isLater(each));
    this.cancelAll(isLater, isDropped, reason);
  }

  /** Cancels the source, and of what is started and of what waits what these say. */
  private cancelAll(isLater: (each: Item) => boolean, isDropped: (each: Item) => boolean, reason: string): void {
    const { source, waiting } = this;
    const later = [...this.items.filter(isLater), ...waiting.filter(isDropped)].sort(byIndex).map((each) => {
      const state: keyof typeof this.leaving = waiting.includes(each) ? 'waiting' : each.ended ? 'parked' : 'active';
      return { item: each, run: each.run, state };
    });
    this.items = this.items.filter((each) => !isLater(each));
    this.waiting = waiting.filter((each) => !isDropped(each));
    this.cutOff = true;
    this.leaveSource();
    // None of them is heard any more, before the first teardown is called.
    for (const { item: each, run, state } of later) {
      each.ended = true;
      if (run !== undefined) {
        this.unlink(run);
      }
      this.leaving[state]++;
    }
    if (source !== undefined) {
      this.cancelSource(source, reason);
    }
    for (const { item: each, run, state } of later) {
      if (run !== undefined) {
        this.cancel(run, reason);
      }
      this.leaving[state]--;
      if (state === 'parked') {
        // What has been emitted whole, to a consumer that left at its last value, is not dropped.
        this.tell('flushed', each, ...(each.parked.length > 0 || each.emitted === 0 ? ['dropped'] : []));
      } else {
        this.tell('ended', each, 'cancelled');
      }
    }
    while (!this.dropsInOrder && this.waiting.length > 0) {
      this.tell('ended', this.waiting.shift()!, 'cancelled');
    }
  }

  // Time limits.

  private startClock(): Clock {
    return { since: this.world.now, order: this.clocks++ };
  }

  /** A head that is active holds up others, if one of them has something that could be emitted at once. */
  private watchHeads(): void {
    const isReady = ({ ended, parked }: Item) => ended || (parked.length > 0 && !this.config.atomic);
    for (const order of new Set([...this.blockers.keys(), ...this.items.map((item) => this.orderOf(item))])) {
      const [head, ...others] = this.inOrder(order);
      const isHeldUp = others.some(isReady) && this.wanted();
      if (head === undefined || head.ended || this.waiting.includes(head) || !isHeldUp) {
        this.blockers.delete(order);
      } else if (this.blockers.get(order)?.item !== head) {
        this.blockers.set(order, { item: head, clock: this.startClock() });
      }
    }
  }

  /** The clocks that run, and when they will pass. */
  private running(): { item: Item; limit: Limit; at: number; order: number }[] {
    const clocksOf = ({ run }: Item) =>
      Object.entries(run?.standsSince === undefined ? (run?.clocks ?? {}) : {}) as [Limit, Clock][];
    const all = this.items.flatMap((item) => clocksOf(item).map(([limit, clock]) => ({ item, limit, clock })));
    if (!this.closed) {
      all.push(...[...this.blockers.values()].map((blocker) => ({ ...blocker, limit: 'blocking' as const })));
    }
    return all.flatMap(({ item, limit, clock: { since, order } }) => {
      const ms = this.config[limit];
      return typeof ms === 'number' ? [{ item, limit, at: since + ms, order }] : [];
    });
  }

  private passed(item: Item, limit: Limit): void {
    this.world.happened.add(`${limit} passed`);
    if (limit === 'delay') {
      this.tryAgain(item.run!);
      return;
    }
    if (limit === 'blocking') {
      // A fallback has the whole limit again.
      this.blockers.delete(this.orderOf(item));
    }
    const error = `timeout(${item.index}, ${limit}) attempt ${item.attempts} seen ${item.seen}`;
    this.cancel(item.run!, error);
    if (!item.ended) {
      this.attemptFailed(item, error, limit !== 'blocking');
    }
  }

  // The monitor, and others who interfere.

  private active(): number {
    return this.items.filter(({ ended }) => !ended).length + this.leaving.active;
  }

  private tell(type: string, item: Item, details = ''): void {
    this.watchHeads();
    if (this.config.monitor) {
      const { leaving, blockers, world } = this;
      const parked = this.items.filter(({ ended }) => ended).length + leaving.parked;
      const counts = `${this.waiting.length + leaving.waiting}/${this.active()}/${parked} of ${this.limit}`;
      const blocker = blockers.get(this.orderOf(item));
      const since = blocker === undefined ? '' : ` since ${blocker.clock.since}`;
      const { index, value, attempts } = item;
      const about = `${index} ${value} ${attempts} ${counts}${since} at ${world.now}${nameOfKey(item)}`;
      const text = `monitor ${type} ${about} ${details}`;
      this.world.note(text.trimEnd());
      this.world.react('monitor');
    }
  }

  private interfere(deed: Deed): void {
    if (deed.to === 'consumer') {
      if (deed.what === 'unsubscribe') {
        this.unsubscribe();
      } else if (this.asks) {
        this.world.happened.add('the consumer asks in the midst of a call');
        this.ask();
      }
    } else if (deed.to === 'signal') {
      if (this.config.signal !== undefined && this.begun && !this.closed) {
        this.world.happened.add('the signal aborts in the midst of a call');
        this.abort();
      }
    } else if (deed.to === 'until' || deed.to === 'limits') {
      this.runs.find(({ kind, answer }) => kind === deed.to && answer!.kind === 'observable')?.playing?.says(deed.what);
    } else if (deed.to === 'inner') {
      this.world.subscribed
        .filter(({ open }) => open)
        .at(-1 - deed.back)
        ?.says(deed.what);
    } else {
      this.runs[0]?.playing?.says(deed.what);
    }
  }
}
