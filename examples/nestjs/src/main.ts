import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { ConfigError, readConfig, type Config } from './config.js';

async function start(config: Config): Promise<void> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.register(config),
    { return503OnClosing: true, bodyParser: false },
  );
  app.useBodyParser('json', { limit: config.maxBody });
  app.disable('x-powered-by');
  // Status 0 when all that was under way has ended, or the limit has passed.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  await app.listen(config.port, config.host);
  new Logger('main').log(`Listening on ${await app.getUrl()}`);
}

try {
  await start(readConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
