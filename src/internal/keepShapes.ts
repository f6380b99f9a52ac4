import { identity, NEVER, noop, Observable, Subscription, type ObservableInput } from 'rxjs';
import { EagerLoop } from './eagerLoop.js';
import { PushedSource } from './pushed.js';
import { normalizeConfig } from './settings.js';

let kept: Subscription | undefined = undefined;

/**
 * Keeps one subscription, with an item of each kind, that never does anything. V8 knows a class's objects by their shape; when
 * it collects garbage while there is no object of a class, it forgets the shape, and with it all code that was optimised for
 * it. Streams that come one after the other would be slow again and again: `docs/reference/decisions.md` has the figures.
 */
export function keepShapes(): void {
  if (kept === undefined) {
    const scheduler = { now: () => 0, schedule: () => Subscription.EMPTY };
    const settings = normalizeConfig<ObservableInput<never>, never>({ timeout: { each: 1, total: 1 }, scheduler });
    const inputs = new Observable<ObservableInput<never>>((subscriber) => {
      subscriber.next(NEVER);
      subscriber.next(new Promise(noop));
    });
    kept = new Observable<never>((subscriber) => {
      const loop = new EagerLoop(subscriber, identity, settings);
      loop.connect(new PushedSource(inputs, loop));
    }).subscribe();
  }
}
