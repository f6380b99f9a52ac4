import { Observable, type ObservableInput, type ObservedValueOf, type OperatorFunction } from 'rxjs';
import type { ConcatMapEagerConfig, ItemContext } from './config.js';
import { check } from './internal/check.js';
import { EagerProcess, type Project } from './internal/eagerProcess.js';
import { listen } from './internal/listen.js';
import { normalizeConfig } from './internal/normalizeConfig.js';
import { PushedSource } from './internal/source.js';

export function concatMapEager<T, O extends ObservableInput<unknown>, R = never>(
  project: (value: T, index: number, item: ItemContext) => O,
  concurrentOrConfig?: number | ConcatMapEagerConfig<T, R>,
): OperatorFunction<T, ObservedValueOf<O> | R> {
  type Out = ObservedValueOf<O> | R;
  check(typeof project === 'function', 'project', 'a function', project);
  const settings = normalizeConfig<T, Out>(concurrentOrConfig);
  return (source) =>
    new Observable<Out>((subscriber) => {
      const process = new EagerProcess<T, Out>(subscriber, project as Project<T, Out>, settings);
      const pushed = new PushedSource(process);
      process.connect(pushed);
      listen(source, pushed);
    });
}
