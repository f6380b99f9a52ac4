/** One contestant does one job, in a process of its own. Its one argument is the job, as JSON; it sends its parent what it saw. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect } from './client.js';
import { contestants, type Name } from './contestants.js';
import type { Enriched } from './enrich.js';
import { readLines, type Line } from './lines.js';

export interface ChildJob {
  readonly name: Name;
  readonly url: string;
  readonly input: string;
  readonly output: string;
  readonly concurrent: number;
  readonly window: number;
  readonly timeout?: number;
  /** Leaves the loop after so many rows, in place of writing them. */
  readonly breakAfter?: number;
}

/** What is told every 100 ms, and when the work has ended. */
export interface Seen {
  rows: number;
  seconds: number;
  /** How long the process has computed, in seconds, from the first row on. */
  cpu: number;
  /** MB */
  peak: number;
  ended?: { readonly error?: string };
  isInputClosed: boolean;
}

const { name, url, input, output, breakAfter, ...limits } = JSON.parse(
  process.argv[2]!,
) as ChildJob;
const client = connect(url, limits.concurrent);
const began = performance.now();
const cpuBefore = process.cpuUsage();
let rows = 0;
let isInputClosed = false;

async function* lines(): AsyncGenerator<Line> {
  try {
    yield* readLines(input);
  } finally {
    isInputClosed = true;
  }
}

async function* counted(results: AsyncIterable<Enriched>) {
  for await (const { bytes } of results) {
    rows++;
    yield bytes;
  }
}

async function work(): Promise<void> {
  const { timeout, ...rest } = limits;
  const results = contestants[name]({
    lines: lines(),
    client,
    timeout,
    ...rest,
  });
  if (breakAfter !== undefined) {
    for await (const { number } of results) {
      rows = number;
      if (number === breakAfter) break;
    }
  } else {
    await pipeline(
      Readable.from(results),
      counted,
      createWriteStream(output, { flush: true }),
    );
  }
}

function tell(ended: Seen['ended']): void {
  const { user, system } = process.cpuUsage(cpuBefore);
  const seen: Seen = {
    rows,
    cpu: (user + system) / 1e6,
    seconds: (performance.now() - began) / 1_000,
    peak: process.resourceUsage().maxRSS / 2 ** 10,
    isInputClosed,
    ...(ended && { ended }),
  };
  process.send!(seen);
}

process.on('disconnect', () => process.exit());
let ended: Seen['ended'];
void work().then(
  () => tell((ended = {})),
  (error: unknown) => tell((ended = { error: String(error) })),
);
// It goes on when the work has ended: what is left running may run on, until
// the parent has looked.
setInterval(() => tell(ended), 100);
