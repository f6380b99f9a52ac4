import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { ORDERS_OPTIONS, type OrdersOptions } from './orders.options.js';
import type { Message, Outcome } from './outcome.js';

const BATCH = 32;
const BLOCK = 5_000; // ms

/** The consumer group: reads messages and acknowledges them. */
@Injectable()
export class OrdersStream implements OnApplicationShutdown {
  constructor(
    private readonly redis: Redis,
    @Inject(ORDERS_OPTIONS) private readonly options: OrdersOptions,
  ) {}

  /** First what this consumer has read and not acknowledged, then what is new; until it is stopped. */
  async *messages(stop: AbortSignal): AsyncGenerator<Message> {
    // A read that waits holds up everything else on its connection.
    const reader = this.redis.duplicate().on('error', () => {}); // the read itself fails as well
    const disconnect = () => reader.disconnect();
    stop.addEventListener('abort', disconnect);
    try {
      await this.createGroup(reader);
      let after = '0';
      while (!stop.aborted) {
        const batch = await this.read(reader, after);
        // The last of what was pending has been read; `>` is what nobody has read.
        after = after === '>' ? after : (batch.at(-1)?.id ?? '>');
        for (const message of batch) {
          // What is left of the batch stays pending, and is the first to be read by the next one.
          if (stop.aborted) return;
          yield message;
        }
      }
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      stop.removeEventListener('abort', disconnect);
      reader.disconnect();
    }
  }

  /**
   * Writes down what became of a message and acknowledges it, both or neither. So a message that is handled twice is still
   * written down once.
   */
  async settle(outcome: Outcome): Promise<Outcome> {
    const { stream, group } = this.options;
    const { message } = outcome;
    const transaction = this.redis.multi();
    if (outcome.result === 'shipped') {
      const { order, tracking } = outcome;
      transaction.xadd(`${stream}:shipped`, '*', 'id', message.id, 'order', order, 'tracking', tracking);
    } else if (outcome.result === 'dead') {
      const letter = { id: message.id, error: outcome.error, attempts: outcome.attempts, fields: message.fields };
      transaction.xadd(`${stream}:dead`, '*', 'letter', JSON.stringify(letter));
    }
    transaction.xack(stream, group, message.id);
    for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
    return outcome;
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  private async createGroup(redis: Redis): Promise<void> {
    const { stream, group } = this.options;
    try {
      await redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error as Error).message.startsWith('BUSYGROUP')) throw error;
    }
  }

  private async read(redis: Redis, after: string): Promise<Message[]> {
    const { stream, group, consumer } = this.options;
    const place = ['STREAMS', stream, after] as const;
    const reply = await redis.xreadgroup('GROUP', group, consumer, 'COUNT', BATCH, 'BLOCK', BLOCK, ...place);
    return (reply?.[0]?.[1] ?? []).map(([id, fields]) => ({ id, fields: fields && toRecord(fields) }));
  }
}

function toRecord(fields: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) record[fields[at]!] = fields[at + 1]!;
  return record;
}
