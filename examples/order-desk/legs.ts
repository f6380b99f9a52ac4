import { concatMapEager, type MonitorEvent } from 'rxjs-concat-map-eager';
import { catchError, concatMap, EMPTY, mergeMap, timeout, type OperatorFunction } from 'rxjs';
import type { Action } from './actions.js';
import type { Client } from './client.js';
import { TIME_LIMIT } from './latency.js';
import { abortable, observed } from './observed.js';

/** One way to run the actions through the service. */
export interface Leg {
  readonly name: string;
  /** What it is in the picture and in the closing words. */
  readonly kind: 'concatMap' | 'mergeMap' | 'concatMapEager' | 'small window';
  /** Present if it has a `reorderWindow` other than the default. */
  readonly window?: number;
  operator(hooks: LegHooks): OperatorFunction<Action, Action>;
}

export interface LegHooks {
  readonly monitor: (event: MonitorEvent<Action>) => void;
  /** An action that could not be validated. The book never gets it, and the desk goes on. */
  readonly onLost: (action: Action, error: unknown) => void;
}

export interface LegSettings {
  readonly concurrent: number;
  readonly window: number;
}

export function makeLegs({ validate }: Client, { concurrent, window }: LegSettings): Leg[] {
  const atOnce = `${concurrent} at once`;

  // What has to be written by hand around rxjs's own operators, so that all legs do the same: a signal that ends the
  // request, a time limit, and going on without an action that could not be validated.
  const byHand =
    ({ onLost }: LegHooks) =>
    (action: Action) =>
      abortable((signal) => validate(action, signal)).pipe(
        timeout(TIME_LIMIT),
        catchError((error: unknown) => {
          onLost(action, error);
          return EMPTY;
        }),
      );

  const eager = ({ onLost, monitor }: LegHooks, reorderWindow?: number) =>
    concatMapEager((action: Action, _index, { signal }) => validate(action, signal), {
      concurrent,
      reorderWindow,
      timeout: TIME_LIMIT,
      onError: (error, { value }) => {
        onLost(value, error);
        return EMPTY;
      },
      monitor,
    });

  return [
    {
      kind: 'concatMap',
      name: 'concatMap, one at a time',
      operator: (hooks) => observed((project) => concatMap(project), byHand(hooks), hooks.monitor),
    },
    {
      kind: 'mergeMap',
      name: `mergeMap, ${atOnce}`,
      operator: (hooks) => observed((project) => mergeMap(project, concurrent), byHand(hooks), hooks.monitor),
    },
    {
      kind: 'concatMapEager',
      name: `concatMapEager, ${atOnce}`,
      operator: (hooks) => eager(hooks),
    },
    {
      kind: 'small window',
      name: `concatMapEager, ${atOnce}, window ${window}`,
      window,
      operator: (hooks) => eager(hooks, window),
    },
  ];
}
