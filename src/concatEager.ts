import { identity, Observable, type ObservableInput, type ObservedValueOf } from 'rxjs';
import type { ConcatMapEagerConfig } from './config.js';
import { check } from './internal/check.js';
import { EagerProcess, type Project } from './internal/eagerProcess.js';
import { normalizeConfig } from './internal/normalizeConfig.js';
import { handleRejection } from './internal/promises.js';
import { hasMethod, isReadable } from './internal/reader.js';
import { PulledSource } from './internal/source.js';

export function concatEager<O extends ObservableInput<unknown>, R = never>(
  inputs: Iterable<O> | AsyncIterable<O>,
  concurrentOrConfig?: number | ConcatMapEagerConfig<O, R>,
): Observable<ObservedValueOf<O> | R> {
  type Out = ObservedValueOf<O> | R;
  check(
    isReadable(inputs) || hasMethod(inputs, Symbol.iterator),
    'inputs',
    'an array, an iterable or an async iterable',
    inputs,
  );
  const settings = normalizeConfig<O, Out>(concurrentOrConfig);
  handleRejections(inputs);
  return new Observable<Out>((subscriber) => {
    handleRejections(inputs);
    const process = new EagerProcess<O, Out>(subscriber, identity as Project<O, Out>, settings);
    process.connect(new PulledSource<O, Out>(inputs, process));
  });
}

/** The promises of an array are there before it is their turn, and may be rejected before it is. */
function handleRejections(inputs: unknown): void {
  if (Array.isArray(inputs)) {
    inputs.forEach(handleRejection);
  }
}
