var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all) __defProp(target, name, { get: all[name], enumerable: true });
};

// test/model/try.tmp.ts
import fc2 from 'fast-check';

// test/model/scenario.ts
function planOf({ items }, index) {
  return items[index % items.length];
}
var DONE = { kind: 'observable', gaps: [], last: 0, end: 'complete', signal: false };
function attemptOf(scenario, index, attempt) {
  const { attempts } = planOf(scenario, index);
  const answer2 = attempts[attempt - 1] ?? DONE;
  const { kind } = attempts[0] ?? DONE;
  if (scenario.door === 'concatMapEager') {
    return answer2;
  }
  return kind === 'observable'
    ? { ...answer2, kind, signal: false }
    : { ...attempts[0], kind: kind === 'throws' ? 'invalid' : kind, signal: false };
}
function burstsOf({ gaps, last: last2, end }) {
  const bursts = [{ at: 0, marks: [] }];
  const put = (gap2, mark) => {
    const latest = bursts.at(-1);
    if (gap2 === 0) {
      latest.marks.push(mark);
    } else {
      bursts.push({ at: latest.at + gap2, marks: [mark] });
    }
  };
  for (const gap2 of gaps) {
    put(gap2, 'next');
  }
  if (end !== 'never') {
    put(last2, end);
  }
  return bursts;
}

// test/model/World.ts
var World = class {
  constructor(scenario, act) {
    this.scenario = scenario;
    this.act = act;
    this.now = 0;
    this.log = [];
    /** What there was occasion for: reactions, limits, retries. */
    this.happened = /* @__PURE__ */ new Set();
    /** What reactions may interfere with, in the order in which it was subscribed. */
    this.subscribed = [];
    this.agenda = [];
    this.counts = /* @__PURE__ */ new Map();
  }
  note(text) {
    this.log.push(`${this.now} ${text}`);
  }
  /** What has just happened is somebody's cue. */
  react(moment) {
    const nth = this.counts.get(moment) ?? 0;
    this.counts.set(moment, nth + 1);
    for (const reaction2 of this.scenario.reactions) {
      if (reaction2.moment === moment && reaction2.nth === nth) {
        this.happened.add('reaction').add(`reaction to ${moment}`);
        this.act(reaction2.deed);
      }
    }
  }
  schedule(delay, act) {
    const entry = { at: this.now + delay, act };
    this.agenda.push(entry);
    return entry;
  }
  cancel(entries) {
    this.agenda = this.agenda.filter((entry) => !entries.includes(entry));
  }
  /** When something happens next by itself, if it ever does. */
  next() {
    return Math.min(...this.agenda.map(({ at }) => at));
  }
  /** Lets the first thing happen that is to happen at this time. */
  step(at) {
    this.now = at;
    const entry = this.agenda.find((each) => each.at === at);
    this.cancel([entry]);
    entry.act();
  }
};
var Playing = class {
  constructor(world, name, kind, hear) {
    this.world = world;
    this.name = name;
    this.kind = kind;
    this.hear = hear;
    this.open = true;
    this.count = 0;
    this.entries = [];
  }
  /** It is subscribed: what it does without delay, it does now. */
  start(play2) {
    const { world, name, kind } = this;
    if (kind === 'observable' || kind === 'thenable') {
      world.note(`subscribe ${name}`);
      world.react('subscribe');
    }
    const [now, ...later] = burstsOf(play2);
    now.marks.forEach((mark) => this.says(mark));
    if (this.open) {
      this.entries = later.map(({ at, marks }) => world.schedule(at, () => marks.forEach((mark) => this.says(mark))));
    }
  }
  says(mark) {
    if (this.open) {
      const value = `${this.name}/${this.count++}`;
      if (mark !== 'next') {
        this.stop();
      }
      this.hear(mark, value);
    }
  }
  /** Its subscription is over, because it has ended or because somebody has cancelled it. */
  stop() {
    if (this.open) {
      this.open = false;
      this.world.cancel(this.entries);
      if (this.kind === 'observable') {
        this.world.note(`teardown ${this.name}`);
        this.world.react('teardown');
      }
    }
  }
};

