/** Inners of every kind that do what a plan says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { noop, Observable, type ObservableInput } from 'rxjs';
import type { ItemContext } from 'rxjs-concat-map-eager';
import type { InnerKind, Plan, Trouble } from './plan.js';
import type { Tally } from './tally.js';

/** A value that comes out: the how manieth of which attempt of which item. */
export interface Part {
  readonly index: number;
  readonly attempt: number;
  readonly part: number;
  /** So that one that is kept weighs something. */
  readonly text: string;
}

/** Longer than any limit here. */
const LATE = 150;

export interface Circumstances {
  readonly attempt: number;
  readonly signal?: AbortSignal | undefined;
  readonly tally: Tally;
}

/**
 * @throws where the plan says so
 */
export function makeInner(plan: Plan, circumstances: Circumstances): ObservableInput<Part> {
  const trouble = circumstances.attempt < plan.curedAt ? plan.trouble : 'none';
  if (trouble === 'throws') throw failure(plan, circumstances);
  if (trouble === 'no input') return 42 as never;
  return circumstances.tally.track('inners', makers[plan.kind](new Course(plan, trouble, circumstances)));
}

/** A `project` that does what plans say; every other plan reads its signal. */
export const projectOf = (tally: Tally) => (plan: Plan, _: number, item: ItemContext) => {
  const signal = plan.readsSignal ? tally.track('signals', item.signal) : undefined;
  signal?.addEventListener('abort', () => tally.count('signals aborted'), { once: true });
  return makeInner(plan, { attempt: item.attempt, signal, tally });
};

const failure = ({ index }: Plan, { tally }: Circumstances) =>
  tally.track('errors', new Error(`Item ${index} fails as planned`));

/** How an inner goes on: a wait, then a value, the end or a failure; again and again. */
class Course {
  private next = 0;

  constructor(
    private readonly plan: Plan,
    private readonly trouble: Trouble,
    private readonly circumstances: Circumstances,
  ) {}

  /** How long to wait for the next step: 0 for not at all, `Infinity` for ever. */
  get wait(): number {
    if (this.next === this.plan.after) {
      if (this.trouble === 'hangs') return Infinity;
      if (this.trouble === 'late') return LATE;
    }
    return this.next < this.plan.parts ? this.plan.ms : 0;
  }

  /**
   * @returns nothing at the end
   * @throws where the plan says so
   */
  step(): Part | undefined {
    const { plan, circumstances, next } = this;
    if (this.trouble === 'fails' && next === plan.after) throw failure(plan, circumstances);
    if (next === plan.parts) return undefined;
    const { attempt, tally } = circumstances;
    const part = { index: plan.index, attempt, part: this.next++, text: `part ${next} of ${plan.index}` };
    return tally.track('values', part);
  }

  /** What was opened must have been closed when all is at rest. */
  opens(): void {
    this.circumstances.tally.count('opened');
  }

  closes(): void {
    this.circumstances.tally.count('closed');
  }

  /** Waits; those that got a signal heed it, the others go on although nobody listens any more. */
  async waited(): Promise<void> {
    const { signal } = this.circumstances;
    const { wait } = this;
    if (wait === Infinity) await never(signal);
    else if (wait > 0) await sleep(wait, undefined, signal && { signal });
  }
}

const never = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Takes one step after the other, each after its wait. Returns what stops it. */
function walk(course: Course, on: { next(part: Part): void; error(error: unknown): void; end(): void }): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const step = () => {
    let part: Part | undefined;
    try {
      part = course.step();
    } catch (error) {
      on.error(error);
      return;
    }
    if (part === undefined) on.end();
    else on.next(part);
    if (part !== undefined && !stopped) go();
  };
  const go = () => {
    const { wait } = course;
    if (wait === 0) step();
    else if (wait < Infinity) timer = setTimeout(step, wait);
  };
  go();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

function* iterate(course: Course): Generator<Part> {
  course.opens();
  try {
    for (let part: Part | undefined; (part = course.step()) !== undefined;) yield part;
  } finally {
    course.closes();
  }
}

async function* iterateLater(course: Course): AsyncGenerator<Part> {
  for (;;) {
    await course.waited();
    const part = course.step();
    if (part === undefined) return;
    yield part;
  }
}

async function promise(course: Course): Promise<Part> {
  await course.waited();
  return course.step()!;
}

const makers: Record<InnerKind, (course: Course) => ObservableInput<Part>> = {
  promise,
  thenable: (course) =>
    ({
      then: (fulfilled: (part: Part) => void, rejected: (error: unknown) => void) => {
        walk(course, { next: fulfilled, error: rejected, end: noop });
      },
    }) as PromiseLike<Part>,
  Observable: (course) =>
    new Observable((subscriber) => {
      course.opens();
      const stop = walk(course, {
        next: (part) => subscriber.next(part),
        error: (error) => subscriber.error(error),
        end: () => subscriber.complete(),
      });
      return () => {
        stop();
        course.closes();
      };
    }),
  array: (course) => [...iterate(course)],
  iterable: iterate,
  'async iterable': iterateLater,
  ReadableStream: (course) => {
    let stop: () => void = noop;
    return new ReadableStream<Part>({
      start: (controller) => {
        stop = walk(course, {
          next: (part) => controller.enqueue(part),
          error: (error) => controller.error(error),
          end: () => controller.close(),
        });
      },
      cancel: () => stop(),
    });
  },
};
