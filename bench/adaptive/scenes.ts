/** What the rules are tried on. */
import { distributions } from '../window/latencies.js';
import type { Change, Service } from './simulate.js';

export const SIZES = [1, 4, 20, 100, 180];

/** Uniform, exponential and Pareto. */
export const latencies = distributions.slice(0, 3);

export interface Kind {
  readonly id: string;
  readonly title: string;
  readonly more: (servers: number) => Partial<Service>;
}

export const kinds: readonly Kind[] = [
  { id: 'queue', title: 'whatever comes waits', more: () => ({}) },
  { id: 'refuses', title: '429 beyond a queue as long as there are servers', more: (servers) => ({ queue: servers }) },
  { id: 'no-queue', title: '429 for whatever would have to wait', more: () => ({ queue: 0 }) },
  { id: 'fails', title: '1 % of all attempts fail with 503, by chance', more: () => ({ failures: 0.01 }) },
  {
    id: 'thrashes',
    title: 'thrashes: beyond 1.5 attempts a server, twice as many take twice the work',
    more: () => ({ slowdown: (load) => Math.max(1, load / 1.5) }),
  },
];

/** What changes when a run is in its midst. */
export interface Turn {
  readonly id: string;
  readonly title: string;
  readonly change: (servers: number) => Omit<Change, 'after'>;
}

export const turns: readonly Turn[] = [
  { id: 'halves', title: 'half as many servers', change: (servers) => ({ servers: servers / 2 }) },
  { id: 'doubles', title: 'twice as many servers', change: (servers) => ({ servers: servers * 2 }) },
  { id: 'heavier', title: 'the work becomes four times as long', change: () => ({ weight: 4 }) },
  { id: 'lighter', title: 'the work becomes a quarter as long', change: () => ({ weight: 1 / 4 }) },
];

/** Of these there is a half, and a double that no rule is kept from. */
export const TURN_SIZES = [4, 20, 90];

/** The kinds of services that change: those without chance in what they refuse. */
export const TURN_KINDS = kinds.slice(0, 3);

/** What the chart shows: a service that gets twice as many servers, and then a quarter of these. */
export const LINE_CHANGES = [
  { after: 3_000, times: 2 },
  { after: 6_000, times: 1 / 2 },
];
export const LINE_ATTEMPTS = 9_000;
