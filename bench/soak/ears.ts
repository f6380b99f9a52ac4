/** The functions that a stream calls about failures: monitors, fallbacks, delays. */
import { of, TimeoutError, type ObservableInput } from 'rxjs';
import type { FailedItem, MonitorEvent, TimeoutMeta } from 'rxjs-concat-map-eager';
import type { Part } from './inners.js';
import { FALLBACK, type Account } from './ledger.js';
import type { Random } from './random.js';
import type { Tally } from './tally.js';

/**
 * Counts what happens, and reports to the ledger what it cannot see itself. A consumer that asks hears of a value when the item may have
 * been flushed: then the values alone show what has come out.
 */
export const monitorOf = (tally: Tally, ledger: Account, isAsked: boolean) => (event: MonitorEvent<unknown>) => {
  tally.count(`event: ${event.type}`);
  if (event.type === 'failed') {
    if (event.willRetry) tally.count('retries');
    noteTimeout(event.error, tally);
  } else if (event.type === 'ended') {
    tally.count(`outcome: ${event.outcome}`);
    if (event.outcome === 'failed') ledger.failed(event.index);
    if (event.outcome === 'dropped') ledger.dropped(event.index);
  } else if (event.type === 'flushed' && !event.dropped && !isAsked) {
    ledger.flushed(event.index);
  }
};

export function noteTimeout(error: unknown, tally: Tally): void {
  if (error instanceof TimeoutError) {
    tally.track('errors', error);
    tally.count(`limit: ${(error as TimeoutError<unknown, TimeoutMeta<unknown>>).info!.meta.limit}`);
  }
}

/** What an `onError` function returns: one value, by a promise or an Observable. */
export function fallback(item: FailedItem<unknown>, random: Random, tally: Tally): ObservableInput<Part> {
  tally.count('fallbacks');
  if (random.chance(0.5)) tally.track('signals', item.signal);
  const part = tally.track('values', { index: item.index, attempt: FALLBACK, part: 0, text: 'a fallback' });
  return tally.track('inners', random.chance(0.5) ? of(part) : Promise.resolve(part));
}
