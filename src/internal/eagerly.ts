import { identity, NEVER, noop, Observable, Subscription, type ObservableInput } from 'rxjs';
import { EagerProcess, type Project } from './eagerProcess.js';
import { normalizeConfig, type Settings } from './settings.js';
import { PushedSource, type Source } from './source.js';

/** The result of an operator: each subscription is a process of its own, with a source of its own. */
export function eagerly<T, R>(
  project: Project<T, R>,
  settings: Settings<T, R>,
  open: (process: EagerProcess<T, R>) => Source,
): Observable<R> {
  return new Observable((subscriber) => {
    keepShapes();
    const process = new EagerProcess(subscriber, project, settings);
    process.connect(open(process));
  });
}

let kept: Subscription | undefined = undefined;

/**
 * Keeps one subscription, with an item of each kind, that never does anything. V8 knows a class's objects by their shape; when
 * it collects garbage while there is no object of a class, it forgets the shape, and with it all code that was optimised for
 * it. Streams that come one after the other would be slow again and again: `docs/decisions.md` has the figures.
 */
function keepShapes(): void {
  if (kept === undefined) {
    // It subscribes as well.
    kept = Subscription.EMPTY;
    const scheduler = { now: () => 0, schedule: () => Subscription.EMPTY };
    const settings = normalizeConfig<ObservableInput<never>, never>({ timeout: { each: 1, total: 1 }, scheduler });
    const inputs = new Observable<ObservableInput<never>>((subscriber) => {
      subscriber.next(NEVER);
      subscriber.next(new Promise(noop));
    });
    kept = eagerly(identity, settings, (process) => new PushedSource(inputs, process)).subscribe();
  }
}
