import { inject, PendingTasks } from '@angular/core';
import { defer, finalize, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Keeps a server from sending the page before the source has ended.
 * `HttpClient` does so only while a request is active, not in the delay before
 * a retry, and `pendingUntilEvent` only until the first value.
 */
export function holdRendering<T>(): MonoTypeOperatorFunction<T> {
  const tasks = inject(PendingTasks);
  return (source) =>
    defer(() => {
      const done = tasks.add();
      return source.pipe(finalize(done));
    });
}
