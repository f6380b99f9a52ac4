/**
 * Limits that find themselves, in virtual time: writes `bench/adaptive.json`, and the tables and the chart of `docs/guide/limits.md`.
 * The seeds are fixed: every run finds the same. With `--http`, a run against a real server: writes `bench/adaptiveHttp.json`, and what
 * that page says of it.
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { formatted } from '../../scripts/markdown.js';
import { adaptivePagesOf, httpPagesOf, write } from '../pages.js';
import { rules } from './controllers.js';
import { compare, findBest, recover, serviceOf } from './measure.js';
import { runHttp } from './http.js';
import { adaptiveSection, httpSection } from './report.js';
import {
  adaptiveFile,
  httpFile,
  type AdaptiveResults,
  type Case,
  type Line,
  type ShortCase,
  type TurnCase,
} from './results.js';
import { kinds, latencies, LINE_ATTEMPTS, LINE_CHANGES, SIZES, TURN_KINDS, TURN_SIZES, turns } from './scenes.js';
import { simulate } from './simulate.js';

const SEEDS = [1, 2, 3, 4, 5];
const ATTEMPTS = 10_000;
const SHORT_ATTEMPTS = 1_000;
/** A line has a point at every so many attempts. */
const EVERY = 30;

const started = performance.now();
if (process.argv.includes('--http')) {
  const found = await runHttp();
  writeFileSync(httpFile, await formatted(JSON.stringify(found), 'json'));
  write(await httpPagesOf(found));
  console.log(httpSection(found));
} else {
  const results = simulateAll();
  writeFileSync(adaptiveFile, await formatted(JSON.stringify(results), 'json'));
  write(await adaptivePagesOf(results));
  console.log(adaptiveSection(results));
}

function simulateAll(): AdaptiveResults {
  return {
    seeds: SEEDS.length,
    attempts: ATTEMPTS,
    shortAttempts: SHORT_ATTEMPTS,
    cases: kinds.flatMap(({ id }) =>
      told(
        id,
        SIZES.flatMap((servers) => casesOf(id, servers)),
      ),
    ),
    short: told(
      'short',
      SIZES.flatMap((servers) => shortCasesOf(servers)),
    ),
    turns: told(
      'turns',
      rules.flatMap(({ name }) => turnCasesOf(name)),
    ),
    lines: TURN_SIZES.flatMap((servers) => linesOf(servers)),
  };
}

function casesOf(kindId: string, servers: number): Case[] {
  const kind = kinds.find(({ id }) => id === kindId)!;
  return latencies.flatMap(({ id: latency }) => {
    const service = serviceOf(kind, latency, servers);
    const bests = SEEDS.map((seed) => findBest(service, ATTEMPTS, seed));
    return rules.map(({ name, create }) => {
      const outcomes = SEEDS.map((seed, i) => compare(service, create(), bests[i]!, seed));
      return {
        rule: name,
        kind: kindId,
        servers,
        latency,
        best: bests.map(({ limit }) => limit),
        share: outcomes.map(({ share }) => digits(share)),
        steadyShare: outcomes.map(({ steadyShare }) => digits(steadyShare)),
        limit: outcomes.map(({ limit }) => digits(limit)),
        multiple: outcomes.map(({ multiple }) => digits(multiple)),
        refused: outcomes.map(({ refused }) => digits(refused)),
      };
    });
  });
}

function shortCasesOf(servers: number): ShortCase[] {
  const services = latencies.map(({ id }) => serviceOf(kinds[0]!, id, servers));
  const runs = services.flatMap((service) =>
    SEEDS.map((seed) => ({ service, seed, best: findBest(service, SHORT_ATTEMPTS, seed) })),
  );
  return rules.map(({ name, create }) => ({
    rule: name,
    servers,
    share: runs.map(({ service, seed, best }) => digits(compare(service, create(), best, seed).share)),
  }));
}

function turnCasesOf(rule: string): TurnCase[] {
  const { create } = rules.find(({ name }) => name === rule)!;
  return turns.flatMap((turn) =>
    TURN_SIZES.map((servers) => {
      const recoveries = TURN_KINDS.flatMap((kind) =>
        latencies.flatMap(({ id }) =>
          SEEDS.map((seed) => ({ id, ...recover(serviceOf(kind, id, servers), create(), turn, seed) })),
        ),
      );
      return {
        rule,
        turn: turn.id,
        servers,
        attempts: recoveries.map(({ attempts }) => (attempts === Infinity ? null : attempts)),
        share: recoveries.filter(({ id }) => id !== 'pareto').map(({ share }) => digits(share)),
      };
    }),
  );
}

function linesOf(servers: number): Line[] {
  const service = serviceOf(kinds[0]!, 'exponential', servers);
  const changes = LINE_CHANGES.map(({ after, times }) => ({ after, servers: servers * times }));
  return rules.map(({ name, create }) => {
    const { limits } = simulate(service, create(), LINE_ATTEMPTS, SEEDS[0]!, changes);
    return { servers, rule: name, every: EVERY, limits: [...limits.filter((_, n) => n % EVERY === 0)] };
  });
}

function digits(n: number): number {
  return Number(n.toPrecision(3));
}

function told<T>(what: string, found: T): T {
  console.log(`${what} (${Math.round((performance.now() - started) / 1_000)} s)`);
  return found;
}
