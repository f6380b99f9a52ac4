/** What `npm run bench:adaptive` has found. */
import { readFileSync } from 'node:fs';

/** A rule on a kind of service of one size, with one kind of latencies. */
export interface Case {
  readonly rule: string;
  readonly kind: string;
  readonly servers: number;
  readonly latency: string;
  /** The best fixed limit of each run. */
  readonly best: readonly number[];
  /** For each run, what `compare` says. */
  readonly share: readonly number[];
  readonly steadyShare: readonly number[];
  readonly limit: readonly number[];
  readonly multiple: readonly number[];
  readonly refused: readonly number[];
}

/** The same in short runs: only what was done in a time. */
export interface ShortCase {
  readonly rule: string;
  readonly servers: number;
  readonly share: readonly number[];
}

/** A rule after a change: over all kinds of services and latencies. */
export interface TurnCase {
  readonly rule: string;
  readonly turn: string;
  readonly servers: number;
  /** How many attempts it took until the limit was right, for each run; `null`: more than were watched. */
  readonly attempts: readonly (number | null)[];
  /** What was done after that. Not with Pareto times: a few attempts are most of the work in a thousand. */
  readonly share: readonly number[];
}

/** A rule's limit over the attempts of a run, at every so many. */
export interface Line {
  readonly servers: number;
  readonly rule: string;
  readonly every: number;
  readonly limits: readonly number[];
}

export interface AdaptiveResults {
  readonly seeds: number;
  readonly attempts: number;
  readonly shortAttempts: number;
  readonly cases: readonly Case[];
  readonly short: readonly ShortCase[];
  readonly turns: readonly TurnCase[];
  readonly lines: readonly Line[];
}

/** A time in which a real service had so many servers. */
export interface Phase {
  /** When it began, in s from the beginning. */
  readonly at: number;
  readonly servers: number;
  done: number;
  refused: number;
}

/** What `npm run bench:adaptive -- --http` has found. */
export interface HttpResults {
  readonly seconds: number;
  readonly phases: readonly Phase[];
  /** Each change of the limit, and when it was, in s. */
  readonly limits: readonly (readonly [at: number, limit: number])[];
  /** How many requests were answered in each second. */
  readonly perSecond: readonly number[];
}

export const httpFile = new URL('../adaptiveHttp.json', import.meta.url);

export const readHttpResults = () => JSON.parse(readFileSync(httpFile, 'utf8')) as HttpResults;

export const adaptiveFile = new URL('../adaptive.json', import.meta.url);

export const readAdaptiveResults = () => JSON.parse(readFileSync(adaptiveFile, 'utf8')) as AdaptiveResults;
