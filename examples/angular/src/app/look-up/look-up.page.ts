import { DecimalPipe } from '@angular/common';
import { afterNextRender, Component, computed, ElementRef, inject, Injector, signal, viewChild } from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { asyncScheduler, filter, throttleTime } from 'rxjs';
import { readList } from '../rows/read-list';
import { hasFailed, type FailedRow } from '../rows/row';
import { RowsStore } from '../rows/rows.store';

const idsUpTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

@Component({
  selector: 'app-look-up-page',
  imports: [DecimalPipe],
  providers: [RowsStore],
  templateUrl: './look-up.page.html',
  styleUrl: './look-up.page.css',
})
export class LookUpPage {
  protected readonly store = inject(RowsStore);
  protected readonly hasFailed = hasFailed;
  protected readonly samples = [12, 200, 1_000];
  /** How many of the items that are ahead of the page are drawn, and how many problems are told. */
  protected readonly drawn = 60;
  protected readonly told = 5;

  protected readonly text = signal('');
  protected readonly list = computed(() => readList(this.text()));
  /** Why a file was not read, or nothing could be started. */
  protected readonly refusal = signal('');

  protected readonly leftToDo = computed(() => this.store.total() - this.store.rows().list.length);
  private readonly injector = inject(Injector);
  private readonly status = viewChild<ElementRef<HTMLElement>>('status');
  private readonly summary = computed(() => {
    const total = this.store.total();
    if (total === 0) return '';
    const failed = this.store.failed().length;
    const rows = `${this.store.rows().list.length} of ${total} rows${failed > 0 ? `, ${failed} failed` : ''}`;
    return this.store.running() ? rows : `${this.leftToDo() > 0 ? 'Cancelled' : 'Done'}: ${rows}`;
  });
  /** What a screen reader says: nobody wants to hear of every row. */
  protected readonly announcement = toSignal(
    toObservable(this.summary).pipe(
      filter((summary) => summary !== ''),
      throttleTime(3_000, asyncScheduler, { leading: true, trailing: true }),
    ),
    { initialValue: '' },
  );

  protected sample(count: number): void {
    this.edit(['id', ...idsUpTo(count)].join('\n'));
  }

  protected edit(text: string): void {
    this.text.set(text);
    this.refusal.set('');
  }

  protected async readFile(file: File | undefined): Promise<void> {
    if (!file) return;
    try {
      this.edit(await file.text());
    } catch {
      this.refusal.set(`Expected a file that can be read, got ${file.name}`);
    }
  }

  protected start(event: Event, field: HTMLElement): void {
    event.preventDefault();
    if (this.store.running()) return;
    const { ids } = this.list();
    if (ids.length > 0) {
      this.store.start(ids);
      afterNextRender(() => this.status()?.nativeElement.scrollIntoView?.(), { injector: this.injector });
      return;
    }
    this.refusal.set('Expected a list of ids, got none');
    field.focus();
  }

  protected cancel(): void {
    if (this.store.running()) this.store.cancel();
  }

  protected retryAll(): void {
    this.store.retry(this.store.failed());
  }

  /** The button goes away, but the focus is to stay in the row. */
  protected retry(row: FailedRow, cell: HTMLElement): void {
    this.store.retry([row]);
    cell.focus();
  }
}
