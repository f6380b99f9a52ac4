import { draw } from './latency.js';

/** What goes wrong in the service: shares of the requests, from 0 to 1. */
export interface Faults {
  /** Never answered. */
  readonly hang: number;
  /** Answered with status 500. */
  readonly fail: number;
  /** Cut off by a reset of the connection. */
  readonly reset: number;
  /** The service dies after this many requests, and comes back. */
  readonly crashAfter?: number;
  /** The id of an action that is never answered, whatever the shares are. */
  readonly stuck?: number | string;
}

/** The exit status of a crash that was asked for. */
export const CRASHED = 70;

export const NO_FAULTS: Faults = { hang: 0, fail: 0, reset: 0 };

/** The fault that a request meets. Each attempt draws anew, so that most faults are over when it is tried again. */
export function faultOf(
  id: number | string,
  attempt: number,
  seed: number,
  { hang, fail, reset, stuck }: Faults,
): 'hang' | 'fail' | 'reset' | undefined {
  if (id === stuck) return 'hang';
  const drawn = draw(seed, `fault ${id} ${attempt}`);
  if (drawn < hang) return 'hang';
  if (drawn < hang + fail) return 'fail';
  if (drawn < hang + fail + reset) return 'reset';
  return undefined;
}
