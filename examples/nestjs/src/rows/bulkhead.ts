import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { Observable } from 'rxjs';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';

/** One limit over all responses, however many clients there are. */
@Injectable()
export class Bulkhead {
  private readonly limit;

  constructor(@Inject(ROWS_OPTIONS) { maxConcurrent }: RowsOptions) {
    this.limit = pLimit(maxConcurrent);
  }

  /** How many run. */
  get active(): number {
    return this.limit.activeCount;
  }

  /** How many wait for one that runs. */
  get waiting(): number {
    return this.limit.pendingCount;
  }

  /** Subscribes as soon as there is room, first come first served. */
  run<T>(work: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      void this.limit(
        () =>
          new Promise<void>((done) => {
            // Its room is free when it has ended or been unsubscribed.
            subscriber.add(done);
            if (!subscriber.closed) work.subscribe(subscriber);
          }),
      );
    });
  }
}
