import { of, range, type ObservableInput } from 'rxjs';
import { drain } from '../check.js';
import type { Workload } from '../measure.js';
import { against } from '../operators.js';
import { count, atOnce, slug } from '../words.js';

/** Inners that have ended when `subscribe` returns: nothing is parked, so this is what an item costs. */
export const synchronous = {
  ofValue: (items: number, concurrent: number) =>
    workload(`of-${slug(concurrent)}`, `${count(items)} × \`of(v)\``, items, concurrent, (n) => of(n)),

  array: (items: number, concurrent: number) =>
    workload(`array-${slug(concurrent)}`, `${count(items)} × \`[v]\``, items, concurrent, (n) => [n]),

  thousand: (items: number, concurrent: number) =>
    workload(
      `thousand-${slug(concurrent)}`,
      `${count(items)} inners of 1,000 synchronous values`,
      items,
      concurrent,
      (n) => range(n * 1_000, 1_000),
      1_000,
    ),
};

function workload(
  id: string,
  what: string,
  items: number,
  concurrent: number,
  project: (n: number) => ObservableInput<number>,
  each = 1,
): Workload {
  return {
    id,
    title: `${what}, ${atOnce(concurrent)}`,
    contestants: against(
      ['mergeMap', 'concatMap', 'rxjs-etc'],
      ({ order, apply }) =>
        () =>
        () =>
          drain(range(0, items).pipe(apply(project, concurrent)), items * each, order),
    ),
  };
}
