import { Inject, Injectable, Logger } from '@nestjs/common';
import { Readable } from 'node:stream';
import { firstValueFrom, map, of, type Observable } from 'rxjs';
import {
  concatMapEager,
  concatMapEagerFrom,
  type ConcurrencyLimit,
  type FailedItem,
  type ItemContext,
} from 'rxjs-concat-map-eager';
import { Activity } from '../activity.js';
import { Metrics } from '../metrics/metrics.module.js';
import { toHttp } from '../upstream/to-http.js';
import {
  reasonOf,
  retryTransient,
  toText,
} from '../upstream/upstream.errors.js';
import { UpstreamService, type Row } from '../upstream/upstream.service.js';
import { ROWS_OPTIONS, type RowsOptions } from './rows.options.js';
import { UPSTREAM_LIMIT } from './upstream-limit.js';

/** What is written in the turn of a row that could not be had. */
export interface FallbackRow {
  readonly id: number;
  readonly name: null;
  readonly error: string;
}

/** Gives ids until the signal aborts. */
export type Ids = (signal: AbortSignal) => AsyncIterable<number>;

const toLine = (row: Row | FallbackRow) => `${JSON.stringify(row)}\n`;

@Injectable()
export class RowsService {
  private readonly logger = new Logger(RowsService.name);
  private readonly responses = new Activity(() =>
    this.metrics.monitorOf('responses'),
  );
  private readonly requests = new Activity(() =>
    this.metrics.monitorOf('rows'),
  );

  constructor(
    private readonly upstream: UpstreamService,
    private readonly metrics: Metrics,
    @Inject(UPSTREAM_LIMIT) private readonly limit: ConcurrencyLimit,
    @Inject(ROWS_OPTIONS) private readonly options: RowsOptions,
  ) {}

  /** One row, or the error of its last attempt. */
  row(id: number): Observable<Row> {
    return this.request(id);
  }

  /**
   * A row for each id, in their order. An id is read when there is a slot for
   * its row and room in the window, so whoever gives the ids sets the pace.
   */
  rows(ids: Ids): Observable<Row | FallbackRow> {
    const { concurrent, reorderWindow } = this.options;
    return this.responses.follow((monitor) =>
      concatMapEagerFrom(
        ({ signal }) => ids(signal),
        (id) => this.rowOrFallback(id),
        { concurrent, reorderWindow, monitor },
      ),
    );
  }

  /**
   * Every row that the upstream has, a line of JSON each. Whoever reads the
   * stream asks for them: no row is asked for that there is no room for.
   */
  all(): Readable {
    const { concurrent, reorderWindow } = this.options;
    const { monitor, end } = this.responses.begin();
    const lines = concatMapEagerFrom(
      ({ signal }) => this.ids(signal),
      (id) => this.rowOrFallback(id).pipe(map(toLine)),
      { concurrent, reorderWindow, readAhead: concurrent, monitor },
    );
    return Readable.from(lines).once('close', end);
  }

  /** The ids of all rows, page by page. The next page is not fetched before its first id is asked for. */
  private async *ids(signal: AbortSignal): AsyncGenerator<number> {
    let page: readonly number[] = await this.page(0, signal);
    while (page.length > 0) {
      yield* page;
      page = await this.page(page.at(-1)!, signal);
    }
  }

  private page(after: number, signal: AbortSignal) {
    return firstValueFrom(
      of(after).pipe(
        concatMapEager(
          (_after, _index, item) => this.upstream.ids(after, item.signal),
          { ...this.limits(), signal },
        ),
      ),
    );
  }

  /** For people who look after the service. */
  get numbers() {
    const { running, active, parked, blockedFor } = this.responses.numbers;
    const { active: upstream, waiting } = this.requests.numbers;
    return {
      responses: running,
      active,
      parked,
      blockedFor,
      upstream,
      waitForUpstream: waiting,
    };
  }

  private rowOrFallback(id: number): Observable<Row | FallbackRow> {
    return this.request(id, (error, { attempt }) => {
      const reason = toText(reasonOf(error, this.options.timeout));
      this.logger.warn(`row ${id} failed at attempt ${attempt}: ${reason}`);
      return of<FallbackRow>({ id, name: null, error: toHttp(error).message });
    });
  }

  /** A row. It waits for a slot that is shared by all responses; its clock starts when it has one. */
  private request<F = never>(
    id: number,
    onError?: (error: unknown, item: FailedItem<number>) => Observable<F>,
  ): Observable<Row | F> {
    return this.requests.follow((monitor) =>
      of(id).pipe(
        concatMapEager(this.fetchRow, {
          ...this.limits(),
          concurrent: this.limit,
          onError,
          monitor,
        }),
      ),
    );
  }

  private readonly fetchRow = (
    id: number,
    _index: number,
    { signal }: ItemContext,
  ) => this.upstream.row(id, signal);

  private limits() {
    const { timeout, retries, retryDelay } = this.options;
    return { timeout, retry: retryTransient(retries, retryDelay) };
  }
}
