import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Row } from './rows.js';

/** The consumer group of each stream. */
export const GROUP = 'consumers';

export const streamOf = (account: string, streams: number) =>
  `rows:${indexOf(account, streams)}`;

/**
 * Which of so many streams has the messages of an account: the one whose name
 * gives the highest hash together with that of the account. One stream more
 * takes accounts from all others, and none moves between those.
 */
export function indexOf(account: string, streams: number): number {
  const heights = Array.from({ length: streams }, (_, index) =>
    hash(`${index} ${account}`),
  );
  return heights.indexOf(Math.max(...heights));
}

/** What comes to mind first: one stream more moves nearly all accounts. */
export const byRemainder = (account: string, streams: number) =>
  hash(account) % streams;

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}

/** Adds the messages of rows to so many streams. */
export async function addRows(
  redis: Redis,
  rows: readonly Row[],
  streams: number,
): Promise<void> {
  const pipeline = redis.pipeline();
  for (const row of rows) {
    pipeline.xadd(
      streamOf(row.account, streams),
      ...(['*', 'row', JSON.stringify(row)] as const),
    );
  }
  await pipeline.exec();
}

/** The id of the last message of each stream. */
export async function lastIds(
  redis: Redis,
  streams: number,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (let index = 0; index < streams; index++) {
    const stream = `rows:${index}`;
    const [last] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
    if (last) ids.set(stream, last[0]);
  }
  return ids;
}

/**
 * Whether everything up to a message of each stream has been acknowledged:
 * neither unread nor pending.
 */
export async function haveDrained(
  redis: Redis,
  upTo: ReadonlyMap<string, string>,
): Promise<boolean> {
  for (const [stream, id] of upTo) {
    const groups = (await redis.xinfo('GROUPS', stream)) as unknown[][];
    const group = groups.find((fields) => fields.includes(GROUP));
    if (!group) return false;
    const delivered = group[group.indexOf('last-delivered-id') + 1] as string;
    if (isBefore(delivered, id)) return false;
    const pending = await redis.xpending(stream, GROUP, '-', id, 1);
    if (pending.length > 0) return false;
  }
  return true;
}

function isBefore(a: string, b: string): boolean {
  const [ms = 0, number = 0] = a.split('-').map(Number);
  const [otherMs = 0, otherNumber = 0] = b.split('-').map(Number);
  return ms === otherMs ? number < otherNumber : ms < otherMs;
}
