/**
 * The slow service: an HTTP server in a process of its own, on a free port, which it reports to its parent. Its settings are its one
 * argument, as JSON. It lives exactly as long as its parent.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  faultOf,
  latencyOf,
  scoreOf,
  type Faults,
  type Latency,
} from './answers.js';

export interface ServiceSettings {
  readonly seed: number;
  readonly latency: Latency;
  readonly faults: Faults;
}

/** What `/counts` answers. */
export interface Counts {
  begun: number;
  answered: number;
  /** Nobody waited for the answer any more. */
  aborted: number;
}

const { seed, latency, faults } = JSON.parse(
  process.argv[2]!,
) as ServiceSettings;
const counts: Counts = { begun: 0, answered: 0, aborted: 0 };

const server = createServer((request, response) => {
  const json = (status: number, value: unknown) => {
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify(value));
  };
  const { url = '', headers } = request;
  if (url === '/counts') return json(200, counts);

  counts.begun++;
  const id = decodeURIComponent(url.slice('/scores/'.length));
  const fault = faultOf(id, Number(headers['x-attempt']), seed, faults);
  const timer =
    fault === 'hang'
      ? undefined
      : setTimeout(
          () => {
            counts.answered++;
            if (fault === 'fail') return json(500, { error: 'out of order' });
            json(200, scoreOf(id, seed));
          },
          latencyOf(id, seed, latency),
        );
  response.on('close', () => {
    if (response.writableEnded) return;
    counts.aborted++;
    clearTimeout(timer);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send!({ port: (server.address() as AddressInfo).port });
});

// The channel closes with the parent, however that ends. Ctrl-C reaches the
// whole group of processes, and then the parent still needs the service.
process.on('disconnect', () => process.exit());
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => undefined);
}