// test/model/predict.ts
function predict(scenario) {
  return new Model(scenario).play();
}
var Model = class {
  constructor(scenario) {
    this.scenario = scenario;
    this.config = this.scenario.config;
    this.concurrent = this.config.concurrent ?? Infinity;
    this.window = this.config.reorderWindow ?? Math.max(1024, 16 * this.concurrent);
    this.onError = this.config.onError ?? 'in-order';
    this.world = new World(this.scenario, (deed2) => this.interfere(deed2));
    this.runs = [];
    /** Received, and not yet started. */
    this.waiting = [];
    /** How many values have been started, or dropped. */
    this.started = 0;
    /** Started, and not yet fully emitted, in source order: the first one is the head. */
    this.items = [];
    /** Active items that are to be started again: for another attempt, or for their fallback. */
    this.again = [];
    this.source = void 0;
    this.sourceEnded = false;
    this.pulls = 0;
    this.pulling = false;
    /** Whether waiting values may be started: not any more, once an error has its place in the order. */
    this.mayStart = true;
    this.errors = [];
    this.emitting = false;
    this.starting = false;
    this.closed = false;
    this.consumerListens = true;
    /** The head while it holds up others, and since when. */
    this.blocker = void 0;
    this.clocks = 0;
    /** How many items are being cancelled, and are active until it is their turn. */
    this.leaving = 0;
  }
  /** Lets everything happen, one instant after another. */
  play() {
    const { world, runs, scenario } = this;
    if (scenario.unsubscribeAt !== void 0) {
      world.schedule(scenario.unsubscribeAt, () => this.unsubscribe());
    }
    this.subscribeToSource();
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
      const due = clocks.filter(({ at }) => at === passes).sort((a, b) => a.order - b.order);
      ambiguous ||= happens === passes || due.some(({ limit }) => limit !== due[0].limit);
      world.now = passes;
      this.passed(due[0].item, due[0].limit);
    }
    return { log: world.log, ambiguous, runs, happened: world.happened };
  }
  // The loop: emit what is ready, start what there is a place for, be done. While it emits it does not emit, while it starts
  // it does not start: whoever is called from here finds things in order.
  settle() {
    if (this.emitting || this.closed) {
      return;
    }
    this.emitting = true;
    this.drain();
    this.emitting = false;
    if (this.starting) {
      return;
    }
    this.starting = true;
    while (!this.closed && this.startNext());
    if (!this.closed && this.sourceEnded && this.items.length + this.waiting.length === 0) {
      this.finish();
    }
    this.starting = false;
    this.watchHead();
  }
  drain() {
    for (;;) {
      const head = this.items[0];
      if (head === void 0 || (this.config.atomic && !head.ended)) {
        return;
      }
      while (head.parked.length > 0 && !this.closed) {
        this.emit(head.parked.shift());
      }
      if (!head.ended || this.closed) {
        return;
      }
      this.items.shift();
      this.tell('flushed', head);
    }
  }
  startNext() {
    const next = this.again.shift();
    if (next !== void 0) {
      if (!next.ended) {
        this.startAttempt(next);
      }
      return true;
    }
    if (!this.mayStart || this.active() >= this.concurrent || this.items.length >= this.window) {
      return false;
    }
    if (this.waiting.length === 0) {
      this.pull();
    }
    if (this.closed || this.waiting.length === 0) {
      return this.again.length > 0;
    }
    const item2 = {
      index: this.started++,
      value: this.waiting.shift(),
      run: void 0,
      ended: false,
      parked: [],
      attempts: 0,
      retries: 0,
      emitted: 0,
      seen: 0,
      failure: void 0,
    };
    this.items.push(item2);
    this.startAttempt(item2);
    return true;
  }
  finish() {
    this.closed = true;
    const errors = this.errors.sort((a, b) => a.index - b.index).map(({ error }) => error);
    if (errors.length === 0) {
      this.end('complete');
    } else {
      this.end(`error ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`);
    }
  }
  // The consumer.
  emit(value) {
    if (this.consumerListens) {
      this.world.note(`next ${value}`);
      this.world.react('next');
    }
  }
  end(how) {
    if (this.consumerListens) {
      this.consumerListens = false;
      this.world.note(how);
    }
  }
  unsubscribe() {
    if (this.consumerListens) {
      this.consumerListens = false;
      if (!this.closed) {
        this.closed = true;
        this.cancelAfter(void 0);
      }
    }
  }
  // The source.
  subscribeToSource() {
    const { door, source } = this.scenario;
    this.source = this.newRun('source', 'source', void 0, { ...source, kind: 'observable', signal: false });
    if (door === 'concatMapEager') {
      this.source.playing = new Playing(this.world, 'source', 'observable', (mark, value) =>
        this.heardSource(mark, value),
      );
      this.source.playing.start(source);
    }
    this.settle();
  }
  heardSource(mark, value) {
    const { source } = this;
    if (source === void 0) {
      return;
    }
    source.marks.push({ at: this.world.now, mark: mark === 'next' ? value : mark });
    if (mark === 'next') {
      this.receive(value);
    } else {
      this.source = void 0;
      this.endSource(mark === 'error' ? 'source failed' : void 0);
    }
  }
  /** Asks for a value, where the source is one that is asked. */
  pull() {
    const { gaps, end } = this.scenario.source;
    if (this.scenario.door === 'concatMapEager' || this.source === void 0 || this.pulling) {
      return;
    }
    this.pulling = true;
    const nth = this.pulls++;
    this.world.note('pull');
    this.world.react('pull');
    this.pulling = false;
    const hasMore = nth < gaps.length;
    if (this.source !== void 0) {
      this.heardSource(hasMore ? 'next' : end === 'error' ? end : 'complete', `source/${nth}`);
    } else if (hasMore) {
      this.world.note('return');
    }
  }
  receive(value) {
    this.waiting.push(value);
    this.tellOf('received', this.started + this.waiting.length - 1, value, 0);
    this.settle();
  }
  endSource(error) {
    this.sourceEnded = true;
    if (error !== void 0 && this.onError === 'immediate') {
      this.fail(error, void 0);
      return;
    }
    if (error !== void 0) {
      this.errors.push({ index: Infinity, error });
    }
    this.settle();
  }
  cancelSource(source) {
    source.marks.push({ at: this.world.now, mark: '!' });
    if (source.playing !== void 0) {
      source.playing.stop();
    } else if (this.pulls > 0 && !this.pulling) {
      this.world.note('return');
    }
  }
  // What runs on behalf of an item.
  newRun(name, kind, item2, answer2) {
    const run = {
      name,
      kind,
      item: item2,
      answer: answer2,
      begins: this.world.now,
      marks: [],
      linked: true,
      playing: void 0,
      listensToSignal: false,
      clocks: {},
    };
    if (item2 !== void 0) {
      item2.run = run;
    }
    this.runs.push(run);
    return run;
  }
  /** The next attempt of an item, or its fallback. */
  startAttempt(item2) {
    const { index, emitted, failure } = item2;
    item2.seen = 0;
    if (failure !== void 0) {
      const run2 = this.newRun(`${index}f`, 'fallback', item2, planOf(this.scenario, index).fallback);
      this.call(run2, `onError ${index} ${item2.value} ${item2.attempts} ${emitted} ${failure}`);
      return;
    }
    const attempt = ++item2.attempts;
    const run = this.newRun(`${index}.${attempt}`, 'attempt', item2, attemptOf(this.scenario, index, attempt));
    this.tell('started', item2);
    if (run.linked) {
      this.call(run, `project ${index} ${item2.value} ${attempt}`);
    }
  }
  startDelay(item2, error) {
    const { index, retries, attempts } = item2;
    const name = `${index}d${attempts}`;
    if (this.config.delay === 'notifier') {
      const run = this.newRun(name, 'delay', item2, planOf(this.scenario, index).notifier);
      this.call(run, `delay ${retries} ${error}`);
    } else {
      this.newRun(name, 'delay', item2, void 0).clocks = { delay: this.startClock() };
    }
  }
  /** Calls a function of the user, and subscribes what it returns. Inputs that were read are there already. */
  call(run, how) {
    const { name, kind, answer: answer2 } = run;
    if (kind !== 'attempt' || this.scenario.door === 'concatMapEager') {
      run.listensToSignal = kind !== 'delay' && answer2.signal;
      this.world.note(how);
      this.world.react('call');
    }
    if (!run.linked) {
      return;
    }
    if (answer2.kind === 'throws') {
      this.failed(run, `${name} threw`);
      return;
    }
    if (kind === 'attempt') {
      const clock = this.startClock();
      run.clocks = this.config.first === void 0 ? { each: clock, total: clock } : { first: clock, total: clock };
    }
    if (answer2.kind === 'invalid') {
      const { index, failure } = run.item;
      this.failed(run, `TypeError(${index})${failure === void 0 ? '' : ` because ${failure}`}`);
      return;
    }
    run.playing = new Playing(this.world, name, answer2.kind, (mark, value) => this.heard(run, mark, value));
    if (answer2.kind === 'observable') {
      this.world.subscribed.push(run.playing);
    }
    run.playing.start(answer2);
  }
  heard(run, mark, value) {
    if (!run.linked) {
      return;
    }
    run.marks.push({ at: this.world.now, mark: mark === 'next' ? value : mark });
    if (mark === 'error') {
      this.failed(run, `${run.name} failed`);
    } else if (mark === 'complete') {
      this.unlink(run);
      this.endItem(run.item, 'completed');
      this.settle();
    } else if (run.kind === 'delay') {
      this.tryAgain(run);
    } else {
      this.emitted(run, value);
    }
  }
  emitted(run, value) {
    const item2 = run.item;
    item2.emitted++;
    item2.seen++;
    if (item2 === this.items[0] && item2.parked.length === 0 && !this.config.atomic) {
      this.emit(value);
    } else {
      item2.parked.push(value);
      this.watchHead();
    }
    if (run.kind === 'attempt') {
      const { total } = run.clocks;
      run.clocks = { each: this.startClock(), ...(total && { total }) };
    }
  }
  /** The delay is over. */
  tryAgain(run) {
    this.cancel(run, '');
    this.again.push(run.item);
    this.settle();
  }
  failed(run, error) {
    this.unlink(run);
    if (run.kind === 'delay') {
      this.applyPolicy(run.item, error);
      this.settle();
    } else {
      this.attemptFailed(run.item, error, true);
    }
  }
  unlink(run) {
    run.linked = false;
    run.item.run = void 0;
  }
  /** Unsubscribes it, and aborts its signal after that. */
  cancel(run, reason) {
    this.unlink(run);
    run.marks.push({ at: this.world.now, mark: '!' });
    run.playing?.stop();
    if (run.listensToSignal) {
      this.world.note(`abort ${run.name} ${reason}`);
      this.world.react('abort');
    }
  }
  // Failures.
  attemptFailed(item2, error, mayRetry) {
    const { config: config3 } = this;
    if (item2.failure !== void 0) {
      this.cut(item2, error);
    } else {
      if (config3.resetOnSuccess && item2.seen > 0) {
        item2.retries = 0;
      }
      const willRetry = mayRetry && item2.retries < config3.retries;
      this.tell('failed', item2, `${error} ${willRetry}`);
      if (!item2.ended && willRetry) {
        this.retry(item2, error);
      } else if (!item2.ended) {
        this.applyPolicy(item2, error);
      }
    }
    this.settle();
  }
  retry(item2, error) {
    this.world.happened.add('retry');
    item2.retries++;
    this.forget(item2);
    if (this.config.delay === void 0) {
      this.again.push(item2);
    } else {
      this.startDelay(item2, error);
    }
  }
  applyPolicy(item2, error) {
    this.forget(item2);
    this.world.happened.add('failure');
    switch (this.onError) {
      case 'function':
        item2.failure = error;
        this.again.push(item2);
        break;
      case 'in-order':
        this.cut(item2, error);
        break;
      case 'immediate':
        this.fail(error, item2);
        break;
      case 'at-end':
        this.errors.push({ index: item2.index, error });
        this.endItem(item2, 'failed', error);
        break;
      case 'skip':
        this.endItem(item2, 'failed', error);
    }
  }
  /** What a failed attempt of an atomic item has emitted never was. */
  forget(item2) {
    if (this.config.atomic) {
      item2.parked = [];
      item2.emitted = 0;
    }
  }
  /** The error takes the item's place in the order: nothing that comes later can be emitted any more. */
  cut(item2, error) {
    this.forget(item2);
    this.errors = [{ index: item2.index, error }];
    this.cancelAfter(item2);
    if (!item2.ended) {
      this.endItem(item2, 'failed', error);
    }
  }
  /** The result fails at once. */
  fail(error, item2) {
    if (!this.closed) {
      this.closed = true;
      if (item2 !== void 0) {
        this.endItem(item2, 'failed', error);
      }
      this.cancelAfter(void 0);
      this.end(`error ${error}`);
    }
  }
  endItem(item2, outcome, error = '') {
    item2.ended = true;
    item2.failure = void 0;
    this.tell('ended', item2, `${outcome} ${error}`);
  }
  /** Cancels the source, all items after this one (or all there are), and what waits. */
  cancelAfter(item2) {
    const { source } = this;
    const isLater = ({ index }) => item2 === void 0 || index > item2.index;
    const cancelled = this.items.filter((each) => isLater(each) && !each.ended);
    const runs = cancelled.map(({ run }) => run);
    this.items = this.items.filter((each) => !isLater(each));
    this.mayStart = false;
    this.source = void 0;
    this.sourceEnded = true;
    for (const each of cancelled) {
      each.ended = true;
      if (each.run !== void 0) {
        this.unlink(each.run);
      }
    }
    this.leaving += cancelled.length;
    if (source !== void 0) {
      this.cancelSource(source);
    }
    for (const [nth, each] of cancelled.entries()) {
      if (runs[nth] !== void 0) {
        this.cancel(runs[nth], 'AbortError');
      }
      this.leaving--;
      this.tell('ended', each, 'cancelled');
    }
    while (this.waiting.length > 0) {
      const value = this.waiting.shift();
      this.tellOf('ended', this.started++, value, 0, 'cancelled');
    }
  }
  // Time limits.
  startClock() {
    return { since: this.world.now, order: this.clocks++ };
  }
  /** The head holds up others, if one of them has something that could be emitted at once. */
  watchHead() {
    const [head, ...others] = this.items;
    const isReady = ({ ended, parked }) => ended || (parked.length > 0 && !this.config.atomic);
    if (head === void 0 || head.ended || !others.some(isReady)) {
      this.blocker = void 0;
    } else if (this.blocker?.item !== head) {
      this.blocker = { item: head, clock: this.startClock() };
    }
  }
  /** The clocks that run, and when they will pass. */
  running() {
    const clocksOf = ({ run }) => Object.entries(run?.clocks ?? {});
    const all = this.items.flatMap((item2) => clocksOf(item2).map(([limit, clock]) => ({ item: item2, limit, clock })));
    if (this.blocker !== void 0 && !this.closed) {
      all.push({ ...this.blocker, limit: 'blocking' });
    }
    return all.flatMap(({ item: item2, limit, clock: { since, order } }) => {
      const ms = this.config[limit];
      return typeof ms === 'number' ? [{ item: item2, limit, at: since + ms, order }] : [];
    });
  }
  passed(item2, limit) {
    this.world.happened.add(`${limit} passed`);
    if (limit === 'delay') {
      this.tryAgain(item2.run);
      return;
    }
    if (limit === 'blocking') {
      this.blocker = void 0;
    }
    const error = `timeout(${item2.index}, ${limit}) attempt ${item2.attempts} seen ${item2.seen}`;
    this.cancel(item2.run, error);
    if (!item2.ended) {
      this.attemptFailed(item2, error, limit !== 'blocking');
    }
  }
  // The monitor, and others who interfere.
  active() {
    return this.items.filter(({ ended }) => !ended).length + this.leaving;
  }
  tell(type, item2, details = '') {
    this.tellOf(type, item2.index, item2.value, item2.attempts, details);
  }
  tellOf(type, index, value, attempt, details = '') {
    if (this.config.monitor) {
      this.watchHead();
      const parked = this.items.filter(({ ended }) => ended).length;
      const counts = `${this.waiting.length}/${this.active()}/${parked}`;
      const since = this.blocker === void 0 ? '' : ` since ${this.blocker.clock.since}`;
      const text = `monitor ${type} ${index} ${value} ${attempt} ${counts}${since} at ${this.world.now} ${details}`;
      this.world.note(text.trimEnd());
      this.world.react('monitor');
    }
  }
  interfere(deed2) {
    if (deed2.to === 'consumer') {
      this.unsubscribe();
    } else if (deed2.to === 'inner') {
      this.world.subscribed.at(-1 - deed2.back)?.says(deed2.what);
    } else {
      this.runs[0].playing?.says(deed2.what);
    }
  }
};

