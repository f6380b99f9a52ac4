/** A run of `adaptiveLimit` against a real HTTP server in a process of its own, whose number of servers changes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, Observable, range } from 'rxjs';
import { adaptiveLimit, concatMapEager } from 'rxjs-concat-map-eager';
import { expectBuilt } from '../expectBuilt.js';
import type { HttpResults, Phase } from './results.js';

/** So many requests end while the service has so many servers. */
const PHASES = [
  { requests: 4_000, servers: 20 },
  { requests: 6_000, servers: 40 },
  { requests: 4_000, servers: 10 },
];

export async function runHttp(): Promise<HttpResults> {
  expectBuilt();
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)));
  const [port] = (await once(child, 'message')) as [number];
  const agent = new Agent({ keepAlive: true });
  const limit = adaptiveLimit();
  const limits: [at: number, limit: number][] = [];
  const phases: Phase[] = [];
  const done: number[] = [];
  const started = performance.now();
  const now = () => Math.round(performance.now() - started) / 1_000;
  let left = 0;

  const begin = () => {
    const phase = PHASES[phases.length]!;
    child.send({ servers: phase.servers });
    phases.push({ at: now(), servers: phase.servers, done: 0, refused: 0 });
    left = phase.requests;
  };
  const ended = (isDone: boolean) => {
    phases.at(-1)![isDone ? 'done' : 'refused']++;
    if (isDone) done.push(now());
    if (--left === 0 && phases.length < PHASES.length) begin();
  };

  begin();
  const changes = limit.changes.subscribe((current) => limits.push([now(), current]));
  const total = PHASES.reduce((sum, { requests }) => sum + requests, 0);
  await lastValueFrom(
    range(0, total).pipe(
      concatMapEager(() => request(port, agent), {
        concurrent: limit,
        onError: 'skip',
        monitor: (event) => {
          if (event.type === 'ended') ended(event.outcome === 'completed');
        },
      }),
    ),
  );
  changes.unsubscribe();
  agent.destroy();
  child.disconnect();
  const seconds = now();
  const perSecond = Array.from({ length: Math.floor(seconds) }, () => 0);
  for (const at of done) if (at < perSecond.length) perSecond[Math.floor(at)]!++;
  return { seconds, phases, limits, perSecond };
}

/** One request: it emits the status, and fails unless that is 200. */
function request(port: number, agent: Agent): Observable<number> {
  return new Observable((subscriber) => {
    const sent = get({ port, agent }, (response) => {
      const status = response.statusCode!;
      response.resume().on('end', () => {
        if (status !== 200) return subscriber.error({ status });
        subscriber.next(status);
        subscriber.complete();
      });
    });
    sent.on('error', (error) => subscriber.error(error));
    return () => sent.destroy();
  });
}
