/** The rxjs operators that are compared, behind one signature. */
import { concatMap, mergeMap, type ObservableInput, type OperatorFunction } from 'rxjs';
import { concatMapEager } from 'rxjs-concat-map-eager';
// The package's entry for operators is a directory, which ES modules cannot import; the file behind it they can.
import { concatMapEager as etcConcatMapEager } from 'rxjs-etc/dist/cjs/operators/concatMapEager.js';
import type { Order } from './check.js';
import type { Contestant } from './measure.js';

export interface Operator {
  readonly order: Order;
  readonly apply: <T>(
    project: (value: T, index: number) => ObservableInput<number>,
    concurrent?: number,
  ) => OperatorFunction<T, number>;
}

export const operators = {
  concatMapEager: { order: 'in order', apply: (project, concurrent) => concatMapEager(project, concurrent) },
  mergeMap: { order: 'in any order', apply: (project, concurrent) => mergeMap(project, concurrent) },
  concatMap: { order: 'in order', apply: (project) => concatMap(project) },
  'rxjs-etc': { order: 'in order', apply: (project, concurrent) => etcConcatMapEager(project, concurrent) },
} satisfies Record<string, Operator>;

export type OperatorName = keyof typeof operators;

/** Ours, and those that are named, in the same scene. */
export function against(
  others: readonly Exclude<OperatorName, 'concatMapEager'>[],
  scene: (operator: Operator) => Contestant,
): Record<string, Contestant> {
  return Object.fromEntries(
    (['concatMapEager', ...others] as const).map((name) => [name, scene(operators[name])] as const),
  );
}
