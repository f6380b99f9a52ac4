/** Whether a run has held what is promised. */
import { CONSUMER_NAMES } from './consumers.js';
import type { Results } from './results.js';
import { sum, type Sample } from './sample.js';
import { trendOf, type Trend } from './trend.js';

/**
 * How much the heap may grow, in bytes, from the end of the warm-up to the end of the run. What grows there without a leak is
 * V8's: code that is compiled, and feedback that is gathered for the rarest paths; in ten minutes that is some 0.1 MB, in thirty up to
 * 0.48 MB, and the samples scatter by 0.1 MB. A leak of one object of 32 bytes in ten items is 20 MB in the six million items of thirty
 * minutes. So the bound is just above the one and far below the other, and no share of a heap that could be of any size.
 */
const MOST_GROWTH = 500_000;

/** The part of a run, and the least number of seconds, in which V8 compiles most of what will run. */
const WARM_UP = 0.2;
const LEAST_WARM_UP = 20;
/** Shorter than this, a run is all warm-up, and not everything need happen. */
const LEAST_MINUTES = 1;
/** What live streams may hold at rest of what is followed, all of them together: in fact they hold nothing. */
const MOST_PRESENT = 20;

/** A soak in which this has not happened would show nothing. */
const MUST_HAPPEN = [
  ...['first', 'each', 'total', 'blocking'].map((limit) => `limit: ${limit}`),
  ...['completed', 'failed', 'cancelled', 'dropped'].map((outcome) => `outcome: ${outcome}`),
  ...['completed', 'failed', 'left', 'stopped by the signal', 'overflowed'].map((end) => `short: ${end}`),
  ...CONSUMER_NAMES.flatMap((consumer) => ['completed', 'failed', 'left'].map((end) => `${consumer}: ${end}`)),
  ...['retries', 'fallbacks', 'signals aborted', 'told by the adaptive limit'],
];

export interface Check {
  readonly name: string;
  readonly found: string;
  readonly isHeld: boolean;
}

export const isLongEnough = ({ minutes }: Pick<Results, 'minutes'>) => minutes >= LEAST_MINUTES;

/** The samples after the warm-up. */
export function measured({ samples, minutes }: Pick<Results, 'samples' | 'minutes'>): readonly Sample[] {
  const warmUp = Math.max(LEAST_WARM_UP, minutes * 60 * WARM_UP);
  return samples.filter(({ at }) => at > warmUp);
}

export const heapTrend = (results: Pick<Results, 'samples' | 'minutes'>): Trend =>
  trendOf(measured(results).map(({ at, heap }) => [at, heap]));

export function judge(results: Results): Check[] {
  const { before, after, listeners, counts, samples, left, problems } = results;
  const present = Math.max(...samples.map((sample) => sample.present));
  const different = [after, ...samples.map(({ resources }) => resources)].filter((found) => !isSame(found, before));
  const alarms = Object.keys(counts).filter((what) => what.startsWith('alarm: '));
  return [
    ...(isLongEnough(results) ? [judgeHeap(heapTrend(results)), judgeHappenings(results)] : []),
    {
      name: 'at rest there are as many timers and handles as before the first item',
      found:
        different.length === 0
          ? `${sum(before)} at each of ${samples.length} rests and at the end`
          : `${JSON.stringify(before)} before, and then ${JSON.stringify(different[0])}`,
      isHeld: different.length === 0,
    },
    judgeListeners(listeners, samples),
    {
      name: 'no unhandled rejection, no warning, no error that is reported as unhandled',
      found: alarms.length === 0 ? 'none' : alarms.map((what) => `${what}: ${counts[what]!}`).join(', '),
      isHeld: alarms.length === 0,
    },
    {
      name: 'everything comes out in order and is accounted for; everything opened is closed',
      found: problems.length === 0 ? 'no exception' : problems[0]!,
      isHeld: problems.length === 0,
    },
    {
      name: 'objects that are no longer needed are collected while the streams go on',
      found: `at most ${present} objects are left at rest`,
      isHeld: present <= MOST_PRESENT,
    },
    {
      name: 'nothing is left after the end',
      found: `${sum(left)} objects`,
      isHeld: sum(left) === 0,
    },
  ];
}

function judgeListeners({ live, after }: Results['listeners'], samples: readonly Sample[]): Check {
  const other = samples.map(({ listeners }) => listeners).find((found) => !isSame(found, live));
  const isHeld = other === undefined && sum(after) === 0;
  return {
    name: 'what outlives streams (a signal, limits, a notifier) has as many listeners at rest as at the start, and none at the end',
    found: isHeld
      ? `${sum(live)} at each rest, and then none`
      : `${JSON.stringify(live)} at the start, and later ${JSON.stringify(other ?? after)}`,
    isHeld,
  };
}

function judgeHappenings({ counts }: Results): Check {
  const missing = MUST_HAPPEN.filter((what) => !counts[what]);
  return {
    name: 'hangs, failures, retries, fallbacks and unsubscriptions happened, and every limit was exceeded',
    found: missing.length === 0 ? 'all of them' : `not so: ${missing.join(', ')}`,
    isHeld: missing.length === 0,
  };
}

/** A growth counts that both lines show. */
function judgeHeap({ growth, medianGrowth }: Trend): Check {
  return {
    name: `the heap after collection grows by less than ${kilobytes(MOST_GROWTH)}`,
    found: `${kilobytes(growth)} by least squares, ${kilobytes(medianGrowth)} by the median of the slopes`,
    isHeld: Math.min(growth, medianGrowth) < MOST_GROWTH,
  };
}

export const kilobytes = (bytes: number) => `${Math.round(bytes / 1_000).toLocaleString('en')} kB`;

const isSame = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every((kind) => a[kind] === b[kind]);
