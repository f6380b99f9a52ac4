import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { SHUTDOWN_OPTIONS, type ShutdownOptions } from './shutdown.options.js';

/**
 * On shutdown, lets the responses that are under way end, and breaks off those
 * that do not within the limit. Nest answers requests that come meanwhile with
 * 503, and closes the server after that.
 */
@Injectable()
export class HttpDrain
  implements
    OnApplicationBootstrap,
    OnModuleDestroy,
    BeforeApplicationShutdown,
    OnApplicationShutdown
{
  private readonly underWay = new Set<ServerResponse>();
  private limit: NodeJS.Timeout | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(SHUTDOWN_OPTIONS) private readonly options: ShutdownOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.server().on(
      'request',
      (_request: IncomingMessage, response: ServerResponse) => {
        this.underWay.add(response);
        response.once('close', () => this.underWay.delete(response));
      },
    );
  }

  onModuleDestroy(): void {
    this.limit = setTimeout(
      () => this.server().closeAllConnections(),
      this.options.limit,
    );
  }

  // Before the server is closed: that would cut off what has ended and is not
  // yet sent.
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(
      [...this.underWay].map((response) => once(response, 'close')),
    );
  }

  onApplicationShutdown(): void {
    clearTimeout(this.limit);
  }

  private server(): Server {
    return this.adapterHost.httpAdapter.getHttpServer() as Server;
  }
}
