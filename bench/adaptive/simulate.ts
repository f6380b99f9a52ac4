/**
 * A client that always has something to do, and a service with a number of servers and a queue before them, in virtual time. The n-th
 * attempt that a server takes up is the n-th piece of work that was drawn, whatever the limit: so all rules do the same work.
 */
import { Heap } from '../../src/internal/heap.js';
import { Queue } from '../../src/internal/queue.js';
import { makeRandom, type Distribution } from '../window/latencies.js';
import type { Controller } from './controllers.js';

export interface Service {
  /** How many attempts it works on at once. */
  readonly servers: number;
  /** How long the work of an attempt takes. */
  readonly latency: Distribution;
  /** How many attempts may wait for a server: beyond that, one is refused at once. Default: all. */
  readonly queue?: number;
  /** Which part of the attempts fails at once by chance, and looks like overload. Default: none. */
  readonly failures?: number;
  /** By how much longer the work takes when so many times as many attempts are there as servers. Default: not at all. */
  readonly slowdown?: (load: number) => number;
}

/** What becomes different when so many attempts have ended. */
export interface Change {
  readonly after: number;
  readonly servers?: number;
  /** How many times as long each work takes. */
  readonly weight?: number;
}

/** What was seen whenever an attempt ended, in that order. */
export interface Run {
  /** When it ended, in ms from the beginning. */
  readonly at: Float64Array;
  /** How long it took, in ms; 0 if it was refused or has failed. */
  readonly durations: Float64Array;
  /** How much work was done for it, in ms; 0 if it was refused or has failed. */
  readonly works: Float64Array;
  /** What the limit was from then on. */
  readonly limits: Uint16Array;
}

/** How long a request and its answer travel, in ms. */
const NETWORK = 2;

class Attempt {
  /** When something happens to it next. */
  rank = 0;
  work = 0;
  isServed = false;
  isRefused = false;

  constructor(
    readonly began: number,
    readonly begun: number,
  ) {}
}

export function simulate(
  service: Service,
  controller: Controller,
  attempts: number,
  seed: number,
  changes: readonly Change[] = [],
): Run {
  const { queue = Infinity, failures = 0, slowdown = () => 1 } = service;
  const works = makeRandom(seed);
  const chance = makeRandom(seed + 1_000_003);
  const events = new Heap<Attempt>();
  const waiting = new Queue<Attempt>();
  let { servers } = service;
  let [weight, now, active, busy, ended] = [1, 0, 0, 0, 0];
  const run: Run = {
    at: new Float64Array(attempts),
    durations: new Float64Array(attempts),
    works: new Float64Array(attempts),
    limits: new Uint16Array(attempts),
  };

  while (ended < attempts) {
    while (active < controller.limit) start();
    const attempt = events.pop();
    now = attempt.rank;
    if (attempt.isServed) {
      attempt.isServed = false;
      busy--;
      schedule(attempt, NETWORK);
    } else {
      end(attempt);
    }
    while (busy < servers && waiting.length > 0) serve(waiting.shift());
  }
  return run;

  function start(): void {
    active++;
    const attempt = new Attempt(now, controller.began?.() ?? 0);
    attempt.isRefused = chance() < failures || (busy >= servers && waiting.length >= queue);
    if (attempt.isRefused) schedule(attempt, NETWORK);
    else if (busy < servers) serve(attempt);
    else waiting.push(attempt);
  }

  function serve(attempt: Attempt): void {
    busy++;
    attempt.isServed = true;
    attempt.work = weight * service.latency.draw(works);
    schedule(attempt, attempt.work * slowdown((busy + waiting.length) / servers));
  }

  function end(attempt: Attempt): void {
    const duration = now - attempt.began;
    controller.ended?.(attempt.begun, now, duration, attempt.isRefused, active);
    active--;
    run.at[ended] = now;
    run.durations[ended] = attempt.isRefused ? 0 : duration;
    run.works[ended] = attempt.work;
    run.limits[ended] = controller.limit;
    ended++;
    const change = changes.find(({ after }) => after === ended);
    servers = change?.servers ?? servers;
    weight = change?.weight ?? weight;
  }

  function schedule(attempt: Attempt, delay: number): void {
    attempt.rank = now + delay;
    events.push(attempt);
  }
}