// test/model/perform.ts
import { Observable, TimeoutError, VirtualTimeScheduler } from 'rxjs';
function perform(scenario, { concatMapEager: concatMapEager2, concatEager: concatEager2 }) {
  const stage = new Stage(scenario);
  const result =
    scenario.door === 'concatEager'
      ? concatEager2(stage.inputs(), stage.config)
      : stage.source().pipe(concatMapEager2((value, index, item2) => stage.project(value, index, item2), stage.config));
  return stage.observe(result);
}
var Stage = class {
  constructor(scenario) {
    this.scenario = scenario;
    this.scheduler = new VirtualTimeScheduler();
    this.log = [];
    this.counts = /* @__PURE__ */ new Map();
    this.subscribed = [];
    this.consumer = void 0;
    this.playingSource = void 0;
    /** What stands for the values of the source, where they are inputs. */
    this.names = /* @__PURE__ */ new Map();
    this.delays = /* @__PURE__ */ new Map();
    this.fallback = (error, item2) => {
      const { index, value, attempt, emitted } = item2;
      const { fallback } = planOf(this.scenario, index);
      const call = `onError ${index} ${this.nameOfValue(value)} ${attempt} ${emitted} ${nameOf(error)}`;
      return this.answer(`${index}f`, fallback, call, item2);
    };
    this.delay = (error, count) => {
      const index = Number(/\d+/.exec(nameOf(error))[0]);
      const { notifier } = planOf(this.scenario, index);
      const nth = (this.delays.get(index) ?? 0) + 1;
      this.delays.set(index, nth);
      return this.answer(`${index}d${nth}`, notifier, `delay ${count} ${nameOf(error)}`);
    };
    this.monitor = (event) => {
      const { type, index, value, attempt, time, waiting, active, parked, blockedSince } = event;
      const counts = `${waiting}/${active}/${parked}${blockedSince === void 0 ? '' : ` since ${blockedSince}`}`;
      let details = '';
      if (type === 'failed') {
        details = ` ${nameOf(event.error)} ${event.willRetry}`;
      } else if (type === 'ended') {
        details = ` ${event.outcome}${'error' in event ? ` ${nameOf(event.error)}` : ''}`;
      }
      this.note(`monitor ${type} ${index} ${this.nameOfValue(value)} ${attempt} ${counts} at ${time}${details}`);
      this.react('monitor');
    };
    const { concurrent, reorderWindow, first, each, total, blocking, retries, ...others } = scenario.config;
    const { delay, resetOnSuccess, onError, atomic, monitor } = others;
    const limits = { first, each, total, blocking };
    this.config = {
      concurrent,
      reorderWindow,
      timeout: Object.values(limits).some((limit) => limit !== void 0) ? limits : void 0,
      retry: {
        count: retries,
        resetOnSuccess,
        ...(delay !== void 0 && { delay: delay === 'notifier' ? this.delay : delay }),
      },
      onError: onError === 'function' ? this.fallback : onError,
      atomic,
      scheduler: this.scheduler,
      monitor: monitor ? this.monitor : void 0,
    };
  }
  /** Subscribes, and lets everything happen. */
  observe(result) {
    const { unsubscribeAt } = this.scenario;
    if (unsubscribeAt !== void 0) {
      this.scheduler.schedule(() => this.consumer?.unsubscribe(), unsubscribeAt);
    }
    const observed = new Observable((subscriber) => {
      this.consumer = subscriber;
      result.subscribe(subscriber);
    });
    observed.subscribe({
      next: (value) => {
        this.note(`next ${value}`);
        this.react('next');
      },
      error: (error) => this.note(`error ${nameOf(error)}`),
      complete: () => this.note('complete'),
    });
    this.scheduler.flush();
    return this.log;
  }
  source() {
    const next = () => ['source', this.scenario.source];
    return this.observable(next, (playing) => (this.playingSource = playing));
  }
  /** Inputs that are read; what they say of themselves, nobody says of them. */
  inputs() {
    const { gaps, end } = this.scenario.source;
    let count = 0;
    const next = () => {
      const index = count++;
      this.note('pull');
      this.react('pull');
      if (index >= gaps.length && end === 'error') {
        throw new Error('source failed');
      }
      if (index >= gaps.length) {
        return { done: true, value: void 0 };
      }
      let attempt = 0;
      const input = this.input(attemptOf(this.scenario, index, 1).kind, () => {
        attempt++;
        return [`${index}.${attempt}`, attemptOf(this.scenario, index, attempt)];
      });
      this.names.set(input, `source/${index}`);
      return { value: input };
    };
    const leave = () => {
      this.note('return');
      return { done: true, value: void 0 };
    };
    return { [Symbol.iterator]: () => ({ next, return: leave }) };
  }
  // The functions of the user.
  project(value, index, item2) {
    const { attempt } = item2;
    const answer2 = attemptOf(this.scenario, index, attempt);
    return this.answer(`${index}.${attempt}`, answer2, `project ${index} ${this.nameOfValue(value)} ${attempt}`, item2);
  }
  answer(name, answer2, call, item2) {
    if (item2 && answer2.signal) {
      const { signal } = item2;
      signal.addEventListener('abort', () => {
        this.note(`abort ${name} ${nameOf(signal.reason)}`);
        this.react('abort');
      });
    }
    this.note(call);
    this.react('call');
    if (answer2.kind === 'throws') {
      throw new Error(`${name} threw`);
    }
    return this.input(answer2.kind, () => [name, answer2]);
  }
  // What plays.
  input(kind, next) {
    const values = () => {
      const [name, { gaps }] = next();
      return gaps.map((_, index) => `${name}/${index}`);
    };
    switch (kind) {
      case 'array':
        return values();
      case 'iterable':
        return { [Symbol.iterator]: () => values()[Symbol.iterator]() };
      case 'thenable':
        return {
          then: (fulfilled, rejected) => {
            this.settle(next(), fulfilled, rejected);
            return void 0;
          },
        };
      case 'observable':
        return this.observable(next, (playing) => this.subscribed.push(playing));
      default:
        return {};
    }
  }
  settle([name, play2], fulfilled, rejected) {
    this.note(`subscribe ${name}`);
    this.react('subscribe');
    for (const { at, marks } of burstsOf(play2)) {
      const settle = () => {
        if (marks[0] === 'next') {
          fulfilled?.(`${name}/0`);
        } else if (marks[0] === 'error') {
          rejected?.(new Error(`${name} failed`));
        }
      };
      if (at === 0) {
        settle();
      } else {
        this.scheduler.schedule(settle, at);
      }
    }
  }
  observable(next, began) {
    return new Observable((subscriber) => {
      const [name, play2] = next();
      let count = 0;
      const says = (mark) => {
        if (mark === 'next') {
          subscriber.next(`${name}/${count++}`);
        } else if (mark === 'complete') {
          subscriber.complete();
        } else {
          subscriber.error(new Error(`${name} failed`));
        }
      };
      began({ says });
      subscriber.add(() => {
        this.note(`teardown ${name}`);
        this.react('teardown');
      });
      this.note(`subscribe ${name}`);
      this.react('subscribe');
      const [now, ...later] = burstsOf(play2);
      now.marks.forEach(says);
      for (const { at, marks } of subscriber.closed ? [] : later) {
        subscriber.add(this.scheduler.schedule(() => marks.forEach(says), at));
      }
    });
  }
  nameOfValue(value) {
    return typeof value === 'string' ? value : this.names.get(value);
  }
  note(text) {
    this.log.push(`${this.scheduler.now()} ${text}`);
  }
  react(moment) {
    const nth = this.counts.get(moment) ?? 0;
    this.counts.set(moment, nth + 1);
    for (const { deed: deed2, ...at } of this.scenario.reactions) {
      if (at.moment !== moment || at.nth !== nth) {
        continue;
      }
      if (deed2.to === 'consumer') {
        this.consumer?.unsubscribe();
      } else if (deed2.to === 'inner') {
        this.subscribed.at(-1 - deed2.back)?.says(deed2.what);
      } else {
        this.playingSource?.says(deed2.what);
      }
    }
  }
};
function nameOf(error) {
  if (error instanceof TimeoutError) {
    const { meta, seen } = error.info;
    return `timeout(${meta.index}, ${meta.limit}) attempt ${meta.attempt} seen ${seen}`;
  }
  if (error instanceof AggregateError) {
    return `[${error.errors.map(nameOf).join(', ')}]`;
  }
  if (error instanceof TypeError) {
    const index = /for item (\d+)/.exec(error.message)?.[1];
    return `TypeError(${index})${error.cause === void 0 ? '' : ` because ${nameOf(error.cause)}`}`;
  }
  return error instanceof Error ? (error.name === 'AbortError' ? 'AbortError' : error.message) : String(error);
}

