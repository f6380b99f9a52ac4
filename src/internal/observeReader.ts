import type { Feed, InputObserver } from './observeInput.js';
import { readResult, type Reader } from './reader.js';
import { reportError } from './reportError.js';

/** Reads to the end, for an observer. */
export function observeReader<V>(reader: Reader<V>, observer: InputObserver<V>): void {
  if (observer.closed) {
    // Opening the reader cancelled the observer.
    reader.cancel();
  } else if (observer.opens?.(reader.opened) === false) {
    reader.release();
  } else if (reader.sync) {
    readAtOnce(reader, observer);
  } else {
    const link = new ReaderLink(reader, observer);
    observer.teardown = link;
    link.read();
  }
}

function readAtOnce<V>(reader: Reader<V>, observer: InputObserver<V>): void {
  for (;;) {
    if (observer.isFull()) {
      return pauseFeed(
        observer,
        () => reader.cancel(),
        () => readAtOnce(reader, observer),
      );
    }
    // What it throws is the input's failure.
    const { done, value } = readResult(reader.read() as IteratorResult<V>);
    if (done) {
      break;
    }
    if (!observer.closed) {
      observer.next(value);
    }
    if (observer.closed) {
      // As `for of` does. A generator that runs cannot be closed: so it is not before it has given its value.
      return reader.cancel();
    }
  }
  if (!observer.closed) {
    observer.complete();
  }
}

/** Has a synchronous input wait until its observer is not full any more. */
export function pauseFeed<V>(observer: InputObserver<V>, unsubscribe: () => void, readOn: () => void): void {
  const resume = observer.pause!();
  observer.teardown = {
    unsubscribe,
    readOn: () => {
      observer.teardown = undefined;
      resume(() => {
        try {
          readOn();
        } catch (error) {
          if (!observer.closed) {
            observer.error(error);
          }
        }
      });
    },
  };
}

/**
 * Reads one result after the other. All that an outstanding promise holds of the observer is here: it may never settle, and must
 * not keep anything then. Promises are heard by `then` and not by `await`, which would lose the zone of zone.js.
 */
class ReaderLink<V> implements Feed {
  private resume: ((goOn: () => void) => void) | undefined = undefined;
  private readonly hear = (result: IteratorResult<V>) => this.heard(result);
  private readonly fail = (error: unknown) => this.failed(error);

  constructor(
    private reader: Reader<V>,
    private observer: InputObserver<V> | undefined,
  ) {}

  /** Asks for the next result, unless the observer is full: then it is asked for later. */
  read(): void {
    if (this.observer!.isFull()) {
      this.resume = this.observer!.pause!();
    } else {
      this.ask();
    }
  }

  readOn(): void {
    const { resume } = this;
    this.resume = undefined;
    resume?.(() => this.ask());
  }

  private ask(): void {
    try {
      Promise.resolve(this.reader.read()).then(this.hear, this.fail);
    } catch (error) {
      this.failed(error);
    }
  }

  unsubscribe(): void {
    const { reader } = this;
    this.cut();
    reader.cancel();
  }

  private heard(result: IteratorResult<V>): void {
    const { observer } = this;
    if (observer?.closed !== false) {
      return;
    }
    let done, value;
    try {
      ({ done, value } = readResult(result));
    } catch (error) {
      return this.failed(error);
    }
    if (done) {
      this.ended();
      observer.complete();
    } else {
      observer.next(value);
      if (!observer.closed) {
        this.read();
      }
    }
  }

  private failed(error: unknown): void {
    const { observer } = this;
    if (observer?.closed === false) {
      this.ended();
      try {
        observer.error(error);
      } catch (thrown) {
        reportError(thrown);
      }
    }
  }

  private ended(): void {
    const { reader } = this;
    this.cut();
    reader.release();
  }

  private cut(): void {
    this.observer = undefined;
    this.reader = undefined as never;
  }
}
