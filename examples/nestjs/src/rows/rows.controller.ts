import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
  Sse,
  type StreamableFile,
  UseInterceptors,
  type MessageEvent,
} from '@nestjs/common';
import type { Response } from 'express';
import { concat, map, of, type Observable } from 'rxjs';
import type { Row } from '../upstream/upstream.service.js';
import { asFastAsRead } from './as-fast-as-read.js';
import { breakOffUnlessComplete } from './break-off.js';
import { IdsPipe } from './ids.pipe.js';
import { ndjsonBody } from './ndjson-body.js';
import { NdjsonInterceptor } from './ndjson.interceptor.js';
import { RowIdPipe } from './row-id.pipe.js';
import { RowsService, type FallbackRow } from './rows.service.js';
import { UpstreamErrorsInterceptor } from '../upstream/upstream-errors.interceptor.js';

/**
 * Nest unsubscribes from what a handler returns when the client has gone away;
 * that aborts the requests.
 */
@Controller()
export class RowsController {
  constructor(private readonly rows: RowsService) {}

  /** All rows, as NDJSON. The client sets the pace. */
  @Get('rows')
  all(): StreamableFile {
    return ndjsonBody(this.rows.all());
  }

  @Get('rows/:id')
  @UseInterceptors(UpstreamErrorsInterceptor)
  row(@Param('id', RowIdPipe) id: number): Observable<Row> {
    return this.rows.row(id);
  }

  @Post('enrich')
  @HttpCode(200)
  @UseInterceptors(NdjsonInterceptor)
  enrich(
    @Body(IdsPipe) ids: number[],
    @Res() response: Response,
  ): Observable<Row | FallbackRow> {
    return this.rows.rows((signal) => asFastAsRead(ids, response, signal));
  }

  /**
   * The same for an `EventSource`, which connects again when the connection is
   * lost, and then says which event was its last: it gets the rows after that
   * one. It would do so after the last row as well, hence the event `end`.
   */
  @Sse('enrich/events')
  events(
    @Query('ids', IdsPipe) ids: number[],
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Observable<MessageEvent> {
    const done = Math.max(0, Math.trunc(Number(lastEventId)) || 0);
    const rows = this.rows.rows((signal) =>
      asFastAsRead(ids.slice(done), response, signal),
    );
    const end = { rows: ids.length };
    return concat(
      rows.pipe(map((data, index) => ({ id: String(done + index + 1), data }))),
      of({ type: 'end', id: String(ids.length), data: end }),
    ).pipe(breakOffUnlessComplete(response));
  }
}
