import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { ORDERS_OPTIONS, type OrdersOptions } from './orders.options.js';
import type { Message, Outcome } from './outcome.js';

const BATCH = 32;
const BLOCK = 5_000; // ms

/** A script is a transaction. What has been acknowledged before has been written down before. */
const SETTLE = `
  if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
  if KEYS[2] then redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3)) end
  return 1
`;

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

  /** Acknowledges a message and writes down what became of it: both or neither, and once, however often it is handled. */
  async settle(outcome: Outcome): Promise<Outcome> {
    const { stream, group } = this.options;
    const record = recordOf(outcome);
    const keys = record.length === 0 ? [stream] : [stream, `${stream}:${outcome.result}`];
    await this.redis.eval(SETTLE, keys.length, ...keys, group, outcome.message.id, ...record);
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

/** What is written down of an outcome, as names and values. */
function recordOf(outcome: Outcome): string[] {
  const { id, fields } = outcome.message;
  switch (outcome.result) {
    case 'shipped':
      return ['id', id, 'order', outcome.order, 'tracking', outcome.tracking];
    case 'dead':
      return ['letter', JSON.stringify({ id, error: outcome.error, attempts: outcome.attempts, fields })];
    case 'skipped':
      return [];
  }
}

function toRecord(fields: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) record[fields[at]!] = fields[at + 1]!;
  return record;
}
