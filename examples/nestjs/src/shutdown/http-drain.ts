import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { SHUTDOWN_OPTIONS, type ShutdownOptions } from './shutdown.options.js';

/** On shutdown, takes no new request, and lets the responses that are under way end, for as long as the limit allows. */
@Injectable()
export class HttpDrain implements OnModuleDestroy, BeforeApplicationShutdown {
  private closed: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(SHUTDOWN_OPTIONS) private readonly options: ShutdownOptions,
  ) {}

  onModuleDestroy(): void {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    this.closed = new Promise((resolve) => server.close(resolve));
    // A connection that is kept alive becomes idle when its response has ended, and would keep the server open.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const limit = setTimeout(() => server.closeAllConnections(), this.options.limit);
    void this.closed.then(() => {
      clearInterval(sweep);
      clearTimeout(limit);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.closed;
  }
}
