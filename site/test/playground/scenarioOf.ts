import type { Answer, KeyName, Limits, Scenario } from '../../../test/proof/model/scenario.js';
import type { Settings } from '../../playground/engine/settings.js';
import { limitsOf } from '../../playground/engine/limits.js';
import { FALLBACK, keyOf, type Play, playOfAttempt, playOfSource } from '../../playground/engine/workload.js';

const answer = (play: Play): Answer => ({ ...play, kind: 'observable', signal: false });

function limitsPlayed(settings: Settings): Limits {
  const all = limitsOf(settings);
  return {
    gaps: all.map(({ at }, position) => at - (all[position - 1]?.at ?? 0)),
    last: 0,
    end: 'never',
    numbers: all.map(({ limit }) => limit),
  };
}

/** A run of `concatMapEager` as the model of the operators takes it. */
export function scenarioOf(settings: Settings): Scenario {
  const { concurrent, reorderWindow, keys, concurrentPerKey, order } = settings;
  const { first, each, total, blocking, retries, delay, onError, atomic } = settings;
  const hasKeys = keys !== undefined;
  return {
    door: 'concatMapEager',
    source: playOfSource(settings),
    items: Array.from({ length: settings.items }, (_, index) => ({
      attempts: Array.from({ length: retries + 1 }, (_, nth) => answer(playOfAttempt(settings, index, nth + 1))),
      fallback: answer(FALLBACK),
      notifier: answer(FALLBACK),
    })),
    config: {
      concurrent,
      limits: settings.changes === '' ? undefined : limitsPlayed(settings),
      reorderWindow,
      // The model takes any names.
      keys: hasKeys
        ? Array.from({ length: settings.items }, (_, index) => keyOf(settings, index)!.name as KeyName)
        : undefined,
      concurrentPerKey: hasKeys ? concurrentPerKey : undefined,
      order: hasKeys ? order : undefined,
      first,
      each,
      total,
      blocking,
      retries,
      delay: delay === 0 ? undefined : delay,
      resetOnSuccess: false,
      onError: onError === 'fallback' ? 'function' : onError,
      atomic,
      monitor: false,
    },
    unsubscribeAt: undefined,
    reactions: [],
  };
}