// test/model/scenarios.ts
import fc from 'fast-check';
var gap = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: tens(1, 5) });
var play = (end, maxLength) => fc.record({ gaps: fc.array(gap, { maxLength }), last: gap, end });
var ends = fc.oneof(
  { weight: 6, arbitrary: fc.constant('complete') },
  { weight: 4, arbitrary: fc.constant('error') },
  { weight: 1, arbitrary: fc.constant('never') },
);
var answer = fc
  .tuple(
    fc.oneof(
      { weight: 10, arbitrary: fc.constant('observable') },
      { weight: 2, arbitrary: fc.constantFrom('array', 'iterable', 'thenable') },
      { weight: 1, arbitrary: fc.constantFrom('throws', 'invalid') },
    ),
    play(ends, 3),
    fc.boolean(),
  )
  .map(([kind, { gaps, last: last2, end }, signal]) => {
    switch (kind) {
      case 'observable':
        return { kind, gaps, last: last2, end, signal };
      case 'thenable':
        return end === 'complete'
          ? { kind, gaps: [last2], last: 0, end, signal }
          : { kind, gaps: [], last: last2, end, signal };
      case 'array':
      case 'iterable':
        return { kind, gaps: gaps.map(() => 0), last: 0, end: 'complete', signal };
      default:
        return { kind, gaps: [], last: 0, end: 'complete', signal };
    }
  });
var item = fc.record({
  attempts: fc.array(answer, { minLength: 1, maxLength: 4 }),
  fallback: answer,
  notifier: answer,
});
var maybe = (arbitrary, weight = 1) => fc.oneof({ weight: 2, arbitrary: fc.constant(void 0) }, { weight, arbitrary });
var config = fc.record({
  concurrent: maybe(fc.integer({ min: 1, max: 4 }), 3),
  reorderWindow: maybe(fc.integer({ min: 1, max: 5 })),
  first: maybe(tens(0, 4, 1)),
  each: maybe(tens(0, 4, 2)),
  total: maybe(tens(0, 9, 4)),
  blocking: maybe(tens(0, 4, 6)),
  retries: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) }),
  delay: maybe(fc.oneof(tens(0, 3, 7), fc.constant('notifier')), 3),
  resetOnSuccess: fc.boolean(),
  onError: fc.constantFrom(void 0, 'in-order', 'immediate', 'at-end', 'skip', 'function', 'skip', 'function'),
  atomic: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  monitor: fc.boolean(),
});
var deed = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      to: fc.constant('source'),
      what: fc.constantFrom('next', 'next', 'complete', 'error'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      to: fc.constant('inner'),
      back: fc.nat(3),
      what: fc.constantFrom('next', 'complete', 'error'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ to: 'consumer', what: 'unsubscribe' }) },
);
var reaction = fc.record({
  moment: fc.constantFrom('next', 'next', 'call', 'subscribe', 'teardown', 'abort', 'monitor', 'pull'),
  nth: fc.nat(5),
  deed,
});
var scenarios = fc.record({
  door: fc.oneof(
    { weight: 4, arbitrary: fc.constant('concatMapEager') },
    { weight: 1, arbitrary: fc.constant('concatEager') },
  ),
  source: play(ends, 7).map((source) => source),
  items: fc.array(item, { minLength: 1, maxLength: 5 }),
  config,
  unsubscribeAt: maybe(tens(0, 9, 5)),
  reactions: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(reaction, { minLength: 1, maxLength: 4 }) },
  ),
});
function tens(min, max, more = 0) {
  return fc.integer({ min, max }).map((n2) => 10 * n2 + more);
}

// src/index.ts
var src_exports = {};
__export(src_exports, {
  concatAllEager: () => concatAllEager,
  concatEager: () => concatEager,
  concatMapEager: () => concatMapEager,
});

// src/concatAllEager.ts
import { identity as identity2 } from 'rxjs';

// src/internal/check.ts
function check(valid, name, rule, value, Mistake = TypeError) {
  if (!valid) {
    throw new Mistake(`Expected \`${name}\` to be ${rule}, got ${show(value)}`);
  }
}
function checkNumber(name, rule, value, valid) {
  const isNumber = typeof value === 'number';
  check(isNumber && valid(value), name, rule, value, isNumber ? RangeError : TypeError);
}
function checkCount(name, lowest, value) {
  const rule = `an integer from ${lowest} and up or \`Infinity\``;
  checkNumber(name, rule, value, (n2) => n2 >= lowest && (Number.isInteger(n2) || n2 === Infinity));
}
function checkOptions(name, value, rule, known) {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), name, rule, value);
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const meant = nearest(key, known);
      const hint = meant === void 0 ? `Expected ${list(known)}` : `Did you mean \`${meant}\`?`;
      throw new TypeError(`Unknown option \`${key}\` in \`${name}\`. ${hint}`);
    }
  }
}
function list(names) {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(', ')} or ${quoted.slice(-1).join()}`;
}
function show(value) {
  const type = value === null ? 'null' : typeof value;
  const text =
    type === 'object'
      ? Object.prototype.toString.call(value)
      : type === 'string'
        ? JSON.stringify(value)
        : type === 'function'
          ? `function ${value.name}`
          : String(value);
  return `\`${text}\` (${type})`;
}
function nearest(given, known) {
  let best;
  let fewest = given.length / 2;
  for (const name of known) {
    const edits = distance(given.toLowerCase(), name.toLowerCase());
    if (edits <= fewest) {
      best = name;
      fewest = edits;
    }
  }
  return best;
}
function distance(a, b) {
  if (a.includes(b) || b.includes(a)) {
    return 0;
  }
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, above[j] + 1, row[j - 1] + 1));
    }
  }
  return row[b.length];
}

// src/internal/eagerly.ts
import { identity, NEVER, noop as noop4, Observable as Observable3, Subscription } from 'rxjs';

// src/internal/eagerProcess.ts
import { UnsubscriptionError } from 'rxjs';

// src/internal/errors.ts
import { config as config2, TimeoutError as TimeoutError2 } from 'rxjs';
function reportError(error) {
  setTimeout(() => {
    const { onUnhandledError } = config2;
    if (onUnhandledError) {
      onUnhandledError(error);
    } else {
      throw error;
    }
  });
}
function timeoutError(item2, { name, ms }) {
  const { index, attempts: attempt } = item2;
  const meta = {
    value: item2.value,
    index,
    attempt,
    limit: name,
  };
  const error = new TimeoutError2({ meta, seen: item2.emitted - item2.emittedBefore, lastValue: null });
  error.message = `Item ${index} passed its \`${name}\` limit of ${ms} ms`;
  return error;
}
function notObservableInput(input, name, { index, failure }) {
  const hint = failure && ', or `EMPTY` to skip the item';
  return new TypeError(
    `Expected \`${name}\` to return an ObservableInput (an Observable, promise, array, iterable, async iterable or ReadableStream) for item ${index}${hint ?? ''}, got ${show(input)}`,
    failure && { cause: failure.error },
  );
}

