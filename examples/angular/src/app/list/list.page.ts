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
  imports: [Popular],
  template: `
    <h1>A list in the address</h1>
    <p class="lead">
      Its rows come with <code>rxResource</code>: another list in the address,
      and the requests of this one are aborted.
    </p>
    @for (problem of list().problems; track $index) {
      <p class="problem">{{ problem.text }}</p>
    }
    @if (isEmpty()) {
      <p>
        There is no list in the address. Add one: <code>/list?ids=3,1,2</code>
      </p>
    }
    <ol [attr.aria-busy]="rows.isLoading()">
      @for (row of rows.value(); track row.index) {
        <li [class.failed]="hasFailed(row)">
          @if (hasFailed(row)) {
            {{ row.id }}: {{ row.error }}
          } @else {
            {{ row.name }}
          }
        </li>
      } @empty {
        @if (rows.isLoading()) {
          <li class="none">The first row is on its way …</li>
        }
      }
    </ol>
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
    .none {
      color: var(--muted);
      list-style: none;
    }
  `,
})
export class ListPage {
  /** From the address: `?ids=3,1,2`. */
  readonly ids = input('', {
    transform: (ids: QueryParam) => [ids ?? []].flat().join(),
  });

  protected readonly hasFailed = hasFailed;
  private readonly service = inject(RowsService);
  private readonly held = holdRendering<Row>();
  protected readonly list = computed(() => readList(this.ids()));
  protected readonly isEmpty = computed(() => this.ids().trim() === '');
  private readonly requests = computed(() => requestsFor(this.list().ids));

  protected readonly rows = rxResource({
    params: () => this.requests(),
    stream: ({ params }) =>
      from(params).pipe(this.service.lookUp(), this.held, collect()),
    defaultValue: [],
  });
}
