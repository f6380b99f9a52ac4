import type { Job, Queue, QueueEvents } from 'bullmq';
import {
  concatMap,
  defer,
  filter,
  fromEvent,
  map,
  merge,
  share,
  take,
  TimeoutError,
  type Observable,
  type OperatorFunction,
} from 'rxjs';
import {
  concatMapEager,
  type MonitorEvent,
  type TimeoutMeta,
} from 'rxjs-concat-map-eager';
import { jobId, type Line, type Row } from './rows.js';

/**
 * Has each row worked on by whichever worker takes its job, and emits one line
 * for each row, in their order. Rows of one account are worked on one after
 * the other. Nothing in it is lost with this process:
 * whoever subscribes again finds the jobs there, done, under way or waiting.
 */
export function results(
  queue: Queue<Row, Line>,
  events: QueueEvents,
  monitor?: (event: MonitorEvent<Row>) => void,
): OperatorFunction<Row, Line> {
  const hear = (name: string) =>
    fromEvent(events, name, ({ jobId }: { jobId: string }) => jobId);
  const ended = merge(hear('completed'), hear('failed')).pipe(share());

  const lineOf = (row: Row): Observable<Line> => {
    const id = jobId(row);
    return merge(
      ended.pipe(filter((other) => other === id)),
      // It may have ended before anybody listened. A job that is there is not
      // added again, and one that has ended is kept until its line is written.
      defer(() =>
        queue.add('row', row, {
          jobId: id,
          removeOnComplete: A_DAY,
          removeOnFail: A_DAY,
        }),
      ),
    ).pipe(
      concatMap(() => queue.getJob(id)),
      filter((job) => job?.finishedOn !== undefined),
      take(1),
      map((job) => lineFrom(row, job!)),
    );
  };

  return concatMapEager(lineOf, {
    // The next job of an account is added when the last one has ended, on
    // whichever machine.
    key: (row) => row.account,
    // Jobs in the queue at once: enough that no worker ever waits for this
    // process.
    concurrent: 32,
    // Lines that may be done ahead of the output. Redis and this process hold
    // no more than these.
    reorderWindow: 256,
    // Nothing fails when it passes: asking again finds the job. It is for an
    // end of which the news was lost.
    timeout: 10_000,
    // So a row may take five minutes, its wait for Redis and for a worker
    // included. Then the result fails at the row's turn; a new start goes on
    // from there. If your jobs take minutes, raise `count`.
    retry: { count: 30, delay: 500 },
    onError: 'in-order',
    monitor,
  });
}

/** A line in any case, and one that says what it can. */
function lineFrom({ position }: Row, job: Job<Row, Line>): Line {
  const { returnvalue, failedReason } = job;
  const error = failedReason || 'its worker gave neither a line nor a reason';
  return { ...(returnvalue ?? { error }), position };
}

/** Why the result has failed, in words that tell what to do. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof TimeoutError)) return (error as Error).message;
  const { meta } = error.info as { meta: TimeoutMeta<Row> };
  return (
    `row ${meta.value.position} was asked for ${meta.attempt} times in vain: ` +
    'is a worker running, and does its work end? ' +
    'Start the producer again to go on from there.'
  );
}

/** In seconds; removes jobs that no producer comes back for. */
const A_DAY = { age: 24 * 3_600 };
