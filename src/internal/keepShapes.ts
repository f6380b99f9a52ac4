import { NEVER, noop, Observable, Subscription, type ObservableInput } from 'rxjs';
import { EagerLoop } from './eagerLoop.js';
import { KeyAsker } from './keyAsker.js';
import { PulledSource } from './pulled.js';
import { PushedSource } from './pushed.js';
import type { Project } from './run.js';
import { normalizeConfig } from './settings.js';
import type { Intake, Source } from './source.js';

type Loop = EagerLoop<ObservableInput<never>, never>;

let pushed: Loop | undefined = undefined;
let keyed: Loop | undefined = undefined;
let pulled: Loop | undefined = undefined;

/**
 * Keeps one subscription, with an item of each kind, that never does anything. V8 knows a class's objects by their shape; when
 * it collects garbage while there is no object of a class, it forgets the shape, and with it all code that was optimised for
 * it. Streams that come one after the other would be slow again and again: `docs/reference/decisions.md` has the figures.
 */
export function keepShapes(withKeys: boolean): void {
  pushed ??= keep(openPushed);
  if (withKeys) {
    keyed ??= keep((loop) => openPushed(new KeyAsker(loop, sameKey)), sameKey);
  }
}

const sameKey = () => 0;

/** It might take the third argument, so one is made. */
const project = (...[input]: Parameters<Project<ObservableInput<never>, never>>) => input;

/** Does it for sources that are read: apart, so that it is not in the bundle of those who read none. */
export function keepShapesOfPulled(): void {
  pulled ??= keep((loop) => new PulledSource([NEVER], loop, ''));
}

function openPushed(loop: Intake<ObservableInput<never>>): Source {
  const inputs = new Observable<ObservableInput<never>>((subscriber) => {
    subscriber.next(NEVER);
    subscriber.next(new Promise(noop));
  });
  return new PushedSource(inputs, loop);
}

function keep(open: (loop: Loop) => Source, key?: () => unknown): Loop {
  const settings = normalizeConfig<ObservableInput<never>, never>({
    concurrent: 2,
    timeout: { each: 1, total: 1, blocking: 1 },
    monitor: noop,
    scheduler: { now: () => 0, schedule: () => Subscription.EMPTY },
    ...(key && { key, order: 'key', concurrentPerKey: 2 }),
  });
  let kept!: Loop;
  new Observable<never>((subscriber) => {
    kept = new EagerLoop(subscriber, project, settings);
    kept.connect(open(kept));
  }).subscribe();
  return kept;
}
