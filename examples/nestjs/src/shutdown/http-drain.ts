import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import { SHUTDOWN_OPTIONS, type ShutdownOptions } from './shutdown.options.js';

/**
 * On shutdown, takes no new request, and breaks off the responses that do not end within the limit. Nest waits, after
 * all its hooks, for the connections to end.
 */
@Injectable()
export class HttpDrain implements OnModuleDestroy {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(SHUTDOWN_OPTIONS) private readonly options: ShutdownOptions,
  ) {}

  onModuleDestroy(): void {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    // A connection that is kept alive becomes idle when its response has ended, and would keep the server open.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const limit = setTimeout(() => server.closeAllConnections(), this.options.limit);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(limit);
    });
  }
}
