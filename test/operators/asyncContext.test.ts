import { AsyncLocalStorage } from 'node:async_hooks';
import { EMPTY, NEVER, of, Subject, throwError, timer } from 'rxjs';
import { expect, test } from 'vitest';
import { concatMapEager, type ConcatMapEagerConfig } from 'rxjs-concat-map-eager';

const requests = new AsyncLocalStorage<string>();

/** Each value is pushed by the request of its name; says which request's context each call of a user's function is made in. */
async function callsOf(
  project: (value: string, attempt: number) => unknown,
  config: ConcatMapEagerConfig<string>,
  values = ['a', 'b', 'c'],
) {
  const calls: string[] = [];
  const call = (what: string, value: string) => calls.push(`${what} of ${value} in ${requests.getStore()}`);
  const { onError, retry } = config;
  const source = new Subject<string>();
  const done = new Promise<void>((resolve) => {
    source
      .pipe(
        concatMapEager(
          (value, _index, { attempt }) => {
            call(`attempt ${attempt}`, value);
            return project(value, attempt) as typeof NEVER;
          },
          {
            ...config,
            ...(typeof retry === 'object' && {
              retry: {
                ...retry,
                ...(typeof retry.delay === 'function' && {
                  delay: (error: unknown, count: number) => {
                    calls.push(`delay in ${requests.getStore()}`);
                    return (retry.delay as (error: unknown, count: number) => typeof NEVER)(error, count);
                  },
                }),
              },
            }),
            ...(onError === undefined && {
              onError: (_error: unknown, { value }: { value: string }) => {
                call('fallback', value);
                return EMPTY;
              },
            }),
          },
        ),
      )
      .subscribe({ complete: resolve, error: resolve });
  });
  values.forEach((value) => requests.run(value, () => source.next(value)));
  source.complete();
  await done;
  return calls;
}

const ofEach = (...whats: string[]) =>
  whats.flatMap((what) => ['a', 'b', 'c'].map((value) => `${what} of ${value} in ${value}`));

test('calls onError after a time limit in the context of the item, whoever armed the timer', async () => {
  expect(await callsOf(() => NEVER, { timeout: 10 })).toEqual(ofEach('attempt 1', 'fallback'));
});

test.each(['first', 'each'] as const)('and after the limit `%s`', async (limit) => {
  expect(await callsOf(() => NEVER, { timeout: { [limit]: 10 } })).toEqual(ofEach('attempt 1', 'fallback'));
});

test('calls project for a retry after a time limit in the context of the item', async () => {
  const calls = await callsOf((_, attempt) => (attempt === 1 ? NEVER : of(1)), { timeout: 10, retry: 1 });
  expect(calls).toEqual(ofEach('attempt 1', 'attempt 2'));
});

test('calls project after a delay in the context of the item', async () => {
  const calls = await callsOf((_, attempt) => (attempt < 3 ? throwError(Error) : of(1)), {
    retry: { count: 2, delay: 10 },
  });
  expect(calls).toEqual(ofEach('attempt 1', 'attempt 2', 'attempt 3'));
});

test('calls the delay function, and project after its notifier, in the context of the item', async () => {
  const calls = await callsOf((_, attempt) => (attempt === 1 ? NEVER : of(1)), {
    timeout: 10,
    retry: { count: 1, delay: () => timer(5) },
  });
  expect(calls.filter((call) => call.startsWith('delay')).sort()).toEqual(['delay in a', 'delay in b', 'delay in c']);
  expect(calls.filter((call) => !call.startsWith('delay'))).toEqual(ofEach('attempt 1', 'attempt 2'));
});

test('calls onError of an item that held up others in the context of that item', async () => {
  const calls = await callsOf((value) => (value === 'a' ? NEVER : of(1)), { timeout: { blocking: 10 } });
  expect(calls).toContain('fallback of a in a');
});

test('starts a retry in the context in which its attempt failed, also while another item is being emitted', () => {
  const [slow, failing] = [new Subject<string>(), new Subject<string>()];
  const calls: string[] = [];
  const source = new Subject<string>();
  source
    .pipe(
      concatMapEager(
        (value, _index, { attempt }) => {
          calls.push(`attempt ${attempt} of ${value} in ${requests.getStore()}`);
          return value === 'a' ? slow : attempt === 1 ? failing : EMPTY;
        },
        { retry: 1 },
      ),
    )
    .subscribe(() => requests.run('b', () => failing.error(new Error('boom'))));
  ['a', 'b'].forEach((value) => requests.run(value, () => source.next(value)));
  // What is parked is emitted while the loop drains: nothing is started before it has.
  requests.run('a', () => slow.next('value'));

  expect(calls).toEqual(['attempt 1 of a in a', 'attempt 1 of b in b', 'attempt 2 of b in b']);
});

test('leaves the context in which the timer fires as it was', async () => {
  const heard: unknown[] = [];
  const source = new Subject<string>();
  requests.run('a', () =>
    source
      .pipe(
        concatMapEager(() => NEVER, {
          timeout: 10,
          onError: 'skip',
          monitor: ({ type, index }) => heard.push([type, index, requests.getStore()]),
        }),
      )
      .subscribe(),
  );
  ['b', 'c'].forEach((value) => requests.run(value, () => source.next(value)));
  await expect
    .poll(() => heard.filter((event) => (event as unknown[])[0] === 'failed'))
    .toEqual([
      ['failed', 0, 'b'],
      ['failed', 1, 'c'],
    ]);
});
