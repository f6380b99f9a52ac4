import { Observable } from 'rxjs';
import { EagerLoop } from './eagerLoop.js';
import { KeyAsker } from './keyAsker.js';
import { keepShapes } from './keepShapes.js';
import type { Project } from './run.js';
import type { Settings } from './settings.js';
import type { Intake, Source } from './source.js';

/** The result of an operator: each subscription is a loop of its own, with a source of its own. */
export function eagerly<T, R>(
  project: Project<T, R>,
  settings: Settings<T, R>,
  open: (loop: Intake<T>) => Source,
): Observable<R> {
  return new Observable((subscriber) => {
    keepShapes(settings.key !== undefined);
    const loop = new EagerLoop(subscriber, project, settings);
    loop.connect(open(settings.key === undefined ? loop : new KeyAsker(loop, settings.key)));
  });
}
