import { computed, inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { mergeAll, startWith, Subject, switchMap } from 'rxjs';
import type { MonitorEvent } from 'rxjs-concat-map-eager';
import { hasFailed, requestsFor, type FailedRow, type Row, type RowRequest } from './row';
import { RowsService } from './rows.service';

/** A list that is looked up. It belongs to a component, and stops with it. */
@Injectable()
export class RowsStore {
  private readonly service = inject(RowsService);
  private readonly runs = new Subject<readonly RowRequest[]>();
  private readonly retries = new Subject<readonly RowRequest[]>();

  private readonly requests = signal<readonly RowRequest[]>([]);
  // One array that grows, and not a new one for each row, which would be quadratic: it has always changed.
  private readonly found = signal<Row[]>([], { equal: () => false });
  private readonly counted = signal({ waiting: 0, active: 0, parked: 0 });
  private readonly started = signal(new Map<number, 'active' | 'parked'>(), { equal: () => false });

  readonly total = computed(() => this.requests().length);
  /** The rows so far, in the order of the list. */
  readonly rows = computed(() => ({ list: this.found() as readonly Row[] }));
  readonly failed = computed(() => this.found().filter(hasFailed));
  /** Those that are asked for again, and have not come yet. */
  readonly again = computed(() => this.failed().filter(({ again }) => again));
  /** How many rows have come, but for those that are asked for again. */
  readonly done = computed(() => this.found().length - this.again().length);
  readonly counts = this.counted.asReadonly();
  /** What the items are that have started and are not on the page yet, from the head on. */
  readonly ahead = computed(() => [...this.started()].map(([index, state]) => ({ index, state })));
  readonly running = computed(() => {
    const { waiting, active, parked } = this.counted();
    return waiting + active + parked > 0;
  });

  constructor() {
    // Rows that are asked for again queue up with the others, so that there are never more than six requests.
    this.runs
      .pipe(
        switchMap((requests) =>
          this.retries.pipe(
            startWith(requests),
            mergeAll(),
            this.service.lookUp((event) => this.count(event)),
          ),
        ),
        takeUntilDestroyed(),
      )
      .subscribe((row) => this.change((rows) => (rows[row.index] = row)));
  }

  start(ids: readonly number[]): void {
    const requests = requestsFor(ids);
    this.requests.set(requests);
    this.found.set([]);
    this.run(requests);
  }

  /** Aborts the requests. The rows that have come stay. */
  cancel(): void {
    this.run([]);
    this.change((rows) => {
      for (const { index, id, error } of this.again()) rows[index] = { index, id, error };
    });
  }

  /** Goes on after the last row that has come. */
  resume(): void {
    this.run(this.requests().slice(this.found().length));
  }

  retry(rows: readonly FailedRow[]): void {
    const requests = rows.filter(({ again }) => !again);
    this.change((all) => {
      for (const row of requests) all[row.index] = { ...row, again: true };
    });
    this.retries.next(requests.map(({ index, id }) => ({ index, id })));
  }

  /** Ends the run before it: what had started there is not on its way any more. */
  private run(requests: readonly RowRequest[]): void {
    this.started.set(new Map());
    this.runs.next(requests);
  }

  private change(act: (rows: Row[]) => void): void {
    const rows = this.found();
    act(rows);
    this.found.set(rows);
  }

  private count(event: MonitorEvent<RowRequest>): void {
    const { type, value, waiting, active, parked } = event;
    this.counted.set({ waiting, active, parked });
    if (type === 'received' || type === 'failed') return;
    const started = this.started();
    if (type === 'started') started.set(value.index, 'active');
    else if (type === 'ended' && event.outcome !== 'cancelled') started.set(value.index, 'parked');
    else started.delete(value.index);
    this.started.set(started);
  }
}
