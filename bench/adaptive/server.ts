/**
 * A service over HTTP, in a process of its own: it works on so many requests at once, and refuses with 429 what would make more than twice
 * as many wait. Its parent says how many (`servers`), and gets the port.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from '../../src/internal/queue.js';
import { makeRandom, distributions } from '../window/latencies.js';

const random = makeRandom(1);
const { draw } = distributions.find(({ id }) => id === 'exponential')!;
const waiting = new Queue<() => void>();
let servers = 1;
let busy = 0;

const server = createServer((_request, response) => {
  const serve = () => {
    busy++;
    setTimeout(() => {
      busy--;
      response.end('done');
      next();
    }, draw(random));
  };
  if (busy < servers) serve();
  else if (waiting.length < 2 * servers) waiting.push(serve);
  else response.writeHead(429).end();
});

function next(): void {
  while (busy < servers && waiting.length > 0) waiting.shift()();
}

process.on('message', (message: { servers: number }) => {
  ({ servers } = message);
  next();
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