// src/internal/listen.ts
import { from, Observable as Observable2, observable, Subscriber } from 'rxjs';

// src/internal/reader.ts
import { noop } from 'rxjs';
function isReadable(value) {
  return isStream(value) || hasMethod(value, Symbol.asyncIterator);
}
function openReader(input) {
  if (isStream(input)) {
    const reader = input.getReader();
    const release = () => quietly(() => reader.releaseLock());
    return {
      read: () => reader.read(),
      release,
      cancel: () => {
        quietly(() => reader.cancel?.());
        release();
      },
    };
  }
  const iterator = input[Symbol.asyncIterator]();
  return {
    read: () => iterator.next(),
    release: noop,
    cancel: () => quietly(() => iterator.return?.()),
  };
}
function readResult(result) {
  if (Object(result) !== result) {
    throw new TypeError(`Expected an iterator's result to be an object, got ${show(result)}`);
  }
  const done = !!result.done;
  return { done, value: done ? void 0 : result.value };
}
function quietly(cleanUp) {
  try {
    Promise.resolve(cleanUp()).then(void 0, noop);
  } catch {}
}
function hasMethod(value, name) {
  return typeof value?.[name] === 'function';
}
function isStream(value) {
  return hasMethod(value, 'getReader');
}

// src/internal/listen.ts
var Listener = class {
  constructor() {
    /** Whether it hears nothing more. */
    this.closed = false;
    /** What ends what it listens to; set before the first notification, where there is something to end. */
    this.stop = void 0;
  }
  /** Closes it, where it is not, and ends what it listens to. */
  cancel() {
    if (!this.closed) {
      this.close();
    }
    const { stop } = this;
    this.stop = void 0;
    stop?.unsubscribe();
  }
  /** What it listens to has ended by itself. */
  end() {
    this.close();
    this.stop = void 0;
  }
};
function listen(input, listener) {
  if (input instanceof Observable2) {
    subscribe(input, listener);
  } else if (hasMethod(input, observable)) {
    subscribe(from(input), listener);
  } else if (isArrayLike(input)) {
    listenToArray(input, listener);
  } else if (hasMethod(input, 'then')) {
    listenToPromise(input, listener);
  } else if (isReadable(input)) {
    listenToReader(openReader(input), listener);
  } else if (hasMethod(input, Symbol.iterator)) {
    subscribe(from(input), listener);
  } else {
    return false;
  }
  return true;
}
function subscribe(input, listener) {
  const subscriber = new ListenerSubscriber(listener);
  listener.stop = subscriber;
  input.subscribe(subscriber);
}
var ListenerSubscriber = class extends Subscriber {
  constructor(listener) {
    super();
    this.listener = listener;
  }
  // A listener may be closed before this is unsubscribed: teardowns of others run in between.
  _next(value) {
    const { listener } = this;
    if (!listener.closed) {
      listener.next(value);
    }
  }
  _error(error) {
    const { listener } = this;
    try {
      this.unsubscribe();
    } finally {
      if (!listener.closed) {
        listener.error(error);
      }
    }
  }
  _complete() {
    const { listener } = this;
    try {
      this.unsubscribe();
    } finally {
      if (!listener.closed) {
        listener.complete();
      }
    }
  }
};
function listenToArray(array, listener) {
  for (let i = 0; i < array.length && !listener.closed; i++) {
    listener.next(array[i]);
  }
  if (!listener.closed) {
    listener.complete();
  }
}
function listenToPromise(promise, listener) {
  const link = new Link(listener);
  listener.stop = link;
  try {
    promise.then(
      (value) => link.fulfilled(value),
      (error) => link.rejected(error),
    );
  } catch (error) {
    if (!listener.closed) {
      throw error;
    }
  }
}
var Link = class {
  constructor(listener) {
    this.listener = listener;
  }
  unsubscribe() {
    this.listener = void 0;
  }
  fulfilled(value) {
    const listener = this.take();
    try {
      listener?.next(value);
      if (listener?.closed === false) {
        listener.complete();
      }
    } catch (error) {
      reportError(error);
    }
  }
  rejected(error) {
    try {
      this.take()?.error(error);
    } catch (thrown) {
      reportError(thrown);
    }
  }
  take() {
    const { listener } = this;
    this.listener = void 0;
    return listener?.closed ? void 0 : listener;
  }
};
function listenToReader(reader, listener) {
  if (listener.closed) {
    reader.cancel();
  } else {
    listener.stop = { unsubscribe: () => reader.cancel() };
    readAll(reader, listener).catch(reportError);
  }
}
async function readAll(reader, listener) {
  while (!listener.closed) {
    let result;
    try {
      result = readResult(await reader.read());
    } catch (error) {
      if (!listener.closed) {
        reader.release();
        listener.error(error);
      }
      return;
    }
    if (listener.closed) {
      return;
    }
    if (result.done) {
      reader.release();
      listener.complete();
    } else {
      listener.next(result.value);
    }
  }
}
var isArrayLike = (input) => !!input && typeof input.length === 'number' && typeof input !== 'function';

// src/internal/promises.ts
import { noop as noop2 } from 'rxjs';
function handleRejection(value) {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  try {
    if (value instanceof Promise) {
      void Promise.prototype.then.call(value, void 0, noop2);
    } else if (Object.prototype.toString.call(value) === '[object Promise]') {
      value.then(void 0, noop2);
    }
  } catch {}
}

// src/internal/attempt.ts
var Run = class extends Listener {
  constructor(item2, process2) {
    super();
    this.clock = void 0;
    this.item = item2;
    this.process = process2;
    item2.run = this;
  }
  /** What is wrong with the function, or with what it returns, is the item's failure. */
  start() {
    const { item: item2 } = this;
    try {
      const input = this.call(item2, this.process);
      if (this.closed) {
        handleRejection(input);
      } else if (!listen(input, this)) {
        this.error(notObservableInput(input, this.caller(item2), item2));
      }
    } catch (error) {
      if (!this.closed) {
        this.error(error);
      }
    }
  }
  complete() {
    const { item: item2, process: process2 } = this;
    this.end();
    process2.itemCompleted(item2);
  }
  close() {
    this.closed = true;
    this.clock?.stop();
    this.item.run = void 0;
    this.item = this.process = this.clock = void 0;
  }
  /** Starts a clock of that limit, if there is one. */
  startClock(limit) {
    return limit && this.process.deadlines.start(limit, this);
  }
};
var Attempt = class extends Run {
  constructor(item2, process2) {
    super(item2, process2);
    /** The clock of `first` or `each`; the other one is that of `total`. */
    this.gap = void 0;
    this.controller = void 0;
    this.cancelled = false;
    this.reason = void 0;
    this.attempt = item2.failure === void 0 ? ++item2.attempts : item2.attempts;
  }
  /** Made when it is first read, so that it costs nothing where it is not. */
  get signal() {
    if (this.controller === void 0) {
      this.controller = new AbortController();
      if (this.cancelled) {
        this.controller.abort(this.reason);
      }
    }
    return this.controller.signal;
  }
  next(value) {
    this.process.itemEmitted(this.item, value);
    if (this.gap !== void 0) {
      this.heard(this.gap);
    }
  }
  error(error) {
    const { item: item2, process: process2 } = this;
    this.end();
    process2.attemptFailed(item2, error);
  }
  passed(limit) {
    this.process.limitPassed(this.item, limit);
  }
  close() {
    this.gap?.stop();
    this.gap = void 0;
    super.close();
  }
  cancel(reason) {
    this.cancelled = true;
    this.reason = reason;
    try {
      super.cancel();
    } finally {
      this.controller?.abort(reason);
    }
  }
  caller({ failure }) {
    return failure === void 0 ? 'project' : 'onError';
  }
  call(item2, process2) {
    const { value, index, attempts: attempt, emitted, failure } = item2;
    item2.emittedBefore = emitted;
    if (failure !== void 0) {
      const signal = () => this.signal;
      return process2.settings.onError(failure.error, {
        value,
        index,
        attempt,
        emitted,
        get signal() {
          return signal();
        },
      });
    }
    process2.watch.tell('started', item2);
    if (this.closed) {
      return [];
    }
    if (!process2.keepsValues) {
      item2.value = void 0;
    }
    const input = process2.project(value, index, this);
    if (!this.closed) {
      const { first, each, total } = process2.limits;
      this.gap = this.startClock(first ?? each);
      this.clock = this.startClock(total);
    }
    return input;
  }
  /** The inner has emitted a value, and the clock of the gap before it runs. */
  heard(gap2) {
    const { deadlines, limits } = this.process;
    if (limits.each !== void 0) {
      deadlines.start(limits.each, this, gap2);
    } else {
      gap2.stop();
    }
  }
};
var Delay = class extends Run {
  constructor(item2, process2, failure) {
    super(item2, process2);
    this.failure = failure;
  }
  start() {
    this.clock = this.startClock(this.process.limits.delay);
    if (this.clock === void 0) {
      super.start();
    }
  }
  next() {
    const { item: item2, process: process2 } = this;
    try {
      this.cancel();
    } catch (thrown) {
      reportError(thrown);
    }
    process2.retryItem(item2);
  }
  error(error) {
    const { item: item2, process: process2 } = this;
    this.end();
    process2.itemFailed(item2, error);
  }
  passed() {
    this.next();
  }
  caller() {
    return 'retry.delay';
  }
  call({ retries }, { settings }) {
    return settings.retry.delay(this.failure, retries);
  }
};

