import { throwError, timer, TimeoutError, type RetryConfig } from 'rxjs';

/** The slow service answered, but not with what was asked for. */
export class UpstreamError extends Error {
  constructor(readonly status: number) {
    super(`the upstream answered ${status}`);
  }
}

/** What fails in the same way however often it is tried. */
export class PermanentError extends Error {}

/**
 * These blame who asks, or how often, or the moment: with other credentials, or
 * later, the same request may go well.
 */
const NOT_THE_REQUEST = new Set([401, 403, 407, 408, 425, 429]);

/** Whether the request itself is wrong, so that no later attempt helps. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof PermanentError) return true;
  if (!(error instanceof UpstreamError)) return false;
  const { status } = error;
  return status >= 400 && status < 500 && !NOT_THE_REQUEST.has(status);
}

/**
 * Tries again what may go well the next time, a little later each time; a
 * request that is wrong stays wrong.
 */
export function retryTransient(count: number, delay: number): RetryConfig {
  return {
    count,
    delay: (error: unknown, retry) =>
      isPermanent(error)
        ? throwError(() => error)
        : timer(delay * 2 ** (retry - 1)),
  };
}

/** Why something failed, for a log or a dead letter. */
export interface Reason {
  readonly error: string;
  /** What is behind it: `fetch failed` alone says nothing. */
  readonly cause?: string;
}

/** `timeout` is the limit that an attempt had, in ms. */
export function reasonOf(error: unknown, timeout: number): Reason {
  if (error instanceof TimeoutError)
    return { error: `no answer in ${timeout} ms` };
  if (!(error instanceof Error)) return { error: String(error) };
  // What ioredis says of it is how it is configured.
  if (error.name === 'MaxRetriesPerRequestError')
    return { error: 'no connection to Redis' };
  const cause = error.cause;
  if (!(cause instanceof Error)) return { error: error.message };
  // An `AggregateError` of several addresses has a code and no message.
  const { code } = cause as NodeJS.ErrnoException;
  return { error: error.message, cause: cause.message || code || cause.name };
}

export function toText({ error, cause }: Reason): string {
  return cause === undefined ? error : `${error}: ${cause}`;
}
