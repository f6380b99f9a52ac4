/** Runs a rule on a service, and compares it with the best fixed limit on the same work. */
import { Fixed, MAX, type Controller } from './controllers.js';
import { latencies, type Kind, type Turn } from './scenes.js';
import { simulate, type Run, type Service } from './simulate.js';

export interface Outcome {
  /** What was done in a time, as a share of what the best fixed limit does: from the beginning, and in the second half. */
  readonly share: number;
  readonly steadyShare: number;
  /** The mean limit of the second half. */
  readonly limit: number;
  /** The mean duration of the second half, as a multiple of that of an attempt that does not wait. */
  readonly multiple: number;
  /** Which part of the attempts was refused, or has failed. */
  readonly refused: number;
}

export interface Best {
  readonly limit: number;
  readonly run: Run;
}

export const serviceOf = (kind: Kind, latency: string, servers: number): Service => ({
  servers,
  latency: latencies.find(({ id }) => id === latency)!,
  ...kind.more(servers),
});

const TRIED = [0.8, 0.9, 1, 1.02, 1.05, 1.1, 1.2, 1.35, 1.5, 1.8, 2.2];

/** The best of the fixed limits that are so many times the servers; the lowest of those that do as much, within a hundredth. */
export function findBest(service: Service, attempts: number, seed: number, times: readonly number[] = TRIED): Best {
  const tried = times.map((n) => Math.ceil(n * service.servers));
  const runs = [...new Set(tried.filter((limit) => limit <= MAX))].map((limit) => {
    const run = simulate(service, new Fixed(limit), attempts, seed);
    return { limit, run, pace: pace(run) };
  });
  const most = Math.max(...runs.map((each) => each.pace));
  return runs.find((each) => each.pace >= 0.99 * most)!;
}

export function compare(service: Service, controller: Controller, best: Best, seed: number): Outcome {
  const attempts = best.run.at.length;
  const half = attempts / 2;
  const run = simulate(service, controller, attempts, seed);
  const alone = simulate(service, new Fixed(1), attempts / 10, seed);
  return {
    share: pace(run) / pace(best.run),
    steadyShare: pace(run, half) / pace(best.run, half),
    limit: mean(run.limits.subarray(half)),
    multiple: mean(run.durations.subarray(half).filter(isDone)) / mean(alone.durations.filter(isDone)),
    refused: 1 - run.durations.filter(isDone).length / attempts,
  };
}

export interface Recovery {
  /** How many attempts ended until the limit was right: enough for 0.9 of the pace, and at most `highest`. Infinity: it was not. */
  readonly attempts: number;
  /** What was done in a time from the 300th attempt to the 1,300th, as a share of what a fixed limit that is right does. */
  readonly share: number;
}

/** What the limit may be at most, where that one is the best. */
export const highest = (best: number) => Math.max(14, 2.5 * best);

const SETTLED = 4_000;
const WATCHED = 300;
const AFTERWARDS = 1_300;

/** The service changes after about 4,000 attempts: with another seed, at another point of what the rule is doing. */
export function recover(service: Service, controller: Controller, turn: Turn, seed: number): Recovery {
  const after = SETTLED + 37 * seed;
  const changes = [{ after, ...turn.change(service.servers) }];
  const servers = changes[0]!.servers ?? service.servers;
  const run = simulate(service, controller, after + AFTERWARDS, seed, changes);
  const right = simulate(service, new Fixed(Math.ceil(1.05 * servers)), after + AFTERWARDS, seed, changes);
  const isRight = (limit: number) => limit >= 0.9 * servers && limit <= highest(servers);
  const first = run.limits.subarray(after).findIndex(isRight);
  const from = after + WATCHED;
  return { attempts: first < 0 ? Infinity : first, share: pace(run, from) / pace(right, from) };
}

/** How much work was done in a ms, from an attempt on. */
function pace({ works, at }: Run, from = 0): number {
  return sum(works.subarray(from)) / (at.at(-1)! - (from === 0 ? 0 : at[from - 1]!));
}

const isDone = (duration: number) => duration > 0;

const mean = (numbers: Float64Array | Uint16Array) => sum(numbers) / numbers.length;

function sum(numbers: Float64Array | Uint16Array): number {
  let total = 0;
  for (const n of numbers) total += n;
  return total;
}
