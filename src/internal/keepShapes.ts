import { identity, NEVER, noop, Observable, Subscription, type ObservableInput, type OperatorFunction } from 'rxjs';
import type { ConcatMapEagerConfig } from '../config.js';

let kept: Subscription | undefined = undefined;

/**
 * Keeps one subscription, with an item of each kind, that never does anything. V8 knows a class's objects by their shape; when
 * it collects garbage while there is no object of a class, it forgets the shape, and with it all code that was optimised for
 * it. Streams that come one after the other would be slow again and again: `docs/decisions.md` has the figures.
 */
export function keepShapes(
  concatMapEager: (
    project: (input: ObservableInput<unknown>) => ObservableInput<unknown>,
    config: ConcatMapEagerConfig<ObservableInput<unknown>>,
  ) => OperatorFunction<ObservableInput<unknown>, unknown>,
): void {
  if (kept === undefined) {
    kept = Subscription.EMPTY;
    const scheduler = { now: () => 0, schedule: () => Subscription.EMPTY };
    const inputs = new Observable<ObservableInput<unknown>>((subscriber) => {
      subscriber.next(NEVER);
      subscriber.next(new Promise(noop));
    });
    kept = inputs.pipe(concatMapEager(identity, { timeout: { each: 1, first: 1, total: 1 }, scheduler })).subscribe();
  }
}
