/** What the process and rxjs report, and should have no reason to. */
import { config } from 'rxjs';
import type { Tally } from './tally.js';

/** Writes all of it down as problems, until what it returns is called. */
export function listenForAlarms(tally: Tally): () => void {
  const note = (what: string) => (reason: unknown) => {
    tally.count(`alarm: ${what}`);
    tally.problem(`${what}: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
  };
  const listeners = {
    unhandledRejection: note('unhandled rejection'),
    uncaughtException: note('uncaught exception'),
    warning: note('warning'),
  };
  for (const [event, listener] of Object.entries(listeners)) process.on(event, listener);
  config.onUnhandledError = note('error that rxjs reports as unhandled');
  return () => {
    for (const [event, listener] of Object.entries(listeners)) process.off(event, listener);
    config.onUnhandledError = null;
  };
}
