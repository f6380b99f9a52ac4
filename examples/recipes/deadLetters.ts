import {
  from,
  ignoreElements,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

export interface DeadLetter<T> {
  readonly value: T;
  readonly index: number;
  readonly attempts: number;
  /** How many of its values have been emitted, or will be. */
  readonly emitted: number;
  readonly error: unknown;
}

/**
 * Gives each item that failed for good to the `sink`, then goes on without it.
 * The item keeps its turn until the sink is done. If the sink fails, the result
 * ends at that turn with the sink's error.
 */
export function withDeadLetters<T, R>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  sink: (
    letter: DeadLetter<T>,
    signal: AbortSignal,
  ) => ObservableInput<unknown>,
): OperatorFunction<T, R> {
  return concatMapEager(project, {
    concurrent: 8,
    timeout: 5_000,
    retry: { count: 2, delay: 500 },
    onError: (error, { value, index, attempt, emitted, signal }) =>
      from(
        sink({ value, index, attempts: attempt, emitted, error }, signal),
      ).pipe(ignoreElements()),
  });
}
