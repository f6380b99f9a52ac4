/**
 * Times contestants against each other. They run one after the other in every round, so that what disturbs the machine
 * disturbs all of them alike, and what is compared is the ratio of two times of one round. The median over the rounds counts.
 */
import { loadavg } from 'node:os';
import { performance } from 'node:perf_hooks';

/** Prepares one run, which is not timed, and returns what is: it ends when everything has been emitted and checked. */
export type Contestant = () => () => void | Promise<void>;

export interface Workload {
  /** What it is called on the command line and in `results.json`. */
  readonly id: string;
  readonly title: string;
  readonly contestants: Readonly<Record<string, Contestant>>;
  /** Which times are divided by which. Absent: the first contestant's by that of each other. */
  readonly compare?: readonly (readonly [of: string, to: string])[];
}

export interface Ratio {
  /** Its time ... */
  readonly of: string;
  /** ... divided by the time of this one. Below 1, the first is faster. */
  readonly to: string;
  readonly median: number;
  /** Half of the rounds lie between these two. */
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

export interface Line {
  readonly id: string;
  readonly title: string;
  /** Median times in ms: of interest only beside each other. */
  readonly ms: Readonly<Record<string, number>>;
  readonly ratios: readonly Ratio[];
  /** How many processes wanted a core meanwhile, this one among them: the mean of the last minute. */
  readonly load?: number;
}

// At least so many runs, and for at least so many ms.
const WARM_UP = { runs: 3, time: 400 };
// A contestant that takes longer than this, in ms, runs in fewer rounds.
const SLOW = { time: 2_000, rounds: 3 };
const VERY_SLOW = { time: 10_000, rounds: 1 };

export async function measure(workload: Workload, rounds: number): Promise<Line> {
  const names = Object.keys(workload.contestants);
  globalThis.gc?.();
  const times = await interleave(workload.contestants, rounds);
  const compare = workload.compare ?? names.slice(1).map((other) => [names[0]!, other] as const);
  return {
    id: workload.id,
    title: workload.title,
    ms: Object.fromEntries(names.map((name) => [name, rounded(median(times[name]!))])),
    ratios: compare.map(([of, to]) => ({ of, to, ...ratio(times[of]!, times[to]!) })),
    load: rounded(loadavg()[0]!),
  };
}

/** The times of every contestant, in ms of the clock, round by round. A slow one is in the first rounds only. */
export async function interleave(
  contestants: Readonly<Record<string, Contestant>>,
  rounds: number,
  clock: () => number = () => performance.now(),
  warmUp = WARM_UP.time,
): Promise<Record<string, number[]>> {
  const entries = Object.entries(contestants);
  const times: Record<string, number[]> = Object.fromEntries(entries.map(([name]) => [name, []]));
  const limits: Record<string, number> = {};
  for (const [name, contestant] of entries) {
    const first = await time(contestant, clock);
    limits[name] = first > VERY_SLOW.time ? VERY_SLOW.rounds : first > SLOW.time ? SLOW.rounds : rounds;
    if (first > VERY_SLOW.time) {
      times[name]!.push(first); // once is enough
    } else if (first <= SLOW.time) {
      for (let runs = 1, spent = first; runs < WARM_UP.runs || spent < warmUp; runs++) {
        spent += await time(contestant, clock);
      }
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < entries.length; i++) {
      // Nobody always runs first, or always behind the same one.
      const [name, contestant] = entries[(i + round) % entries.length]!;
      if (times[name]!.length < limits[name]!) times[name]!.push(await time(contestant, clock));
    }
  }
  return times;
}

async function time(contestant: Contestant, clock: () => number): Promise<number> {
  const run = contestant();
  collectYoungGarbage();
  const start = clock();
  await run();
  return clock() - start;
}

/**
 * Between two runs only the young generation is collected: a full collection while nothing runs also collects the shapes of
 * the objects, V8 then throws away the code that it has optimized for them, and what is measured is code that is not
 * optimized. (`of(v)` then takes up to five times as long; a program that has subscriptions sees nothing of the kind.)
 */
function collectYoungGarbage(): void {
  globalThis.gc?.({ type: 'minor' });
}

function ratio(of: readonly number[], to: readonly number[]): Omit<Ratio, 'of' | 'to'> {
  const rounds = Math.min(of.length, to.length);
  const ratios = Array.from({ length: rounds }, (_, round) => of[round]! / to[round]!);
  return {
    median: rounded(median(ratios)),
    low: rounded(quantile(ratios, 0.25)),
    high: rounded(quantile(ratios, 0.75)),
    rounds,
  };
}

export const median = (numbers: readonly number[]) => quantile(numbers, 0.5);

function quantile(numbers: readonly number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * q;
  const below = sorted[Math.floor(rank)]!;
  return below + (sorted[Math.ceil(rank)]! - below) * (rank % 1);
}

/** Three digits: more are noise. */
export const rounded = (n: number) => Number(n.toPrecision(3));
