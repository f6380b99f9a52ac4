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

  async row(id: number, signal: AbortSignal): Promise<Row> {
    const row = (await this.ask(`/rows/${id}`, { signal })) as Row | null;
    if (row?.id === id && typeof row.name === 'string') return row;
    throw new Error(`the upstream answered, but not with row ${id}`);
  }

  /** The next ids after one, in order; none, if it is the last. */
  async ids(after: number, signal: AbortSignal): Promise<readonly number[]> {
    const ids = await this.ask(`/rows?after=${after}`, { signal });
    if (Array.isArray(ids) && ids.every(Number.isSafeInteger)) return ids;
    throw new Error('the upstream answered, but not with ids');
  }

  /** Ships an order once, however often it is asked to with the same key. */
  async ship(
    what: { readonly account: string | undefined; readonly order: string },
    key: string,
    signal: AbortSignal,
  ): Promise<Shipment> {
    const shipment = (await this.ask('/shipments', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(what),
      signal,
    })) as Shipment | null;
    if (typeof shipment?.tracking === 'string') return shipment;
    throw new Error('the upstream answered, but not with a `tracking` number');
  }

  /** Resolves when it answers, whatever it says. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.fetch('/', { method: 'HEAD', signal });
  }

  /** Whatever JSON the answer is: a 200 does not say that it is the right one. */
  private async ask(path: string, init: RequestInit): Promise<unknown> {
    const response = await this.fetch(path, init);
    if (!response.ok) {
      // A body that nobody reads keeps its connection busy.
      await response.body?.cancel();
      throw new UpstreamError(response.status);
    }
    return response.json();
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${this.options.url}${path}`, init);
    this.seen = new Date();
    return response;
  }
}
