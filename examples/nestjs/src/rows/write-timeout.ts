import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';

/**
 * Breaks a response off whose client has taken nothing for too long, although
 * there was something to take. A client that never reads would keep it forever.
 */
@Injectable()
export class WriteTimeout implements NestMiddleware {
  constructor(@Inject(ROWS_OPTIONS) private readonly options: RowsOptions) {}

  use(_request: Request, response: Response, next: NextFunction): void {
    // Calls back when nothing has moved on the socket for that long.
    response.setTimeout(this.options.writeTimeout, () => {
      if (response.writableLength > 0) response.destroy();
    });
    next();
  }
}
