import { HttpClient } from '@angular/common/http';
import { inject, Injectable, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { map, of, Subject } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

export interface Change {
  user: number;
  fields: Record<string, unknown>;
}

@Injectable({ providedIn: 'root' })
export class Saves {
  private readonly http = inject(HttpClient);
  private readonly changes = new Subject<Change>();

  /** How many changes are on their way, or wait. */
  readonly pending = signal(0);
  /** The users whose last change could not be saved. */
  readonly failed = signal<ReadonlySet<number>>(new Set());

  constructor() {
    this.changes
      .pipe(
        concatMapEager(
          ({ user, fields }) =>
            this.http
              .patch(`/users/${user}`, fields)
              .pipe(map(() => ({ user, isSaved: true }))),
          {
            key: ({ user }) => user,
            order: 'key',
            concurrent: 4,
            timeout: 10_000,
            onError: (_error, { value: { user } }) =>
              of({ user, isSaved: false }),
          },
        ),
        takeUntilDestroyed(),
      )
      .subscribe(({ user, isSaved }) => {
        this.pending.update((count) => count - 1);
        this.failed.update((users) => {
          const others = [...users].filter((other) => other !== user);
          return new Set(isSaved ? others : [...others, user]);
        });
      });
  }

  save(change: Change): void {
    this.pending.update((count) => count + 1);
    this.changes.next(change);
  }
}
