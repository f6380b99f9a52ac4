import {
  concatMapEager,
  type ConcatMapEagerConfig,
  type ConcurrencyLimit,
  type MonitorEvent,
} from 'rxjs-concat-map-eager';
import type { OperatorFunction } from 'rxjs';
import type { Action } from './actions.js';
import type { Client } from './client.js';
import { deadLetter } from './deadLetters.js';

/** One way to go on when validations hang or fail. */
export interface Policy {
  readonly name: string;
  /** What has become of an item that failed: it ended the run, was left out, or is in the dead letters. */
  readonly failed: 'not reached' | 'skipped' | 'dead-lettered';
  /** What is in the order of the actions: the results; and the effects too, for each order. */
  readonly inOrder: 'results' | 'effects';
  operator(settings: PolicySettings): OperatorFunction<Action, Action>;
}

export interface FaultPolicy extends Policy {
  /** What it meets: the faults of the whole service, or one action that is never answered. */
  readonly meets: 'faults' | 'a stuck item';
}

export interface PolicySettings {
  readonly client: Client;
  readonly concurrent: number | ConcurrencyLimit;
  /** Where the dead letters go. */
  readonly letters: string;
  readonly monitor: (event: MonitorEvent<Action>) => void;
}

/** How long one attempt may take, in ms. */
const timeout = 1_000;

/** The actions of one order are validated one after the other: what is tried again keeps its turn among them. */
export const key = (action: Action) => action.order;

/** The same for all: what is done with an action. What happens when it fails is the policy's. */
export function validateAll(
  { client, concurrent, monitor }: PolicySettings,
  policy: ConcatMapEagerConfig<Action>,
): OperatorFunction<Action, Action> {
  return concatMapEager(
    (action: Action, index, { signal, attempt }) => client.validate(action, index, { signal, attempt }),
    {
      ...policy,
      concurrent,
      monitor,
    },
  );
}

export const policies: readonly FaultPolicy[] = [
  {
    name: 'no policy',
    meets: 'faults',
    failed: 'not reached',
    inOrder: 'effects',
    operator: (settings) => validateAll(settings, { key, timeout }),
  },
  {
    name: 'retry, 200 ms later',
    meets: 'faults',
    failed: 'not reached',
    inOrder: 'effects',
    operator: (settings) => validateAll(settings, { key, timeout, retry: { count: 20, delay: 200 } }),
  },
  {
    name: 'the same without a key',
    meets: 'faults',
    failed: 'not reached',
    inOrder: 'results',
    operator: (settings) => validateAll(settings, { timeout, retry: { count: 20, delay: 200 } }),
  },
  {
    name: "'skip'",
    meets: 'faults',
    failed: 'skipped',
    inOrder: 'effects',
    operator: (settings) => validateAll(settings, { key, timeout, onError: 'skip' }),
  },
  {
    name: 'one retry, then dead letters',
    meets: 'faults',
    failed: 'dead-lettered',
    inOrder: 'effects',
    operator: (settings) =>
      validateAll(settings, {
        key,
        timeout,
        retry: { count: 1, delay: 200 },
        onError: (error, item) => deadLetter(settings.letters, error, item),
      }),
  },
  {
    name: 'blocking: 250',
    meets: 'a stuck item',
    failed: 'skipped',
    inOrder: 'effects',
    operator: (settings) => validateAll(settings, { key, timeout: { blocking: 250 }, onError: 'skip' }),
  },
];
