import type { ConcatMapEagerConfig, Concurrency } from '../config.js';
import type { IterableObservable } from '../iterableObservable.js';
import { check, hasMethod } from './check.js';
import { IterableResult } from './iterable.js';
import { keepShapesOfPulled } from './keepShapes.js';
import { isObservableInput } from './observeInput.js';
import { PulledSource, type Inputs } from './pulled.js';
import { isReadable } from './reader.js';
import { handleRejections } from './rejections.js';
import type { Project } from './run.js';
import { normalizeConfig, type Mistake } from './settings.js';
import { show } from './show.js';
import { Until } from './until.js';

/**
 * The result of a door that reads.
 *
 * @param name - what the user calls the values
 * @param instead - what to use for something that pushes
 */
export function eagerlyFrom<T, R>(
  name: string,
  values: Inputs<T>,
  instead: string,
  project: Project<T, R>,
  config: Concurrency | ConcatMapEagerConfig<T, R> | undefined,
  mistake?: Mistake,
): IterableObservable<R> {
  if (!isReadable(values) && typeof values !== 'function') {
    throw notReadable(name, values, instead);
  }
  const settings = normalizeConfig(config, mistake, true);
  const { until } = settings;
  check(until === undefined || isObservableInput(until), 'until', 'an Observable, or what `from` makes one of', until);
  handleRejections(values);
  return new IterableResult(project, settings, (loop) => {
    // An array may have others by now.
    handleRejections(values);
    keepShapesOfPulled();
    return until === undefined
      ? new PulledSource(values, loop, name)
      : new Until(until, loop, (intake) => new PulledSource(values, intake, name));
  });
}

function notReadable(name: string, values: unknown, instead: string): TypeError {
  const isInput = hasMethod(values, 'subscribe') || hasMethod(values, 'then');
  return new TypeError(
    `Expected \`${name}\` to be an array, an iterable, an async iterable, or a function that returns one, got ` +
      `${show(values)}${isInput ? instead : ''}`,
  );
}
