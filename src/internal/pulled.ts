import { hasMethod } from './check.js';
import { isReadable, openReader, readResult, type Readable, type Reader } from './reader.js';
import { handleRejection, handleRejections } from './rejections.js';
import { show } from './show.js';
import type { Intake, Source } from './source.js';

/** What values are read from: something readable, or a function that gives it anew for each subscription. */
export type Inputs<T> = Readable<T> | InputsFunction<T>;

export type InputsFunction<T> = (context: { readonly signal: AbortSignal }) => Readable<T> | PromiseLike<Readable<T>>;

/** The iterators and streams that a subscription has read: what is left of one would be a result that is silently shorter. */
const read = new WeakSet();

/** A pull source, asked for one value at a time: an iterable, an async iterable or a stream. */
export class PulledSource<T> implements Source {
  private closed = false;
  /** Whether a value, or what to read it from, has been asked for and is not there yet. */
  private asked = false;
  private reader: Reader<T> | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private readonly hear = (result: IteratorResult<T>) => this.heard(result);
  private readonly fail = (error: unknown) => this.failed(error);

  constructor(
    private inputs: Inputs<T>,
    private loop: Intake<T>,
    /** What the user calls it. */
    private readonly name: string,
  ) {}

  start(): void {
    // It is asked as soon as there is a slot.
  }

  pull(): void {
    if (this.asked || this.closed) {
      return;
    }
    this.asked = true;
    try {
      if (this.reader === undefined) {
        this.open(this.inputs);
      } else {
        this.read(this.reader);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  cancel(reason?: unknown): void {
    const { reader, controller } = this;
    this.close();
    if (reader?.sync && this.asked) {
      // A generator cannot be closed while it runs: then it is as soon as it has given its value.
      this.reader = reader;
    } else {
      reader?.cancel();
    }
    controller?.abort(reason);
  }

  private open(inputs: Inputs<T>): void {
    if (isReadable<T>(inputs)) {
      return this.opened(inputs);
    }
    this.controller = new AbortController();
    const given = inputs({ signal: this.controller.signal });
    if (hasMethod(given, 'then')) {
      // By `then` and not by `await`, which would lose the zone of zone.js; so with results.
      Promise.resolve(given as PromiseLike<Readable<T>>)
        .then((readable) => this.opened(readable))
        .then(undefined, this.fail);
    } else {
      this.opened(given as Readable<T>);
    }
  }

  private opened(readable: Readable<T>): void {
    if (!isReadable<T>(readable)) {
      throw new TypeError(
        `Expected the function that is given for \`${this.name}\` to return an array, an iterable, an async iterable or a ` +
          `ReadableStream, or a promise of one, got ${show(readable)}`,
      );
    }
    handleRejections(readable);
    // A stream that is being read could not be opened.
    const reader = read.has(readable) ? undefined : openReader(readable);
    if (reader === undefined || read.has(reader.opened)) {
      reader?.release();
      throw new TypeError(
        `Expected \`${this.name}\` not to have been read by another subscription, got an iterator or a stream that has: give an ` +
          'array, or a function that returns a new one for each subscription',
      );
    }
    read.add(reader.opened);
    if (this.closed) {
      reader.cancel();
    } else {
      this.reader = reader;
      this.read(reader);
    }
  }

  private read(reader: Reader<T>): void {
    const result = reader.read();
    if (reader.sync) {
      this.heard(result as IteratorResult<T>);
    } else {
      Promise.resolve(result).then(this.hear, this.fail);
    }
  }

  private heard(result: IteratorResult<T>): void {
    let done, value;
    try {
      ({ done, value } = readResult(result));
    } catch (error) {
      return this.failed(error);
    }
    this.asked = false;
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

  private close(): Intake<T> {
    const { loop } = this;
    this.closed = true;
    this.reader = this.controller = undefined;
    this.inputs = this.loop = undefined as never;
    return loop;
  }
}
