/**
 * The slow service that validates actions: an HTTP server in a process of its own, on loopback, on a free port, which it
 * reports to its parent. Its settings are its one argument, as JSON. It lives exactly as long as its parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { serve, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Action } from './actions.js';
import { CRASHED, faultOf, type Faults } from './faults.js';
import { latencyOf, type Latency } from './latency.js';

export interface ServiceSettings {
  readonly seed: number;
  readonly latency: Latency;
  readonly faults: Faults;
  /** The port it had before it died; 0 for any that is free. */
  readonly port: number;
}

const { seed, latency, faults, port } = JSON.parse(process.argv[2] ?? '') as ServiceSettings;

// The channel to the parent closes with it, however it dies. Ctrl-C reaches the whole group of processes, and it is the
// parent that decides when the service is no longer needed.
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

let requests = 0;

const app = new Hono<{ Bindings: HttpBindings }>().post('/validate', async (context) => {
  const { id } = await context.req.json<Action>();
  if (++requests === faults.crashAfter) process.exit(CRASHED);
  const fault = faultOf(id, Number(context.req.header('x-attempt')), seed, faults);
  if (fault === 'hang') await new Promise(() => {});
  await sleep(latencyOf(id, seed, latency));
  if (fault === 'fail') return context.text('out of order', 500);
  if (fault === 'reset') context.env.incoming.socket.resetAndDestroy();
  return context.json({ id, approved: true });
});

serve(
  {
    fetch: app.fetch,
    hostname: '127.0.0.1',
    port,
    // While concatMap runs, all connections but one are idle; they must still be there for the run after it.
    serverOptions: { keepAliveTimeout: 60_000 },
  },
  ({ port: own }) => process.send?.({ port: own }),
);
