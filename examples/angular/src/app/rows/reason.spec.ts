import { HttpErrorResponse } from '@angular/common/http';
import { firstValueFrom, NEVER, timeout, timer } from 'rxjs';
import {
  concatMapEager,
  type ConcatMapEagerConfig,
} from 'rxjs-concat-map-eager';
import { describe, expect, test } from 'vitest';
import { reasonOf } from './reason';

const answered = (status: number, error: unknown = null) =>
  new HttpErrorResponse({ status, error });
const errorOf = (result: Promise<unknown>) =>
  result.then(
    () => expect.fail('it has not failed'),
    (error: unknown) => error,
  );
const failed = (config: ConcatMapEagerConfig<number>) =>
  errorOf(
    firstValueFrom(
      timer(0, 1).pipe(
        concatMapEager((index) => (index === 0 ? NEVER : [index]), config),
      ),
    ),
  );

describe('reasonOf', () => {
  test.each([
    [0, null, 'the service cannot be reached'],
    [404, { message: 'not found' }, 'not found'],
    [404, {}, 'the service answered 404'],
    [502, null, 'the service answered 502'],
    [400, { message: ['a', 'b'] }, 'the service answered 400'],
    [
      200,
      new SyntaxError('Unexpected token \'<\', "<!doctype" is not valid JSON'),
      'the answer could not be read',
    ],
  ])('of the answer %j with %j', (status, error, reason) => {
    expect(reasonOf(answered(status, error))).toBe(reason);
  });

  test('of the limits', async () => {
    expect(reasonOf(await failed({ timeout: 1 }))).toBe('took too long');
    expect(reasonOf(await failed({ timeout: { blocking: 1 } }))).toBe(
      'held up the others for too long',
    );
  });

  test("of rxjs's `timeout`, as interceptors have it", async () => {
    const error = await errorOf(firstValueFrom(NEVER.pipe(timeout(1))));
    expect(reasonOf(error)).toBe('took too long');
  });

  test.each([[new TypeError('name of null')], ['a text'], [undefined]])(
    'of anything else: %j',
    (error) => {
      expect(reasonOf(error)).toBe('something went wrong');
    },
  );
});
