import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

const config = readConfig(process.env);
const app = await NestFactory.create(AppModule.register(config), { return503OnClosing: true });
// Status 0 when all that was under way has ended, or the limit has passed.
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(config.port, config.host);
new Logger('main').log(`Listening on ${await app.getUrl()}`);
