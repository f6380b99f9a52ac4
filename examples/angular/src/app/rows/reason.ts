import { HttpErrorResponse } from '@angular/common/http';
import { TimeoutError } from 'rxjs';
import type { TimeoutMeta } from 'rxjs-concat-map-eager';

/** Why a row could not be had, for whoever reads the page. */
export function reasonOf(error: unknown): string {
  if (error instanceof TimeoutError) {
    // One of rxjs, such as an interceptor's, has no `meta`.
    const { info } = error as TimeoutError<
      unknown,
      TimeoutMeta<unknown> | null
    >;
    return info?.meta?.limit === 'blocking'
      ? 'held up the others for too long'
      : 'took too long';
  }
  if (error instanceof HttpErrorResponse) {
    if (error.status === 0) return 'the service cannot be reached';
    // A page of HTML where JSON was expected, for instance.
    if (error.status < 300) return 'the answer could not be read';
    const message: unknown = (error.error as { message?: unknown } | null)
      ?.message;
    return typeof message === 'string'
      ? message
      : `the service answered ${error.status}`;
  }
  return 'something went wrong';
}
