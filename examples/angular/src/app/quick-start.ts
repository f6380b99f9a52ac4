import { HttpClient } from '@angular/common/http';
import { Component, inject, Injectable } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { from, scan } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

interface Person {
  id: number;
  name: string;
}

@Injectable({ providedIn: 'root' })
export class People {
  private readonly http = inject(HttpClient);

  /** The people so far, in the order of the ids. */
  find(ids: number[]) {
    return from(ids).pipe(
      concatMapEager((id) => this.http.get<Person>(`/rows/${id}`), {
        concurrent: 6,
        timeout: 10_000,
        onError: 'skip',
      }),
      scan((people: Person[], person) => [...people, person], []),
    );
  }
}

@Component({
  selector: 'app-team',
  template: `@for (one of team(); track one.id) {
    <p>{{ one.name }}</p>
  }`,
})
export class Team {
  protected readonly team = toSignal(
    inject(People).find([3, 1, 2, 8, 5, 13, 21, 34]),
  );
}