// src/internal/deadlines.ts
var LONGEST_DELAY = 2 ** 31 - 1;
var Clock = class {
  constructor(limit, owner) {
    this.limit = limit;
    this.owner = owner;
    this.since = 0;
    /** Which one it is of all that were started: the later, the higher. */
    this.order = 0;
    this.earlier = this;
    this.later = this;
  }
  stop() {
    this.earlier.later = this.later;
    this.later.earlier = this.earlier;
    this.earlier = this.later = this;
  }
};
var Limit = class {
  constructor(name, ms) {
    this.name = name;
    this.ms = ms;
    /** The ring of clocks is closed by one that does not run: the earliest comes after it, the latest before it. */
    this.ring = new Clock(this, { passed: () => void 0 });
  }
};
var Deadlines = class {
  constructor(scheduler) {
    this.scheduler = scheduler;
    this.limits = [];
    this.armed = void 0;
    this.latest = -Infinity;
    this.skew = 0;
    this.started = 0;
  }
  /** Whether there is any limit. */
  get limited() {
    return this.limits.length > 0;
  }
  /** The limit of that name, if there is to be one. */
  limit(name, ms) {
    if (typeof ms !== 'number') {
      return void 0;
    }
    const limit = new Limit(name, ms);
    this.limits.push(limit);
    return limit;
  }
  now() {
    const time = this.scheduler.now() + this.skew;
    if (time < this.latest) {
      this.skew += this.latest - time;
    } else {
      this.latest = time;
    }
    return this.latest;
  }
  /** Starts a clock of that limit: a new one, or the given one anew. */
  start(limit, owner, clock = new Clock(limit, owner)) {
    const { ring } = limit;
    clock.stop();
    clock.limit = limit;
    clock.since = this.now();
    clock.order = this.started++;
    clock.earlier = ring.earlier;
    clock.later = ring;
    ring.earlier = ring.earlier.later = clock;
    if (ring.later === clock) {
      this.arm(clock);
    }
    return clock;
  }
  /** Ends all clocks and leaves no action armed. */
  close() {
    this.limits.forEach(({ ring }) => ring.stop());
    this.limits = [];
    this.armed?.action?.unsubscribe();
    this.armed = void 0;
  }
  /** Sees to it that there is an action when the clock passes, or before. */
  arm({ since, limit }) {
    const deadline = since + limit.ms;
    if (this.armed !== void 0) {
      if (this.armed.at <= deadline) {
        return;
      }
      this.armed.action?.unsubscribe();
    }
    const delay = Math.min(Math.max(0, deadline - this.latest), LONGEST_DELAY);
    const alarm = { at: this.latest + delay, started: this.started, action: void 0 };
    this.armed = alarm;
    alarm.action = this.scheduler.schedule(() => {
      if (this.armed === alarm) {
        this.armed = void 0;
        this.fire(alarm);
      }
    }, delay);
  }
  fire(alarm) {
    const now = this.now();
    const { started } = this;
    try {
      for (const { ring, ms } of this.limits) {
        let clock;
        while ((clock = ring.later) !== ring && clock.order < started) {
          if (clock.since + ms > (clock.order < alarm.started ? Math.max(now, alarm.at) : now)) {
            break;
          }
          clock.stop();
          clock.owner.passed(clock.limit);
        }
      }
    } finally {
      this.now();
      for (const { ring } of this.limits) {
        if (ring.later !== ring) {
          this.arm(ring.later);
        }
      }
    }
  }
};

// src/internal/failures.ts
function failureOf(failures) {
  if (failures.length < 2) {
    return failures[0];
  }
  const errors = failures.sort((a, b) => a.index - b.index).map(({ error }) => error);
  return { error: new AggregateError(errors, `${errors.length} failures, in source order`) };
}

// src/internal/queue.ts
var CHUNK = 1024;
var chunk = () => ({ values: [], next: void 0 });
var Queue = class {
  constructor() {
    this.length = 0;
    this.front = chunk();
    this.back = this.front;
    /** Where the next value to take stands in the front chunk, and where the next one to come will stand in the back chunk. */
    this.taken = 0;
    this.filled = 0;
  }
  push(value) {
    if (this.filled === CHUNK) {
      this.back = this.back.next = chunk();
      this.filled = 0;
    }
    this.back.values[this.filled++] = value;
    this.length++;
  }
  /** Takes the earliest value. To be called only while `length` is above 0. */
  shift() {
    const { values, next } = this.front;
    const value = values[this.taken];
    values[this.taken++] = void 0;
    if (--this.length === 0) {
      this.taken = this.filled = 0;
    } else if (this.taken === CHUNK) {
      this.front = next;
      this.taken = 0;
    }
    return value;
  }
};

// src/internal/item.ts
var Item = class {
  constructor(index, value) {
    this.index = index;
    this.value = value;
    /** The next item in source order. */
    this.next = void 0;
    this.run = void 0;
    this.ended = false;
    /** Whether the queue counts it as ready: see `ReorderQueue.ready`. */
    this.ready = false;
    /** Why it failed, while a fallback takes its place. In a box, since an error may be `undefined`. */
    this.failure = void 0;
    /** How many attempts have been started, and how many of them count against the limit of retries. */
    this.attempts = 0;
    this.retries = 0;
    /** How many values went out, or will, in all, and how many of them came before the current attempt. */
    this.emitted = 0;
    this.emittedBefore = 0;
    /** How many values are parked. Most items park one at most: the earliest stands here, and a queue is made only for more. */
    this.parked = 0;
    this.earliest = void 0;
    this.more = void 0;
  }
  park(value) {
    if (this.parked++ === 0) {
      this.earliest = value;
    } else {
      (this.more ??= new Queue()).push(value);
    }
  }
  /** Takes the earliest parked value. To be called only while there is one. */
  takeParked() {
    const { earliest } = this;
    this.earliest = --this.parked === 0 ? void 0 : this.more.shift();
    return earliest;
  }
  /** Forgets what it parked, as if it had never been emitted; but not how many values the attempt has emitted. */
  dropParked() {
    this.earliest = this.more = void 0;
    this.emittedBefore -= this.emitted;
    this.parked = this.emitted = 0;
  }
};

// src/internal/reorderQueue.ts
var ReorderQueue = class {
  constructor() {
    this.head = void 0;
    this.size = 0;
    /** How many items behind the head have something that could be emitted if it were their turn. */
    this.ready = 0;
    this.tail = void 0;
  }
  push(item2) {
    if (this.tail === void 0) {
      this.head = item2;
    } else {
      this.tail.next = item2;
    }
    this.tail = item2;
    this.size++;
  }
  /** Removes the head: the item behind it has its turn. */
  shift() {
    const gone = this.head;
    const head = gone.next;
    gone.next = void 0;
    this.head = head;
    this.size--;
    if (head === void 0) {
      this.tail = void 0;
    } else if (head.ready) {
      head.ready = false;
      this.ready--;
    }
  }
  /** Notes that an item behind the head has something that could be emitted. */
  markReady(item2) {
    if (item2 !== this.head && !item2.ready) {
      item2.ready = true;
      this.ready++;
    }
  }
  /** Removes all items after `item`, or all there are, and returns them in source order. */
  removeAfter(item2) {
    const removed = [];
    let later = item2 === void 0 ? this.head : item2.next;
    while (later !== void 0) {
      const { next } = later;
      if (later.ready) {
        later.ready = false;
        this.ready--;
      }
      later.next = void 0;
      removed.push(later);
      later = next;
    }
    this.size -= removed.length;
    this.tail = item2;
    if (item2 === void 0) {
      this.head = void 0;
    } else {
      item2.next = void 0;
    }
    return removed;
  }
};

// src/internal/watch.ts
var Watch = class {
  constructor(process2, monitor) {
    this.process = process2;
    this.monitor = monitor;
    /** The head, while something behind it could be emitted, and since when. */
    this.blocker = void 0;
    this.blockedSince = 0;
    this.clock = void 0;
  }
  /** To be called whenever something was parked, or the head may be another. */
  head() {
    const { queue, deadlines, limits } = this.process;
    if (limits.blocking === void 0 && this.monitor === void 0) {
      return;
    }
    const { head } = queue;
    const blocker = queue.ready > 0 && !head?.ended ? head : void 0;
    if (blocker !== this.blocker) {
      this.blocker = blocker;
      this.clock?.stop();
      if (blocker !== void 0) {
        this.blockedSince = deadlines.now();
        this.clock = limits.blocking && deadlines.start(limits.blocking, this);
      }
    }
  }
  passed(limit) {
    const { blocker } = this;
    this.blocker = void 0;
    if (blocker !== void 0) {
      this.process.limitPassed(blocker, limit);
    }
  }
  /** Tells the monitor what happened to an item. */
  tell(type, item2, details) {
    if (this.monitor !== void 0) {
      this.tellOf(type, item2.index, item2.value, details, item2.attempts);
    }
  }
  /** Tells the monitor what happened to a value, which may not be an item yet. */
  tellOf(type, index, value, details, attempt = 0) {
    if (this.monitor === void 0) {
      return;
    }
    this.head();
    const { waiting, active, parked, deadlines } = this.process;
    const event = {
      type,
      index,
      value,
      attempt,
      time: deadlines.now(),
      waiting: waiting.length,
      active,
      parked,
      ...(this.blocker && { blockedSince: this.blockedSince }),
      ...details,
    };
    try {
      this.monitor(event);
    } catch (error) {
      reportError(error);
    }
  }
};

