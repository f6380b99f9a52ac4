import { noop, type Observable, type ObservableInput } from 'rxjs';
import type { EagerProcess } from './eagerProcess.js';
import { reportError } from './errors.js';
import { listen, Listener } from './listen.js';
import { handleRejection } from './promises.js';
import { isReadable, openReader, quietly, readResult, type Readable } from './reader.js';
import { show } from './show.js';

/** Where values come from. */
export interface Source {
  start(): void;
  /** Asks for a value: there is a place for it, and none waits. One that tells instead of being asked does nothing. */
  pull(): void;
  /** Ends it before its time. */
  cancel(): void;
}

/** A source that tells: an Observable. Like whatever listens, it lets go of everything when it is closed. */
export class PushedSource<T, R> extends Listener<T> implements Source {
  constructor(
    private source: Observable<T>,
    private process: EagerProcess<T, R>,
  ) {
    super();
  }

  start(): void {
    if (!listen(this.source, this)) {
      this.error(new TypeError(`Expected the source to be an Observable, got ${show(this.source)}`));
    }
  }

  next(value: T): void {
    this.process.receive(value);
  }

  error(error: unknown): void {
    const { process } = this;
    this.end();
    process.endSource({ error });
  }

  complete(): void {
    const { process } = this;
    this.end();
    process.endSource();
  }

  pull(): void {
    // It tells when it has something.
  }

  close(): void {
    this.closed = true;
    this.source = this.process = undefined as never;
  }
}

export type Inputs<O> = Iterable<O> | Readable<O>;

/** A source that is asked, for one value at a time: an iterable, an async iterable or a stream. */
export class PulledSource<O extends ObservableInput<unknown>, R> implements Source {
  private closed = false;
  private reading = false;
  private readonly isAsync: boolean;
  private reader: InputReader | undefined = undefined;

  constructor(
    private inputs: Inputs<O>,
    private process: EagerProcess<O, R>,
  ) {
    this.isAsync = isReadable(inputs);
  }

  start(): void {
    // It is asked as soon as there is a place.
  }

  pull(): void {
    if (this.reading || this.closed) {
      return;
    }
    this.reading = true;
    let result: unknown;
    try {
      this.reader ??= open(this.inputs);
      result = this.reader.read();
    } catch (error) {
      return this.failed(error);
    }
    if (this.isAsync) {
      this.heardLater(result as PromiseLike<IteratorResult<O>>).catch(reportError);
    } else {
      this.heard(result as IteratorResult<O>);
    }
  }

  cancel(): void {
    const { reader } = this;
    this.close();
    // A generator cannot be returned while it runs: then it is as soon as it has given its value.
    if (this.isAsync || !this.reading) {
      reader?.cancel();
    } else {
      this.reader = reader;
    }
  }

  private async heardLater(promised: PromiseLike<IteratorResult<O>>): Promise<void> {
    let result: IteratorResult<O>;
    try {
      result = await promised;
    } catch (error) {
      this.failed(error);
      return;
    }
    this.heard(result);
  }

  private heard(result: IteratorResult<O>): void {
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
      this.reader = undefined;
    } else if (done) {
      this.reader!.release();
      this.close().endSource();
    } else {
      this.process.receive(value);
    }
  }

  private failed(error: unknown): void {
    if (!this.closed) {
      this.reader?.release();
      this.close().endSource({ error });
    }
  }

  private close(): EagerProcess<O, R> {
    const { process } = this;
    this.closed = true;
    this.reader = undefined;
    this.inputs = this.process = undefined as never;
    return process;
  }
}

interface InputReader {
  read(): unknown;
  release(): void;
  cancel(): void;
}

function open<O>(inputs: Inputs<O>): InputReader {
  if (isReadable<O>(inputs)) {
    return openReader(inputs);
  }
  const iterator = inputs[Symbol.iterator]();
  return {
    read: () => iterator.next(),
    release: noop,
    cancel: () => quietly(() => iterator.return?.()),
  };
}
