import {
  Injectable,
  Logger,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Response } from 'express';
import {
  catchError,
  defaultIfEmpty,
  EMPTY,
  ignoreElements,
  tap,
  type Observable,
} from 'rxjs';
import { breakOffUnlessComplete } from './break-off.js';

/**
 * Writes each value of the handler's Observable as a line of JSON, as soon as
 * it comes. Nest unsubscribes when the client has gone away. The handler has to
 * take `@Res()`, by which Nest leaves the response to others.
 */
@Injectable()
export class NdjsonInterceptor implements NestInterceptor<unknown, undefined> {
  private readonly logger = new Logger(NdjsonInterceptor.name);

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<undefined> {
    const response = context.switchToHttp().getResponse<Response>();
    // Not earlier: what fails before the first line is answered as JSON.
    const begin = () => {
      if (!response.headersSent) response.type('application/x-ndjson');
    };
    return next.handle().pipe(
      tap({
        next: (value) => {
          begin();
          response.write(`${JSON.stringify(value)}\n`);
        },
        complete: () => {
          begin();
          response.end();
        },
      }),
      breakOffUnlessComplete(response),
      catchError((error: unknown) => {
        // Once the status has been sent, there is nothing to answer.
        if (!response.headersSent) throw error;
        this.logger.error(error);
        return EMPTY;
      }),
      ignoreElements(),
      defaultIfEmpty(undefined),
    );
  }
}
