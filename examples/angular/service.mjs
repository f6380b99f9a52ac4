// The rows of the NestJS example, and this page: what it has of orders is left out, and with that its Redis.
import { createRequire } from 'node:module';
import { ConfigError, readConfig } from '../nestjs/dist/config.js';
import { RowsModule } from '../nestjs/dist/rows/rows.module.js';
import { ShutdownModule } from '../nestjs/dist/shutdown/shutdown.module.js';
import { UpstreamModule } from '../nestjs/dist/upstream/upstream.module.js';
import { WebModule } from '../nestjs/dist/web/web.module.js';

const nest = createRequire(new URL('../nestjs/package.json', import.meta.url));
const { Logger } = nest('@nestjs/common');
const { NestFactory } = nest('@nestjs/core');

const { host, port, upstream, shutdown, rows, web } = configFrom({
  // There is none: it is asked for because of the orders.
  REDIS_URL: 'redis://none',
  ...process.env,
});
const app = await NestFactory.create(
  {
    module: class Service {},
    imports: [
      UpstreamModule.register(upstream),
      ShutdownModule.register(shutdown),
      RowsModule.register(rows),
      WebModule.register(web),
    ],
  },
  { return503OnClosing: true },
);
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(port, host);
new Logger('service').log(`Listening on ${await app.getUrl()}`);

function configFrom(env) {
  try {
    return readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
