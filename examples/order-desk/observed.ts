import { defer, finalize, Observable, tap, type OperatorFunction } from 'rxjs';
import type { MonitorEvent } from 'rxjs-concat-map-eager';

/**
 * Gives `concatMap` and `mergeMap` the events of concatMapEager's `monitor`, from a wrapper around the source and around each
 * inner. Nothing is ever parked there.
 */
export function observed<T, R>(
  flatten: (project: (value: T, index: number) => Observable<R>) => OperatorFunction<T, R>,
  project: (value: T, index: number) => Observable<R>,
  monitor: (event: MonitorEvent<T>) => void,
  concurrent = 1,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const waiting: T[] = [];
      let started = 0;
      let active = 0;
      const tell = (event: { type: 'received' | 'started' | 'flushed' } | EndedEvent, index: number, value: T) =>
        monitor({
          ...event,
          index,
          value,
          attempt: event.type === 'received' ? 0 : 1,
          time: Date.now(), // the clock of asyncScheduler, which concatMapEager reads
          waiting: waiting.length - started,
          active,
          parked: 0,
          concurrent,
        });

      const watch = (value: T, index: number) =>
        new Observable<R>((subscriber) => {
          started++;
          active++;
          tell({ type: 'started' }, index, value);
          let outcome: EndedEvent['outcome'] = 'cancelled';
          subscriber.add(() => {
            active--;
            tell({ type: 'ended', outcome }, index, value);
            if (outcome === 'completed') tell({ type: 'flushed' }, index, value);
          });
          return project(value, index).subscribe({
            next: (result) => subscriber.next(result),
            error: (error: unknown) => {
              outcome = 'failed';
              subscriber.error(error);
            },
            complete: () => {
              outcome = 'completed';
              subscriber.complete();
            },
          });
        });

      return source.pipe(
        tap((value) => {
          waiting.push(value);
          tell({ type: 'received' }, waiting.length - 1, value);
        }),
        flatten(watch),
        finalize(() => {
          while (started < waiting.length) {
            const index = started++;
            tell({ type: 'ended', outcome: 'cancelled' }, index, waiting[index] as T);
          }
        }),
      );
    });
}

interface EndedEvent {
  readonly type: 'ended';
  readonly outcome: 'completed' | 'failed' | 'cancelled';
}

/** Runs `work` at subscription, and aborts its signal when it is unsubscribed before it has ended. */
export function abortable<R>(work: (signal: AbortSignal) => Promise<R>): Observable<R> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    let ended = false;
    work(controller.signal).then(
      (result) => {
        ended = true;
        subscriber.next(result);
        subscriber.complete();
      },
      (error: unknown) => {
        ended = true;
        subscriber.error(error);
      },
    );
    return () => {
      if (!ended) controller.abort();
    };
  });
}
