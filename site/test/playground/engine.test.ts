import { test } from 'vitest';
import { predict } from '../../../test/model/predict.js';
import { PRESETS } from '../../playground/engine/presets';
import { simulate } from '../../playground/engine/simulate';
import { measure } from '../../playground/engine/measures';
import { marbleOf } from '../../playground/engine/marble';
import { codeOf } from '../../playground/engine/code';
import { storyOf } from '../../playground/engine/story';
import { scenarioOf } from './scenarioOf.js';

test.each(PRESETS)('$name', ({ settings }) => {
  for (const op of ['concatMap','mergeMap','concatMapEager'] as const) {
    const t = performance.now();
    const run = simulate(settings, op);
    console.log(op, (performance.now() - t).toFixed(1), measure(settings, run));
    if (op === 'concatMapEager') {
      const { log, ambiguous } = predict(scenarioOf(settings));
      console.log(ambiguous, log.filter((l) => /next|complete|error/.test(l)).slice(0, 10), run.output.slice(0,10).map(({ at, value }) => `${at} ${value.leg.index}`));
      try { console.log(marbleOf(settings, run)); } catch (e) { console.log(e.message); }
      console.log(storyOf(run, 2), codeOf(settings));
    }
  }
});
