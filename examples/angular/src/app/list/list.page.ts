import { DecimalPipe } from '@angular/common';
import { Component, computed, inject, input } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { from } from 'rxjs';
import { readList } from '../rows/read-list';
import { hasFailed, requestsFor, type Row } from '../rows/row';
import { RowsService } from '../rows/rows.service';
import { collect } from './collect';
import { holdRendering } from './hold-rendering';
import { Popular } from './popular';

/** What the router gives: nothing where the parameter is absent, several where it is repeated. */
type QueryParam = string | readonly string[] | undefined;

@Component({
  selector: 'app-list-page',
  imports: [DecimalPipe, Popular],
  template: `
    <h1>A list in the address</h1>
    <p class="lead">
      Its rows come with <code>rxResource</code>: another list in the address,
      and the requests of this one are aborted.
    </p>
    @let problems = list().problems;
    @for (problem of problems.slice(0, told); track $index) {
      <p class="problem">{{ problem.text }}</p>
    }
    @if (problems.length > told) {
      <p class="problem">and {{ problems.length - told | number }} more</p>
    }
    @if (isEmpty()) {
      <p>
        There is no list in the address. Add one: <code>/list?ids=3,1,2</code>
      </p>
    }
    <ol [attr.aria-busy]="missing() > 0">
      @for (row of rows.value(); track row.index) {
        <li [class.failed]="hasFailed(row)">
          @if (hasFailed(row)) {
            {{ row.id }}: {{ row.error }}
          } @else {
            {{ row.name }}
          }
        </li>
      }
    </ol>
    @if (missing() > 0) {
      <p class="missing">{{ missing() | number }} to come …</p>
    }
    <app-popular />
  `,
  styles: `
    ol {
      margin: 0;
      padding-left: 2.5rem;
      font-variant-numeric: tabular-nums;
    }
    li {
      padding: 0.3rem 0.5rem;
    }
    li::marker {
      color: var(--muted);
    }
    .failed {
      color: var(--bad);
    }
    .missing {
      margin: 0.3rem 0 0;
      padding-left: 3rem;
      color: var(--muted);
    }
  `,
})
export class ListPage {
  /** From the address: `?ids=3,1,2`. */
  readonly ids = input('', {
    transform: (ids: QueryParam) => [ids ?? []].flat().join(),
  });

  protected readonly hasFailed = hasFailed;
  /** How many problems of a list are told. */
  protected readonly told = 5;
  private readonly service = inject(RowsService);
  private readonly held = holdRendering<Row>();
  protected readonly list = computed(() => readList(this.ids()));
  protected readonly isEmpty = computed(() => {
    const { ids, problems } = this.list();
    return ids.length === 0 && problems.length === 0;
  });
  private readonly requests = computed(() => requestsFor(this.list().ids));

  protected readonly rows = rxResource({
    params: () => this.requests(),
    stream: ({ params }) =>
      from(params).pipe(this.service.lookUp(), this.held, collect()),
    defaultValue: [],
  });
  /** `isLoading` ends with the first row. */
  protected readonly missing = computed(
    () => this.requests().length - this.rows.value().length,
  );
}
