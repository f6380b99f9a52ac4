import type { TokenBucket } from 'limiter';
import { defer, type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Every attempt takes a token from the bucket before it starts. So at most
 * eight run at once, and no more start in a second than the bucket allows. The
 * limit is in the inner operator, so that its clock starts when the token has
 * come.
 */
export function rateLimited<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  bucket: TokenBucket,
): OperatorFunction<T, R> {
  return concatMapEager(
    (value, index, { attempt }) =>
      defer(() => bucket.removeTokens(1)).pipe(
        concatMapEager(
          (_token, _index, { signal }) =>
            project(value, index, { attempt, signal }),
          {
            timeout: 5_000,
            onError: 'in-order',
          },
        ),
      ),
    { concurrent: 8, retry: 2, onError: 'skip' },
  );
}
