import { Component, computed, inject, input } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import { from } from 'rxjs';
import { readList } from '../rows/read-list';
import { hasFailed, requestsFor, type Row } from '../rows/row';
import { RowsService } from '../rows/rows.service';
import { collect } from './collect';
import { holdRendering } from './hold-rendering';
import { Popular } from './popular';

@Component({
  selector: 'app-list-page',
  imports: [Popular],
  template: `
    <h1>A list in the address</h1>
    <p class="lead">
      Its rows come with <code>rxResource</code>: another list in the address, and the requests of this one are aborted.
    </p>
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
        <li class="none">{{ rows.isLoading() ? 'The first row is on its way …' : 'No ids in the address' }}</li>
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
  readonly ids = input('');

  protected readonly hasFailed = hasFailed;
  private readonly service = inject(RowsService);
  private readonly held = holdRendering<Row>();
  private readonly requests = computed(() => requestsFor(readList(this.ids()).ids));

  protected readonly rows = rxResource({
    params: () => this.requests(),
    stream: ({ params }) => from(params).pipe(this.service.lookUp(), this.held, collect()),
    defaultValue: [],
  });
}
