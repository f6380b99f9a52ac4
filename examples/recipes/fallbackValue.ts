import {
  of,
  TimeoutError,
  type ObservableInput,
  type OperatorFunction,
} from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Replaces an item that takes too long by a value. Any other error ends the
 * result, in order. `atomic` makes the value replace what the item has emitted;
 * without it, the value would follow.
 */
export function orElse<T, R, F>(
  project: (value: T, index: number, item: ItemContext) => ObservableInput<R>,
  fallback: (value: T) => F,
): OperatorFunction<T, R | F> {
  return concatMapEager(project, {
    concurrent: 8,
    timeout: 300,
    atomic: true,
    onError: (error, { value }) => {
      if (error instanceof TimeoutError) {
        return of(fallback(value));
      }
      throw error;
    },
  });
}
