/** The same job by four libraries: lines in, results out, in the order of the lines. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pMapIterable } from 'p-map';
import { concatMapEagerFrom } from 'rxjs-concat-map-eager';
import { parallelMap } from 'streaming-iterables';
import type { Client } from './client.js';
import { failed, reasonOf, score, type Enriched } from './enrich.js';
import type { Line } from './lines.js';
import { parseRow } from './row.js';

export interface Job {
  readonly lines: AsyncIterable<Line>;
  readonly client: Client;
  readonly concurrent: number;
  readonly window: number;
  /** With a time limit, in ms, there are also two retries, and a fallback row. */
  readonly timeout: number | undefined;
}

type Contestant = (job: Job) => AsyncIterable<Enriched>;

export const contestants = {
  concatMapEagerFrom: ({ lines, client, concurrent, window, timeout }) =>
    concatMapEagerFrom(
      lines,
      (line, _index, item) => score(line, parseRow(line)!, client, item),
      {
        concurrent,
        reorderWindow: window,
        ...(timeout !== undefined && {
          timeout,
          retry: { count: 2, delay: 50 },
          onError: (error: unknown, { value: line }: { value: Line }) => [
            failed(line, reasonOf(error, timeout)),
          ],
        }),
      },
    ),

  pMapIterable: (job) =>
    pMapIterable(job.lines, (line) => byHand(line, job), {
      concurrency: job.concurrent,
      backpressure: job.window,
    }),

  parallelMap: (job) =>
    parallelMap(job.concurrent, (line) => byHand(line, job), job.lines),

  'Readable.map': (job) =>
    Readable.from(job.lines).map(
      (line: Line, options) => byHand(line, job, options?.signal),
      // Its types do not know of `highWaterMark` yet.
      { concurrency: job.concurrent, highWaterMark: job.window } as object,
    ) as AsyncIterable<Enriched>,
} satisfies Record<string, Contestant>;

export type Name = keyof typeof contestants;

/** What the others have no options for. */
async function byHand(
  line: Line,
  { client, timeout }: Job,
  signal?: AbortSignal,
): Promise<Enriched> {
  const row = parseRow(line)!;
  if (timeout === undefined)
    return score(line, row, client, {
      attempt: 1,
      ...(signal && { signal }),
    });
  for (let attempt = 1; ; attempt++) {
    const signal = AbortSignal.timeout(timeout);
    try {
      return await score(line, row, client, { attempt, signal });
    } catch (error) {
      if (attempt === 3) return failed(line, reasonOf(error, timeout));
      await sleep(50);
    }
  }
}
