import { Observable, type SchedulerLike, Subject, type Subscriber } from 'rxjs';
import type { TestScheduler } from 'rxjs/testing';
import {
  errorNames,
  type MarbleMark,
  type MarbleRow,
  type MarbleSpec,
  type MarbleTimeline,
  playedRows,
} from './model.js';
import { bursts } from './printMarbles.js';

/** What operators and fixtures can use of the block that is running. */
export interface MarbleStage {
  /**
   * For operators that project: the inner of a source value, which plays its next row. When it is called is checked:
   * it must be in the column in which that row starts. Throws where the row says `throws`.
   */
  readonly project: (label: string) => Observable<string>;
  /** The same, and may be called at any time: for fixtures, and for operators that are given inners. */
  readonly inner: (label: string) => Observable<string>;
  /** For creation operators: the inners that the row `inputs` names. Each must be asked for where its row starts. */
  readonly inputs: Iterable<Observable<string>>;
  /** The virtual time of the run. */
  readonly scheduler: SchedulerLike;
}

/** One use of a label: the row it plays, if there is one, and what was observed. */
export interface Take {
  readonly label: string;
  readonly row: MarbleRow | undefined;
  /** When `project` was called or the input read, where that is to be checked. */
  readonly askedAt: number | undefined;
  timeline: MarbleTimeline | undefined;
}

/** Plays the rows of a block in virtual time, and records what really happens. */
export class Stage implements MarbleStage {
  /** Every use of a row, in the order of use. */
  readonly takes: Take[] = [];
  readonly inputs: Iterable<Observable<string>>;
  /** What the operators work on; `undefined` where they are given inputs instead. */
  readonly source: Observable<string> | undefined;
  readonly scheduler: TestScheduler;
  /** The error of every row that fails, and what it is called. */
  readonly errors = new Map<unknown, string>();

  readonly #hotValues = new Subject<string>();
  readonly #source: MarbleRow;
  readonly #rows = new Map<string, MarbleRow[]>();
  readonly #errorOf = new Map<MarbleRow, string>();

  constructor(spec: MarbleSpec, scheduler: TestScheduler) {
    this.scheduler = scheduler;
    const rows = playedRows(spec);
    for (const row of rows) this.#rows.set(row.label, [...(this.#rows.get(row.label) ?? []), row]);
    for (const [row, name] of errorNames(rows)) {
      this.#errorOf.set(row, `error ${name}`);
      this.errors.set(`error ${name}`, name);
    }
    this.#source = spec.source;
    this.inputs = { [Symbol.iterator]: () => this.#iterate(spec.source) };
    // Taken before anything else, so that the picture shows a source that is never subscribed.
    if (spec.source.label === 'source') this.source = this.inner('source');
    else this.source = spec.source.label === 'hot' ? this.#hot() : undefined;
  }

  /** Starts a hot source. To be called when the subscription is scheduled, which comes first in its frame. */
  begin(): void {
    if (this.#source.label !== 'hot') return;
    for (const [frame, burst] of bursts(this.#source.marks)) {
      const emit = (): void => burst.forEach((mark) => this.#deliver(mark, this.#source, this.#hotValues));
      this.scheduler.schedule(emit, frame);
    }
  }

  readonly inner = (label: string): Observable<string> => this.#observable(this.#take(label, undefined));

  readonly project = (label: string): Observable<string> => this.#observable(this.#take(label, this.scheduler.frame));

  /** Uses the next row of a label. */
  #take(label: string, askedAt: number | undefined): Take {
    const row = this.#rows.get(label)?.shift();
    const take: Take = { label, row, askedAt, timeline: undefined };
    this.takes.push(take);
    if (row?.throws) this.#throw(take, row);
    return take;
  }

  #throw(take: Take, row: MarbleRow): never {
    take.timeline = { label: take.label, start: this.scheduler.frame, marks: [], throws: true };
    throw this.#errorOf.get(row);
  }

  /** The first subscription uses the row that was taken; each later one takes the next. */
  #observable(taken: Take): Observable<string> {
    let take: Take | undefined = taken;
    return new Observable((subscriber) => {
      const current = take ?? this.#take(taken.label, undefined);
      take = undefined;
      this.#play(current, subscriber);
    });
  }

  #play(take: Take, subscriber: Subscriber<string>): void {
    const record = this.#record(take, subscriber);
    const { row } = take;
    if (row === undefined) return;
    const emit = (burst: readonly string[]): void => {
      for (const mark of burst) {
        if (subscriber.closed) return;
        record(mark);
        this.#deliver(mark, row, subscriber);
      }
    };
    // What comes later is scheduled before anything is emitted: within one frame, who subscribed first goes first.
    let atOnce: readonly string[] = [];
    for (const [frame, burst] of bursts(row.marks)) {
      if (frame === row.start) atOnce = burst;
      else subscriber.add(this.scheduler.schedule(() => emit(burst), frame - row.start));
    }
    emit(atOnce);
  }

  #hot(): Observable<string> {
    return new Observable((subscriber) => {
      const record = this.#record(this.#take('hot', undefined), subscriber);
      return this.#hotValues.subscribe({
        next: (value) => {
          record(value);
          subscriber.next(value);
        },
        error: (error: unknown) => {
          record('#');
          subscriber.error(error);
        },
        complete: () => {
          record('|');
          subscriber.complete();
        },
      });
    });
  }

  #deliver(mark: string, row: MarbleRow, to: Pick<Subscriber<string>, 'next' | 'error' | 'complete'>): void {
    if (mark === '|') to.complete();
    else if (mark === '#') to.error(this.#errorOf.get(row));
    else if (mark !== '!') to.next(mark);
  }

  /** Begins to record a subscription. */
  #record(take: Take, subscriber: Subscriber<string>): (mark: string) => void {
    const marks: MarbleMark[] = [];
    take.timeline = { label: take.label, start: this.scheduler.frame, marks, throws: false };
    let ended = false;
    subscriber.add(() => {
      if (!ended) marks.push({ frame: this.scheduler.frame, mark: '!' });
    });
    return (mark) => {
      // The end that a row only expects is recorded when it happens.
      if (mark === '!') return;
      ended = mark === '|' || mark === '#';
      marks.push({ frame: this.scheduler.frame, mark });
    };
  }

  /** Inputs have no columns of time: their marks are recorded one after another. */
  #iterate(row: MarbleRow): Iterator<Observable<string>> {
    const marks: MarbleMark[] = [];
    const record = (mark: string): void => void marks.push({ frame: marks.length, mark });
    const labels = row.marks.map(({ mark }) => mark).filter((mark) => mark !== '|' && mark !== '!');
    let done = false;
    this.#take(row.label, undefined).timeline = { label: row.label, start: 0, marks, throws: false };
    return {
      next: () => {
        const label = labels.shift();
        if (label !== undefined && !done) {
          record(label);
          return { done: false, value: this.project(label) };
        }
        if (!done) record('|');
        done = true;
        return { done: true, value: undefined };
      },
      return: () => {
        if (!done || marks.at(-1)?.mark === '!') record('!');
        done = true;
        return { done: true, value: undefined };
      },
    };
  }
}
