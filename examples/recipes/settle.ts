import {
  map,
  of,
  pipe,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Like `Promise.allSettled`, with limits and as a stream: what each item gave,
 * or why it failed. If `project` returns promises, each item gives one result.
 */
export function settle<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
): OperatorFunction<T, PromiseSettledResult<R>> {
  return pipe(
    concatMapEager(project, {
      concurrent: 8,
      timeout: 5_000,
      atomic: true,
      onError: (reason) => of(new Rejected(reason)),
    }),
    map((result) =>
      result instanceof Rejected
        ? { status: 'rejected', reason: result.reason }
        : { status: 'fulfilled', value: result },
    ),
  );
}

class Rejected {
  constructor(readonly reason: unknown) {}
}
