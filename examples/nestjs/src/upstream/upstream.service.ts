import { Inject, Injectable } from '@nestjs/common';
import { UpstreamError } from './upstream.errors.js';
import { UPSTREAM_OPTIONS, type UpstreamOptions } from './upstream.options.js';

export interface Row {
  readonly id: number;
  readonly name: string;
}

export interface Shipment {
  readonly tracking: string;
}

/**
 * The slow service. Every request can be aborted. Otherwise its work would go
 * on after a time limit has passed, and nobody would count it.
 */
@Injectable()
export class UpstreamService {
  /** When it answered last, whatever it said. */
  seen: Date | undefined;

  constructor(
    @Inject(UPSTREAM_OPTIONS) private readonly options: UpstreamOptions,
  ) {}

  row(id: number, signal: AbortSignal): Promise<Row> {
    return this.ask<Row>(`/rows/${id}`, { signal });
  }

  /** Ships an order once, however often it is asked to with the same key. */
  ship(
    what: { readonly account: string | undefined; readonly order: string },
    key: string,
    signal: AbortSignal,
  ): Promise<Shipment> {
    return this.ask<Shipment>('/shipments', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(what),
      signal,
    });
  }

  /** Resolves when it answers, whatever it says. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.fetch('/', { method: 'HEAD', signal });
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.fetch(path, init);
    if (!response.ok) {
      // A body that nobody reads keeps its connection busy.
      await response.body?.cancel();
      throw new UpstreamError(response.status);
    }
    return (await response.json()) as T;
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${this.options.url}${path}`, init);
    this.seen = new Date();
    return response;
  }
}
