import { show } from './show.js';

/**
 * The error for an inner that is not an ObservableInput: `giver` says who was to give it, as in `` `project` to return ``, and
 * `hint`, which comes last, what was probably meant.
 */
export function notObservableInput(
  input: unknown,
  giver: string,
  index: number,
  hint = '',
  failure?: { readonly error: unknown },
): TypeError {
  const orEmpty = failure ? ', or `EMPTY` to skip the item' : '';
  return new TypeError(
    `Expected ${giver} an ObservableInput (an Observable, promise, array, iterable, async iterable or ReadableStream) ` +
      `for item ${index}${orEmpty}, got ${show(input)}${hint}`,
    failure && { cause: failure.error },
  );
}
