import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { inject, Injectable, InjectionToken } from '@angular/core';
import { map, of, throwError, timer, type OperatorFunction } from 'rxjs';
import {
  concatMapEager,
  sharedLimit,
  type ConcurrencyLimit,
  type ItemTimeout,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';
import { reasonOf } from './reason';
import type { Row, RowRequest } from './row';

export interface Limits {
  readonly concurrent: number | ConcurrencyLimit;
  readonly timeout: ItemTimeout;
}

export const LIMITS = new InjectionToken<Limits>('LIMITS', {
  // Browsers have six connections to a host, for all lists together: a seventh
  // request would wait for one, with its clock running.
  factory: () => ({
    concurrent: sharedLimit(6),
    timeout: { total: 10_000, blocking: 2_000 },
  }),
});

@Injectable({ providedIn: 'root' })
export class RowsService {
  private readonly http = inject(HttpClient);
  private readonly limits = inject(LIMITS);

  /** A row for each request, in their order: for one that failed, why. */
  lookUp(
    monitor?: (event: MonitorEvent<RowRequest>) => void,
  ): OperatorFunction<RowRequest, Row> {
    return concatMapEager((request: RowRequest) => this.row(request), {
      ...this.limits,
      retry: { count: 2, delay: whereConnectionWasLost },
      onError: (error, { value }) =>
        of<Row>({ ...value, error: reasonOf(error) }),
      monitor,
    });
  }

  private row({ index, id }: RowRequest) {
    return this.http
      .get<{ name: string }>(`/rows/${id}`)
      .pipe(map(({ name }): Row => ({ index, id, name })));
  }
}

/** Other failures that may pass have been retried by the service itself. */
const whereConnectionWasLost = (error: unknown, retry: number) =>
  error instanceof HttpErrorResponse && error.status === 0
    ? timer(250 * retry)
    : throwError(() => error);
