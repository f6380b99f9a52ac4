import type { ServerResponse } from 'node:http';
import { defer, finalize, tap, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * Breaks a response off that has begun, unless all of it has come: whatever
 * fails, and whoever unsubscribes. An end that looks as usual would tell the
 * client that it is complete.
 */
export function breakOffUnlessComplete<T>(
  response: ServerResponse,
): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      let isComplete = false;
      return source.pipe(
        tap({ complete: () => (isComplete = true) }),
        finalize(() => {
          if (!isComplete && response.headersSent) response.destroy();
        }),
      );
    });
}
