import { identity, type ObservableInput, type ObservedValueOf, type OperatorFunction } from 'rxjs';
import { concatMapEager } from './concatMapEager.js';
import type { ConcatMapEagerConfig } from './config.js';

export function concatAllEager<O extends ObservableInput<unknown>, R = never>(
  concurrentOrConfig?: number | ConcatMapEagerConfig<O, R>,
): OperatorFunction<O, ObservedValueOf<O> | R> {
  return concatMapEager<O, O, R>(identity, concurrentOrConfig);
}
