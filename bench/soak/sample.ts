/** What a process holds at a moment. */
import type { Tally } from './tally.js';

export interface Sample {
  /** Seconds since the start. */
  readonly at: number;
  /** Bytes in use after collection. */
  readonly heap: number;
  /** What keeps the process alive at rest, by kind; and how many timers there were just before, at work. */
  readonly resources: Readonly<Record<string, number>>;
  readonly timersAtWork: number;
  /** How many listen to what outlives the streams. */
  readonly listeners: Readonly<Record<string, number>>;
  /** How many of the objects that are followed have not been collected. */
  readonly present: number;
  readonly items: number;
}

export function resources(): Record<string, number> {
  const found: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) found[kind] = (found[kind] ?? 0) + 1;
  return found;
}

export const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);

export const timers = () => resources().Timeout ?? 0;

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Collects until nothing is waiting to be collected: a registry's callbacks run in tasks of their own. */
export async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await turn();
    globalThis.gc!();
  }
  await turn();
}

export async function takeSample(
  at: number,
  timersAtWork: number,
  listeners: Readonly<Record<string, number>>,
  tally: Tally,
): Promise<Sample> {
  await collect();
  const heap = process.memoryUsage().heapUsed;
  return {
    at,
    heap,
    resources: resources(),
    timersAtWork,
    listeners,
    present: sum(tally.present),
    items: tally.of('items'),
  };
}
