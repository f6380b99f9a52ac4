import { DecimalPipe } from '@angular/common';
import {
  afterNextRender,
  afterRenderEffect,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  Injector,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { toObservable, toSignal } from '@angular/core/rxjs-interop';
import { asyncScheduler, filter, throttleTime } from 'rxjs';
import { readList } from '../rows/read-list';
import { hasFailed, type FailedRow } from '../rows/row';
import { RowsStore } from '../rows/rows.store';
import { InView } from './in-view';

const idsUpTo = (last: number) =>
  Array.from({ length: last }, (_, index) => index + 1);

const nextFrame = () =>
  new Promise<void>((resolve) =>
    requestAnimationFrame(() => setTimeout(resolve)),
  );

interface Source {
  readonly text: string;
  /** The file that it is the text of. */
  readonly file?: File;
}

@Component({
  selector: 'app-look-up-page',
  imports: [DecimalPipe, InView],
  providers: [RowsStore],
  templateUrl: './look-up.page.html',
  styleUrl: './look-up.page.css',
})
export class LookUpPage {
  protected readonly store = inject(RowsStore);
  protected readonly hasFailed = hasFailed;
  protected readonly samples = [12, 200, 1_000];
  /** How many items that are ahead of the page are drawn. */
  protected readonly drawn = 60;
  /** How many problems of a list are told. */
  protected readonly told = 5;

  /**
   * The list. That of a file is not shown in the field: a browser takes seconds
   * to lay out a long text.
   */
  private readonly source = signal<Source>({ text: '' });
  protected readonly text = computed(() =>
    this.source().file ? '' : this.source().text,
  );
  protected readonly list = computed(() => readList(this.source().text));
  protected readonly fileName = computed(() => this.source().file?.name);
  /** The file that is being read. */
  protected readonly reading = signal<File | undefined>(undefined);
  /** Why nothing was started, until it could be. */
  protected readonly refusal = linkedSignal({
    source: () => ({ list: this.source(), running: this.store.running() }),
    computation: () => '',
  });

  /** Whether there are rows left, and none of them on its way. */
  protected readonly isCancelled = computed(
    () => !this.store.running() && this.store.done() < this.store.total(),
  );
  private started?: Source;
  private readonly injector = inject(Injector);
  private readonly status = viewChild<ElementRef<HTMLElement>>('status');
  private readonly summary = computed(() => {
    const total = this.store.total();
    if (total === 0) return '';
    const failed = this.store.failedCount();
    const failures = failed > 0 ? `, ${failed} failed` : '';
    const rows = `${this.store.done()} of ${total} rows${failures}`;
    return this.store.running()
      ? rows
      : `${this.isCancelled() ? 'Cancelled' : 'Done'}: ${rows}`;
  });
  /** What a screen reader says: nobody wants to hear of every row. */
  protected readonly announcement = toSignal(
    toObservable(this.summary).pipe(
      filter((summary) => summary !== ''),
      throttleTime(3_000, asyncScheduler, { leading: true, trailing: true }),
    ),
    { initialValue: '' },
  );

  /** Whether the window follows the newest rows: until it is scrolled away. */
  private readonly following = signal(false);
  private readonly end = viewChild(InView);

  constructor() {
    effect(() => {
      if (this.end()?.value() === false) this.following.set(false);
    });
    afterRenderEffect(() => {
      this.store.rows();
      if (untracked(this.following)) this.end()?.scrollTo();
    });
  }

  protected sample(count: number): void {
    this.edit(['id', ...idsUpTo(count)].join('\n'));
  }

  protected edit(text: string): void {
    this.take({ text });
  }

  protected async readFile(file: File | undefined): Promise<void> {
    if (!file) return;
    this.take({ text: '' }, file);
    let source: Source = { text: '' };
    try {
      source = { text: await file.text(), file };
    } catch {
      // Then the list is empty.
    }
    // So that the page says so: a list of 300,000 ids takes half a second.
    await nextFrame();
    // There may be another list by now.
    if (this.reading() !== file) return;
    this.take(source);
    if (!source.file) this.refusal.set(`${file.name} could not be read.`);
  }

  protected start(event: Event, field: HTMLElement): void {
    event.preventDefault();
    const { ids } = this.list();
    if (this.store.running()) {
      // The second click of two is no wish for anything else.
      if (this.source() === this.started) return;
      this.refusal.set(
        'The list before this one is not done yet. Wait for it, or cancel it.',
      );
    } else if (this.reading()) {
      this.refusal.set('The file is still being read.');
    } else if (ids.length === 0) {
      this.refusal.set('Enter at least one id, or take a list.');
      field.focus();
    } else {
      this.started = this.source();
      this.store.start(ids);
      afterNextRender(() => this.status()?.nativeElement.scrollIntoView(), {
        injector: this.injector,
      });
    }
  }

  protected goOn(): void {
    if (this.isCancelled()) this.store.resume();
  }

  protected cancel(): void {
    if (this.store.running()) this.store.cancel();
  }

  protected follow(end: InView): void {
    this.following.set(true);
    end.scrollTo();
    // The button goes away.
    end.focus();
  }

  private take(source: Source, reading?: File): void {
    this.source.set(source);
    this.reading.set(reading);
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
