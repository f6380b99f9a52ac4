import { Readable } from 'node:stream';
import { Observable, type ObservableInput } from 'rxjs';

/** Milliseconds of a timer, or something that real programs wait for without one; `'none'` is at once, in the same call. */
export type Delay = number | 'immediate' | 'microtask' | 'microtasks' | 'none';

/** What an inner is and does: values, each after a delay, then an end. */
export interface Work {
  readonly kind:
    'observable' | 'promise' | 'thenable' | 'array' | 'generator' | 'asyncGenerator' | 'stream' | 'nodeStream';
  readonly delays: readonly Delay[];
  readonly last: Delay;
  readonly end: 'complete' | 'error' | 'never';
}

/** Who watches work: it writes down what is said, and counts async generators that run and those whose `finally` has run. */
export interface Observer {
  note(text: string): void;
  opened: number;
  finalized: number;
}

export function after(delay: Delay, act: () => void): void {
  switch (delay) {
    case 'none':
      act();
      break;
    case 'microtask':
      queueMicrotask(act);
      break;
    case 'microtasks':
      queueMicrotask(() => queueMicrotask(() => queueMicrotask(act)));
      break;
    case 'immediate':
      setImmediate(act);
      break;
    default:
      setTimeout(act, delay);
  }
}

const sleep = (delay: Delay) => new Promise<void>((resolve) => after(delay, resolve));

/** The values of an inner of that name, and its error. */
export const valuesOf = (name: string, { delays }: Work): string[] => delays.map((_, nth) => `${name}/${nth}`);

const failure = (name: string) => new Error(`${name} failed`);

/** An inner that really works: with real timers and real promises. It says when it begins and when it is over. */
export function inner(name: string, work: Work, observer: Observer, signal?: AbortSignal): ObservableInput<string> {
  const begins = () => observer.note(`subscribe ${name}`);
  const isOver = () => observer.note(`teardown ${name}`);
  const values = valuesOf(name, work);
  const { delays, last, end } = work;

  /** A promise only forgets who listened; what the work listens to is its signal, and without one nobody ends it. */
  const settle = (fulfilled: (value: string) => void, rejected: (error: unknown) => void) => {
    let open = signal !== undefined;
    const close = () => {
      if (open) {
        open = false;
        isOver();
      }
    };
    if (open) {
      begins();
      // It may come when the promise has settled and nobody has heard of it yet.
      signal?.addEventListener('abort', close);
    }
    if (end !== 'never') {
      after(delays[0] ?? last, () => {
        close();
        // Also when it was aborted it settles, as many do, and is not to be heard.
        if (end === 'error') {
          rejected(failure(name));
        } else {
          fulfilled(values[0]!);
        }
      });
    }
  };

  switch (work.kind) {
    case 'array':
      return values;
    case 'generator':
      return (function* () {
        begins();
        try {
          yield* values;
          if (end === 'error') {
            throw failure(name);
          }
        } finally {
          isOver();
        }
      })();
    case 'promise':
      return new Promise<string>(settle);
    case 'thenable':
      return {
        then: (fulfilled, rejected) => {
          settle(fulfilled as (value: string) => void, rejected as (error: unknown) => void);
          return new Promise<never>(() => undefined);
        },
      };
    case 'observable':
      return new Observable((subscriber) => {
        const step = (nth: number): void => {
          after(delays[nth] ?? last, () => {
            if (subscriber.closed) {
              return;
            }
            if (nth < values.length) {
              subscriber.next(values[nth]!);
              step(nth + 1);
            } else if (end === 'error') {
              subscriber.error(failure(name));
            } else if (end === 'complete') {
              subscriber.complete();
            }
          });
        };
        begins();
        subscriber.add(isOver);
        step(0);
      });
    case 'asyncGenerator':
      return asyncGenerator();
    case 'stream':
      return stream();
    case 'nodeStream':
      return nodeStream();
  }

  function asyncGenerator(): AsyncIterable<string> {
    let over = false;
    const close = () => {
      if (!over) {
        over = true;
        isOver();
      }
    };
    const generator = (async function* () {
      begins();
      observer.opened += end === 'never' ? 0 : 1;
      try {
        for (const [nth, delay] of delays.entries()) {
          await sleep(delay);
          yield values[nth]!;
        }
        await (end === 'never' ? new Promise(() => undefined) : sleep(last));
        if (end === 'error') {
          throw failure(name);
        }
      } finally {
        observer.finalized += end === 'never' ? 0 : 1;
        close();
      }
    })();
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => generator.next(),
        return: () => {
          // Its end may be on the way.
          close();
          return generator.return(undefined);
        },
      }),
    };
  }

  function stream(): ReadableStream<string> {
    let begun = false;
    let left = false;
    let nth = 0;
    return new ReadableStream<string>(
      {
        pull: async (controller) => {
          // One that is there before anybody reads it has not begun.
          if (!begun) {
            begun = true;
            begins();
          }
          await (nth === values.length && end === 'never' ? new Promise(() => undefined) : sleep(delays[nth] ?? last));
          if (left) {
            return;
          }
          if (nth < values.length) {
            controller.enqueue(values[nth++]!);
          } else if (end === 'error') {
            isOver();
            controller.error(failure(name));
          } else {
            isOver();
            controller.close();
          }
        },
        cancel: () => {
          left = true;
          if (begun) {
            isOver();
          }
        },
      },
      // Nothing before somebody asks for it: an error would drop what is not read yet.
      { highWaterMark: 0 },
    );
  }

  function nodeStream(): Readable {
    let nth = 0;
    let open = false;
    const close = () => {
      if (open) {
        open = false;
        isOver();
      }
    };
    return new Readable({
      objectMode: true,
      // Nothing before somebody asks for it: an error would drop what is not read yet.
      highWaterMark: 0,
      read() {
        if (nth === 0) {
          open = true;
          begins();
        }
        if (nth === values.length && end === 'never') {
          return;
        }
        after(delays[nth] ?? last, () => {
          if (this.destroyed) {
            return;
          }
          if (nth < values.length) {
            this.push(values[nth++]);
          } else if (end === 'error') {
            close();
            this.destroy(failure(name));
          } else {
            close();
            this.push(null);
          }
        });
      },
      destroy(error, done) {
        close();
        done(error);
      },
    });
  }
}
