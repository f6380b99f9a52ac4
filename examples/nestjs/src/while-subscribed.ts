import { defer, finalize, type Observable } from 'rxjs';

/**
 * Gives a signal that aborts when nobody listens any more. What waits inside an
 * async generator needs it: `return()` waits behind the `await` of a generator.
 */
export function whileSubscribed<T>(
  listen: (signal: AbortSignal) => Observable<T>,
): Observable<T> {
  return defer(() => {
    const gone = new AbortController();
    return listen(gone.signal).pipe(finalize(() => gone.abort()));
  });
}
