/** A stream of twelve items with three slots, to be looked at. */
import {
  concat,
  from,
  ignoreElements,
  lastValueFrom,
  of,
  throwError,
  timer,
} from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
import { drawInDeveloperTools } from './developerTools.js';
import { timelineMonitor } from './timeline.js';

/** How long each takes, in ms. The fifth one fails at first. */
const durations = [90, 40, 60, 160, 50, 70, 40, 90, 60, 50, 80, 40];

const work = (index: number, attempt: number) =>
  concat(
    timer(durations[index]!).pipe(ignoreElements()),
    index === 4 && attempt === 1
      ? throwError(() => new Error('no'))
      : of(index),
  );

export const run = (draw = drawInDeveloperTools) =>
  lastValueFrom(
    from(durations).pipe(
      concatMapEager((_ms, index, { attempt }) => work(index, attempt), {
        concurrent: 3,
        retry: { count: 1, delay: 30 },
        monitor: timelineMonitor('rows', draw),
      }),
    ),
  );
