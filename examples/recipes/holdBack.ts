import {
  asyncScheduler,
  concatMap,
  defer,
  of,
  timer,
  type Observable,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';
import { backoff, HttpError } from './backoff.js';

/** Holds back everybody who asks it, until the time that the server named. */
export class Gate {
  private opensAt = 0;

  close(milliseconds: number): void {
    const opensAt = asyncScheduler.now() + milliseconds;
    this.opensAt = Math.max(this.opensAt, opensAt);
  }

  /** Emits once, when the gate is open: at once if it is not closed. */
  readonly open$: Observable<unknown> = defer(() => {
    const closedFor = this.opensAt - asyncScheduler.now();
    // It may have been closed again meanwhile, so it is looked at again.
    return closedFor > 0
      ? timer(closedFor).pipe(concatMap(() => this.open$))
      : of(undefined);
  });
}

/**
 * Starts no attempt, of any item, for as long as the last `Retry-After` said.
 * Share one gate among all that use the service.
 */
export function holdBack<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  gate = new Gate(),
): OperatorFunction<T, R> {
  return concatMapEager(
    (value, index, { attempt }) =>
      gate.open$.pipe(
        concatMapEager(
          (_open, _index, { signal }) =>
            project(value, index, { attempt, signal }),
          {
            timeout: 5_000,
            onError: (error) => {
              if (error instanceof HttpError) gate.close(error.retryAfter);
              throw error;
            },
          },
        ),
      ),
    { concurrent: 8, retry: backoff(), onError: 'skip' },
  );
}
