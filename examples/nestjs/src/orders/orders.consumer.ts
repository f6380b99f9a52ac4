import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  delay,
  EMPTY,
  finalize,
  firstValueFrom,
  fromEvent,
  lastValueFrom,
  of,
  retry,
  takeUntil,
  tap,
  TimeoutError,
  timer,
  type Observable,
} from 'rxjs';
import { concatMapEager, concatMapEagerFrom } from 'rxjs-concat-map-eager';
import { Activity } from '../activity.js';
import { Metrics } from '../metrics/metrics.module.js';
import {
  SHUTDOWN_OPTIONS,
  type ShutdownOptions,
} from '../shutdown/shutdown.options.js';
import {
  isPermanent,
  reasonOf,
  retryTransient,
  toText,
} from '../upstream/upstream.errors.js';
import { ORDERS_OPTIONS, type OrdersOptions } from './orders.options.js';
import { OrdersStream } from './orders.stream.js';
import type { Message, Outcome } from './outcome.js';
import { ShippingService } from './shipping.service.js';

const SETTLE_TIMEOUT = 10_000; // ms

/**
 * Works on several messages at once, but on those of one account one after the
 * other, and acknowledges all in the order in which it has read them: an
 * acknowledged message has nothing undone before it.
 */
@Injectable()
export class OrdersConsumer
  implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown
{
  private readonly logger = new Logger(OrdersConsumer.name);
  private readonly activity = new Activity(() =>
    this.metrics.monitorOf('messages'),
  );
  private readonly counts = { shipped: 0, skipped: 0, dead: 0 };
  private readonly stop = new AbortController();
  private readonly stopping = fromEvent(this.stop.signal, 'abort');
  private isPaused = false;
  private lastPause: { at: Date; error: string } | undefined;
  /** Since when messages have failed by what is not their own fault. */
  private readonly failing = new Map<string, number>();
  private done: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly stream: OrdersStream,
    private readonly shipping: ShippingService,
    private readonly metrics: Metrics,
    @Inject(ORDERS_OPTIONS) private readonly options: OrdersOptions,
    @Inject(SHUTDOWN_OPTIONS) private readonly shutdown: ShutdownOptions,
  ) {}

  onApplicationBootstrap(): void {
    const running = this.settled().pipe(
      tap((outcome) => this.report(outcome)),
      // Redis or the upstream is away: begin again with what is pending.
      retry({
        delay: (error, times) => this.pause(error, times),
        resetOnSuccess: true,
      }),
      // Cancels, and leaves unacknowledged, what takes too long to end.
      takeUntil(this.stopping.pipe(delay(this.shutdown.limit))),
    );
    const housekeeping = this.stream.housekeeping().subscribe();
    this.done = lastValueFrom(running, { defaultValue: undefined }).finally(
      () => housekeeping.unsubscribe(),
    );
  }

  /** Reads nothing more. What has been read goes on. */
  onModuleDestroy(): void {
    this.stop.abort();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.done;
    // Without Redis it is left to `claimAfter`.
    await Promise.race([
      this.stream.release().catch(() => {}),
      firstValueFrom(timer(1_000)),
    ]);
  }

  /** For people who look after the service. */
  get numbers() {
    const { active, parked, blockedFor } = this.activity.numbers;
    const { isPaused, lastPause = null } = this;
    const state = isPaused ? 'paused' : 'running';
    return { state, active, parked, blockedFor, ...this.counts, lastPause };
  }

  /**
   * Outcomes in the order of the messages, each settled before the next. A
   * message is read when there are a slot for it and room in the window, and
   * nothing that waits for its account could be handled.
   */
  private settled(): Observable<Outcome> {
    const { concurrent, reorderWindow } = this.options;
    return this.activity.follow((monitor) =>
      concatMapEagerFrom(
        ({ signal }) => this.stream.messages(signal),
        (message) => this.handle(message),
        {
          // A message without an account is on its own.
          key: (message) => message.fields?.['account'] || message,
          concurrent,
          reorderWindow,
          until: this.stopping,
          monitor,
        },
      ).pipe(
        concatMapEager((outcome) => this.stream.settle(outcome), {
          concurrent: 1,
          timeout: SETTLE_TIMEOUT,
          // Later ones would hide that one is missing.
          onError: 'in-order',
        }),
      ),
    );
  }

  private handle(message: Message): Observable<Outcome> {
    const { timeout, retries, retryDelay } = this.options;
    if (message.known) return of({ message, ...message.known });
    return of(message).pipe(
      concatMapEager(
        (_message, _index, { signal }) => this.shipping.handle(message, signal),
        {
          timeout,
          retry: retryTransient(retries, retryDelay),
          onError: (error, { attempt }) =>
            of(this.deadLetter(message, error, attempt)),
          monitor: this.metrics.monitorOf('shipments'),
        },
      ),
      // Before the next message of its account is handled.
      concatMapEager((outcome) => this.stream.remember(outcome), {
        timeout: SETTLE_TIMEOUT,
      }),
    );
  }

  /**
   * What is a message's own fault is its end. Anything else pauses the
   * consumer: an outage would make dead letters of all messages that come.
   */
  private deadLetter(
    message: Message,
    error: unknown,
    attempts: number,
  ): Outcome {
    const reason = reasonOf(error, this.options.timeout);
    const now = Date.now();
    const since = this.failing.get(message.id) ?? now;
    if (!isPermanent(error) && now - since < this.options.giveUpAfter) {
      this.failing.set(message.id, since);
      throw new PauseError(
        `${message.id} failed at attempt ${attempts}: ${toText(reason)}`,
      );
    }
    return { message, result: 'dead', reason, attempts };
  }

  /** Waits before it begins again, twice as long each time. */
  private pause(error: unknown, times: number): Observable<unknown> {
    const { pause, maxPause } = this.options;
    const ms = Math.min(pause * 2 ** (times - 1), maxPause);
    const text =
      error instanceof TimeoutError
        ? `no answer from Redis in ${SETTLE_TIMEOUT} ms`
        : toText(reasonOf(error, this.options.timeout));
    if (this.stop.signal.aborted) {
      this.logger.error(`leaves the rest to the next start: ${text}`);
      return EMPTY;
    }
    this.logger.error(`pauses, and begins again in ${ms} ms: ${text}`);
    this.isPaused = true;
    this.lastPause = { at: new Date(), error: text };
    return timer(ms).pipe(
      takeUntil(this.stopping),
      finalize(() => (this.isPaused = false)),
    );
  }

  private report(outcome: Outcome): void {
    const { id } = outcome.message;
    this.failing.delete(id);
    this.counts[outcome.result]++;
    if (outcome.result === 'shipped') {
      this.logger.log(`${id} shipped: ${outcome.order} as ${outcome.tracking}`);
    } else if (outcome.result === 'skipped') {
      this.logger.log(`${id} skipped`);
    } else {
      const { attempts, reason } = outcome;
      this.logger.warn(`${id} dead at attempt ${attempts}: ${toText(reason)}`);
    }
  }
}

/** A message could not be handled now, by no fault of its own. */
class PauseError extends Error {}
