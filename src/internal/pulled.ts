import { noop } from 'rxjs';
import { isReadable, openReader, quietly, readResult, type Readable } from './reader.js';
import { handleRejection } from './rejections.js';
import { reportError } from './reportError.js';
import type { Intake, Source } from './source.js';

export type Inputs<O> = Iterable<O> | Readable<O>;

/** A pull source, asked for one value at a time: an iterable, an async iterable or a stream. */
export class PulledSource<O> implements Source {
  private closed = false;
  private reading = false;
  private readonly isAsync: boolean;
  private reader: InputReader | undefined = undefined;

  constructor(
    private inputs: Inputs<O>,
    private loop: Intake<O>,
  ) {
    this.isAsync = isReadable(inputs);
  }

  start(): void {
    // It is asked as soon as there is a slot.
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
      this.loop.receive(value);
    }
  }

  private failed(error: unknown): void {
    if (!this.closed) {
      this.reader?.release();
      this.close().endSource({ error });
    }
  }

  private close(): Intake<O> {
    const { loop } = this;
    this.closed = true;
    this.reader = undefined;
    this.inputs = this.loop = undefined as never;
    return loop;
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
