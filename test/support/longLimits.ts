// A program that has nothing to do any more once its stream has ended, although a limit of an hour was set.
import { NEVER, of, Subject, take, throwError, timer } from 'rxjs';
import { concatMapEager } from '../../src/index.js';

const HOUR = 3_600_000;
const timeout = { first: HOUR, each: HOUR, total: HOUR, blocking: HOUR };
const log = (text: string) => () => {
  process.stdout.write(`${text}\n`);
};

of(0, 1)
  .pipe(concatMapEager((n) => timer(10 * n), { timeout }))
  .subscribe({ complete: log('completed') });

of(0, 1)
  .pipe(concatMapEager((n) => (n === 0 ? throwError(() => new Error('boom')) : NEVER), { timeout }))
  .subscribe({ error: log('failed') });

of(0, 1)
  .pipe(
    concatMapEager((n) => (n === 0 ? of(0) : new Subject()), { timeout }),
    take(1),
  )
  .subscribe({ complete: log('taken') });

const waiting = of(0)
  .pipe(concatMapEager(() => throwError(() => new Error('boom')), { retry: { delay: HOUR } }))
  .subscribe();
setTimeout(() => {
  waiting.unsubscribe();
  log('unsubscribed')();
}, 20);
