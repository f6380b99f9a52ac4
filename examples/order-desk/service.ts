/**
 * The slow service that validates actions: an HTTP server in a process of its own, on loopback, on a free port, which it
 * tells its parent. Its settings are its one argument, as JSON. It lives exactly as long as its parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Action } from './actions.js';
import { latencyOf, type Latency } from './latency.js';

export interface ServiceSettings {
  readonly seed: number;
  readonly latency: Latency;
}

const { seed, latency } = JSON.parse(process.argv[2] ?? '') as ServiceSettings;

// The channel to the parent closes with it, however it dies. Ctrl-C reaches the whole group of processes, and it is the
// parent that decides when the service is no longer needed.
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const app = new Hono().post('/validate', async (context) => {
  const { id } = await context.req.json<Action>();
  await sleep(latencyOf(id, seed, latency));
  return context.json({ id, approved: true });
});

serve(
  {
    fetch: app.fetch,
    hostname: '127.0.0.1',
    port: 0,
    // While concatMap runs, all connections but one are idle; they must still be there for the run after it.
    serverOptions: { keepAliveTimeout: 60_000 },
  },
  ({ port }) => process.send?.({ port }),
);
