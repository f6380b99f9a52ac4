import { SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';
import { defer, map, Observable, type ObservableInput } from 'rxjs';
import type { ItemContext } from 'rxjs-concat-map-eager';
import { errorType } from '../nestjs/src/metrics/streams.js';

export interface InContext<T> {
  readonly value: T;
  /** Calls it in the context in which the source emitted the value. */
  readonly run: <R>(act: () => R) => R;
}

/** Values with their contexts, for `traced`. */
export const withContext = <T>() =>
  map((value: T): InContext<T> => ({
    value,
    run: AsyncLocalStorage.snapshot(),
  }));

/**
 * A `project` with a span for each attempt. Its parent is the span that was
 * active when the source emitted the value, and not the one of the item that
 * freed the slot.
 */
export function traced<T, R>(
  tracer: Tracer,
  name: string,
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
) {
  return (
    { value, run }: InContext<T>,
    index: number,
    item: ItemContext,
  ): Observable<R> => {
    const { attempt, signal } = item;
    return new Observable((subscriber) =>
      run(() =>
        tracer.startActiveSpan(
          name,
          { attributes: { index, attempt } },
          (span) => {
            const end = () => {
              signal.removeEventListener('abort', cancelled);
              span.end();
            };
            // It aborts when the attempt is cancelled, and then only.
            const cancelled = () => {
              cancel(span, signal.reason);
              end();
            };
            signal.addEventListener('abort', cancelled);
            return defer(() => project(value, index, item)).subscribe({
              next: (result) => subscriber.next(result),
              error: (error: unknown) => {
                fail(span, error);
                end();
                subscriber.error(error);
              },
              complete: () => {
                end();
                subscriber.complete();
              },
            });
          },
        ),
      ),
    );
  };
}

function fail(span: Span, error: unknown): void {
  span.recordException(error instanceof Error ? error : String(error));
  span.setAttribute('error.type', errorType(error));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** To exceed a time limit is a failure of the attempt; to be unsubscribed is not. */
function cancel(span: Span, reason: unknown): void {
  if (errorType(reason) === 'TimeoutError') fail(span, reason);
  else span.addEvent('cancelled');
}
