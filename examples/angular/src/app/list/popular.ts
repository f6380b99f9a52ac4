import { Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { RouterLink } from '@angular/router';
import { from } from 'rxjs';
import { hasFailed, requestsFor } from '../rows/row';
import { RowsService } from '../rows/rows.service';
import { collect } from './collect';

const popular = [11, 7, 42];

@Component({
  selector: 'app-popular',
  imports: [RouterLink],
  template: `
    <h2>Often looked up</h2>
    <ul>
      @for (row of rows(); track row.index) {
        @if (!hasFailed(row)) {
          <li>
            <a routerLink="/list" [queryParams]="{ ids: row.id }">{{
              row.name
            }}</a>
          </li>
        }
      }
    </ul>
    @if (noneFound()) {
      <p>None of it can be had at the moment.</p>
    }
  `,
  styles: `
    h2 {
      margin: 2.5rem 0 0.25rem;
      font-size: 1.1rem;
    }
    ul {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem 1.25rem;
      min-height: 1.5rem;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    p {
      margin: 0;
      color: var(--muted);
    }
  `,
})
export class Popular {
  protected readonly hasFailed = hasFailed;
  protected readonly rows = toSignal(
    from(requestsFor(popular)).pipe(inject(RowsService).lookUp(), collect()),
    {
      initialValue: [],
    },
  );
  protected readonly noneFound = computed(
    () => this.rows().length === popular.length && this.rows().every(hasFailed),
  );
}
