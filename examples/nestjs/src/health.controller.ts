import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  catchError,
  defer,
  firstValueFrom,
  forkJoin,
  map,
  of,
  ReplaySubject,
  share,
  timer,
  type Observable,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { OrdersConsumer } from './orders/orders.consumer.js';
import { OrdersStream } from './orders/orders.stream.js';
import { RowsService } from './rows/rows.service.js';
import { reasonOf, toText } from './upstream/upstream.errors.js';
import { UpstreamService } from './upstream/upstream.service.js';

const TIMEOUT = 1_000; // ms

interface Check {
  readonly status: 'up' | 'down';
  readonly reason?: string;
}

/** Whether all is there that the service needs, and what it is doing. */
@Controller('health')
export class HealthController {
  /** Asks at most once a second, however many want to know. */
  private readonly checks = defer(() =>
    forkJoin({
      redis: check(() => this.stream.ping()),
      upstream: check((signal) => this.upstream.ping(signal)),
    }),
  ).pipe(
    share({
      connector: () => new ReplaySubject(1),
      resetOnComplete: () => timer(1_000),
      resetOnRefCountZero: false,
    }),
  );

  constructor(
    private readonly stream: OrdersStream,
    private readonly upstream: UpstreamService,
    private readonly consumer: OrdersConsumer,
    private readonly rows: RowsService,
  ) {}

  /** 503 while something is away. */
  @Get()
  async health(@Res({ passthrough: true }) response: Response) {
    const { redis, upstream } = await firstValueFrom(this.checks);
    const isUp = redis.status === 'up' && upstream.status === 'up';
    if (!isUp) response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return {
      status: isUp ? 'up' : 'down',
      redis,
      upstream: { ...upstream, seen: this.upstream.seen ?? null },
      rows: this.rows.numbers,
      orders: this.consumer.numbers,
    };
  }
}

function check(ask: (signal: AbortSignal) => Promise<void>): Observable<Check> {
  return of(ask).pipe(
    concatMapEager((_ask, _index, { signal }) => ask(signal), {
      timeout: TIMEOUT,
    }),
    map((): Check => ({ status: 'up' })),
    catchError((error: unknown) =>
      of<Check>({ status: 'down', reason: toText(reasonOf(error, TIMEOUT)) }),
    ),
  );
}
