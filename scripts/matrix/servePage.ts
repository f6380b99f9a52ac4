import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

/** A page with no build tool behind it: an import map, and the package's files as they are published. */
const PAGE = `<!doctype html>
<title>rxjs-concat-map-eager</title>
<script type="importmap">
{
  "imports": {
    "rxjs": "/rxjs.js",
    "rxjs/testing": "/rxjs.js",
    "rxjs-concat-map-eager": "/node_modules/rxjs-concat-map-eager/dist/index.js",
    "rxjs-concat-map-eager/testing": "/node_modules/rxjs-concat-map-eager/dist/testing.js"
  }
}
</script>
<script type="module">
  const report = (body) => fetch('/report', { method: 'POST', body });
  try {
    const rxjs = await import('rxjs');
    const eager = await import('rxjs-concat-map-eager');
    const testing = await import('rxjs-concat-map-eager/testing');
    const { scenario } = await import('/scenario.mjs');
    report(JSON.stringify(await scenario({ rxjs, eager, testing, file: 'page.md' })));
  } catch (error) {
    report('error: ' + error.stack);
  }
</script>
`;

/** Serves the page and a folder on a free port of this machine alone. `report` is what the page reports. */
export async function servePage(folder: string): Promise<{ url: string; report: Promise<string>; close(): void }> {
  const { promise, resolve, reject } = withResolvers<string>();
  // The browser may end before anybody listens.
  promise.catch(() => undefined);
  const app = new Hono();
  app.get('/', (context) => context.html(PAGE));
  app.post('/report', async (context) => {
    const text = await context.req.text();
    if (text.startsWith('error: ')) reject(new Error(text.slice('error: '.length)));
    else resolve(text);
    return context.body(null, 204);
  });
  app.use('/*', serveStatic({ root: folder }));
  const { port, server } = await new Promise<{ port: number; server: ReturnType<typeof serve> }>((listening) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }: AddressInfo) =>
      listening({ port, server }),
    );
  });
  return { url: `http://127.0.0.1:${port}/`, report: promise, close: () => void server.close() };
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}
