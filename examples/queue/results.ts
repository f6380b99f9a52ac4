import type { Queue, QueueEvents } from 'bullmq';
import {
  concatMap,
  defer,
  filter,
  fromEvent,
  map,
  merge,
  share,
  take,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type MonitorEvent } from 'rxjs-concat-map-eager';
import { jobId, type Line, type Row } from './rows.js';

/**
 * Has each row worked on by whichever worker takes its job, and gives one line a row, in the order of the rows.
 * Nothing in it is lost with this process: whoever subscribes again finds the jobs there, done, under way or waiting.
 */
export function results(
  queue: Queue<Row, Line>,
  events: QueueEvents,
  monitor?: (event: MonitorEvent<Row>) => void,
): OperatorFunction<Row, Line> {
  const hear = (name: string) => fromEvent(events, name, ({ jobId }: { jobId: string }) => jobId);
  const ended = merge(hear('completed'), hear('failed')).pipe(share());

  const lineOf = (row: Row): Observable<Line> => {
    const id = jobId(row);
    return merge(
      ended.pipe(filter((other) => other === id)),
      // It may have ended before anybody listened. A job that is there is not added again.
      defer(() => queue.add('row', row, { jobId: id, removeOnComplete: KEPT, removeOnFail: KEPT })),
    ).pipe(
      concatMap(() => queue.getJob(id)),
      filter((job) => job?.finishedOn !== undefined),
      take(1),
      map((job) => job!.returnvalue ?? { position: row.position, error: job!.failedReason }),
    );
  };

  return concatMapEager(lineOf, {
    // Jobs in the queue at once: enough that no worker ever waits for this process.
    concurrent: 32,
    // Lines that may be done ahead of the output. Redis and this process hold no more than these.
    reorderWindow: 256,
    // Nothing fails when it passes: asking again finds the job. It is for an end of which the news was lost.
    timeout: 10_000,
    // After five minutes without a worker or without Redis the result fails in its place; a new start goes on from there.
    retry: { count: 30, delay: 500 },
    onError: 'in-order',
    monitor,
  });
}

/** How long an ended job is kept for a producer that comes back, in seconds; it removes those that it has written. */
const KEPT = { age: 24 * 3_600 };
