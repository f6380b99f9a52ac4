import { computed, inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { mergeAll, startWith, Subject, switchMap } from 'rxjs';
import { Progress } from './progress';
import {
  hasFailed,
  requestsFor,
  type FailedRow,
  type Row,
  type RowRequest,
} from './row';
import { RowsService } from './rows.service';

/** A list that is looked up. It belongs to a component, and stops with it. */
@Injectable()
export class RowsStore {
  private readonly service = inject(RowsService);
  private readonly runs = new Subject<readonly RowRequest[]>();
  private readonly retries = new Subject<readonly RowRequest[]>();

  private readonly requests = signal<readonly RowRequest[]>([]);
  // One array that grows: to copy it for each row would be quadratic.
  private readonly found = signal<Row[]>([], { equal: () => false });
  private readonly progress = signal(new Progress());

  constructor() {
    this.runs
      .pipe(
        // Another run ends the one before it; an empty one cancels.
        switchMap((requests) => {
          const progress = new Progress();
          this.progress.set(progress);
          // Rows that are asked for again queue up with the others, so that
          // there are never more than six requests.
          return this.retries.pipe(
            startWith(requests),
            mergeAll(),
            this.service.lookUp(progress.follow),
          );
        }),
        takeUntilDestroyed(),
      )
      .subscribe((row) => this.change((rows) => (rows[row.index] = row)));
  }

  readonly total = computed(() => this.requests().length);
  /** The rows so far, in the order of the list. */
  readonly rows = computed(() => ({ list: this.found() as readonly Row[] }));
  /** Those that failed, also if they are asked for again. */
  private readonly failures = computed(() => this.found().filter(hasFailed));
  /** Those that failed and can be asked for again. */
  readonly failed = computed(() => this.failures().filter((row) => !row.again));
  private readonly again = computed(() =>
    this.failures().filter((row) => row.again),
  );
  /** How many have come, except those that are asked for again. */
  readonly done = computed(() => this.found().length - this.again().length);

  readonly running = computed(() => this.progress().running());
  readonly counts = computed(() => this.progress().counts());
  readonly ahead = computed(() => this.progress().ahead());
  /** How many have failed, with those that wait for their turn. */
  readonly failedCount = computed(
    () =>
      this.failed().length +
      this.ahead().filter(({ state }) => state === 'failed').length,
  );

  start(ids: readonly number[]): void {
    const requests = requestsFor(ids);
    this.requests.set(requests);
    this.found.set([]);
    this.runs.next(requests);
  }

  /** Aborts the requests. The rows that have come stay. */
  cancel(): void {
    this.runs.next([]);
    this.change((rows) => {
      for (const { index, id, error } of this.again()) {
        rows[index] = { index, id, error };
      }
    });
  }

  /** Goes on after the last row that has come. */
  resume(): void {
    this.runs.next(this.requests().slice(this.found().length));
  }

  retry(rows: readonly FailedRow[]): void {
    this.change((all) => {
      for (const row of rows) all[row.index] = { ...row, again: true };
    });
    this.retries.next(rows.map(({ index, id }) => ({ index, id })));
  }

  private change(act: (rows: Row[]) => void): void {
    const rows = this.found();
    act(rows);
    this.found.set(rows);
  }
}
