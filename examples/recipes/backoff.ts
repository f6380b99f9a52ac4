import { timer, type OperatorFunction, type RetryConfig } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';

/**
 * Exponential backoff with full jitter: before retry n, a random delay of up to
 * `base * 2 ** (n - 1)` ms, at most `max`. If the server sent `Retry-After`,
 * that time is added. An error that a retry cannot mend, and a `Retry-After`
 * longer than `max`, end the retries.
 */
export function backoff({
  count = 4,
  base = 200,
  max = 30_000,
  random = Math.random,
} = {}): RetryConfig {
  return {
    count,
    delay: (error: unknown, retry) => {
      const asked = error instanceof HttpError ? error.retryAfter : 0;
      if (asked > max || (error instanceof HttpError && !error.transient)) {
        throw error;
      }
      return timer(asked + random() * Math.min(max, base * 2 ** (retry - 1)));
    },
  };
}

export class HttpError extends Error {
  readonly transient: boolean;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfter: number;

  constructor({ status, headers }: Response) {
    super(`HTTP status ${status}`);
    this.transient = status === 408 || status === 429 || status >= 500;
    // The header holds seconds or a date.
    const header = headers.get('retry-after') ?? '0';
    this.retryAfter = Math.max(
      0,
      Number(header) * 1_000 || Date.parse(header) - Date.now() || 0,
    );
  }
}

/**
 * Gets what is at each URL, in order. `fetch` does not reject for an error
 * status, so `project` throws. It is called for each attempt, so each attempt
 * has its own request and its own signal.
 */
export function getAll<R>(): OperatorFunction<string, R> {
  return concatMapEager(
    async (url, _index, { signal }) => {
      const response = await fetch(url, { signal });
      if (!response.ok) {
        throw new HttpError(response);
      }
      return (await response.json()) as R;
    },
    { concurrent: 8, timeout: 5_000, retry: backoff(), onError: 'skip' },
  );
}