// src/internal/eagerProcess.ts
var EagerProcess = class {
  constructor(destination, project, settings) {
    this.destination = destination;
    this.project = project;
    this.settings = settings;
    this.source = void 0;
    this.sourceEnded = false;
    this.waiting = new Queue();
    this.queue = new ReorderQueue();
    /** How many values have been started, or dropped: the index of the first one that waits. */
    this.started = 0;
    this.active = 0;
    /** How many items have ended and are not yet fully emitted. */
    this.parked = 0;
    /** Active items whose next attempt, or whose fallback, is to be started. */
    this.again = new Queue();
    /** What the result ends with. An error that takes its place in the order is simply the end of the result. */
    this.failures = [];
    this.draining = false;
    this.starting = false;
    this.closed = false;
    const { retry, onError, monitor, limits } = settings;
    const deadlines = new Deadlines(settings.scheduler);
    this.places = settings.concurrent;
    this.deadlines = deadlines;
    this.limits = {
      first: deadlines.limit('first', limits.first),
      each: deadlines.limit('each', limits.each),
      total: deadlines.limit('total', limits.total),
      blocking: deadlines.limit('blocking', limits.blocking),
      delay: deadlines.limit('delay', retry.delay),
    };
    this.watch = new Watch(this, monitor);
    this.keepsValues = deadlines.limited || !!monitor || retry.count > 0 || typeof onError === 'function';
    destination.add(() => this.close());
  }
  /** Starts it, with a source that it asks for values or is told them by. */
  connect(source) {
    if (!this.closed) {
      this.source = source;
      source.start();
      this.advance();
    }
  }
  // What happens outside, and is recorded.
  receive(value) {
    handleRejection(value);
    if (!this.sourceEnded) {
      this.waiting.push(value);
      this.watch.tellOf('received', this.started + this.waiting.length - 1, value);
      this.advance();
    }
  }
  /** The source has completed, or failed. */
  endSource(failure) {
    this.sourceEnded = true;
    if (failure !== void 0) {
      if (this.settings.onError === 'immediate') {
        return this.fail(failure.error);
      }
      this.failures.push({ index: Infinity, error: failure.error });
    }
    this.advance();
  }
  itemEmitted(item2, value) {
    if (this.closed) {
      return;
    }
    const { queue, settings } = this;
    item2.emitted++;
    if (item2 === queue.head && item2.parked === 0 && !settings.atomic) {
      this.destination.next(value);
      return;
    }
    item2.park(value);
    if (!settings.atomic) {
      queue.markReady(item2);
      this.watch.head();
    }
  }
  itemCompleted(item2) {
    this.endItem(item2, 'completed');
    this.advance();
  }
  attemptFailed(item2, error, mayRetry = true) {
    const { count, resetOnSuccess } = this.settings.retry;
    if (item2.failure !== void 0) {
      this.cut(item2, error);
    } else {
      if (resetOnSuccess && item2.emitted > item2.emittedBefore) {
        item2.retries = 0;
      }
      const willRetry = mayRetry && item2.retries < count;
      this.watch.tell('failed', item2, { error, willRetry });
      if (!item2.ended) {
        if (willRetry) {
          this.retryLater(item2, error);
        } else {
          this.applyPolicy(item2, error);
        }
      }
    }
    this.advance();
  }
  /** The item failed beyond any retry. */
  itemFailed(item2, error) {
    this.applyPolicy(item2, error);
    this.advance();
  }
  /** The item's next attempt is due. */
  retryItem(item2) {
    this.again.push(item2);
    this.advance();
  }
  limitPassed(item2, limit) {
    const error = timeoutError(item2, limit);
    try {
      item2.run?.cancel(error);
    } catch (thrown) {
      reportError(thrown);
    }
    if (!item2.ended) {
      this.attemptFailed(item2, error, limit !== this.limits.blocking);
    }
  }
  // The loop.
  advance() {
    if (this.draining || this.closed) {
      return;
    }
    this.drain();
    if (this.starting) {
      return;
    }
    this.starting = true;
    try {
      while (!this.closed && this.startNext());
      if (!this.closed && this.sourceEnded && this.queue.size === 0 && this.waiting.length === 0) {
        this.finish();
      }
    } finally {
      this.starting = false;
    }
    this.watch.head();
  }
  /** Emits all that the head, and the items behind it that have ended, allow. */
  drain() {
    const { queue, destination, settings } = this;
    this.draining = true;
    try {
      let head;
      while ((head = queue.head) !== void 0 && (head.ended || !settings.atomic)) {
        while (head.parked > 0 && !this.closed) {
          destination.next(head.takeParked());
        }
        if (!head.ended || this.closed) {
          return;
        }
        queue.shift();
        this.parked--;
        this.watch.tell('flushed', head);
      }
    } finally {
      this.draining = false;
    }
  }
  /** Starts one thing that is to be started, if there is one and a place for it. */
  startNext() {
    const { again, queue, waiting } = this;
    let item2;
    if (again.length > 0) {
      item2 = again.shift();
    } else {
      if (this.active >= this.places || queue.size >= this.settings.reorderWindow) {
        return false;
      }
      if (waiting.length === 0) {
        this.source?.pull();
        if (this.closed || waiting.length === 0) {
          return again.length > 0;
        }
      }
      item2 = new Item(this.started++, waiting.shift());
      queue.push(item2);
      this.active++;
    }
    if (!item2.ended) {
      new Attempt(item2, this).start();
    }
    return true;
  }
  // How items, and the result, end.
  retryLater(item2, error) {
    item2.retries++;
    if (this.settings.atomic) {
      item2.dropParked();
    }
    if (this.settings.retry.delay === void 0) {
      this.again.push(item2);
    } else {
      new Delay(item2, this, error).start();
    }
  }
  /** What a failed item does to the result. */
  applyPolicy(item2, error) {
    const { onError, atomic } = this.settings;
    if (atomic) {
      item2.dropParked();
    }
    if (typeof onError === 'function') {
      item2.failure = { error };
      this.again.push(item2);
    } else if (onError === 'in-order') {
      this.cut(item2, error);
    } else if (onError === 'immediate') {
      this.fail(error, item2);
    } else {
      if (onError === 'at-end') {
        this.failures.push({ index: item2.index, error });
      }
      this.endItem(item2, 'failed', error);
    }
  }
  /** The error takes the item's place in the order: what comes later can never be emitted, so it is cancelled. */
  cut(item2, error) {
    if (this.settings.atomic) {
      item2.dropParked();
    }
    this.failures = [{ index: item2.index, error }];
    this.cancelAfter(item2).forEach(reportError);
    if (!item2.ended) {
      this.endItem(item2, 'failed', error);
    }
  }
  endItem(item2, outcome, error) {
    item2.ended = true;
    item2.failure = void 0;
    this.active--;
    this.parked++;
    this.queue.markReady(item2);
    if (this.settings.monitor === void 0) {
      item2.value = void 0;
    } else {
      this.watch.tell('ended', item2, outcome === 'failed' ? { outcome, error } : { outcome });
    }
  }
  /** All is emitted: the result ends. */
  finish() {
    const failure = failureOf(this.failures);
    this.close();
    if (failure === void 0) {
      this.destination.complete();
    } else {
      this.destination.error(failure.error);
    }
  }
  /** The result fails at once, by the item or by the source, ahead of what is still to come. */
  fail(error, item2) {
    if (this.closed) {
      return;
    }
    this.closed = true;
    try {
      if (item2 !== void 0) {
        this.endItem(item2, 'failed', error);
      }
      this.release();
    } finally {
      this.destination.error(error);
    }
  }
  close() {
    if (!this.closed) {
      this.closed = true;
      this.release();
    }
  }
  /** Cancels whatever runs, and keeps nothing. */
  release() {
    const errors = this.cancelAfter(void 0);
    this.deadlines.close();
    this.again = new Queue();
    if (errors.length > 0) {
      throw new UnsubscriptionError(errors);
    }
  }
  /**
   * Cancels the source, all items after this one (or all there are), and whatever waits. All links are cut before the first
   * teardown runs, so that none of them can set off anything in the others.
   *
   * @returns what teardowns have thrown
   */
  cancelAfter(item2) {
    const errors = [];
    const cancel = (running) => {
      try {
        running?.cancel();
      } catch (error) {
        errors.push(error);
      }
    };
    const { source } = this;
    this.source = void 0;
    this.sourceEnded = true;
    this.places = 0;
    const cancelled = this.queue.removeAfter(item2).flatMap((later) => {
      const { run } = later;
      if (later.ended) {
        this.parked--;
        return [];
      }
      later.ended = true;
      run?.close();
      return [[later, run]];
    });
    cancel(source);
    for (const [later, run] of cancelled) {
      cancel(run);
      this.active--;
      this.watch.tell('ended', later, { outcome: 'cancelled' });
    }
    if (this.settings.monitor === void 0) {
      this.waiting = new Queue();
    }
    while (this.waiting.length > 0) {
      this.watch.tellOf('ended', this.started++, this.waiting.shift(), { outcome: 'cancelled' });
    }
    return errors;
  }
};

