import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Gives values only while the client keeps up: none as long as the response
 * holds more than it can send. An Observable cannot be slowed, so it is the
 * source that has to wait; the signal ends that.
 */
export async function* asFastAsRead<T>(
  values: Iterable<T>,
  response: ServerResponse,
  signal: AbortSignal,
): AsyncGenerator<T> {
  for (const value of values) {
    if (response.writableNeedDrain) await once(response, 'drain', { signal });
    yield value;
  }
}
