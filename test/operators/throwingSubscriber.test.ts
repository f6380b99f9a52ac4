import { identity, noop, of, range, Subject, UnsubscriptionError } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager } from '../../src/index.js';
import { subjects } from '../support/record.js';
import { reportedErrors, turn, unhandledRejections } from '../support/turn.js';

test('a subscriber that throws is reported, and disturbs nothing', async () => {
  const heard: unknown[] = [];
  const [a, b] = subjects(2);
  const reported = await reportedErrors(() => {
    of(a!, b!, of('c'))
      .pipe(concatMapEager((inner) => inner, 2))
      .subscribe({
        next: (value) => {
          heard.push(value);
          throw `threw at ${value}`;
        },
        complete: () => {
          heard.push('|');
          throw 'threw at the end';
        },
      });
    b!.next('b');
    a!.next('a');
    a!.complete();
    b!.complete();
  });

  expect(heard).toEqual(['a', 'b', 'c', '|']);
  expect(reported).toEqual(['threw at a', 'threw at b', 'threw at c', 'threw at the end']);
});

test('a subscriber that throws at the error is reported, and all is cancelled', async () => {
  const inner = new Subject<number>();
  const reported = await reportedErrors(() => {
    range(0, 2)
      .pipe(
        concatMapEager(
          (index) => {
            if (index === 1) {
              throw 'bad';
            }
            return inner;
          },
          { onError: 'immediate' },
        ),
      )
      .subscribe({
        error: (error) => {
          throw `threw at ${String(error)}`;
        },
      });
  });

  expect(reported).toEqual(['threw at bad']);
  expect(inner.observed).toBe(false);
});

test('an error that nobody listens to is reported', async () => {
  const reported = await reportedErrors(() => {
    of(1)
      .pipe(
        concatMapEager(() => {
          throw 'bad';
        }),
      )
      .subscribe();
  });

  expect(reported).toEqual(['bad']);
});

test.each([
  ['has been fulfilled', () => Promise.resolve(1)],
  ['has been rejected', () => Promise.reject(new Error('bad'))],
])(
  "what the consumer's teardown throws after a promise %s is reported, and is no unhandled rejection",
  async (_, make) => {
    let reported: unknown[] = [];
    const unhandled = await unhandledRejections(async () => {
      reported = await reportedErrors(async () => {
        const subscription = of(make()).pipe(concatMapEager(identity)).subscribe({ error: noop });
        subscription.add(() => {
          throw 'teardown';
        });
        await turn();
      });
    });

    expect(unhandled).toEqual([]);
    expect(reported).toEqual([expect.any(UnsubscriptionError)]);
    expect(reported).toEqual([expect.objectContaining({ errors: ['teardown'] })]);
  },
);
