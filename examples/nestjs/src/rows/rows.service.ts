import { Inject, Injectable, Logger } from '@nestjs/common';
import { of, type Observable } from 'rxjs';
import { concatEager, concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';
import { toHttp } from '../upstream/to-http.js';
import { retryTransient, UpstreamService, type Row } from '../upstream/upstream.service.js';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';

/** What stands in the place of a row that could not be had. */
export interface FallbackRow {
  readonly id: number;
  readonly name: null;
  readonly error: string;
}

@Injectable()
export class RowsService {
  private readonly logger = new Logger(RowsService.name);

  constructor(
    private readonly upstream: UpstreamService,
    @Inject(ROWS_OPTIONS) private readonly options: RowsOptions,
  ) {}

  /** One row, or the error of its last attempt. */
  row(id: number): Observable<Row> {
    return of(id).pipe(concatMapEager(this.fetchRow, { ...this.limits(), onError: 'in-order' }));
  }

  /**
   * A row for each id, in their order. An id is read when there is a place and room in the window for its row, so that
   * whoever gives the ids decides how fast this goes.
   */
  rows(ids: Iterable<number> | AsyncIterable<number>): Observable<Row | FallbackRow> {
    const { concurrent, reorderWindow } = this.options;
    return concatEager({ [Symbol.asyncIterator]: () => this.lookUps(ids) }, { concurrent, reorderWindow });
  }

  private async *lookUps(ids: Iterable<number> | AsyncIterable<number>): AsyncGenerator<Observable<Row | FallbackRow>> {
    for await (const id of ids) yield this.rowOrFallback(id);
  }

  private rowOrFallback(id: number): Observable<Row | FallbackRow> {
    return of(id).pipe(
      concatMapEager(this.fetchRow, {
        ...this.limits(),
        onError: (error, { attempt }) => {
          this.logger.warn(`row ${id} failed, at attempt ${attempt}: ${(error as Error).message}`);
          return of<FallbackRow>({ id, name: null, error: toHttp(error).message });
        },
      }),
    );
  }

  private readonly fetchRow = (id: number, _index: number, { signal }: ItemContext) => this.upstream.row(id, signal);

  private limits() {
    const { timeout, retries, retryDelay } = this.options;
    return { timeout, retry: retryTransient(retries, retryDelay) };
  }
}