// src/internal/normalizeConfig.ts
import { asyncScheduler } from 'rxjs';
var OPTIONS = ['concurrent', 'reorderWindow', 'timeout', 'retry', 'onError', 'atomic', 'scheduler', 'monitor'];
var LIMITS = ['first', 'each', 'total', 'blocking'];
var POLICIES = ['in-order', 'immediate', 'at-end', 'skip'];
function normalizeConfig(config3 = {}) {
  const given = typeof config3 === 'number' ? { concurrent: config3 } : config3;
  checkOptions('config', given, 'a number or an object', OPTIONS);
  const { concurrent = Infinity, onError = 'in-order', atomic = false, scheduler = asyncScheduler, monitor } = given;
  checkCount('concurrent', 1, concurrent);
  const { reorderWindow = Math.max(1024, 16 * concurrent) } = given;
  checkCount('reorderWindow', 1, reorderWindow);
  const knownPolicy = typeof onError === 'function' || (typeof onError === 'string' && POLICIES.includes(onError));
  check(knownPolicy, 'onError', `${list(POLICIES.map((name) => `'${name}'`))}, or a function`, onError);
  check(typeof atomic === 'boolean', 'atomic', 'a boolean', atomic);
  check(isScheduler(scheduler), 'scheduler', 'a scheduler, with the methods `schedule` and `now`', scheduler);
  check(monitor === void 0 || typeof monitor === 'function', 'monitor', 'a function', monitor);
  return {
    concurrent,
    reorderWindow,
    limits: normalizeTimeout(given.timeout),
    retry: normalizeRetry(given.retry),
    onError,
    atomic,
    scheduler,
    monitor,
  };
}
function normalizeTimeout(timeout) {
  const limits = {};
  if (timeout === void 0) {
    return limits;
  }
  const isNumber = typeof timeout === 'number';
  const given = isNumber ? { total: timeout } : timeout;
  checkOptions('timeout', given, 'a number of milliseconds or an object', LIMITS);
  const set = LIMITS.filter((name) => given[name] !== void 0);
  check(set.length > 0, 'timeout', `a number, or an object with ${list(LIMITS)}`, given);
  for (const name of set) {
    const ms = given[name];
    checkNumber(isNumber ? 'timeout' : `timeout.${name}`, 'a number of milliseconds above 0', ms, (n2) => n2 > 0);
    if (ms !== Infinity) {
      limits[name] = ms;
    }
  }
  return limits;
}
function normalizeRetry(retry = 0) {
  const isNumber = typeof retry === 'number';
  const given = isNumber ? { count: retry } : retry;
  checkOptions('retry', given, 'a number of retries or an object', ['count', 'delay', 'resetOnSuccess']);
  const { count = Infinity, delay, resetOnSuccess = false } = given;
  checkCount(isNumber ? 'retry' : 'retry.count', 0, count);
  if (delay !== void 0 && typeof delay !== 'function') {
    const rule = 'a function or a finite number of milliseconds from 0 and up';
    checkNumber('retry.delay', rule, delay, (n2) => n2 >= 0 && n2 < Infinity);
  }
  check(typeof resetOnSuccess === 'boolean', 'retry.resetOnSuccess', 'a boolean', resetOnSuccess);
  return { count, delay, resetOnSuccess };
}
var isScheduler = (value) => typeof value?.schedule === 'function' && typeof value.now === 'function';

// src/internal/source.ts
import { noop as noop3 } from 'rxjs';
var PushedSource = class extends Listener {
  constructor(source, process2) {
    super();
    this.source = source;
    this.process = process2;
  }
  start() {
    if (!listen(this.source, this)) {
      this.error(new TypeError(`Expected the source to be an Observable, got ${show(this.source)}`));
    }
  }
  next(value) {
    this.process.receive(value);
  }
  error(error) {
    const { process: process2 } = this;
    this.end();
    process2.endSource({ error });
  }
  complete() {
    const { process: process2 } = this;
    this.end();
    process2.endSource();
  }
  pull() {}
  close() {
    this.closed = true;
    this.source = this.process = void 0;
  }
};
var PulledSource = class {
  constructor(inputs, process2) {
    this.inputs = inputs;
    this.process = process2;
    this.closed = false;
    this.reading = false;
    this.reader = void 0;
    this.isAsync = isReadable(inputs);
  }
  start() {}
  pull() {
    if (this.reading || this.closed) {
      return;
    }
    this.reading = true;
    let result;
    try {
      this.reader ??= open(this.inputs);
      result = this.reader.read();
    } catch (error) {
      return this.failed(error);
    }
    if (this.isAsync) {
      this.heardLater(result).catch(reportError);
    } else {
      this.heard(result);
    }
  }
  cancel() {
    const { reader } = this;
    this.close();
    if (this.isAsync || !this.reading) {
      reader?.cancel();
    } else {
      this.reader = reader;
    }
  }
  async heardLater(promised) {
    let result;
    try {
      result = await promised;
    } catch (error) {
      this.failed(error);
      return;
    }
    this.heard(result);
  }
  heard(result) {
    let done, value;
    try {
      ({ done, value } = readResult(result));
    } catch (error) {
      this.failed(error);
      return;
    }
    this.reading = false;
    if (this.closed) {
      handleRejection(value);
      if (!done) {
        this.reader?.cancel();
      }
      this.reader = void 0;
    } else if (done) {
      this.reader?.release();
      this.close().endSource();
    } else {
      this.process.receive(value);
    }
  }
  failed(error) {
    this.reading = false;
    if (!this.closed) {
      this.reader?.release();
      this.close().endSource({ error });
    }
  }
  close() {
    const { process: process2 } = this;
    this.closed = true;
    this.reader = void 0;
    this.inputs = this.process = void 0;
    return process2;
  }
};
function open(inputs) {
  if (isReadable(inputs)) {
    return openReader(inputs);
  }
  const iterator = inputs[Symbol.iterator]();
  return {
    read: () => iterator.next(),
    release: noop3,
    cancel: () => quietly(() => iterator.return?.()),
  };
}

// src/internal/eagerly.ts
function eagerly(project, settings, open2) {
  return new Observable3((subscriber) => {
    keepShapes();
    const process2 = new EagerProcess(subscriber, project, settings);
    process2.connect(open2(process2));
  });
}
var kept = void 0;
function keepShapes() {
  if (kept === void 0) {
    kept = Subscription.EMPTY;
    const scheduler = { now: () => 0, schedule: () => Subscription.EMPTY };
    const settings = normalizeConfig({ timeout: { each: 1, total: 1 }, scheduler });
    const inputs = new Observable3((subscriber) => {
      subscriber.next(NEVER);
      subscriber.next(new Promise(noop4));
    });
    kept = eagerly(identity, settings, (process2) => new PushedSource(inputs, process2)).subscribe();
  }
}

// src/concatMapEager.ts
function concatMapEager(project, concurrentOrConfig) {
  check(typeof project === 'function', 'project', 'a function', project);
  const settings = normalizeConfig(concurrentOrConfig);
  return (source) => eagerly(project, settings, (process2) => new PushedSource(source, process2));
}

// src/concatAllEager.ts
function concatAllEager(concurrentOrConfig) {
  return concatMapEager(identity2, concurrentOrConfig);
}

// src/concatEager.ts
import { identity as identity3 } from 'rxjs';
function concatEager(inputs, concurrentOrConfig) {
  check(
    isReadable(inputs) || hasMethod(inputs, Symbol.iterator),
    'inputs',
    'an array, an iterable or an async iterable',
    inputs,
  );
  const settings = normalizeConfig(concurrentOrConfig);
  handleRejections(inputs);
  return eagerly(identity3, settings, (process2) => {
    handleRejections(inputs);
    return new PulledSource(inputs, process2);
  });
}
function handleRejections(inputs) {
  if (Array.isArray(inputs)) {
    inputs.forEach(handleRejection);
  }
}

// test/model/try.tmp.ts
var last = '';
var n = 0;
var amb = 0;
var t = Date.now();
try {
  fc2.assert(
    fc2.property(scenarios, (s) => {
      const p = predict(s);
      n++;
      if (p.ambiguous) {
        amb++;
        return;
      }
      const log = perform(s, src_exports);
      if (log.join('\n') !== p.log.join('\n')) {
        last = '\n' + JSON.stringify(s) + '\nMODEL\n' + p.log.join('\n') + '\nREAL\n' + log.join('\n');
        throw new Error('x');
      }
    }),
    { numRuns: Number(process.argv[2] ?? 1e3), seed: Number(process.argv[3] ?? 1) },
  );
} catch (e) {
  console.log(String(e).slice(0, 100) + last, e.cause);
}
console.log(n, amb, Date.now() - t);
