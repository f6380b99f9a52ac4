import { draw } from './draw.js';
import type { Score } from './row.js';

/** What goes wrong in the service: shares of the rows, from 0 to 1. */
export interface Faults {
  /** Answered with status 500. */
  readonly fail: number;
  /** Never answered. */
  readonly hang: number;
  /** A row that meets this fault, whatever the shares are. */
  readonly sure?: { readonly id: string; readonly fault: 'fail' | 'hang' };
}

export interface Latency {
  /** ms */
  readonly min: number;
  readonly max: number;
}

/** One in ten of the rows that meet a fault meet it again in each attempt. */
const FOR_EVER = 0.1;

export function faultOf(
  id: string,
  attempt: number,
  seed: number,
  { fail, hang, sure }: Faults,
): 'fail' | 'hang' | undefined {
  if (id === sure?.id) return sure.fault;
  const drawn = draw(seed, `fault ${id}`);
  if (drawn >= fail + hang) return undefined;
  if (attempt > 1 && draw(seed, `again ${id}`) >= FOR_EVER) return undefined;
  return drawn < hang ? 'hang' : 'fail';
}

export function latencyOf(
  id: string,
  seed: number,
  { min, max }: Latency,
): number {
  return min + draw(seed, `ms ${id}`) * (max - min);
}

const REGIONS = ['north', 'east', 'south', 'west'];

export function scoreOf(id: string, seed: number): Score {
  return {
    risk: Math.round(draw(seed, `risk ${id}`) * 1_000) / 1_000,
    region: REGIONS[Math.floor(draw(seed, `region ${id}`) * 4)]!,
  };
}
