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

  private readonly unsaved = signal(0);
  private readonly failures = signal<ReadonlySet<number>>(new Set());

  /** How many changes are on their way, or wait. */
  readonly pending = this.unsaved.asReadonly();
  /** The users whose last change could not be saved. */
  readonly failed = this.failures.asReadonly();

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
        this.unsaved.update((count) => count - 1);
        this.failures.update((users) => {
          const others = [...users].filter((other) => other !== user);
          return new Set(isSaved ? others : [...others, user]);
        });
      });
  }

  save(change: Change): void {
    this.unsaved.update((count) => count + 1);
    this.changes.next(change);
  }
}
