import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** A server on the loopback interface that answers what it is told to answer, and sees connections being closed. */
export async function startServer() {
  const arrived: string[] = [];
  const closed: string[] = [];
  const waiters: { list: string[]; path: string; resolve: () => void }[] = [];
  const note = (list: string[], path: string) => {
    list.push(path);
    for (const waiter of waiters) {
      if (waiter.list === list && waiter.path === path) {
        waiter.resolve();
      }
    }
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    note(arrived, path);
    response.on('close', () => {
      if (!response.writableFinished) {
        note(closed, path);
      }
    });
    if (path.startsWith('/ok')) {
      response.end(path);
    } else if (path.startsWith('/fail')) {
      response.statusCode = 500;
      response.end();
    }
    // Whatever else is left hanging.
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const until = (list: string[], path: string) =>
    list.includes(path)
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          waiters.push({ list, path, resolve });
        });
  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    /** The paths of the requests that came, and of those whose connection was closed before they were answered. */
    arrived,
    closed,
    hasArrived: (path: string) => until(arrived, path),
    hasClosed: (path: string) => until(closed, path),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
