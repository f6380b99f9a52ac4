import type { ServerResponse } from 'node:http';
import { firstValueFrom, fromEvent, race } from 'rxjs';

/**
 * Gives values only while the client keeps up: none as long as the response holds more than it can send. rxjs has no
 * backpressure, so it is the source that has to wait.
 */
export async function* asFastAsRead<T>(values: Iterable<T>, response: ServerResponse): AsyncGenerator<T> {
  for (const value of values) {
    if (response.writableNeedDrain) {
      await firstValueFrom(race(fromEvent(response, 'drain'), fromEvent(response, 'close')));
    }
    yield value;
  }
}
