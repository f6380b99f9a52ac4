import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { defer, delay, fromEvent, lastValueFrom, of, retry, takeUntil, tap, timer, type Observable } from 'rxjs';
import { concatEager, concatMapEager } from 'rxjs-concat-map-eager';
import { SHUTDOWN_OPTIONS, type ShutdownOptions } from '../shutdown/shutdown.options.js';
import { retryTransient } from '../upstream/upstream.service.js';
import { ORDERS_OPTIONS, type OrdersOptions } from './orders.options.js';
import { OrdersStream } from './orders.stream.js';
import type { Message, Outcome } from './outcome.js';
import { ShippingService } from './shipping.service.js';

/**
 * Works on several messages at once and acknowledges them in the order of the stream: an acknowledged message has nothing
 * undone before it.
 */
@Injectable()
export class OrdersConsumer implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly logger = new Logger(OrdersConsumer.name);
  private readonly stop = new AbortController();
  private done: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly stream: OrdersStream,
    private readonly shipping: ShippingService,
    @Inject(ORDERS_OPTIONS) private readonly options: OrdersOptions,
    @Inject(SHUTDOWN_OPTIONS) private readonly shutdown: ShutdownOptions,
  ) {}

  onApplicationBootstrap(): void {
    const running = defer(() => this.settled()).pipe(
      tap((outcome) => this.report(outcome)),
      // Redis is gone, say: begin again with what is not acknowledged.
      retry({
        delay: (error: Error) => {
          this.logger.error(`begins again in a second: ${error.message}`);
          return timer(1_000);
        },
      }),
      // Cancels, and leaves unacknowledged, what takes too long to end.
      takeUntil(fromEvent(this.stop.signal, 'abort').pipe(delay(this.shutdown.limit))),
    );
    this.done = lastValueFrom(running, { defaultValue: undefined });
  }

  /** Reads nothing more. What is active goes on. */
  onModuleDestroy(): void {
    this.stop.abort();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.done;
  }

  /** Outcomes, in the order of the messages; each is settled before the next one. */
  private settled(): Observable<Outcome> {
    const { concurrent, reorderWindow } = this.options;
    return concatEager({ [Symbol.asyncIterator]: () => this.handled() }, { concurrent, reorderWindow }).pipe(
      concatMapEager((outcome) => this.stream.settle(outcome), {
        concurrent: 1,
        timeout: 10_000,
        // Later ones would cover up for it.
        onError: 'in-order',
      }),
    );
  }

  /** Reads a message when there is a place for it, and room in the window. */
  private async *handled(): AsyncGenerator<Observable<Outcome>> {
    for await (const message of this.stream.messages(this.stop.signal)) yield this.handle(message);
  }

  private handle(message: Message): Observable<Outcome> {
    const { timeout, retries, retryDelay } = this.options;
    return of(message).pipe(
      concatMapEager((_message, _index, { signal }) => this.shipping.handle(message, signal), {
        timeout,
        retry: retryTransient(retries, retryDelay),
        onError: (error, { attempt }) =>
          of<Outcome>({ message, result: 'dead', error: (error as Error).message, attempts: attempt }),
      }),
    );
  }

  private report(outcome: Outcome): void {
    const { id } = outcome.message;
    if (outcome.result === 'shipped') this.logger.log(`${id} shipped: ${outcome.order} as ${outcome.tracking}`);
    else if (outcome.result === 'skipped') this.logger.log(`${id} skipped`);
    else this.logger.warn(`${id} dead, at attempt ${outcome.attempts}: ${outcome.error}`);
  }
}
