import { defer, Observable, type SchedulerLike, type Subscriber } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import type { Legend } from './Legend.js';
import { bursts, fails, isDigit, LIMITS, type MarbleMark, type MarbleRow, type MarbleSpec, valuesIn } from './model.js';
import { isValue } from './readMarks.js';
import { show } from './show.js';

/**
 * What operators and fixtures can use of the block that is running. What its Observables emit is up to the block, and
 * typed `never`, so that it fits wherever it is used.
 */
export interface MarbleStage {
  /**
   * For operators that project: the inner of a source value, which plays its next row. It must be called in the column in
   * which that row starts; this is checked. Throws where the row says `throws`.
   */
  readonly project: (value: unknown) => Observable<never>;
  /**
   * The same, and may be called at any time: for fixtures, and for operators that are given inners. It takes a value or the
   * label of a row.
   */
  readonly inner: (value: unknown) => Observable<never>;
  /** For creation operators: the inners that the row `inputs` names. Each must be asked for where its row starts. */
  readonly inputs: Iterable<Observable<never>>;
  /**
   * The key of a value: what stands under it in the row `keys`, found by the index; where an operator before has changed that,
   * by the value. Throws where the row has `#`.
   */
  readonly key: (value: unknown, index: number) => unknown;
  /** The limits of the row `concurrent`, each in its column. Each subscription plays the next row of that label. */
  readonly concurrent: Observable<number>;
  /** The virtual time of the run. rxjs's own schedulers run in it too. */
  readonly scheduler: SchedulerLike;
}

/** The label of what is asked for by a value that no row has. */
const UNKNOWN = '?';

/** One use of a label: the row it plays, if there is one, and what was observed. */
export interface Take {
  readonly label: string;
  /** What it was asked for by, as messages call it. */
  readonly name: string;
  readonly row: MarbleRow | undefined;
  /** When `project` was called or the input read, where that is to be checked. */
  readonly askedAt: number | undefined;
  observed: MarbleRow | undefined;
}

/** Plays the rows of a block in virtual time, and records what really happens. */
export class Stage implements MarbleStage {
  /** Every use of a row, in the order of use. */
  readonly takes: Take[] = [];
  readonly inputs: Iterable<Observable<never>>;
  /** What the operators work on; `undefined` where they are given inputs instead. */
  readonly source: Observable<unknown> | undefined;
  readonly scheduler: TestScheduler;

  /** What marks stand for; `undefined` while the fixtures are being made that it depends on. */
  legend: Legend | undefined;

  /** Who hears the hot source. */
  readonly #listeners = new Set<(mark: string) => void>();
  readonly #hotRows: readonly MarbleRow[];
  /** How the hot source has ended, if it has. */
  #hotEnd: string | undefined = undefined;
  /** The rows that are not used yet. */
  readonly #rows = new Map<string, MarbleRow[]>();

  readonly #keys: readonly string[] | undefined;
  readonly #keyed: readonly string[];

