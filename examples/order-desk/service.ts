/**
 * The slow service that validates actions, and enters them in an order book of its own, one for each run of the desk: an HTTP server in a process of its own, on loopback, on a free port, which it
 * reports to its parent. Its settings are its one argument, as JSON. It lives exactly as long as its parent.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import pLimit from 'p-limit';
import type { Action } from './actions.js';
import { CRASHED, faultOf, type Faults } from './faults.js';
import { latencyOf, type Latency } from './latency.js';
import { OrderBook } from './orderBook.js';

export interface ServiceSettings {
  readonly seed: number;
  readonly latency: Latency;
  readonly faults: Faults;
  /** How many actions it validates at once. As many wait, and it refuses the others with 429. Absent: it validates all at once. */
  readonly capacity?: number;
  /** The port it had before it died; 0 for any that is free. */
  readonly port: number;
  /** A file in which the books outlive a crash. */
  readonly journal?: string;
}

const settings = JSON.parse(process.argv[2] ?? '') as ServiceSettings;
const { seed, latency, faults, capacity = Infinity, port, journal } = settings;

// The channel to the parent closes with it, however it dies. Ctrl-C reaches the whole group of processes, and it is the
// parent that decides when the service is no longer needed.
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const books = new Map<string, OrderBook>();

function bookOf(run: string): OrderBook {
  const book = books.get(run) ?? new OrderBook();
  books.set(run, book);
  return book;
}

type Entry = readonly [run: string, action: Action, position: number];

if (journal !== undefined) {
  for (const line of readFileSync(journal, { encoding: 'utf8', flag: 'a+' }).split('\n')) {
    if (line === '') continue;
    const [run, action, position] = JSON.parse(line) as Entry;
    bookOf(run).enter(action, position);
  }
}

const worker = pLimit(capacity);
let requests = 0;

const app = new Hono<{ Bindings: HttpBindings }>()
  .post('/books/:run', async (context) => {
    const action = await context.req.json<Action>();
    const { id } = action;
    const { socket } = context.env.incoming;
    if (++requests === faults.crashAfter) process.exit(CRASHED);
    const fault = faultOf(id, Number(context.req.header('x-attempt')), seed, faults);
    if (fault === 'hang') await new Promise(() => {});
    if (worker.pendingCount >= capacity) return context.text('too many at once', 429);
    await worker(() => sleep(latencyOf(id, seed, latency)));
    if (fault === 'fail') return context.text('out of order', 500);
    // Nobody waits for the answer: the action has been given up, and must not be entered behind those that came after it.
    if (socket.destroyed) return context.body(null);

    const entry: Entry = [context.req.param('run'), action, Number(context.req.header('idempotency-key'))];
    if (journal !== undefined) appendFileSync(journal, `${JSON.stringify(entry)}\n`);
    const isAccepted = bookOf(entry[0]).enter(action, entry[2]);
    if (fault === 'reset') socket.resetAndDestroy(); // the answer is lost, and the action is not
    return context.json({ id, isAccepted });
  })
  .get('/books/:run', (context) => context.json(bookOf(context.req.param('run')).ledger()));

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
