import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  catchError,
  defer,
  EMPTY,
  exhaustMap,
  ignoreElements,
  timer,
  type Observable,
} from 'rxjs';
import { reasonOf, toText } from '../upstream/upstream.errors.js';
import { ORDERS_OPTIONS, type OrdersOptions } from './orders.options.js';
import { REMEMBER, SET_IDLE, SETTLE, TRIM } from './orders.scripts.js';
import type { Message, Outcome, Result } from './outcome.js';

const BATCH = 32;
const BLOCK = 5_000; // ms
const A_DAY = 24 * 3_600_000; // ms

type Entry = [id: string, fields: string[] | null];

/** The consumer group: reads messages and acknowledges them. */
@Injectable()
export class OrdersStream implements OnApplicationShutdown {
  private readonly logger = new Logger(OrdersStream.name);
  /** What has been read, and not acknowledged. */
  private readonly inHand = new Set<string>();
  private hasWaited = false;

  constructor(
    private readonly redis: Redis,
    @Inject(ORDERS_OPTIONS) private readonly options: OrdersOptions,
  ) {}

  /**
   * First what was read before and not acknowledged, by this consumer and by
   * those that are gone, in the order of the stream. Then what is new, and what
   * consumers leave that go meanwhile. Until the signal aborts.
   */
  async *messages(signal: AbortSignal): AsyncGenerator<Message> {
    if (signal.aborted) return;
    // A read that waits holds up everything else on its connection.
    const reader = this.redis.duplicate();
    reader.on('error', () => {}); // the read itself fails as well
    const disconnect = () => reader.disconnect();
    signal.addEventListener('abort', disconnect);
    try {
      await this.createGroup(reader);
      await this.takeOver(reader, signal);
      this.inHand.clear();
      for await (const batch of this.batches(reader)) {
        for (const { id } of batch) this.inHand.add(id);
        for (const message of batch) {
          // The rest of the batch stays pending.
          if (signal.aborted) return;
          yield message;
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', disconnect);
      reader.disconnect();
    }
  }

  /**
   * Remembers what became of a message until it is settled. It may have to wait
   * for that while later ones of its account are handled. Whoever reads it
   * again must not handle it again, after those.
   */
  async remember(outcome: Outcome): Promise<Outcome> {
    const { stream, group } = this.options;
    const { message, ...result } = outcome;
    const values = [group, message.id, JSON.stringify(result)];
    await this.redis.eval(REMEMBER, 2, stream, this.handled, ...values);
    return outcome;
  }

  /**
   * Acknowledges a message and writes down what became of it: both or neither,
   * and once, however often it is handled.
   */
  async settle(outcome: Outcome): Promise<Outcome> {
    const { stream, group, keepShipped, keepDead } = this.options;
    const { message, result } = outcome;
    const record = recordOf(outcome);
    const keys = [stream, this.handled];
    if (record.length > 0) keys.push(`${stream}:${result}`);
    const keep = result === 'dead' ? keepDead : keepShipped;
    const values = [group, message.id, keep, ...record];
    await this.redis.eval(SETTLE, keys.length, ...keys, ...values);
    this.inHand.delete(message.id);
    return outcome;
  }

  /**
   * Shows others that this consumer lives, so that they leave what it has in
   * hand alone, and trims the stream; until it is unsubscribed.
   */
  housekeeping(): Observable<never> {
    const { stream, keepOrders } = this.options;
    const once = async () => {
      await this.setIdle(0);
      await this.redis.eval(TRIM, 1, stream, keepOrders);
    };
    return timer(this.often, this.often).pipe(
      exhaustMap(() =>
        defer(once).pipe(
          catchError((error: Error) => {
            const reason = reasonOf(error, this.options.timeout);
            this.logger.warn(`housekeeping failed: ${toText(reason)}`);
            return EMPTY;
          }),
        ),
      ),
      ignoreElements(),
    );
  }

  /** Lets others take over what is left in hand at once. */
  async release(): Promise<void> {
    await this.setIdle(A_DAY);
  }

  async ping(): Promise<void> {
    await this.redis.ping();
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }

  /** The hash with what became of messages that are not acknowledged. */
  private get handled(): string {
    const { stream, group } = this.options;
    return `${stream}:${group}:handled`;
  }

  private get often(): number {
    return Math.ceil(this.options.claimAfter / 3);
  }

  private async setIdle(ms: number): Promise<void> {
    if (this.inHand.size === 0) return;
    const { stream, group, consumer } = this.options;
    const values = [group, consumer, ms, ...this.inHand];
    await this.redis.eval(SET_IDLE, 1, stream, ...values);
  }

  private async createGroup(reader: Redis): Promise<void> {
    const { stream, group } = this.options;
    try {
      await reader.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error as Error).message.startsWith('BUSYGROUP')) throw error;
    }
  }

