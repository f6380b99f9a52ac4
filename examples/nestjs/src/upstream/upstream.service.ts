import { Inject, Injectable } from '@nestjs/common';
import { throwError, timer, type RetryConfig } from 'rxjs';
import { UPSTREAM_OPTIONS, type UpstreamOptions } from './upstream.options.js';

export interface Row {
  readonly id: number;
  readonly name: string;
}

export interface Shipment {
  readonly tracking: string;
}

/** The slow service answered, but not with what was asked for. */
export class UpstreamError extends Error {
  constructor(readonly status: number) {
    super(`the upstream answered ${status}`);
  }
}

/** The slow service. Every request can be aborted, or the work would go on, uncounted, after a time limit has passed. */
@Injectable()
export class UpstreamService {
  constructor(@Inject(UPSTREAM_OPTIONS) private readonly options: UpstreamOptions) {}

  row(id: number, signal: AbortSignal): Promise<Row> {
    return this.ask<Row>(`/rows/${id}`, { signal });
  }

  /** Ships an order once, however often it is asked to with the same key. */
  ship(order: string, key: string, signal: AbortSignal): Promise<Shipment> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    return this.ask<Shipment>('/shipments', { method: 'POST', headers, body: JSON.stringify({ order }), signal });
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${this.options.url}${path}`, init);
    if (!response.ok) {
      // A body that nobody reads keeps its connection busy.
      await response.body?.cancel();
      throw new UpstreamError(response.status);
    }
    return (await response.json()) as T;
  }
}

/** Tries again what may go well the next time, a little later each time; a request that is wrong stays wrong. */
export function retryTransient(count: number, delay: number): RetryConfig {
  return {
    count,
    delay: (error: unknown, retry) => (isTransient(error) ? timer(delay * 2 ** (retry - 1)) : throwError(() => error)),
  };
}

function isTransient(error: unknown): boolean {
  return !(error instanceof PermanentError) && !(error instanceof UpstreamError && error.status < 500);
}

/** What fails in the same way however often it is tried. */
export class PermanentError extends Error {}
