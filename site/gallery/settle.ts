import {
  delay,
  map,
  of,
  pipe,
  range,
  throwError,
  timer,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import {
  concatMapEager,
  type ItemContext,
} from 'rxjs-concat-map-eager';

/**
 * Like `Promise.allSettled`, with limits and as a stream:
 * what each item gave, or why it failed.
 */
export function settle<T, R>(
  project: (
    value: T,
    index: number,
    item: ItemContext,
  ) => ObservableInput<R>,
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

// Every third page is not there.
const load = (page: number) =>
  page % 3 === 0
    ? timer(50).pipe(
        map(() => {
          throw new Error(`no page ${page}`);
        }),
      )
    : of(`page ${page}`).pipe(delay(300 - 30 * page));

range(1, 8)
  .pipe(settle((page) => load(page)))
  .subscribe((result) => {
    if (result.status === 'fulfilled')
      console.log(result.value);
    else console.warn(String(result.reason));
  });
