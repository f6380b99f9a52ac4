import failures from '../../gallery/failures.ts?raw';
import flakyService from '../../gallery/flaky-service.ts?raw';
import forAwait from '../../gallery/for-await.ts?raw';
import keys from '../../gallery/keys.ts?raw';
import limits from '../../gallery/limits.ts?raw';
import migrating from '../../gallery/migrating.ts?raw';
import order from '../../gallery/order.ts?raw';
import rateLimit from '../../gallery/rate-limit.ts?raw';
import settle from '../../gallery/settle.ts?raw';
import streams from '../../gallery/streams.ts?raw';
import stuckHead from '../../gallery/stuck-head.ts?raw';
import timeLimits from '../../gallery/time-limits.ts?raw';

export interface Program {
  /** What links call it, and its file in `site/gallery/`. */
  readonly id: string;
  readonly title: string;
  readonly code: string;
  /** The page of the site that says more of it. */
  readonly page: 'overview' | 'failures' | 'keys' | 'limits' | 'migrating' | 'recipes' | 'streams' | 'time-limits';
}

/** Programs to begin with; the first one is what the tab opens on. */
export const PROGRAMS: readonly Program[] = [
  { id: 'order', title: 'Results in order', code: order, page: 'overview' },
  { id: 'keys', title: 'Effects in order, key by key', code: keys, page: 'keys' },
  { id: 'for-await', title: 'Rows, read as fast as a loop takes them', code: forAwait, page: 'overview' },
  { id: 'failures', title: 'A failure that waits for its turn', code: failures, page: 'failures' },
  {
    id: 'flaky-service',
    title: 'A flaky service, with retries and a fallback',
    code: flakyService,
    page: 'failures',
  },
  { id: 'settle', title: 'What each item gave, or why it failed', code: settle, page: 'recipes' },
  {
    id: 'time-limits',
    title: 'A row that never comes, and a limit for it',
    code: timeLimits,
    page: 'time-limits',
  },
  { id: 'stuck-head', title: 'A stuck head, and a limit for it', code: stuckHead, page: 'time-limits' },
  { id: 'limits', title: 'A limit that changes', code: limits, page: 'limits' },
  { id: 'streams', title: 'A slow cursor, enriched and written', code: streams, page: 'streams' },
  { id: 'rate-limit', title: 'Pages at a rate, from a generator', code: rateLimit, page: 'recipes' },
  { id: 'migrating', title: 'Eight at once, in one line', code: migrating, page: 'migrating' },
];
