import type { Observable } from 'rxjs';
import { InputObserver, observeInput } from './observeInput.js';
import { show } from './show.js';
import type { Intake, Source } from './source.js';

/** A push source: an Observable. Like every observer, it releases everything when it is closed. */
export class PushedSource<T> extends InputObserver<T> implements Source {
  constructor(
    private source: Observable<T>,
    private loop: Intake<T>,
  ) {
    super();
  }

  start(): void {
    if (!observeInput(this.source, this, true)) {
      this.error(new TypeError(`Expected the source to be an Observable, got ${show(this.source)}`));
    }
  }

  next(value: T): void {
    this.loop.receive(value);
  }

  error(error: unknown): void {
    const { loop } = this;
    this.ended();
    loop.endSource({ error });
  }

  complete(): void {
    const { loop } = this;
    this.ended();
    loop.endSource();
  }

  close(): void {
    this.closed = true;
    this.source = this.loop = undefined as never;
  }
}