  /**
   * Makes what consumers that are gone have read this consumer's own. Whether
   * one is gone shows after `claimAfter`. The first time, that is waited for:
   * what they have read comes before what is new.
   */
  private async takeOver(reader: Redis, signal: AbortSignal): Promise<void> {
    const { stream, group, consumer, claimAfter } = this.options;
    const step = claimAfter / 10;
    for (let waited = 0; ; waited += step) {
      for (let from = '0-0'; ;) {
        const [next] = await this.claim(reader, from, 'JUSTID');
        if (next === '0-0') break;
        from = next;
      }
      if (this.hasWaited) return;
      const [, , , owners] = await reader.xpending(stream, group);
      const others = ((owners ?? []) as [name: string, count: string][])
        .filter(([name]) => name !== consumer)
        .map(([name, count]) => `${count} of ${name}`);
      if (others.length === 0 || waited > claimAfter) break;
      if (waited === 0) {
        this.logger.log(
          `messages are pending: ${others.join(', ')}; ` +
            `waits up to ${claimAfter} ms for whoever does not live any more`,
        );
      }
      await sleep(step, undefined, { signal });
    }
    this.hasWaited = true;
  }

  private async *batches(reader: Redis): AsyncGenerator<Message[]> {
    for (let after = '0'; ;) {
      const pending = await this.read(reader, after);
      if (pending.length === 0) break;
      yield await this.recall(reader, pending);
      after = pending.at(-1)!.id;
    }
    for (let from = '0-0', looked = Date.now(); ;) {
      yield await this.read(reader, '>');
      if (Date.now() - looked < this.often) continue;
      const [next, entries] = await this.claim(reader, from);
      // Busy housekeeping is late, and does not make this consumer another.
      const others = entries.filter(([id]) => !this.inHand.has(id));
      yield await this.recall(reader, toMessages(others));
      from = next;
      looked = Date.now();
    }
  }

  /** Says of messages what became of them, if they were handled before. */
  private async recall(
    reader: Redis,
    messages: readonly Message[],
  ): Promise<Message[]> {
    if (messages.length === 0) return [];
    const ids = messages.map(({ id }) => id);
    const results = await reader.hmget(this.handled, ...ids);
    return messages.map((message, at) => {
      const result = results[at];
      if (result == null) return message;
      return { ...message, known: JSON.parse(result) as Result };
    });
  }

  private async read(reader: Redis, after: string): Promise<Message[]> {
    const { stream, group, consumer } = this.options;
    const block = Math.min(BLOCK, this.often);
    const reply = await reader.xreadgroup(
      ...(['GROUP', group, consumer, 'COUNT', BATCH, 'BLOCK', block] as const),
      ...(['STREAMS', stream, after] as const),
    );
    return toMessages((reply?.[0]?.[1] ?? []) as Entry[]);
  }

  /** Takes over a batch of what has been idle too long; says where to go on. */
  private async claim(
    reader: Redis,
    from: string,
    ...justId: 'JUSTID'[]
  ): Promise<[next: string, entries: Entry[]]> {
    const { stream, group, consumer, claimAfter } = this.options;
    const reply = await reader.call(
      'XAUTOCLAIM',
      ...[stream, group, consumer, claimAfter, from, 'COUNT', BATCH],
      ...justId,
    );
    const [next, entries, deleted] = reply as [string, Entry[], string[]];
    // Nobody reads those again.
    if (deleted.length > 0) await reader.hdel(this.handled, ...deleted);
    return [next, entries];
  }
}

/** What is written down of an outcome, as names and values. */
function recordOf(outcome: Outcome): string[] {
  const { id, fields } = outcome.message;
  switch (outcome.result) {
    case 'shipped': {
      const { order, tracking } = outcome;
      return ['id', id, 'order', order, 'tracking', tracking];
    }
    case 'dead': {
      const { reason, attempts } = outcome;
      const letter = { id, ...reason, attempts, fields };
      return ['letter', JSON.stringify(letter)];
    }
    case 'skipped':
      return [];
  }
}

function toMessages(entries: readonly Entry[]): Message[] {
  return entries.map(([id, fields]) => ({
    id,
    fields: fields && toRecord(fields),
  }));
}

function toRecord(fields: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) {
    record[fields[at]!] = fields[at + 1]!;
  }
  return record;
}
