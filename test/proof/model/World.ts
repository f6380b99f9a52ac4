import {
  burstsOf,
  deedsAt,
  type Answer,
  type Deed,
  type Mark,
  type Moment,
  type Play,
  type Scenario,
} from './scenario.js';

interface Entry {
  readonly at: number;
  readonly act: () => void;
}

/** What the model plays in: time, what happens in it by itself, what everybody notices, and who interferes. */
export class World {
  now = 0;
  readonly log: string[] = [];
  /** What there was occasion for: reactions, limits, retries. */
  readonly happened = new Set<string>();
  /** What reactions may interfere with, in the order in which it was subscribed. */
  readonly subscribed: Playing[] = [];
  private agenda: Entry[] = [];
  private readonly counts = new Map<Moment, number>();

  constructor(
    private readonly scenario: Scenario,
    private readonly act: (deed: Deed) => void,
  ) {}

  note(text: string): void {
    this.log.push(`${this.now} ${text}`);
  }

  /** What has just happened is somebody's cue. */
  react(moment: Moment): void {
    const nth = this.counts.get(moment) ?? 0;
    this.counts.set(moment, nth + 1);
    for (const deed of deedsAt(this.scenario, moment, nth)) {
      this.happened.add('the consumer or another is re-entrant').add(`reaction to ${moment}`);
      this.act(deed);
    }
  }

  schedule(delay: number, act: () => void): Entry {
    const entry = { at: this.now + delay, act };
    this.agenda.push(entry);
    return entry;
  }

  cancel(entries: readonly Entry[]): void {
    this.agenda = this.agenda.filter((entry) => !entries.includes(entry));
  }

  /** When something happens next by itself, if it ever does. */
  next(): number {
    return Math.min(...this.agenda.map(({ at }) => at));
  }

  /** Lets the first thing happen that is to happen at this time. */
  step(at: number): void {
    this.now = at;
    const entry = this.agenda.find((each) => each.at === at)!;
    this.cancel([entry]);
    entry.act();
  }
}

/** Whoever reads what can be asked. */
interface Reading {
  /** Whether it has no room for another value. */
  isFull(): boolean;
  /** It is not read on until there is room. */
  waits(): void;
  goesOn(): void;
}

/** An Observable, or something like it, being played to one who hears it. */
export class Playing {
  open = true;
  private count = 0;
  private entries: Entry[] = [];
  /** How many values there are, where the last one is known to be the last: it has ended before that goes out. */
  private length = Infinity;
  private starting = true;
  private late: Mark | undefined = undefined;
  /** Whether it is not read on. */
  private waits = false;

  constructor(
    private readonly world: World,
    readonly name: string,
    private readonly kind: Answer['kind'],
    private readonly hear: (mark: Mark | 'last', value: string) => void,
    /** Whether its end is heard only when its subscription, which returns the teardown, is complete. */
    private readonly endsLate = false,
    private readonly reading?: Reading,
  ) {}

  /** It is subscribed: what it does without delay, it does now. Of what comes at one time, who subscribed first goes first. */
  start(play: Play): void {
    const { world, name, kind } = this;
    const [now, ...later] = burstsOf(play);
    if (kind === 'array' || kind === 'iterable') {
      this.length = play.gaps.length;
      this.read();
      return;
    }
    if (kind === 'thenable') {
      this.length = play.gaps.length;
    }
    this.entries = later.map(({ at, marks }) => world.schedule(at, () => marks.forEach((mark) => this.says(mark))));
    if (kind === 'observable' || kind === 'thenable') {
      world.note(`subscribe ${name}`);
      world.react('subscribe');
    }
    now!.marks.forEach((mark) => this.says(mark));
    this.starting = false;
    if (this.late !== undefined) {
      this.hear(this.late, '');
    }
  }

  /** An array or an iterable is asked for one value after another, while there is room. */
  private read(): void {
    const { world, name, kind, length, reading } = this;
    const isArray = kind === 'array';
    while (this.open) {
      if (isArray && length === 0) {
        this.stop();
        this.hear('complete', '');
        return;
      }
      if (reading?.isFull()) {
        this.waits = true;
        reading.waits();
        return;
      }
      if (!isArray) {
        world.note(`read ${name}`);
        world.react('read');
      }
      if (this.count === length) {
        if (this.open) {
          this.stop();
          this.hear('complete', '');
        }
        return;
      }
      const value = `${name}/${this.count++}`;
      if (isArray && this.count === length) {
        this.stop();
        this.hear('last', value);
        return;
      }
      if (this.open) {
        this.hear('next', value);
      }
      if (!isArray && !this.open) {
        world.note(`return ${name}`);
      }
    }
  }

  /** There is room again. */
  readOn(): void {
    if (this.open && this.waits) {
      this.waits = false;
      this.reading!.goesOn();
      this.read();
    }
  }

  says(mark: Mark): void {
    if (this.open) {
      const value = `${this.name}/${this.count++}`;
      const isLast = mark === 'next' && this.count === this.length;
      if (mark !== 'next' || isLast) {
        this.stop();
      }
      if (mark !== 'next' && this.starting && this.endsLate) {
        this.late = mark;
      } else {
        this.hear(isLast ? 'last' : mark, value);
      }
    }
  }

  /** Its subscription is over, because it has ended or because somebody has cancelled it. */
  stop(): void {
    if (this.open) {
      this.open = false;
      this.world.cancel(this.entries);
      if (this.kind === 'observable') {
        this.world.note(`teardown ${this.name}`);
        this.world.react('teardown');
      } else if (this.kind === 'iterable' && this.waits) {
        this.world.note(`return ${this.name}`);
      }
    }
  }
}
