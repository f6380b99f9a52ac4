import type { ObservableInput, Unsubscribable } from 'rxjs';
import type { EagerProcess } from './eagerProcess.js';
import { reportError } from './errors.js';
import type { Listener } from './listen.js';
import { handleRejection } from './promises.js';
import { isReadable, openReader, quietly, readResult, type Readable } from './reader.js';

/** Where values come from. */
export interface Source {
  /** Asks for a value: there is a place for it, and none waits. One that tells instead of being asked does nothing. */
  pull(): void;
  /** Ends it before its time. */
  cancel(): void;
}

/** A source that tells: an Observable. */
export class PushedSource<T, R> implements Source, Listener<T> {
  closed = false;
  stop: Unsubscribable | undefined = undefined;

  constructor(private readonly process: EagerProcess<T, R>) {}

  next(value: T): void {
    this.process.receive(value);
  }

  error(error: unknown): void {
    this.closed = true;
    this.process.sourceFailed(error);
  }

  complete(): void {
    this.closed = true;
    this.process.sourceCompleted();
  }

  pull(): void {
    // It tells when it has something.
  }

  cancel(): void {
    this.closed = true;
    this.stop?.unsubscribe();
  }
}

export type Inputs<O> = Iterable<O> | Readable<O>;

/** A source that is asked, for one value at a time: an iterable, an async iterable or a stream. */
export class PulledSource<O extends ObservableInput<unknown>, R> implements Source {
  private closed = false;
  private reading = false;
  private readonly isAsync: boolean;
  private reader: { read(): unknown; cancel(): void } | undefined = undefined;

  constructor(
    private readonly inputs: Inputs<O>,
    private readonly process: EagerProcess<O, R>,
  ) {
    this.isAsync = isReadable(inputs);
  }

  pull(): void {
    if (this.reading || this.closed) {
      return;
    }
    this.reading = true;
    try {
      this.reader ??= open(this.inputs);
      const result = this.reader.read() as IteratorResult<O>;
      if (this.isAsync) {
        void this.heardLater(result);
      } else {
        this.heard(result);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  cancel(): void {
    const wasClosed = this.closed;
    this.closed = true;
    // A generator cannot be returned while it runs: then it is as soon as it has given its value.
    if (!wasClosed && (this.isAsync || !this.reading)) {
      this.reader?.cancel();
    }
  }

  private async heardLater(result: IteratorResult<O> | PromiseLike<IteratorResult<O>>): Promise<void> {
    try {
      let heard: IteratorResult<O>;
      try {
        heard = await result;
      } catch (error) {
        this.failed(error);
        return;
      }
      this.heard(heard);
    } catch (error) {
      reportError(error);
    }
  }

  /** @throws TypeError for what is no iterator result */
  private heard(result: IteratorResult<O>): void {
    const { done, value } = readResult(result);
    this.reading = false;
    if (this.closed) {
      handleRejection(value);
      if (!this.isAsync && !done) {
        this.reader?.cancel();
      }
    } else if (done) {
      this.closed = true;
      this.process.sourceCompleted();
    } else {
      this.process.receive(value);
    }
  }

  private failed(error: unknown): void {
    this.reading = false;
    if (!this.closed) {
      this.closed = true;
      this.process.sourceFailed(error);
    }
  }
}

function open<O>(inputs: Inputs<O>): { read(): unknown; cancel(): void } {
  if (isReadable<O>(inputs)) {
    return openReader(inputs);
  }
  const iterator = (inputs as Iterable<O>)[Symbol.iterator]();
  return {
    read: () => iterator.next(),
    cancel: () => quietly(() => iterator.return?.()),
  };
}
