import type { ObservableInput, OperatorFunction } from 'rxjs';
import {
  concatMapEager,
  type ItemContext,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';

/**
 * A monitor that logs each failure when it happens, however late the result
 * shows it: a warning for each failed attempt, an error for each item that
 * failed for good.
 */
export function logFailures<T>(
  logger: Pick<Console, 'warn' | 'error'> = console,
): (event: MonitorEvent<T>) => void {
  return (event) => {
    if (event.type === 'failed') {
      const next = event.willRetry ? 'is tried again' : 'was the last';
      logger.warn(
        `item ${event.index}: attempt ${event.attempt} failed and ${next}:`,
        event.error,
      );
    } else if (event.type === 'ended' && event.outcome === 'failed') {
      logger.error(`item ${event.index}: failed for good:`, event.error);
    }
  };
}

/**
 * Runs all items, and fails at the end if any of them failed. The log has said
 * so long before. A monitor hears every subscription of its operator.
 */
export function runAllLogged<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  logger?: Pick<Console, 'warn' | 'error'>,
): OperatorFunction<T, R> {
  return concatMapEager(project, {
    concurrent: 8,
    timeout: 5_000,
    retry: 2,
    onError: 'at-end',
    monitor: logFailures(logger),
  });
}
