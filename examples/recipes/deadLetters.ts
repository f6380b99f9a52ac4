import { from, ignoreElements, type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

export interface DeadLetter<T> {
  readonly value: T;
  readonly index: number;
  readonly attempts: number;
  /** How many values of it have come out, or will. */
  readonly emitted: number;
  readonly error: unknown;
}

/**
 * Goes on without the items that failed for good, once each has been given to the `sink`.
 * The item keeps its place until the sink is done; if the sink fails, the result ends there, in order.
 */
export function withDeadLetters<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  sink: (letter: DeadLetter<T>, signal: AbortSignal) => ObservableInput<unknown>,
): OperatorFunction<T, R> {
  return concatMapEager(project, {
    concurrent: 8,
    timeout: 5_000,
    retry: { count: 2, delay: 500 },
    onError: (error, { value, index, attempt, emitted, signal }) =>
      from(sink({ value, index, attempts: attempt, emitted, error }, signal)).pipe(ignoreElements()),
  });
}
