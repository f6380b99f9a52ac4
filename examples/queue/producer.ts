/**
 * The producer: has the rows of the input worked on, and appends their results
 * to the output, in order. Started again, it goes on where the output ends.
 * Only one may write to an output at a time.
 * Usage: node dist/producer.js REDIS_URL QUEUE INPUT OUTPUT
 */
import { Queue, QueueEvents } from 'bullmq';
import {
  from,
  fromEvent,
  lastValueFrom,
  merge,
  mergeMap,
  takeUntil,
  tap,
} from 'rxjs';
import { connect, expectRedis } from './connection.js';
import { Output } from './output.js';
import { reasonOf, results } from './results.js';
import { jobId, readRows, type Line, type Row } from './rows.js';

const [url = '', name = '', input = '', outputPath = ''] =
  process.argv.slice(2);

if (outputPath === '') {
  console.error(
    'Expected four arguments: ' +
      'node dist/producer.js REDIS_URL QUEUE INPUT OUTPUT',
  );
  process.exit(2);
}
const { rows, output } = await open().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});

const queue = new Queue<Row, Line>(name, {
  connection: connect(url, (text) => console.log(text)),
});
// From the first event that is kept: an old one does no harm, and one between a
// start and the first look is not missed.
const events = new QueueEvents(name, {
  connection: connect(url),
  lastEventId: '0-0',
});
// Redis is away, which the connection says: they go on when it is back.
queue.on('error', () => {});
events.on('error', () => {});

console.log(`goes on behind line ${output.lines} of ${rows.length}`);
const stop = merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'));

let written = output.lines;
let mostAhead = 0;
let askedAgain = 0;
const lines = from(rows.slice(output.lines)).pipe(
  results(queue, events, (event) => {
    mostAhead = Math.max(mostAhead, event.parked);
    if (event.type === 'failed') askedAgain++;
  }),
  tap((line) => {
    output.append(line);
    written++;
  }),
  // What is in the file need not be in Redis any more. What a crash leaves
  // there goes by its age.
  mergeMap(({ position }) => queue.remove(jobId(rows[position]!)), 16),
  takeUntil(stop),
);

try {
  await lastValueFrom(lines, { defaultValue: 0 });
} catch (error) {
  console.error(reasonOf(error));
} finally {
  console.log(
    `${written} of ${rows.length} lines are there; ` +
      `at most ${mostAhead} were ready ahead of their turn, ` +
      `${askedAgain} times a job was asked for again`,
  );
  output.close();
}
// What is asked of Redis is not waited for: it may be away.
process.exit(written === rows.length ? 0 : 1);

async function open() {
  await expectRedis(url);
  const rows = readRows(input);
  const output = new Output(outputPath);
  if (output.lines <= rows.length) return { rows, output };
  throw new Error(
    `${outputPath} has ${output.lines} lines, and ${input} only ` +
      `${rows.length} rows: this is the output of another input`,
  );
}
