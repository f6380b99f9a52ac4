import flakyService from './samples/flaky-service.ts?raw';
import quickStart from './samples/quick-start.ts?raw';
import rateLimit from './samples/rate-limit.ts?raw';
import slowReader from './samples/slow-reader.ts?raw';
import stuckHead from './samples/stuck-head.ts?raw';

export interface Sample {
  readonly name: string;
  readonly title: string;
  readonly code: string;
}

/** Programs to begin with; the first one is what the tab opens on. */
export const SAMPLES: readonly Sample[] = [
  { name: 'quick-start', title: 'Quick start', code: quickStart },
  { name: 'flaky-service', title: 'A flaky service, with retries and a fallback', code: flakyService },
  { name: 'rate-limit', title: 'Pages at a rate, from a generator', code: rateLimit },
  { name: 'slow-reader', title: 'Rows, read as fast as a loop takes them', code: slowReader },
  { name: 'stuck-head', title: 'A stuck head, and a limit for it', code: stuckHead },
];
