import { Observable, type Subscriber } from 'rxjs';
import { EagerLoop } from './eagerLoop.js';
import { KeyAsker } from './keyAsker.js';
import { keepShapes } from './keepShapes.js';
import type { Project } from './run.js';
import type { Settings } from './settings.js';
import type { Intake, Source } from './source.js';

/** Opens the source of a subscription. */
export type Open<T> = (loop: Intake<T>) => Source;

/** The result of an operator: each subscription is a loop of its own, with a source of its own. */
export function eagerly<T, R>(project: Project<T, R>, settings: Settings<T, R>, open: Open<T>): Observable<R> {
  return new Observable((subscriber) => subscribe(subscriber, project, settings, open));
}

export function subscribe<T, R>(
  subscriber: Subscriber<R>,
  project: Project<T, R>,
  settings: Settings<T, R>,
  open: Open<T>,
): void {
  const loop = new EagerLoop(subscriber, project, settings);
  subscriber.add(() => loop.close());
  connect(loop, settings, open);
}

export function connect<T, R>(loop: EagerLoop<T, R>, { key }: Settings<T, R>, open: Open<T>): void {
  keepShapes(key !== undefined);
  loop.connect(open(key === undefined ? loop : new KeyAsker(loop, key)));
}