  constructor({ rows, keys }: MarbleSpec, scheduler: TestScheduler) {
    this.scheduler = scheduler;
    this.#keys = keys;
    this.#keyed = valuesIn(rows[0]!).map(({ mark }) => mark);
    this.#hotRows = rows.filter(({ label }) => label === 'hot');
    for (const row of rows) this.#rows.set(row.label, [...(this.#rows.get(row.label) ?? []), row]);
    this.inputs = { [Symbol.iterator]: () => this.#iterate(this.#take('inputs', undefined)) };
    const { label } = rows[0]!;
    // Taken before anything else, so that the picture shows a source that is never subscribed.
    if (label !== 'inputs') this.source = this.#observable(this.#take(label, undefined));
  }

  /** Starts a hot source. To be called when the subscription is scheduled, which comes first in its frame. */
  begin(): void {
    for (const [frame, burst] of this.#hotBursts()) {
      this.scheduler.schedule(() => burst.forEach((mark) => this.#tell(mark)), frame);
    }
  }

  /** What the rows of a hot source show of it, each for as long as it is subscribed. */
  #hotBursts(): ReadonlyMap<number, readonly string[]> {
    const longest = new Map<number, readonly string[]>();
    for (const { marks } of this.#hotRows) {
      for (const [frame, burst] of bursts(marks.filter(({ mark }) => mark !== '!'))) {
        const [heard, known] = [burst.map(({ mark }) => mark), longest.get(frame) ?? []];
        const [short, long] = heard.length > known.length ? [known, heard] : [heard, known];
        if (!long.join('').includes(short.join(''))) {
          throw new Error(
            `expected the rows "hot" to show one source, got ${known.join('')} and ${heard.join('')} at ${frame} ms`,
          );
        }
        longest.set(frame, long);
      }
    }
    return longest;
  }

  readonly inner = (value: unknown): Observable<never> => {
    const label = value as string;
    return this.#observable(this.#take(this.#rows.has(label) ? label : this.#markOf(value), undefined, value));
  };

  readonly project = (value: unknown): Observable<never> =>
    this.#observable(this.#take(this.#markOf(value), this.scheduler.frame, value));

  readonly concurrent: Observable<number> = defer(() => {
    if (this.#rows.has(LIMITS)) return this.#observable(this.#take(LIMITS, undefined));
    throw new Error('expected a row "concurrent", since limits are asked for, got none');
  });

  readonly key = (value: unknown, index: number): unknown => {
    if (this.#keys === undefined) throw new Error('expected a row "keys", since keys are asked for, got none');
    const legend = this.#legendFor('keys to be asked for');
    const mark = legend.markOf(value);
    // Inputs have no marks: their positions are all that is known of them.
    const isAt = this.source === undefined || this.#keyed[index] === mark;
    const key = this.#keys[isAt ? index : this.#keyed.indexOf(mark ?? UNKNOWN)];
    if (key === undefined) throw new Error(`expected a value of the first row, which has a key, got ${show(value)}`);
    if (key === '#') throw legend.errorOfKeys;
    return legend.valueOf(key);
  };

  #markOf(value: unknown): string {
    return this.legend?.markOf(value) ?? UNKNOWN;
  }

  /** Uses the next row of a label. */
  #take(label: string, askedAt: number | undefined, value: unknown = label): Take {
    const row = this.#rows.get(label)?.shift();
    const name = label === UNKNOWN ? show(value) : JSON.stringify(label);
    const take: Take = { label, name, row, askedAt, observed: undefined };
    this.takes.push(take);
    if (row?.throws) {
      const legend = this.#legendFor(`${name}, which throws, to be asked for`);
      take.observed = { label, start: this.scheduler.frame, marks: [], throws: true };
      throw legend.errorOf(row);
    }
    return take;
  }

  /** The first subscription uses the row that was taken; each later one takes the next. */
  #observable(taken: Take): Observable<never> {
    let take: Take | undefined = taken;
    return new Observable<unknown>((subscriber) => {
      const current = take ?? this.#take(taken.label, undefined);
      take = undefined;
      if (current.label === 'hot') this.#hear(current, subscriber);
      else this.#play(current, subscriber);
      // What the block says is emitted: see `MarbleStage`.
    }) as Observable<never>;
  }

  #play(take: Take, subscriber: Subscriber<unknown>): void {
    const deliver = this.#deliverTo(take, subscriber);
    if (take.row === undefined) return;
    const { start, marks } = take.row;
    // What comes later is scheduled before anything is emitted: within one frame, who subscribed first goes first.
    let atOnce = (): void => undefined;
    for (const [frame, burst] of bursts(marks)) {
      const emit = (): void => burst.forEach(({ mark }) => deliver(mark));
      if (frame === start) atOnce = emit;
      else subscriber.add(this.scheduler.schedule(emit, frame - start));
    }
    atOnce();
  }

  #hear(take: Take, subscriber: Subscriber<unknown>): void {
    const deliver = this.#deliverTo(take, subscriber);
    this.#listeners.add(deliver);
    subscriber.add(() => this.#listeners.delete(deliver));
    // As with a Subject, who comes after the end hears of that.
    if (this.#hotEnd !== undefined) deliver(this.#hotEnd);
  }

  #tell(mark: string): void {
    if (!isValue(mark)) this.#hotEnd = mark;
    // Those who come or go meanwhile change nothing, as with a Subject.
    for (const deliver of [...this.#listeners]) deliver(mark);
  }

  /** Begins to record a subscription, and gives what delivers marks to it. */
  #deliverTo(take: Take, subscriber: Subscriber<unknown>): (mark: string) => void {
    const { scheduler } = this;
    const { label } = take;
    const marks: MarbleMark[] = [];
    const record = (mark: string): void => void marks.push({ frame: scheduler.frame, mark });
    take.observed = { label, start: scheduler.frame, marks, throws: false };
    let ended = false;
    subscriber.add(() => {
      if (!ended) record('!');
    });
    return (mark) => {
      // The unsubscription that a row expects is recorded when it happens.
      if (subscriber.closed || mark === '!') return;
      ended = mark === '|' || mark === '#';
      record(mark);
      if (mark === '|') subscriber.complete();
      else {
        const legend = this.#legendFor(`${take.name}, which emits at once, to be subscribed`);
        if (mark === '#') subscriber.error(legend.errorOf(this.#failing(take)));
        else subscriber.next(label === LIMITS && isDigit(mark) ? Number(mark) : legend.valueOf(mark));
      }
    };
  }

  /** Hot rows share one error: that of the first which fails. */
  #failing({ label, row }: Take): MarbleRow {
    return label === 'hot' ? this.#hotRows.find(fails)! : row!;
  }

  #legendFor(what: string): Legend {
    if (this.legend === undefined) throw new Error(`expected ${what} while the block runs`);
    return this.legend;
  }

  /** Inputs have no columns of time: their marks are recorded one after another. */
  #iterate(take: Take): Iterator<Observable<never>> {
    const marks: MarbleMark[] = [];
    const record = (mark: string): void => void marks.push({ frame: marks.length, mark });
    const labels = (take.row?.marks ?? []).map(({ mark }) => mark).filter(isValue);
    let done = false;
    take.observed = { label: take.label, start: 0, marks, throws: false };
    return {
      next: () => {
        const label = labels.shift();
        if (label !== undefined && !done) {
          record(label);
          return { done: false, value: this.#observable(this.#take(label, this.scheduler.frame)) };
        }
        if (!done) record('|');
        done = true;
        return { done: true, value: undefined };
      },
      return: () => {
        if (!done || marks.at(-1)!.mark === '!') record('!');
        done = true;
        return { done: true, value: undefined };
      },
    };
  }
}
