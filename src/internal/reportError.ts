import { config } from 'rxjs';

/**
 * Reports an error that nobody is there to receive as rxjs reports that of a throwing subscriber: to
 * `config.onUnhandledError`, or by throwing it in a task of its own.
 */
export function reportError(error: unknown): void {
  setTimeout(() => {
    const { onUnhandledError } = config;
    if (onUnhandledError) {
      onUnhandledError(error);
    } else {
      throw error;
    }
  });
}
