// @ts-check
const { debounceTime, distinctUntilChanged, EMPTY, pipe, switchMap, TimeoutError } = require('rxjs');
const { concatMapEager } = require('rxjs-concat-map-eager');

/** @import { ObservableInput, OperatorFunction } from 'rxjs' */

/**
 * Suggests while somebody types: asks when there was nothing new for 300 ms, and not twice in a row for one text. What is
 * still being asked then is cancelled.
 *
 * @template R
 * @param {(text: string) => ObservableInput<R>} ask
 * @returns {OperatorFunction<string, R>}
 */
exports.suggest = (ask) => pipe(debounceTime(300), distinctUntilChanged(), switchMap(ask));

/**
 * Looks up the rows of a list, two at a time, in the order of the list. A row that is not there any more (404) is left
 * out, one that takes longer than 200 ms is taken from the cache, and any other error ends the result.
 *
 * @template T, R
 * @param {(id: T) => ObservableInput<R>} fetchRow
 * @param {(id: T) => ObservableInput<R>} cached
 * @returns {OperatorFunction<T, R>}
 */
exports.lookUp = (fetchRow, cached) =>
  concatMapEager(fetchRow, {
    concurrent: 2,
    timeout: 200,
    onError: (error, { value }) => {
      if (error instanceof TimeoutError) return cached(value);
      if (/** @type {{ status?: number }} */ (error).status === 404) return EMPTY;
      throw error;
    },
  });
