import { concatMapEager, type ConcatMapEagerConfig, type MonitorEvent } from 'rxjs-concat-map-eager';
import { catchError, concatMap, EMPTY, mergeMap, timeout, type OperatorFunction } from 'rxjs';
import type { Action } from './actions.js';
import type { Client } from './client.js';
import { TIME_LIMIT } from './latency.js';
import { abortable, observed } from './observed.js';

/** One way to run the actions through the service. */
export interface Leg {
  readonly name: string;
  /** What it is in the picture and in the closing words. */
  readonly kind: 'concatMap' | 'mergeMap' | 'concatMapEager' | 'with a key' | 'small window';
  /** What is in the order of the actions: the results; and the effects too, for each order. */
  readonly inOrder: 'nothing' | 'results' | 'effects';
  /** Present if it has a `reorderWindow` other than the default. */
  readonly window?: number;
  operator(hooks: LegHooks): OperatorFunction<Action, Action>;
}

export interface LegHooks extends Pick<Client, 'validate'> {
  readonly monitor: (event: MonitorEvent<Action>) => void;
  /** An action that could not be validated. The desk goes on without it. */
  readonly onLost: (action: Action, error: unknown) => void;
}

export interface LegSettings {
  readonly concurrent: number;
  readonly window: number;
}

export function makeLegs({ concurrent, window }: LegSettings): Leg[] {
  // What has to be written by hand around rxjs's own operators, so that all legs do the same: a signal that ends the
  // request, a time limit, and going on without an action that could not be validated.
  const byHand =
    ({ validate, onLost }: LegHooks) =>
    (action: Action, index: number) =>
      abortable((signal) => validate(action, index, { signal })).pipe(
        timeout(TIME_LIMIT),
        catchError((error: unknown) => {
          onLost(action, error);
          return EMPTY;
        }),
      );

  const eager = ({ validate, onLost, monitor }: LegHooks, more: ConcatMapEagerConfig<Action> = {}) =>
    concatMapEager((action: Action, index, { signal }) => validate(action, index, { signal }), {
      ...more,
      concurrent,
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
      inOrder: 'effects',
      operator: (hooks) => observed((project) => concatMap(project), byHand(hooks), hooks.monitor),
    },
    {
      kind: 'mergeMap',
      name: `mergeMap, ${concurrent} at once`,
      inOrder: 'nothing',
      operator: (hooks) =>
        observed((project) => mergeMap(project, concurrent), byHand(hooks), hooks.monitor, concurrent),
    },
    {
      kind: 'concatMapEager',
      name: `concatMapEager, ${concurrent} at once`,
      inOrder: 'results',
      operator: (hooks) => eager(hooks),
    },
    {
      kind: 'with a key',
      name: 'concatMapEager with a key',
      inOrder: 'effects',
      operator: (hooks) => eager(hooks, { key: (action) => action.order }),
    },
    {
      kind: 'small window',
      name: `concatMapEager, window ${window}`,
      inOrder: 'results',
      window,
      operator: (hooks) => eager(hooks, { reorderWindow: window }),
    },
  ];
}
