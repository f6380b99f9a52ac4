import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Asked } from './upstream-server.js';

const LAST = 1_000_000;

/**
 * Takes 20 to 200 ms. There are rows up to 1,000,000, in pages of 100. Every 10th row fails the first time, every 25th one is
 * not there, and every 40th hangs. Every 10th order is refused.
 */
export async function slowly(asked: Asked): Promise<Answer> {
  const { line, body, times, signal } = asked;
  await sleep(20 + Math.random() * 180, undefined, { signal });
  const after = /^GET \/rows\?after=(\d+)$/.exec(line)?.[1];
  if (after !== undefined) return { body: pageAfter(Number(after)) };
  const id = Number(/^GET \/rows\/(\d+)$/.exec(line)?.[1]);
  if (line === 'POST /shipments') {
    const { order } = body as { order: string };
    if (order.endsWith('7')) return { status: 422, body: {} };
    return { body: { tracking: `T-${order}` } };
  }
  if (!(id > 0) || id % 25 === 0) return { status: 404, body: {} };
  if (id % 40 === 0) await sleep(60_000, undefined, { signal });
  if (id % 10 === 0 && times === 1) return { status: 503, body: {} };
  return { body: { id, name: `row ${id}` } };
}

function pageAfter(after: number): number[] {
  const length = Math.min(100, Math.max(0, LAST - after));
  return Array.from({ length }, (_, index) => after + index + 1);
}
