import { of, TimeoutError, type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager, type ItemContext } from 'rxjs-concat-map-eager';

/**
 * Puts a value in the place of an item that takes too long; all other errors end the result, in order.
 * `atomic`, so that the value replaces what the item has emitted and does not follow it.
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
